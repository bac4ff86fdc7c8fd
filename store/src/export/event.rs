//! What an event was, in words.
//!
//! 1. An event has one word, that of the notices where they have one for it.

use truebook_core::book::{CashKind, Event, IncomeKind, Record, State};
use truebook_core::digest;

use super::detail::{
    adoption, amendment, cost, fill, income, instrument, leg, quarantine, recorded, refusal,
    snapshot, statement,
};
use super::told::Piece;
use crate::tables::value::{Names, price, reporting};

/// The word for an event.
pub fn name(event: &Event) -> &'static str {
    match event {
        Event::Configured { .. } => "config_changed",
        Event::CurrencyAdded(_) => "currency_added",
        Event::InstrumentAdded(_) => "instrument_added",
        Event::InstrumentChanged(_) => "instrument_changed",
        Event::AccountAdded { .. } => "account_added",
        Event::StrategyAdded { .. } => "strategy_added",
        Event::CashMoved(moved) => match moved.kind {
            CashKind::Deposit => "deposit",
            CashKind::Withdrawal => "withdrawal",
            CashKind::Adjustment => "adjustment",
        },
        Event::Transferred(_) => "transfer",
        Event::IncomePaid(paid) => match paid.kind {
            IncomeKind::Funding => "funding",
            IncomeKind::Dividend => "dividend",
            IncomeKind::Interest => "interest",
        },
        Event::SplitBooked(_) => "split",
        Event::Adopted(_) => "adopted",
        Event::CostGiven(_) => "cost_given",
        Event::OrderPlaced(_) => "order_placed",
        Event::OrderRefused(_) => "order_refused",
        Event::OrderChanged(_) => "order_changed",
        Event::OrderAmended(_) => "order_amended",
        Event::Filled(_) => "fill_booked",
        Event::Busted(_) => "fill_reversed",
        Event::FillAmended(_) => "fill_amended",
        Event::Quarantined(_) => "fill_quarantined",
        Event::PriceLevelMoved { .. } => "price_level_moved",
        Event::TradingStateChanged { .. } => "trading_state_changed",
        Event::RiskMarked { .. } => "risk_marked",
        Event::Stated(_) => "venue_stated",
        Event::StateSet { .. } => "state_changed",
        Event::Recorded(record) => match **record {
            Record::Bar(_) => "bar_closed",
            Record::Observation(_) => "observed",
            Record::Alert(_) => "alerted",
        },
        Event::SnapshotTaken(_) => "snapshot_taken",
        Event::StoreChanged { .. } => "store_changed",
    }
}

/// What it was; `None` where the changes say it all. `state` has it.
pub fn head(state: &State, event: &Event) -> Option<Piece> {
    let piece = Piece::new(name(event));
    Some(match event {
        Event::Configured { version, config } => piece
            .count("version", *version)
            .with("hash", digest::hex(&config.hash())),
        Event::CurrencyAdded(currency) => piece.with("currency", currency.code),
        Event::InstrumentAdded(known) | Event::InstrumentChanged(known) => {
            instrument(piece, state, known)
        }
        Event::AccountAdded { name } | Event::StrategyAdded { name } => piece.with("name", name),
        Event::CashMoved(moved) => leg(piece, state, &moved.leg).maybe("id", moved.id),
        Event::Transferred(moved) => {
            let to = state.account_name(moved.to.account);
            let piece = leg(piece, state, &moved.from).with("to", to);
            piece.maybe("id", moved.id)
        }
        Event::IncomePaid(paid) => income(piece, state, paid),
        Event::SplitBooked(split) => {
            let piece = piece.with("symbol", state.symbol(split.instrument));
            piece
                .count("positions", split.parts.len())
                .maybe("id", split.id)
        }
        Event::Adopted(adopted) => adoption(piece, state, adopted),
        Event::CostGiven(given) => cost(piece, state, given),
        Event::OrderPlaced(_) | Event::OrderChanged(_) | Event::OrderAmended(_) => return None,
        Event::OrderRefused(refused) => refusal(piece, state, refused),
        Event::Filled(filled) => fill(piece, state, filled),
        // Its notice says it.
        Event::Busted(_) => return None,
        Event::FillAmended(amended) => amendment(piece, state, amended),
        Event::Quarantined(held) => quarantine(piece, state, held),
        Event::PriceLevelMoved {
            instrument,
            old,
            new,
        } => {
            let known = state.instrument(*instrument)?;
            let piece = piece.with("symbol", known.symbol);
            piece.changed("price", price(known, *old), price(known, *new))
        }
        Event::TradingStateChanged { old, state, reason } => piece
            .changed("state", old.name().to_owned(), state.name().to_owned())
            .with("reason", reason),
        Event::RiskMarked {
            peak,
            day_start,
            day,
        } => piece
            .with("peak", reporting(*peak))
            .with("day_start", reporting(*day_start))
            .count("day", *day),
        Event::Stated(stated) => statement(piece, state, stated),
        Event::StateSet { key, value } => piece.with("key", key).with("value", value),
        Event::Recorded(record) => recorded(piece, state, record),
        Event::SnapshotTaken(taken) => snapshot(piece, taken),
        Event::StoreChanged { is_available } => piece.with("is_available", is_available),
    })
}
