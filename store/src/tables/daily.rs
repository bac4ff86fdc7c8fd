//! What each strategy did on each day, in each currency: sums that are kept, since no SQL tool adds
//! decimals exactly.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use truebook_core::book::{Event, News, State};
use truebook_core::model::{AccountId, CurrencyId, Fixed, PositionKey, StrategyId};

use super::Rows;
use super::value::Names;

/// Whose day, and in which currency; days are counted from the epoch.
type Key = (i64, AccountId, StrategyId, CurrencyId);

/// What was done.
#[derive(Clone, Copy, Default)]
struct Sums {
    realized: i128,
    fees: i128,
    funding: i128,
    fills: i64,
    closed: i64,
    won: i64,
}

/// What was done since it was written.
#[derive(Default)]
pub struct Daily {
    sums: BTreeMap<Key, Sums>,
}

impl Daily {
    fn of(&mut self, day: i64, key: &PositionKey, currency: CurrencyId) -> &mut Sums {
        let key = (day, key.account, key.strategy, currency);
        self.sums.entry(key).or_default()
    }

    /// Notes what an event says that no notice tells of: income that belongs to no position.
    pub fn note_event(&mut self, day: i64, event: &Event) {
        if let Event::IncomePaid(paid) = event
            && paid.position.is_none()
        {
            let key = (day, paid.leg.account, paid.strategy, paid.leg.currency);
            self.sums.entry(key).or_default().funding += paid.leg.amount;
        }
    }

    /// Notes the round trips that the event `sequence` ended.
    pub fn note_ended(&mut self, state: &State, (day, sequence): (i64, u64)) {
        let newest = state.closed().rev();
        for ended in newest.take_while(|ended| ended.sequence == sequence) {
            if let Some(known) = state.instrument(ended.key.instrument) {
                let sums = self.of(day, &ended.key, known.settle);
                sums.closed += 1;
                sums.won += i64::from(ended.trip.realized_pnl > ended.trip.fees);
            }
        }
    }

    /// Notes what a notice tells of.
    pub fn note(&mut self, state: &State, (day, news): (i64, &News)) {
        let settle = |key: &PositionKey| state.instrument(key.instrument).map(|known| known.settle);
        match news {
            News::Position { key, change, .. } => {
                let Some(currency) = settle(key) else { return };
                let sums = self.of(day, key, currency);
                sums.realized += change.new.realized_pnl - change.old.realized_pnl;
                sums.funding += change.new.funding - change.old.funding;
            }
            News::Fee {
                key,
                currency,
                change,
            } => self.of(day, key, *currency).fees += change.new - change.old,
            News::FillBooked(fill) => {
                if let Some(currency) = settle(&fill.key) {
                    self.of(day, &fill.key, currency).fills += 1;
                }
            }
            News::Order { .. }
            | News::LimitBreached { .. }
            | News::FillReversed(_)
            | News::FillQuarantined { .. }
            | News::Balance { .. }
            | News::Price { .. }
            | News::AccountReducing { .. }
            | News::PriceRefused { .. }
            | News::TradingState { .. }
            | News::Shared { .. }
            | News::Config { .. }
            | News::Stated(_)
            | News::Instrument(_)
            | News::Account(_)
            | News::Strategy(_)
            | News::Recorded(_)
            | News::Snapshot(_)
            | News::Store { .. } => {}
        }
    }

    /// Adds what was noted to what is written.
    pub fn write(&mut self, rows: &Rows<'_>, state: &State) -> rusqlite::Result<()> {
        for (key, more) in std::mem::take(&mut self.sums) {
            let sums = known(rows, state, key)?.plus(more);
            put(rows, state, (key, sums))?;
        }
        Ok(())
    }
}

impl Sums {
    fn plus(self, more: Self) -> Self {
        Self {
            realized: self.realized + more.realized,
            fees: self.fees + more.fees,
            funding: self.funding + more.funding,
            fills: self.fills + more.fills,
            closed: self.closed + more.closed,
            won: self.won + more.won,
        }
    }
}

/// What is written of a day so far.
fn known(rows: &Rows<'_>, state: &State, key: Key) -> rusqlite::Result<Sums> {
    let (day, account, strategy, currency) = key;
    let scale = state.currency(currency).map_or(0, |known| known.scale);
    let sql = "SELECT realized_pnl, fees, funding, fills, closed_trades, winning_trades \
               FROM daily_performance WHERE day = date(?1 * 86400, 'unixepoch') \
               AND account = ?2 AND strategy = ?3 AND currency = ?4";
    let owner = params![
        day,
        state.account_name(account),
        state.strategy_name(strategy),
        state.code(currency)
    ];
    let mut select = rows.transaction.prepare_cached(sql)?;
    let found = select.query_row(owner, |row| {
        let raw = |column| {
            let text: String = row.get(column)?;
            let number = text.parse().ok().and_then(|it: Fixed| it.exactly_at(scale));
            number.ok_or(rusqlite::Error::InvalidColumnName(text))
        };
        Ok(Sums {
            realized: raw(0)?,
            fees: raw(1)?,
            funding: raw(2)?,
            fills: row.get(3)?,
            closed: row.get(4)?,
            won: row.get(5)?,
        })
    });
    Ok(found.optional()?.unwrap_or_default())
}

fn put(rows: &Rows<'_>, state: &State, (key, sums): (Key, Sums)) -> rusqlite::Result<()> {
    let (day, account, strategy, currency) = key;
    let amount = |raw| state.amount(currency, raw);
    let sql = "INSERT OR REPLACE INTO daily_performance VALUES (date(?1 * 86400, 'unixepoch'), \
               ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    rows.put(
        sql,
        params![
            day,
            state.account_name(account),
            state.strategy_name(strategy),
            state.code(currency),
            amount(sums.realized),
            amount(sums.fees),
            amount(sums.funding),
            amount(sums.realized - sums.fees + sums.funding),
            sums.fills,
            sums.closed,
            sums.won,
        ],
    )
}
