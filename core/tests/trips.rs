//! Round trips, from flat to flat or to the other side: every figure of each.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{DEFAULT, Desk, FIRST, id, number, spec, with_fee};
use truebook_core::book::{Adoption, Answer, Command, FillReport};
use truebook_core::model::{
    Config, Fixed, InstrumentKind, InstrumentSpec, RoundTrip, Side, Timestamp,
};

/// Quantities at 8 digits and money at 18, as text: entry, exit, peak, realized, fees.
fn figures(trip: &RoundTrip) -> [String; 7] {
    let qty = |raw| Fixed::new(raw, 8).to_string();
    let money = |raw| Fixed::new(raw, 18).to_string();
    [
        qty(trip.entry_qty),
        money(trip.entry_value),
        qty(trip.exit_qty),
        money(trip.exit_value),
        qty(trip.peak_qty),
        money(trip.realized_pnl),
        money(trip.fees),
    ]
}

fn fill(desk: &mut Desk, side: Side, qty: &str, price: &str) {
    let trade = format!("t{}", desk.entries.len());
    let report = desk.report(side, qty, price, &trade);
    desk.fill(with_fee(report, "1", "USD"));
}

fn closed(desk: &Desk, at: usize) -> RoundTrip {
    desk.state().closed().nth(at).unwrap().trip
}

#[test]
fn a_long_round_trip_is_opened_added_to_reduced_and_closed() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    let opened = desk.now;
    fill(&mut desk, Side::Buy, "2", "100");
    fill(&mut desk, Side::Buy, "1", "110");
    fill(&mut desk, Side::Sell, "1", "120");
    assert_eq!(desk.state().closed().count(), 0);
    let ended = desk.now;
    fill(&mut desk, Side::Sell, "2", "130");
    let trip = closed(&desk, 0);
    assert_eq!(figures(&trip), ["3", "310", "3", "380", "3", "70", "4"]);
    assert!(!trip.is_short);
    let times = (Timestamp(opened), Timestamp(ended));
    assert_eq!((trip.opened_at, trip.closed_at), times);
    let position = desk.position();
    assert_eq!((position.closed_trades, position.winning_trades), (1, 1));
    desk.check();
}

#[test]
fn a_flip_ends_one_round_trip_and_begins_the_next() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    fill(&mut desk, Side::Sell, "3", "100");
    assert!(desk.position().trip.is_short);
    let flipped = desk.now;
    fill(&mut desk, Side::Buy, "5", "90");
    let short = closed(&desk, 0);
    assert_eq!(figures(&short), ["3", "300", "3", "270", "3", "30", "2"]);
    assert!(short.is_short);
    let trip = desk.position().trip;
    assert_eq!(figures(&trip), ["2", "180", "0", "0", "2", "0", "0"]);
    assert_eq!((trip.is_short, trip.opened_at), (false, Timestamp(flipped)));
    fill(&mut desk, Side::Sell, "2", "89.5");
    let long = closed(&desk, 1);
    assert_eq!(figures(&long), ["2", "180", "2", "179", "2", "-1", "1"]);
    let position = desk.position();
    assert_eq!((position.closed_trades, position.winning_trades), (2, 1));
    desk.check();
}

#[test]
fn a_round_trip_that_made_just_its_fees_is_not_won() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    fill(&mut desk, Side::Buy, "1", "100");
    fill(&mut desk, Side::Sell, "1", "102");
    assert_eq!(desk.position().winning_trades, 0);
    fill(&mut desk, Side::Buy, "1", "100");
    fill(&mut desk, Side::Sell, "1", "102.01");
    assert_eq!(desk.position().winning_trades, 1);
}

#[test]
fn a_correction_leaves_the_margin_of_what_stands() {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "1000");
    desk.instrument(InstrumentSpec {
        leverage: Some(number("10")),
        ..spec("BTC-USD", InstrumentKind::Perpetual)
    });
    desk.buy("2", "100", "1");
    let report = desk.report(Side::Buy, "3", "110", "1b");
    desk.fill(FillReport {
        revises: Some(id("1")),
        ..report
    });
    assert_eq!(Fixed::new(desk.position().margin, 18), number("33"));
    assert_eq!(
        desk.state().instrument(FIRST).unwrap().margin_pct,
        1_000_000_000
    );
    desk.check();
}

fn adopt(desk: &mut Desk, qty: i128, cost: Option<&str>) {
    let adoption = Adoption {
        account: DEFAULT,
        instrument: FIRST,
        strategy: None,
        qty,
        cost: cost.map(number),
        id: None,
        ts: Timestamp(desk.now),
    };
    let answer = desk.run(Command::Adopt(Box::new(adoption)));
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
}

fn leveraged(kind: InstrumentKind) -> Desk {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "1000");
    desk.instrument(InstrumentSpec {
        leverage: Some(number("10")),
        ..spec("BTC-USD", kind)
    });
    desk
}

fn in_margin(desk: &Desk) -> Fixed {
    let usd = desk.currency("USD");
    Fixed::new(desk.state().balance(DEFAULT, usd).in_margin, 18)
}

#[test]
fn what_is_taken_in_opens_a_round_trip_and_locks_its_margin() {
    let mut desk = leveraged(InstrumentKind::Perpetual);
    let opened = desk.now;
    adopt(&mut desk, -300_000_000, Some("-300"));
    let trip = desk.position().trip;
    assert_eq!(figures(&trip), ["3", "300", "0", "0", "3", "0", "0"]);
    assert_eq!((trip.is_short, trip.opened_at), (true, Timestamp(opened)));
    assert_eq!(in_margin(&desk), number("30"));
    adopt(&mut desk, -100_000_000, Some("-140"));
    let trip = desk.position().trip;
    assert_eq!(figures(&trip), ["4", "440", "0", "0", "4", "0", "0"]);
    assert_eq!(trip.opened_at, Timestamp(opened), "it was open before");
    assert_eq!(in_margin(&desk), number("44"));
    fill(&mut desk, Side::Buy, "4", "100");
    let closed = closed(&desk, 0);
    assert_eq!(figures(&closed), ["4", "440", "4", "400", "4", "40", "1"]);
    let mut long = Desk::with(InstrumentKind::Equity);
    adopt(&mut long, 100_000_000, Some("100"));
    assert!(!long.position().trip.is_short);
    desk.check();
}

#[test]
fn a_cost_that_is_given_later_completes_the_round_trip_and_the_margin() {
    // A share that was sold short, with leverage: it locks margin.
    let mut desk = leveraged(InstrumentKind::Equity);
    adopt(&mut desk, -400_000_000, None);
    assert_eq!(in_margin(&desk), number("0"));
    fill(&mut desk, Side::Buy, "1", "90");
    adopt(&mut desk, 0, Some("-400"));
    assert_eq!(in_margin(&desk), number("30"));
    let trip = desk.position().trip;
    assert_eq!(figures(&trip), ["4", "400", "1", "90", "4", "10", "1"]);
    assert_eq!(desk.held(), ["-3", "-300", "10"]);
    desk.check();
}

#[test]
fn a_late_fee_belongs_to_the_round_trip_that_is_open() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("1", "100", "1");
    desk.late_fee("1", "3", "USD");
    fill(&mut desk, Side::Sell, "1", "110");
    assert_eq!(figures(&closed(&desk, 0))[6], "4");
    desk.check();
}

#[test]
fn a_late_fee_of_all_that_is_held_ends_the_round_trip() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.buy("1", "100", "1");
    desk.late_fee("1", "1", "BTC");
    assert_eq!(desk.position().closed_trades, 1);
    assert_eq!(figures(&closed(&desk, 0))[..3], ["1", "100", "1"]);
    desk.check();
}

#[test]
fn what_is_taken_back_of_more_leaves_the_round_trip_without_it() {
    for (side, realized) in [(Side::Buy, "6.66666667"), (Side::Sell, "-6.66666667")] {
        let mut desk = Desk::with(InstrumentKind::Equity);
        for (qty, price, trade) in [("2", "100", "1"), ("1", "110", "2")] {
            let report = desk.report(side, qty, price, trade);
            desk.fill(with_fee(report, "1", "USD"));
        }
        desk.bust("2");
        let trip = desk.position().trip;
        assert_eq!(
            figures(&trip),
            ["2", "200", "0", "0", "3", realized, "1"],
            "{side:?}"
        );
        desk.check();
    }
}

#[test]
fn what_is_taken_back_whole_leaves_an_empty_round_trip() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    let report = desk.report(Side::Buy, "1", "100", "1");
    desk.fill(with_fee(report, "1", "USD"));
    desk.bust("1");
    let trip = desk.position().trip;
    assert_eq!(figures(&trip), ["0", "0", "0", "0", "1", "0", "0"]);
    assert_eq!(trip.closed_at, Timestamp::default());
    desk.check();
}

#[test]
fn taking_back_what_was_sold_since_begins_a_round_trip_on_the_other_side() {
    // Through flat, and from flat.
    for (bought, entry, fees) in [("5", ["3", "300"], "0"), ("3", ["3", "300"], "-1")] {
        let mut desk = Desk::with(InstrumentKind::Equity);
        let report = desk.report(Side::Buy, bought, "100", "1");
        desk.fill(with_fee(report, "1", "USD"));
        desk.sell("3", "110", "2");
        let began = desk.now;
        desk.bust("1");
        assert_eq!(desk.held()[0], "-3");
        let trip = desk.position().trip;
        let [qty, value] = entry;
        let wanted = [qty, value, "0", "0", "3", "0", fees];
        assert_eq!(figures(&trip), wanted, "{bought}");
        assert_eq!((trip.is_short, trip.opened_at), (true, Timestamp(began)));
        desk.check();
    }
}

#[test]
fn a_cost_that_is_given_later_adds_to_the_margin_of_what_came_since() {
    let mut desk = leveraged(InstrumentKind::Equity);
    adopt(&mut desk, -400_000_000, None);
    desk.sell("1", "100", "1");
    assert_eq!(in_margin(&desk), number("10"));
    adopt(&mut desk, 0, Some("-400"));
    assert_eq!(in_margin(&desk), number("50"));
    assert_eq!(Fixed::new(desk.position().margin, 18), number("50"));
    desk.check();
}
