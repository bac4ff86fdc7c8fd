//! What is registered, and that what is refused registers nothing.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{Desk, id, number, spec};
use truebook_core::book::{Answer, Command, Invalid};
use truebook_core::model::{CashEntry, Config, Fixed, Id, InstrumentKind, InstrumentSpec, Limits};

fn cash(amount: &str) -> Vec<CashEntry> {
    vec![CashEntry {
        currency: id("USD"),
        amount: number(amount),
    }]
}

/// Configurations of which one part is wrong, and what is said of it.
fn wrong_ones() -> [(Config, Invalid); 5] {
    let good = spec("BTC-USD", InstrumentKind::Spot);
    let wrong = InstrumentSpec {
        price_precision: 19,
        ..spec("ETH-USD", InstrumentKind::Spot)
    };
    let other = InstrumentSpec {
        qty_precision: 12,
        ..good.clone()
    };
    [
        (
            Config {
                instruments: vec![good.clone(), wrong],
                ..Config::default()
            },
            Invalid::Precision,
        ),
        (
            Config {
                instruments: vec![good.clone(), other],
                ..Config::default()
            },
            Invalid::InstrumentDiffers,
        ),
        (
            Config {
                instruments: vec![good],
                cash: cash("1.0000000000000000001"),
                ..Config::default()
            },
            Invalid::Scale,
        ),
        (
            Config {
                limits: Limits {
                    price_band_pct: Fixed::new(10, 38),
                    ..Limits::default()
                },
                ..Config::default()
            },
            Invalid::Scale,
        ),
        (
            Config {
                reporting_currency: id("EUR"),
                ..Config::default()
            },
            Invalid::ReportingCurrency,
        ),
    ]
}

#[test]
fn a_configuration_with_one_wrong_part_changes_nothing() {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "1");
    let before = desk.state().hash();
    for (config, why) in wrong_ones() {
        let answer = desk.run(Command::Configure(Box::new(config)));
        assert_eq!(answer, Answer::Invalid(why));
        assert_eq!(desk.state().hash(), before, "{why:?}");
    }
    let config = Config {
        instruments: vec![spec("BTC-USD", InstrumentKind::Spot)],
        cash: cash("5"),
        ..Config::default()
    };
    for _ in 0..2 {
        let answer = desk.run(Command::Configure(Box::new(config.clone())));
        assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
        assert_eq!(desk.state().config_version, 2);
    }
    assert_eq!(desk.balance("USD"), "6");
    desk.check();
}

#[test]
fn a_rehearsal_says_what_would_be_refused_and_changes_nothing() {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "1");
    let before = desk.state().hash();
    let new = Command::AddAccount(id("second"));
    assert_eq!(desk.state().rehearse(std::slice::from_ref(&new)), None);
    let unnamed = Command::AddAccount(Id::default());
    let refused = desk.state().rehearse(&[new, unnamed]);
    assert_eq!(refused, Some(Answer::Invalid(Invalid::Unnamed)));
    assert_eq!(desk.state().hash(), before);
}
