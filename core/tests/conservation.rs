//! No money appears and none is lost, whatever is booked: the first property of the ledger.
//!
//! realized + unrealized = cash flow + quantity × mark for every position; strategies, accounts and
//! positions sum up to the book; cash + holdings = deposits + PnL. The difference is 0.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{Desk, fee, id, number, spec};
use proptest::prelude::*;
use truebook_core::book::{
    BustReport, CashKind, CashMove, Command, FillReport, Income, IncomeKind, LateFee, PriceTick,
    Split, State, Transfer,
};
use truebook_core::model::{
    AccountId, Config, Fixed, InstrumentId, InstrumentKind, InstrumentSpec, PositionLeg,
    Settlement, Side, Timestamp,
};

/// One thing that happens; numbers are picked modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Fill(Fill),
    Quote(u32, i64),
    Funding(u32, i32),
    Cash(i32),
    Transfer(u16),
    Split(u32, u32, u32),
    Bust(usize),
    LateFee(usize, i32),
    Correct(usize, Fill),
}

#[derive(Clone, Debug)]
struct Fill {
    instrument: u32,
    is_buy: bool,
    lots: i128,
    cents: i64,
    owner: (u16, u8),
    leg: u8,
    fee: (u8, i32),
}

fn fill() -> impl Strategy<Value = Fill> {
    let what = (0_u32..8, any::<bool>(), 1_i128..2_000, 5_000_i64..20_000);
    (what, (0_u16..2, 0_u8..3), 0_u8..3, (0_u8..5, -50_i32..500)).prop_map(
        |((instrument, is_buy, lots, cents), owner, leg, fee)| Fill {
            instrument,
            is_buy,
            lots,
            cents,
            owner,
            leg,
            fee,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => fill().prop_map(Step::Fill),
        3 => (0_u32..8, 5_000_i64..20_000).prop_map(|(at, cents)| Step::Quote(at, cents)),
        1 => (0_u32..8, -500_i32..500).prop_map(|(at, cents)| Step::Funding(at, cents)),
        1 => (-1_000_i32..10_000).prop_map(Step::Cash),
        1 => (1_u16..100).prop_map(Step::Transfer),
        1 => (0_u32..8, 1_u32..4, 1_u32..4).prop_map(|(at, n, d)| Step::Split(at, n, d)),
        1 => any::<usize>().prop_map(Step::Bust),
        1 => (any::<usize>(), -50_i32..500).prop_map(|(at, cents)| Step::LateFee(at, cents)),
        1 => (any::<usize>(), fill()).prop_map(|(at, fill)| Step::Correct(at, fill)),
    ]
}

/// A book with every kind of instrument, in two accounts.
struct Book {
    desk: Desk,
    fills: Vec<FillReport>,
}

impl Book {
    fn new() -> Self {
        let mut desk = Desk::new(Config::default());
        desk.run(Command::AddAccount(id("second")));
        for (kind, qty_precision) in InstrumentKind::ALL.iter().zip(0..) {
            let name = format!("B{qty_precision}-USD");
            desk.instrument(InstrumentSpec {
                qty_precision,
                multiplier: (*kind == InstrumentKind::Option).then(|| number("100")),
                leverage: (!kind.moves_base()).then(|| number("3")),
                ..spec(&name, *kind)
            });
        }
        let fills = Vec::new();
        Self { desk, fills }
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.desk.now)
    }

    fn report(&self, fill: &Fill) -> FillReport {
        let instrument = self.desk.state().instrument(InstrumentId(fill.instrument));
        let instrument = instrument.unwrap();
        let side = if fill.is_buy { Side::Buy } else { Side::Sell };
        let (account, strategy) = fill.owner;
        let trade = format!("t{}", self.fills.len());
        let legs = [PositionLeg::Net, PositionLeg::Long, PositionLeg::Short];
        let mut report = FillReport {
            account: AccountId(account),
            strategy: ["alpha", "beta"]
                .get(usize::from(strategy))
                .map(|name| id(name)),
            leg: legs[usize::from(fill.leg)],
            trade_id: Some(id(&trade)),
            ts: self.now(),
            ..FillReport::new(
                instrument.id,
                side,
                instrument.lot * fill.lots,
                fill.cents * 1_000_000,
            )
        };
        let (currency, cents) = fill.fee;
        let amount = Fixed::new(i128::from(cents), 4).to_string();
        let base = format!("B{}", fill.instrument);
        match currency {
            0 => {}
            1 => report.fees.push(fee(&amount, &base)),
            2 => report.fees.push(fee(&amount, "BNB")),
            3 => report
                .fees
                .extend([fee(&amount, "USD"), fee("0.01", "BNB")]),
            _ => report.fees.push(fee(&amount, "USD")),
        }
        report
    }

    /// An execution that was reported before.
    fn old(&self, at: usize) -> Option<&FillReport> {
        self.fills.get(at.checked_rem(self.fills.len())?)
    }

    /// A correction of an execution that was reported before: the same but for its numbers.
    fn correction(&self, at: usize, fill: &Fill) -> Option<FillReport> {
        let old = self.old(at)?;
        let same = Fill {
            instrument: old.instrument.0,
            is_buy: old.side == Side::Buy,
            owner: (old.account.0, fill.owner.1),
            ..fill.clone()
        };
        Some(FillReport {
            revises: old.trade_id,
            ..self.report(&same)
        })
    }

    fn bust(&self, at: usize) -> Option<Command> {
        let old = self.old(at)?;
        Some(Command::Bust(Box::new(BustReport {
            account: old.account,
            instrument: old.instrument,
            side: Some(old.side),
            trade_id: old.trade_id?,
            ts: self.now(),
        })))
    }

    fn late_fee(&self, at: usize, amount: Fixed) -> Option<Command> {
        let old = self.old(at)?;
        Some(Command::LateFee(Box::new(LateFee {
            account: old.account,
            instrument: old.instrument,
            side: Some(old.side),
            trade_id: old.trade_id?,
            fee: fee(&amount.to_string(), "USD"),
            ts: self.now(),
        })))
    }

    fn run(&mut self, step: &Step) {
        let report = match step {
            Step::Fill(fill) => Some(self.report(fill)),
            Step::Correct(at, fill) => self.correction(*at, fill),
            _ => None,
        };
        self.fills.extend(report.clone());
        let command = match step {
            Step::Fill(_) | Step::Correct(..) => {
                report.map(|report| Command::Fill(Box::new(report)))
            }
            Step::Bust(at) => self.bust(*at),
            Step::LateFee(at, amount) => self.late_fee(*at, cents(*amount)),
            other => Some(cash_command(other, self.now())),
        };
        self.desk.now += 1_000_000_000;
        if let Some(command) = command {
            self.desk.run(command);
        }
    }
}

fn cents(amount: i32) -> Fixed {
    Fixed::new(i128::from(amount), 2)
}

/// What a step without an execution asks for.
fn cash_command(step: &Step, ts: Timestamp) -> Command {
    let (account, currency) = (AccountId(0), id("USD"));
    match step {
        Step::Quote(at, price) => Command::Price(PriceTick {
            last: Some(price * 1_000_000),
            ..PriceTick::empty(InstrumentId(*at), ts)
        }),
        Step::Funding(at, amount) => Command::Income(Box::new(Income {
            kind: IncomeKind::Funding,
            account,
            instrument: Some(InstrumentId(*at)),
            strategy: Some(id("alpha")),
            currency,
            amount: cents(*amount),
            id: None,
        })),
        Step::Transfer(amount) => Command::Transfer(Box::new(Transfer {
            from: account,
            to: AccountId(1),
            currency,
            amount: Fixed::new(i128::from(*amount), 0),
            id: None,
        })),
        Step::Split(at, numerator, denominator) => Command::Split(Box::new(Split {
            instrument: InstrumentId(*at),
            numerator: *numerator,
            denominator: *denominator,
            cash_px: Some(10_000_000_000),
            id: None,
            ts,
        })),
        Step::Cash(amount) => Command::MoveCash(Box::new(CashMove {
            account,
            currency,
            amount: cents(*amount),
            kind: CashKind::Adjustment,
            id: None,
        })),
        other => panic!("{other:?} is an execution"),
    }
}

/// realized + unrealized − (cash flow + quantity × mark), summed over positions: each is 0.
fn check_positions(state: &State) -> Result<(), TestCaseError> {
    for position in state.positions() {
        let instrument = state.instrument(position.key.instrument).unwrap();
        let Some(unrealized) = state.unrealized_pnl(position.id) else {
            continue;
        };
        let value = state.position_value(position.id).unwrap_or(0);
        let there = match instrument.settlement() {
            Settlement::Paid => position.cash_flow + value,
            Settlement::Linear | Settlement::Inverse => position.cash_flow + unrealized,
        };
        prop_assert_eq!(position.realized_pnl + unrealized, there);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_money_appears_and_none_is_lost(
        steps in proptest::collection::vec(step(), 1..120)
    ) {
        let mut book = Book::new();
        for step in &steps {
            book.run(step);
            check_positions(book.desk.state())?;
            prop_assert_eq!(book.desk.state().portfolio().difference, 0);
        }
        book.desk.check();
    }
}
