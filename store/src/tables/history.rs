//! Rows that stay: one for each thing that happened.

use rusqlite::params;
use truebook_core::book::{
    CashKind, Entry, Event, IncomeKind, Leg, News, Notice, PositionState, PositionStep, State,
};
use truebook_core::digest;
use truebook_core::model::{Id, PositionKey};

use super::Rows;
use super::config::config_text;
use super::fill::{amend_fill, put_fill, put_refusal, reverse_fill};
use super::record::of_record;
use super::value::{Names, decimal, id, money, quantity};

pub(super) type Done = rusqlite::Result<()>;

/// When, and under which sequence.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub sequence: i64,
    pub ts: i64,
}

/// Rows of an event; `state` has it.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "who gets the others lists all of them"
)]
pub fn of_event(rows: &Rows<'_>, state: &State, entry: &Entry) -> Done {
    let at = At {
        sequence: entry.sequence.cast_signed(),
        ts: entry.ts.0,
    };
    match &entry.event {
        Event::Configured { version, config } => rows.put(
            "INSERT INTO config_versions VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                version,
                at.sequence,
                at.ts,
                digest::hex(&config.hash()),
                config_text(config)
            ],
        ),
        Event::CashMoved(moved) => {
            let kind = match moved.kind {
                CashKind::Deposit => "deposit",
                CashKind::Withdrawal => "withdrawal",
                CashKind::Adjustment => "adjustment",
            };
            put_cash(rows, state, (at, 0), (&moved.leg, kind, &moved.id), None)
        }
        Event::Transferred(moved) => {
            let legs = [(0, &moved.from), (1, &moved.to)];
            legs.into_iter().try_for_each(|(n, leg)| {
                put_cash(rows, state, (at, n), (leg, "transfer", &moved.id), None)
            })
        }
        Event::IncomePaid(paid) => {
            let kind = match paid.kind {
                IncomeKind::Funding => "funding",
                IncomeKind::Dividend => "dividend",
                IncomeKind::Interest => "interest",
            };
            let symbol = paid.position.map(|key| state.symbol(key.instrument));
            let whose = Some((state.strategy_name(paid.strategy), symbol));
            put_cash(rows, state, (at, 0), (&paid.leg, kind, &paid.id), whose)
        }
        Event::OrderRefused(refused) => put_refusal(rows, state, (at, refused)),
        Event::Filled(filled) => put_fill(rows, state, (at, filled)),
        Event::Busted(reversal) => reverse_fill(rows, at, reversal),
        Event::FillAmended(amended) => amend_fill(rows, state, amended),
        other => of_record(rows, state, (at, other)),
    }
}

/// Rows of a notice: what became of a position.
pub fn of_notice(rows: &Rows<'_>, state: &State, notice: &Notice) -> Done {
    let News::Position { key, step, change } = &notice.news else {
        return Ok(());
    };
    let at = (
        At {
            sequence: notice.sequence.cast_signed(),
            ts: notice.ts.0,
        },
        notice.index,
    );
    put_step(rows, state, (at, key), (*step, &change.old, &change.new))?;
    if change.old.realized_pnl != change.new.realized_pnl {
        put_realized(rows, state, (at, key), (&change.old, &change.new))?;
    }
    Ok(())
}

fn put_step(
    rows: &Rows<'_>,
    state: &State,
    ((at, n), key): ((At, u16), &PositionKey),
    (step, old, new): (PositionStep, &PositionState, &PositionState),
) -> Done {
    let (Some(instrument), Some(position)) =
        (state.instrument(key.instrument), state.position(key))
    else {
        return Ok(());
    };
    rows.put(
        "INSERT INTO position_events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
         ?13)",
        params![
            at.sequence,
            n,
            at.ts,
            position.id.0,
            state.account_name(key.account),
            state.strategy_name(key.strategy),
            instrument.symbol.as_str(),
            key.leg.name(),
            step.name(),
            quantity(instrument, old.qty),
            quantity(instrument, new.qty),
            money(instrument, old.cost),
            money(instrument, new.cost),
        ],
    )
}

fn put_realized(
    rows: &Rows<'_>,
    state: &State,
    ((at, n), key): ((At, u16), &PositionKey),
    (old, new): (&PositionState, &PositionState),
) -> Done {
    let Some(instrument) = state.instrument(key.instrument) else {
        return Ok(());
    };
    rows.put(
        "INSERT INTO realized_pnl VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            at.sequence,
            n,
            at.ts,
            state.account_name(key.account),
            state.strategy_name(key.strategy),
            instrument.symbol.as_str(),
            key.leg.name(),
            state.code(instrument.settle),
            money(instrument, new.realized_pnl - old.realized_pnl),
            money(instrument, new.realized_pnl),
        ],
    )
}

/// The round trips that an event ended.
pub fn put_ended(rows: &Rows<'_>, state: &State, entry: &Entry) -> Done {
    let newest = state.closed().rev();
    let own = newest.take_while(|closed| closed.sequence == entry.sequence);
    for (n, closed) in own.enumerate() {
        let (key, trip) = (closed.key, &closed.trip);
        let Some(instrument) = state.instrument(key.instrument) else {
            continue;
        };
        let px = |raw: Option<i128>| raw.map(|raw| decimal(raw, instrument.price_scale));
        rows.put(
            "INSERT OR REPLACE INTO closed_positions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
             ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                entry.sequence.cast_signed(),
                n,
                state.account_name(key.account),
                state.strategy_name(key.strategy),
                instrument.symbol.as_str(),
                key.leg.name(),
                if trip.is_short { "short" } else { "long" },
                quantity(instrument, trip.entry_qty),
                px(trip.entry_px(instrument)),
                px(trip.exit_px(instrument)),
                quantity(instrument, trip.peak_qty),
                state.code(instrument.settle),
                money(instrument, trip.realized_pnl),
                money(instrument, trip.fees),
                money(instrument, trip.realized_pnl - trip.fees),
                trip.realized_pnl > trip.fees,
                trip.opened_at.0,
                trip.closed_at.0,
                trip.closed_at.since_ns(trip.opened_at),
            ],
        )?;
    }
    Ok(())
}

fn put_cash(
    rows: &Rows<'_>,
    state: &State,
    (at, n): (At, u16),
    (leg, kind, caller): (&Leg, &str, &Option<Id>),
    whose: Option<(&str, Option<&str>)>,
) -> Done {
    rows.put(
        "INSERT INTO cash_moves VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            at.sequence,
            n,
            at.ts,
            state.account_name(leg.account),
            state.code(leg.currency),
            kind,
            state.amount(leg.currency, leg.amount),
            state.amount(leg.currency, leg.total),
            whose.map(|(strategy, _)| strategy),
            whose.and_then(|(_, symbol)| symbol),
            id(caller),
        ],
    )
}
