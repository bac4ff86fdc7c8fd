//! What is registered, and that what is refused registers nothing.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{Desk, id, number, spec};
use truebook_core::book::{
    Adoption, Answer, CashKind, CashMove, Command, Invalid, Submit, Transfer,
};
use truebook_core::model::{
    AccountId, CashEntry, Config, Fixed, Id, InstrumentId, InstrumentKind, InstrumentSpec, Limits,
    Refusal, Side, StrategyConfig, StrategyKind, Timestamp,
};

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

#[test]
fn a_rehearsal_says_what_would_be_said_of_a_new_account() {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "100");
    desk.instrument(spec("BTC-USD", InstrumentKind::Equity));
    let cash = |account, kind, currency: &str, amount: &str, name: Option<&str>| {
        Command::MoveCash(Box::new(CashMove {
            account: AccountId(account),
            currency: id(currency),
            amount: number(amount),
            kind,
            id: name.map(id),
        }))
    };
    desk.run(cash(0, CashKind::Deposit, "USD", "1", Some("used")));
    let transfer = |from, to, amount: &str| {
        Command::Transfer(Box::new(Transfer {
            from: AccountId(from),
            to: AccountId(to),
            currency: id("USD"),
            amount: number(amount),
            id: None,
        }))
    };
    let adopt = |instrument, cost: &str| {
        Command::Adopt(Box::new(Adoption {
            account: AccountId(1),
            instrument: InstrumentId(instrument),
            strategy: None,
            qty: 100_000_000,
            cost: Some(number(cost)),
            id: None,
            ts: Timestamp(desk.now),
        }))
    };
    for command in [
        cash(1, CashKind::Deposit, "USD", "1", None),
        cash(1, CashKind::Deposit, "USD", "1", Some("used")),
        cash(1, CashKind::Deposit, "EUR", "1", Some("new")),
        cash(1, CashKind::Withdrawal, "USD", "1", None),
        cash(1, CashKind::Deposit, "USD", "-1", None),
        cash(2, CashKind::Deposit, "USD", "1", None),
        transfer(0, 1, "101"),
        transfer(0, 1, "102"),
        transfer(1, 0, "1"),
        transfer(1, 1, "1"),
        adopt(0, "100"),
        adopt(7, "100"),
    ] {
        let all = [Command::AddAccount(id("second")), command];
        let mut copy = desk.ledger.clone();
        let said: Vec<Answer> = all.iter().map(|command| copy.execute(command)).collect();
        let refused = said
            .into_iter()
            .find(|said| !matches!(said, Answer::Applied(_)));
        assert_eq!(desk.state().rehearse(&all), refused, "{all:?}");
    }
}

#[test]
fn the_edges_of_a_registration_are_allowed() {
    let mut desk = Desk::new(Config {
        reporting_currency: id("EUR"),
        cash: cash("0"),
        ..Config::default()
    });
    assert_eq!(desk.state().config.reporting_currency, id("EUR"));
    assert_eq!(desk.state().currencies().len(), 0, "no cash, no currency");
    let widest = InstrumentSpec {
        price_precision: 18,
        qty_precision: 18,
        settle: Some(id("USD")),
        min_qty: Some(number("0")),
        ..spec("BTC-USD", InstrumentKind::Spot)
    };
    desk.instrument(widest.clone());
    let sequence = desk.state().sequence;
    desk.instrument(widest.clone());
    assert_eq!(desk.state().sequence, sequence, "a repeat changes nothing");
    desk.instrument(InstrumentSpec {
        min_qty: Some(number("1")),
        ..widest.clone()
    });
    assert_eq!(desk.state().sequence, sequence + 1, "a step may change");
    for (wrong, why) in [
        (
            InstrumentSpec {
                price_precision: 19,
                ..widest.clone()
            },
            Invalid::Precision,
        ),
        (
            InstrumentSpec {
                qty_precision: 19,
                ..widest.clone()
            },
            Invalid::Precision,
        ),
        (
            InstrumentSpec {
                settle: Some(id("BTC")),
                ..widest
            },
            Invalid::Settlement,
        ),
    ] {
        let answer = desk.run(Command::AddInstrument(Box::new(wrong)));
        assert_eq!(answer, Answer::Invalid(why));
    }
    desk.check();
}

#[test]
fn a_book_takes_another_configuration_in_its_own_reporting_currency_only() {
    let config = |currency: &str, most| Config {
        reporting_currency: id(currency),
        limits: Limits {
            max_positions: most,
            ..Limits::default()
        },
        ..Config::default()
    };
    let mut desk = Desk::new(config("EUR", 1));
    let same = Command::Configure(Box::new(config("EUR", 2)));
    assert_eq!(desk.state().rehearse(std::slice::from_ref(&same)), None);
    let answer = desk.run(same);
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    assert_eq!(desk.state().config.limits.max_positions, 2);
    let other = Command::Configure(Box::new(config("USD", 3)));
    let refused = Answer::Invalid(Invalid::ReportingCurrency);
    let said = desk.state().rehearse(std::slice::from_ref(&other));
    assert_eq!(said, Some(refused));
    assert_eq!(desk.run(other), refused);
    desk.check();
}

fn deposit(account: u16, currency: &str) -> Command {
    Command::MoveCash(Box::new(CashMove {
        account: AccountId(account),
        currency: id(currency),
        amount: number("1"),
        kind: CashKind::Deposit,
        id: None,
    }))
}

#[test]
fn a_rehearsal_knows_everything_that_is_registered() {
    let mut desk = Desk::new(Config {
        strategies: vec![StrategyConfig {
            name: id("alpha"),
            kind: StrategyKind::External,
            limits: Limits::default(),
        }],
        ..Config::default()
    });
    desk.run(Command::AddAccount(id("second")));
    desk.deposit("USD", "100");
    let known = spec("BTC-USD", InstrumentKind::Equity);
    desk.instrument(known.clone());
    let differs = InstrumentSpec {
        qty_precision: 12,
        ..known
    };
    let order = |name: &str| {
        Command::Submit(Box::new(Submit {
            strategy: Some(id(name)),
            ..desk.order(Side::Buy, "1")
        }))
    };
    let withdrawal = Command::MoveCash(Box::new(CashMove {
        account: AccountId(0),
        currency: id("EUR"),
        amount: number("1"),
        kind: CashKind::Withdrawal,
        id: None,
    }));
    let refused = |refusal| Some(Answer::Refused(refusal));
    let invalid = |why| Some(Answer::Invalid(why));
    let again = Command::AddAccount(id("second"));
    for (commands, said) in [
        (vec![deposit(1, "USD")], None),
        (
            vec![again, deposit(2, "USD")],
            invalid(Invalid::UnknownAccount),
        ),
        (vec![withdrawal], refused(Refusal::InsufficientBalance)),
        (
            vec![Command::AddInstrument(Box::new(differs))],
            invalid(Invalid::InstrumentDiffers),
        ),
        (vec![order("alpha")], refused(Refusal::NoPrice)),
        (vec![order("beta")], refused(Refusal::UnknownStrategy)),
    ] {
        assert_eq!(desk.state().rehearse(&commands), said, "{commands:?}");
        let mut copy = desk.ledger.clone();
        let mut answers = commands.iter().map(|command| copy.execute(command));
        let first = answers.find(|answer| !matches!(answer, Answer::Applied(_)));
        assert_eq!(first, said, "{commands:?}");
    }
}
