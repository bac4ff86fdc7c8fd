//! Rows that stay: one for each thing that happened.

use rusqlite::params;
use truebook_core::book::{
    Alert, AlertLevel, CashKind, Entry, Event, FillAmended, Filled, IncomeKind, Leg, News, Notice,
    OrderRefused, PositionState, PositionStep, Quarantined, Record, Reversal, Snapshot, State,
    Stated, StatedOf, TradingState,
};
use truebook_core::digest;
use truebook_core::model::{Id, PositionKey, Rounding, mul_div};

use super::Rows;
use super::config::config_text;
use super::value::{Names, decimal, id, money, price, quantity, reporting};

type Done = rusqlite::Result<()>;

/// When, and under which sequence.
#[derive(Clone, Copy)]
struct At {
    sequence: i64,
    ts: i64,
}

/// Rows of an event; `state` has it.
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
        Event::CurrencyAdded(_)
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
    match notice.index {
        // One event's round trips are written once, with its first notice of a position.
        _ if !matches!(step, PositionStep::Closed | PositionStep::Flipped) => Ok(()),
        _ => put_closed(rows, state, at.0),
    }
}

fn put_fill(rows: &Rows<'_>, state: &State, (at, filled): (At, &Filled)) -> Done {
    if let Some(reversal) = &filled.reversal {
        reverse_fill(rows, at, reversal)?;
    }
    let Some(instrument) = state.instrument(filled.key.instrument) else {
        return Ok(());
    };
    let order = filled.order.and_then(|number| state.order_at(number));
    let ours = order.map(|order| order.client_order_id);
    let corrected = filled.reversal.as_deref().map(|back| back.trade_id);
    let corrects = corrected.or(filled.voided.as_deref().copied());
    let fees = (!filled.fees.is_empty()).then(|| state.fees(&filled.fees));
    let sql = "INSERT INTO fills VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
               ?14, ?15, ?16, ?17, ?18, NULL)";
    rows.put(
        sql,
        params![
            at.sequence,
            at.ts,
            state.account_name(filled.key.account),
            state.strategy_name(filled.key.strategy),
            instrument.symbol.as_str(),
            filled.key.leg.name(),
            filled.side.name(),
            quantity(instrument, filled.last_qty),
            price(instrument, filled.last_px),
            filled.trade_id.as_str(),
            id(&ours.or(filled.client_order_id)),
            id(&filled.venue_order_id),
            filled.liquidity.map(|liquidity| liquidity.name()),
            id(&filled.source),
            fees,
            money(instrument, filled.outcome.realized),
            money(instrument, filled.outcome.cash_flow),
            id(&corrects),
        ],
    )
}

/// Notes that an execution was taken back.
fn reverse_fill(rows: &Rows<'_>, at: At, reversal: &Reversal) -> Done {
    rows.put(
        "UPDATE fills SET reversed_by = ?1 WHERE sequence = ?2",
        params![at.sequence, reversal.booked_at.cast_signed()],
    )
}

/// Fills in what became known of an execution.
fn amend_fill(rows: &Rows<'_>, state: &State, amended: &FillAmended) -> Done {
    let order = amended.order.and_then(|number| state.order_at(number));
    let ours = order.map(|order| order.client_order_id);
    let fees = (!amended.fees.is_empty()).then(|| state.fees(&amended.fees));
    rows.put(
        "UPDATE fills SET client_order_id = coalesce(?2, client_order_id), \
         venue_order_id = coalesce(?3, venue_order_id), liquidity = coalesce(?4, liquidity), \
         fees = coalesce(?5, fees) WHERE sequence = ?1",
        params![
            amended.booked_at.cast_signed(),
            id(&ours),
            id(&amended.venue_order_id),
            amended.liquidity.map(|liquidity| liquidity.name()),
            fees,
        ],
    )
}

fn put_refusal(rows: &Rows<'_>, state: &State, (at, refused): (At, &OrderRefused)) -> Done {
    let known = state.instrument(refused.instrument);
    let qty = known.map_or_else(String::new, |known| quantity(known, refused.qty));
    rows.put(
        "INSERT INTO order_refusals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            at.sequence,
            at.ts,
            id(&refused.client_order_id),
            state.account_name(refused.account),
            state.strategy_name(refused.strategy),
            state.symbol(refused.instrument),
            refused.side.name(),
            qty,
            refused.order_type.name(),
            refused.refusal.name(),
        ],
    )
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
fn put_closed(rows: &Rows<'_>, state: &State, at: At) -> Done {
    let newest = state.closed().rev();
    let own = newest.take_while(|closed| closed.sequence.cast_signed() == at.sequence);
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
                at.sequence,
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

fn put_snapshot(rows: &Rows<'_>, state: &State, (at, taken): (At, &Snapshot)) -> Done {
    const HUNDRED: i128 = 100_000_000;
    let drawdown = taken.peak - taken.equity;
    let share = (taken.peak > 0)
        .then(|| mul_div(drawdown, HUNDRED, taken.peak, Rounding::HalfEven))
        .flatten();
    let intervals = ["hour", "day"].into_iter();
    for interval in intervals.take(if taken.is_day { 2 } else { 1 }) {
        rows.put(
            "INSERT OR REPLACE INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
             ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                interval,
                taken.at.0,
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
