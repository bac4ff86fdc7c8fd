//! The audit trail for people: fills and orders as CSV as they happen, and what stands now as a
//! JSON file. Nothing here is ever read back.
//!
//! 1. A CSV row is appended before the tables are committed, together with how long the file is
//!    since: after a crash the file is cut to that length and goes on, so that no row is there
//!    twice.
//! 2. A folder that cannot be written stops nothing: rows wait, up to [`WAITING_MAX`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use truebook_core::book::{Entry, Event, News, Notice, State};
use truebook_core::model::{Fixed, Id, PositionKey, Side, Timestamp};

use crate::json::{self, Map, Value};
use crate::path::failed;
use crate::tables::value::{Names, money, price, quantity};
use crate::{JournalFile, StoreError, export};

/// Under which key a file keeps how long each CSV file is.
const LENGTHS: &str = "audit";
/// How many bytes of rows wait for a folder that cannot be written; what is beyond is not written.
const WAITING_MAX: usize = 16 << 20;
/// Of how many days it is known how long their files are.
const DAYS_KEPT: usize = 16;
/// How often the JSON file is written at most.
const JSON_EVERY: Duration = Duration::from_secs(1);

const FILLS: &str = "sequence,ts,event,account,strategy,symbol,leg,side,qty,price,trade_id,\
                     client_order_id,venue_order_id,fees,realized_pnl,liquidity,source";
const ORDERS: &str = "sequence,ts,event,client_order_id,venue_order_id,account,strategy,symbol,\
                      side,qty,type,limit_px,trigger_px,status,cum_qty,avg_px";

/// Rows that wait and how long files are, by file name.
pub(crate) type Marked = (BTreeMap<String, Vec<u8>>, BTreeMap<String, u64>);

/// What is written for people, and where.
#[derive(Debug, Default)]
pub struct Audit {
    folder: Option<PathBuf>,
    json: Option<PathBuf>,
    /// Rows that wait, by file name.
    waiting: BTreeMap<String, Vec<u8>>,
    lengths: BTreeMap<String, u64>,
    written_at: Option<Instant>,
}

impl Audit {
    /// Writes CSV files into `folder` and the state to the file `json`, where given.
    #[must_use]
    pub fn new(folder: Option<PathBuf>, json: Option<PathBuf>) -> Self {
        Self {
            folder,
            json,
            ..Self::default()
        }
    }

    /// Cuts the files to where the tables stand.
    pub(crate) fn resume(&mut self, file: &JournalFile) -> Result<(), StoreError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        std::fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
        let text = file.meta(LENGTHS)?.unwrap_or_default();
        let parsed: Map<String, Value> = json::from_str(&text).unwrap_or_default();
        let known = parsed
            .iter()
            .filter_map(|(name, length)| Some((name, length.as_u64()?)));
        self.lengths = known.map(|(name, length)| (name.clone(), length)).collect();
        for (name, length) in &self.lengths {
            let path = folder.join(name);
            let Ok(own) = OpenOptions::new().write(true).open(&path) else {
                continue;
            };
            let is_longer = own.metadata().is_ok_and(|known| known.len() > *length);
            if is_longer {
                own.set_len(*length).map_err(|e| failed(&path, &e))?;
            }
        }
        Ok(())
    }

    /// Adds the rows of an event; `state` has it.
    pub(crate) fn add(&mut self, state: &State, entry: &Entry, notices: &[Notice]) {
        if self.folder.is_none() {
            return;
        }
        if let Some(row) = fill_row(state, entry) {
            self.put(state, "fills", entry.ts, row);
        }
        for notice in notices {
            if let Some(row) = order_row(state, entry, &notice.news) {
                self.put(state, "orders", entry.ts, row);
            }
        }
    }

    fn put(&mut self, state: &State, what: &str, ts: Timestamp, row: Vec<String>) {
        let day = day_text(state.day_of(ts));
        let name = format!("{what}-{day}.csv");
        if self.waiting.values().map(Vec::len).sum::<usize>() > WAITING_MAX {
            return;
        }
        let rows = self.waiting.entry(name).or_default();
        let mut writer = csv::Writer::from_writer(rows);
        // Memory takes everything.
        let _ = writer.write_record(&row).and_then(|()| Ok(writer.flush()?));
    }

    /// Appends what waits; what is to be kept with the tables: how long the files are then.
    pub(crate) fn append(&mut self) -> Option<(&'static str, String)> {
        let folder = self.folder.clone()?;
        let mut lengths = self.lengths.clone();
        self.waiting.retain(|name, rows| {
            match append(&folder.join(name), lengths.get(name).copied(), rows) {
                Ok(length) => {
                    lengths.insert(name.clone(), length);
                    false
                }
                Err(_) => true,
            }
        });
        // Only the newest days can still be written to.
        let days: BTreeSet<String> = lengths.keys().map(|name| day_of(name).to_owned()).collect();
        let oldest = days.iter().rev().nth(DAYS_KEPT - 1).cloned();
        lengths.retain(|name, _| {
            oldest
                .as_deref()
                .is_none_or(|oldest| day_of(name) >= oldest)
        });
        self.lengths = lengths;
        let text = json::to_string(&self.lengths).unwrap_or_default();
        Some((LENGTHS, text))
    }

    /// What is written and what waits, to go back to.
    pub(crate) fn mark(&self) -> Marked {
        (self.waiting.clone(), self.lengths.clone())
    }

    /// Goes back to where the tables stand: what was appended since is cut off.
    pub(crate) fn go_back(&mut self, (waiting, lengths): Marked) {
        let folder = self.folder.clone().unwrap_or_default();
        for (name, length) in &lengths {
            // A file that cannot be cut now is written over from there.
            let own = OpenOptions::new().write(true).open(folder.join(name));
            let _ = own.and_then(|own| own.set_len(*length));
        }
        (self.waiting, self.lengths) = (waiting, lengths);
    }

    /// Writes the JSON file, unless it was just written.
    pub(crate) fn export(&mut self, file: &JournalFile, is_last: bool) {
        let Some(path) = &self.json else { return };
        let is_due = self.written_at.is_none_or(|at| at.elapsed() >= JSON_EVERY);
        if is_due || is_last {
            self.written_at = Some(Instant::now());
            // Where it cannot be written now it is tried again the next time.
            let _ = export::state_json(file, path);
        }
    }
}

/// Appends `rows` at `from`, over whatever an interrupted run left there, or else at the end, with
/// a head line where the file is new; the length since.
fn append(path: &Path, from: Option<u64>, rows: &[u8]) -> std::io::Result<u64> {
    let mut options = OpenOptions::new();
    let mut file: File = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    let length = file.metadata()?.len();
    let from = from.map_or(length, |from| from.min(length));
    file.set_len(from)?;
    file.seek(SeekFrom::Start(from))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let head = match (from, name.starts_with("fills")) {
        (0, true) => FILLS,
        (0, false) => ORDERS,
        _ => "",
    };
    let end = if head.is_empty() { "" } else { "\n" };
    let bytes = [head.as_bytes(), end.as_bytes(), rows].concat();
    file.write_all(&bytes)?;
    file.flush()?;
    Ok(from + bytes.len() as u64)
}

/// The day in the name of a file.
fn day_of(name: &str) -> &str {
    name.split_once('-').map_or("", |(_, day)| day)
}

/// The days since the epoch as a date.
fn day_text(days: i64) -> String {
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).unwrap_or_default())
        .map_or_else(|_| days.to_string(), |date| date.to_string())
}

/// What an execution's row says beside what every one does.
#[derive(Default)]
struct FillDetail {
    ours: Option<Id>,
    theirs: Option<Id>,
    fees: String,
    realized: i128,
    liquidity: &'static str,
    source: Option<Id>,
}

fn fill_row(state: &State, entry: &Entry) -> Option<Vec<String>> {
    if let Event::Filled(filled) = &entry.event {
        let order = filled.order.and_then(|number| state.order_at(number));
        let fees = match filled.fees.is_empty() {
            true => String::new(),
            false => state.fees(&filled.fees),
        };
        let detail = FillDetail {
            ours: order
                .map(|order| order.client_order_id)
                .or(filled.client_order_id),
            theirs: filled.venue_order_id,
            fees,
            realized: filled.outcome.realized,
            liquidity: filled.liquidity.map_or("", |known| known.name()),
            source: filled.source,
        };
        let corrects = filled.reversal.is_some() || filled.voided.is_some();
        let what = if corrects { "corrected" } else { "booked" };
        let traded = (
            filled.side,
            filled.last_qty,
            filled.last_px,
            filled.trade_id,
        );
        return cells(state, entry, (what, &filled.key), traded, detail);
    }
    if let Event::Busted(back) = &entry.event {
        let detail = FillDetail {
            realized: back.outcome.realized,
            ..FillDetail::default()
        };
        let traded = (back.side, back.last_qty, back.last_px, back.trade_id);
        return cells(state, entry, ("taken_back", &back.key), traded, detail);
    }
    if let Event::FillAmended(more) = &entry.event {
        let order = state.order_amended_by(more);
        let order = order.and_then(|number| state.order_at(number));
        let detail = FillDetail {
            ours: order.map(|order| order.client_order_id),
            theirs: more.venue_order_id,
            fees: state.fees(&more.fees),
            realized: more.outcome.realized,
            liquidity: more.liquidity.map_or("", |known| known.name()),
            source: None,
        };
        let traded = (more.side, more.last_qty, more.last_px, more.trade_id);
        return cells(state, entry, ("amended", &more.key), traded, detail);
    }
    None
}

fn cells(
    state: &State,
    entry: &Entry,
    (what, key): (&str, &PositionKey),
    (side, qty, px, trade_id): (Side, i128, i64, Id),
    detail: FillDetail,
) -> Option<Vec<String>> {
    let instrument = state.instrument(key.instrument)?;
    let text = |id: Option<Id>| id.map_or_else(String::new, |id| id.to_string());
    Some(vec![
        entry.sequence.to_string(),
        entry.ts.0.to_string(),
        what.to_owned(),
        state.account_name(key.account).to_owned(),
        state.strategy_name(key.strategy).to_owned(),
        instrument.symbol.to_string(),
        key.leg.name().to_owned(),
        side.name().to_owned(),
        quantity(instrument, qty),
        price(instrument, px),
        trade_id.to_string(),
        text(detail.ours),
        text(detail.theirs),
        detail.fees,
        money(instrument, detail.realized),
        detail.liquidity.to_owned(),
        text(detail.source),
    ])
}

fn order_row(state: &State, entry: &Entry, news: &News) -> Option<Vec<String>> {
    let News::Order {
        client_order_id, ..
    } = news
    else {
        return refusal_row(state, entry, news);
    };
    let order = state.order(client_order_id)?;
    let instrument = state.instrument(order.instrument)?;
    let px = |raw: Option<i64>| raw.map_or_else(String::new, |raw| price(instrument, raw));
    let venue = order.venue_order_id;
    let average = order.avg_px(instrument);
    Some(vec![
        entry.sequence.to_string(),
        entry.ts.0.to_string(),
        news.kind().to_owned(),
        client_order_id.to_string(),
        venue.map_or_else(String::new, |id| id.to_string()),
        state.account_name(order.account).to_owned(),
        state.strategy_name(order.strategy).to_owned(),
        instrument.symbol.to_string(),
        order.side.name().to_owned(),
        quantity(instrument, order.qty),
        order.order_type.name().to_owned(),
        px(order.order_type.limit()),
        px(order.order_type.trigger()),
        order.status.name().to_owned(),
        quantity(instrument, order.cum_qty),
        average.map_or_else(String::new, |px: Fixed| px.to_string()),
    ])
}

/// An order that was refused: its status says why.
fn refusal_row(state: &State, entry: &Entry, news: &News) -> Option<Vec<String>> {
    let (News::LimitBreached { refusal, .. }, Event::OrderRefused(order)) = (news, &entry.event)
    else {
        return None;
    };
    let instrument = state.instrument(order.instrument)?;
    let px = |raw: Option<i64>| raw.map_or_else(String::new, |raw| price(instrument, raw));
    let ours = order.client_order_id;
    Some(vec![
        entry.sequence.to_string(),
        entry.ts.0.to_string(),
        "order_refused".to_owned(),
        ours.map_or_else(String::new, |id| id.to_string()),
        String::new(),
        state.account_name(order.account).to_owned(),
        state.strategy_name(order.strategy).to_owned(),
        instrument.symbol.to_string(),
        order.side.name().to_owned(),
        quantity(instrument, order.qty),
        order.order_type.name().to_owned(),
        px(order.order_type.limit()),
        px(order.order_type.trigger()),
        refusal.name().to_owned(),
        "0".to_owned(),
        String::new(),
    ])
}
