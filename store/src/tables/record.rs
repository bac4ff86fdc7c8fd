//! Rows of what somebody should know, and of what is kept beside trades.

use rusqlite::params;
use truebook_core::book::{
    Alert, AlertLevel, Event, Quarantined, Record, Snapshot, State, Stated, StatedOf, TradingState,
};
use truebook_core::model::{Id, NANOS_PER_SECOND, Rounding, mul_div};

use super::Rows;
use super::history::{At, Done};
use super::value::{Names, decimal, id, price, quantity, reporting};

/// Rows of what somebody should know, and of what is kept beside trades.
pub(super) fn of_record(rows: &Rows<'_>, state: &State, (at, event): (At, &Event)) -> Done {
    match event {
        Event::Quarantined(quarantined) => quarantine(rows, state, (at, quarantined)),
        Event::PriceLevelMoved {
            instrument,
            old,
            new,
        } => {
            let known = state.instrument(*instrument);
            let px = |raw| known.map_or_else(String::new, |known| price(known, raw));
            let text = format!("the price moved from {} to {}", px(*old), px(*new));
            let about = (None, Some(state.symbol(*instrument)));
            put_alert(rows, at, (AlertLevel::Info, "price_level"), about, &text)
        }
        Event::TradingStateChanged { old, state, reason } => {
            let level = match state {
                TradingState::Active => AlertLevel::Info,
                TradingState::Reducing => AlertLevel::Warning,
                TradingState::Halted => AlertLevel::Critical,
            };
            let text = format!("{} to {}: {reason}", old.name(), state.name());
            put_alert(rows, at, (level, "trading_state"), (None, None), &text)
        }
        Event::Stated(stated) => put_statement(rows, state, (at, stated)),
        Event::StateSet { key, value } => rows.put(
            "INSERT OR REPLACE INTO shared_state VALUES (?1, ?2, ?3)",
            params![key.as_str(), &**value, at.sequence],
        ),
        Event::Recorded(record) => put_record(rows, state, (at, record)),
        Event::SnapshotTaken(snapshot) => put_snapshot(rows, state, (at, snapshot)),
        Event::StoreChanged { is_available } => {
            let (level, text) = match is_available {
                true => (AlertLevel::Info, "events are kept again"),
                false => (AlertLevel::Critical, "events cannot be kept: no new risk"),
            };
            put_alert(rows, at, (level, "store"), (None, None), text)
        }
        Event::Configured { .. }
        | Event::CashMoved(_)
        | Event::Transferred(_)
        | Event::IncomePaid(_)
        | Event::OrderRefused(_)
        | Event::Filled(_)
        | Event::Busted(_)
        | Event::FillAmended(_)
        | Event::CurrencyAdded(_)
        | Event::InstrumentAdded(_)
        | Event::InstrumentChanged(_)
        | Event::AccountAdded { .. }
        | Event::StrategyAdded { .. }
        | Event::SplitBooked(_)
        | Event::Adopted(_)
        | Event::CostGiven(_)
        | Event::OrderPlaced(_)
        | Event::OrderChanged(_)
        | Event::OrderAmended(_)
        | Event::RiskMarked { .. } => Ok(()),
    }
}

fn put_snapshot(rows: &Rows<'_>, state: &State, (at, taken): (At, &Snapshot)) -> Done {
    const HUNDRED: i128 = 100_000_000;
    const SECONDS_PER_DAY: i64 = 86_400;
    let drawdown = taken.peak - taken.equity;
    let share = (taken.peak > 0)
        .then(|| mul_div(drawdown, HUNDRED, taken.peak, Rounding::HalfEven))
        .flatten();
    // Of a day it is what there was at its beginning: nothing has happened since.
    let boundary = i64::from(state.config.day_boundary_seconds);
    let day = (state.day_of(taken.at) * SECONDS_PER_DAY + boundary) * NANOS_PER_SECOND;
    let intervals = [("hour", taken.at.0), ("day", day)].into_iter();
    for (interval, ts) in intervals.take(if taken.is_day { 2 } else { 1 }) {
        rows.put(
            "INSERT OR REPLACE INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
             ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                interval,
                ts,
                at.sequence,
                state.config.reporting_currency.as_str(),
                reporting(taken.equity),
                reporting(taken.cash),
                reporting(taken.holdings),
                reporting(taken.realized_pnl),
                reporting(taken.unrealized_pnl),
                reporting(taken.fees),
                reporting(taken.funding),
                reporting(taken.peak),
                reporting(drawdown),
                share.map(|share| decimal(share, 6)),
                taken.open_positions.cast_signed(),
                taken.missing.cast_signed(),
            ],
        )?;
    }
    Ok(())
}

fn put_record(rows: &Rows<'_>, state: &State, (at, record): (At, &Record)) -> Done {
    match record {
        Record::Bar(bar) => {
            let Some(known) = state.instrument(bar.instrument) else {
                return Ok(());
            };
            let px = |raw| price(known, raw);
            rows.put(
                "INSERT OR REPLACE INTO bars VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    known.symbol.as_str(),
                    bar.timeframe.as_str(),
                    bar.ts_open.0,
                    bar.ts_close.0,
                    px(bar.open),
                    px(bar.high),
                    px(bar.low),
                    px(bar.close),
                    quantity(known, bar.volume),
                    at.sequence,
                ],
            )
        }
        Record::Observation(seen) => rows.put(
            "INSERT OR REPLACE INTO observations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                seen.kind.as_str(),
                seen.symbol.as_str(),
                seen.ts.0,
                seen.value.map(|value| value.to_string()),
                seen.text.as_deref(),
                id(&seen.source),
                at.sequence,
            ],
        ),
        Record::Alert(alert) => {
            let Alert {
                level,
                kind,
                symbol,
                text,
            } = alert;
            let about = (None, symbol.as_ref().map(Id::as_str));
            put_alert(rows, at, (*level, kind.as_str()), about, text)
        }
    }
}

fn quarantine(rows: &Rows<'_>, state: &State, (at, held): (At, &Quarantined)) -> Done {
    let about = (
        Some(state.account_name(held.account)),
        Some(state.symbol(held.instrument)),
    );
    let text = format!("fill {} was not booked: {}", held.trade_id, held.why.name());
    put_alert(rows, at, (AlertLevel::Critical, "quarantine"), about, &text)
}

fn put_alert(
    rows: &Rows<'_>,
    at: At,
    (level, kind): (AlertLevel, &str),
    (account, symbol): (Option<&str>, Option<&str>),
    text: &str,
) -> Done {
    rows.put(
        "INSERT INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            at.sequence,
            at.ts,
            level.name(),
            kind,
            account,
            symbol,
            text
        ],
    )
}

fn put_statement(rows: &Rows<'_>, state: &State, (at, stated): (At, &Stated)) -> Done {
    let (currency, symbol, form): (_, _, &dyn Fn(i128) -> String) = match stated.what {
        StatedOf::Balance(currency) => (Some(state.code(currency)), None, &move |raw| {
            state.amount(currency, raw)
        }),
        StatedOf::Position(instrument) => (None, Some(state.symbol(instrument)), &move |raw| {
            let known = state.instrument(instrument);
            known.map_or_else(String::new, |known| quantity(known, raw))
        }),
    };
    rows.put(
        "INSERT INTO venue_statements VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            at.sequence,
            at.ts,
            state.account_name(stated.account),
            currency,
            symbol,
            form(stated.stated),
            form(stated.booked),
            stated.as_of.0,
        ],
    )
}
