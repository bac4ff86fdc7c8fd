//! Fills beyond those that the ledger remembers: never booked twice, whoever is asked.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::{id, spec};
use truebook_core::book::{
    Answer, Applied, Beyond, Command, Event, FillReport, Ledger, Quarantine, State,
};
use truebook_core::model::{InstrumentId, InstrumentKind, Side, Timestamp};

const REMEMBERED: u64 = 10;

fn ledger() -> Ledger {
    let mut ledger = Ledger::new(State::with_window(REMEMBERED as usize));
    ledger.execute(&Command::Configure(Box::default()));
    let spec = spec("BTC-USD", InstrumentKind::Perpetual);
    ledger.execute(&Command::AddInstrument(Box::new(spec)));
    ledger
}

fn report(number: u64, beyond: Beyond) -> FillReport {
    FillReport {
        trade_id: Some(id(&format!("t{number}"))),
        ts: Timestamp(1_000 + i64::try_from(number).unwrap()),
        beyond,
        ..FillReport::new(InstrumentId(0), Side::Buy, 100, 5_000_000_000)
    }
}

fn fill(ledger: &mut Ledger, number: u64, beyond: Beyond) -> Answer {
    ledger.execute(&Command::Fill(Box::new(report(number, beyond))))
}

fn held(ledger: &Ledger) -> i128 {
    ledger.state().positions().iter().map(|held| held.qty).sum()
}

#[test]
fn a_fill_that_may_be_forgotten_is_asked_for_and_one_that_is_newer_is_not() {
    let ask = Beyond::Ask { is_timed: true };
    let mut ledger = ledger();
    for number in 1..=REMEMBERED + 5 {
        assert!(matches!(fill(&mut ledger, number, ask), Answer::Applied(_)));
    }
    let before = ledger.state().hash();
    for forgotten in 1..=5 {
        assert_eq!(fill(&mut ledger, forgotten, ask), Answer::Undecided);
    }
    assert_eq!(ledger.state().hash(), before);
    let remembered = fill(&mut ledger, 6, ask);
    assert!(matches!(
        remembered,
        Answer::Applied(Applied {
            duplicate: true,
            ..
        })
    ));
    let untimed = Beyond::Ask { is_timed: false };
    assert_eq!(fill(&mut ledger, 99, untimed), Answer::Undecided);
    assert_eq!(ledger.state().hash(), before);
    assert!(matches!(fill(&mut ledger, 99, ask), Answer::Applied(_)));
    assert_eq!(held(&ledger), 100 * (i128::from(REMEMBERED) + 6));
}

#[test]
fn what_was_found_out_is_taken() {
    let mut ledger = ledger();
    for number in 1..=REMEMBERED + 5 {
        fill(&mut ledger, number, Beyond::Unknown);
    }
    let before = held(&ledger);
    let again = fill(&mut ledger, 1, Beyond::Booked(7));
    let duplicate = Applied {
        sequence: 7,
        duplicate: true,
        ..Applied::default()
    };
    assert_eq!(again, Answer::Applied(duplicate));
    assert_eq!(held(&ledger), before);
    fill(&mut ledger, 0, Beyond::New);
    assert_eq!(held(&ledger), before + 100);
    let conflict = fill(&mut ledger, 2, Beyond::Conflict);
    let Answer::Applied(applied) = conflict else {
        unreachable!()
    };
    assert_eq!(applied.quarantined, Some(Quarantine::FillConflict));
    assert_eq!(held(&ledger), before + 100);
}

#[test]
fn where_nobody_can_be_asked_it_is_put_aside() {
    let mut ledger = ledger();
    for number in 1..=REMEMBERED + 5 {
        fill(&mut ledger, number, Beyond::Unknown);
    }
    let before = held(&ledger);
    let Answer::Applied(applied) = fill(&mut ledger, 3, Beyond::Unknown) else {
        unreachable!()
    };
    assert_eq!(applied.quarantined, Some(Quarantine::StaleFill));
    assert_eq!(held(&ledger), before);
    let mut emitted = Vec::new();
    ledger.take_emitted(&mut emitted);
    let last = emitted.last().unwrap();
    assert!(matches!(last.event, Event::Quarantined(_)));
}
