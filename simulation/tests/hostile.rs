//! Commands that nobody should send: extreme numbers, unknown names, every field at its worst.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use fastrand::Rng;
use truebook_core::book::{
    Adoption, Amend, Answer, BustReport, CashKind, CashMove, Command, FillFee, FillReport, Income,
    IncomeKind, LateFee, Ledger, OrderReport, OrderUpdate, PriceTick, Split, State, Statement,
    Submit, TradingState, Transfer,
};
use truebook_core::model::{
    AccountId, Fixed, Id, InstrumentId, InstrumentKind, InstrumentSpec, OrderType, PositionLeg,
    Side, Timestamp,
};
use truebook_simulation::check;

/// A source of the worst values.
struct Worst(Rng);

impl Worst {
    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        *self.0.choice(values).unwrap()
    }

    fn wide(&mut self) -> i128 {
        let random = i128::from(self.0.i64(..));
        let one = 100_000_000;
        let edges = [
            0,
            1,
            -1,
            one,
            -one,
            7 * one,
            random,
            1 << 100,
            1 << 112,
            1 << 120,
        ];
        let far = [i128::MAX, i128::MIN, i128::MAX / 2, 10_i128.pow(38)];
        if self.0.u8(0..3) == 0 {
            self.pick(&far)
        } else {
            self.pick(&edges)
        }
    }

    fn price(&mut self) -> i64 {
        let random = self.0.i64(..);
        self.pick(&[
            0,
            -1,
            1,
            10_000_000_000,
            10_000_000_001,
            i64::MAX,
            i64::MIN,
            random,
        ])
    }

    fn fixed(&mut self) -> Fixed {
        let scale = self.pick(&[0, 2, 8, 18, 19, 38, 39, 200, 255]);
        Fixed::new(self.wide(), scale)
    }

    fn id(&mut self) -> Id {
        let long = "x".repeat(96);
        let texts = [
            "",
            "USD",
            "BTC",
            "a",
            "order-1",
            "EXTERNAL",
            "\u{1F4B0}",
            long.as_str(),
        ];
        Id::format(format_args!("{}", self.pick(&texts)))
    }

    fn maybe_id(&mut self) -> Option<Id> {
        let id = self.id();
        self.0.bool().then_some(id)
    }

    fn instrument(&mut self) -> InstrumentId {
        InstrumentId(self.pick(&[0, 1, 2, 3, 4, 5, 6, 7, 8, u32::MAX]))
    }

    fn account(&mut self) -> AccountId {
        AccountId(self.pick(&[0, 0, 1, 2, u16::MAX]))
    }

    fn side(&mut self) -> Side {
        self.pick(&[Side::Buy, Side::Sell])
    }

    fn leg(&mut self) -> PositionLeg {
        self.pick(&[PositionLeg::Net, PositionLeg::Long, PositionLeg::Short])
    }

    fn ts(&mut self) -> Timestamp {
        let random = self.0.i64(0..2_000_000_000_000_000_000);
        Timestamp(self.pick(&[0, 1, -1, i64::MIN, random, random, random]))
    }

    fn spec(&mut self) -> InstrumentSpec {
        let maybe = |worst: &mut Self| {
            let value = worst.fixed();
            (worst.0.u8(0..4) == 0).then_some(value)
        };
        InstrumentSpec {
            symbol: self.id(),
            kind: self.pick(InstrumentKind::ALL),
            base: self.id(),
            quote: self.id(),
            settle: None,
            price_precision: self.pick(&[0, 2, 8, 18, 19, 255]),
            qty_precision: self.pick(&[0, 2, 8, 18, 19, 255]),
            tick: maybe(self),
            lot: maybe(self),
            min_qty: maybe(self),
            max_qty: maybe(self),
            min_notional: maybe(self),
            multiplier: maybe(self),
            leverage: maybe(self),
            maker_fee_pct: maybe(self),
            taker_fee_pct: maybe(self),
            ..InstrumentSpec::default()
        }
    }

    fn fill(&mut self) -> FillReport {
        let mut report = FillReport {
            account: self.account(),
            strategy: self.maybe_id(),
            leg: self.leg(),
            trade_id: self.maybe_id(),
            revises: self.maybe_id(),
            client_order_id: self.maybe_id(),
            venue_order_id: self.maybe_id(),
            cum_qty: None,
            ts: self.ts(),
            ..FillReport::new(self.instrument(), self.side(), self.wide(), self.price())
        };
        for _ in 0..self.0.u8(0..4) {
            let currency = self.maybe_id();
            let amount = self.fixed();
            let _ = report.fees.try_push(FillFee { currency, amount });
        }
        report
    }

    fn submit(&mut self) -> Submit {
        let (limit, trigger) = (self.price(), self.price());
        let types = [
            OrderType::Market,
            OrderType::Limit(limit),
            OrderType::Stop(trigger),
            OrderType::StopLimit { trigger, limit },
        ];
        Submit {
            client_order_id: self.maybe_id(),
            account: self.account(),
            strategy: self.maybe_id(),
            leg: self.leg(),
            order_type: self.pick(&types),
            reduce_only: self.0.bool(),
            ..Submit::market(self.instrument(), self.side(), self.wide(), self.ts())
        }
    }

    fn command(&mut self) -> Command {
        let name = self.id();
        match self.0.u8(0..16) {
            kind @ 0..7 => self.booking(kind, name),
            7 => Command::Price(PriceTick {
                bid: Some(self.price()),
                ask: Some(self.price()),
                last: self.0.bool().then(|| self.price()),
                ..PriceTick::empty(self.instrument(), self.ts())
            }),
            8 => Command::Submit(Box::new(self.submit())),
            9 => Command::Amend(Box::new(Amend {
                client_order_id: name,
                qty: Some(self.wide()),
                limit: Some(self.price()),
                ts: self.ts(),
            })),
            10 => Command::Order(Box::new(OrderUpdate {
                client_order_id: name,
                report: self.pick(&[OrderReport::Accepted(None), OrderReport::Canceled]),
                ts: self.ts(),
            })),
            11 | 12 => Command::Fill(Box::new(self.fill())),
            13 => Command::Bust(Box::new(BustReport {
                account: self.account(),
                instrument: self.instrument(),
                side: None,
                trade_id: name,
                ts: self.ts(),
            })),
            14 => Command::LateFee(Box::new(LateFee {
                account: self.account(),
                instrument: self.instrument(),
                side: None,
                trade_id: name,
                fee: FillFee {
                    currency: self.maybe_id(),
                    amount: self.fixed(),
                },
                ts: self.ts(),
            })),
            _ => self.rest(name),
        }
    }

    fn booking(&mut self, kind: u8, name: Id) -> Command {
        match kind {
            0 => Command::AddInstrument(Box::new(self.spec())),
            1 => Command::AddAccount(name),
            2 => Command::MoveCash(Box::new(CashMove {
                account: self.account(),
                currency: name,
                amount: self.fixed(),
                kind: self.pick(&[
                    CashKind::Deposit,
                    CashKind::Withdrawal,
                    CashKind::Adjustment,
                ]),
                id: self.maybe_id(),
            })),
            3 => Command::Transfer(Box::new(Transfer {
                from: self.account(),
                to: self.account(),
                currency: name,
                amount: self.fixed(),
                id: self.maybe_id(),
            })),
            4 => Command::Income(Box::new(Income {
                kind: IncomeKind::Funding,
                account: self.account(),
                instrument: Some(self.instrument()),
                strategy: self.maybe_id(),
                currency: name,
                amount: self.fixed(),
                id: self.maybe_id(),
            })),
            5 => Command::Split(Box::new(Split {
                instrument: self.instrument(),
                numerator: self.pick(&[0, 1, 2, 3, u32::MAX]),
                denominator: self.pick(&[0, 1, 2, 3, u32::MAX]),
                cash_px: Some(self.price()),
                id: self.maybe_id(),
                ts: self.ts(),
            })),
            _ => Command::Adopt(Box::new(Adoption {
                account: self.account(),
                instrument: self.instrument(),
                strategy: self.maybe_id(),
                qty: self.wide(),
                cost: self.0.bool().then(|| self.fixed()),
                id: self.maybe_id(),
                ts: self.ts(),
            })),
        }
    }

    fn rest(&mut self, name: Id) -> Command {
        match self.0.u8(0..3) {
            0 => Command::Statement(Box::new(Statement::Balance {
                account: self.account(),
                currency: name,
                total: self.fixed(),
                ts: self.ts(),
            })),
            1 => Command::SetState {
                key: name,
                value: "v".repeat(self.pick(&[0, 10, 70_000])).into(),
            },
            _ => Command::SetTradingState {
                state: TradingState::Active,
                reason: name,
            },
        }
    }
}

#[test]
fn no_command_panics_and_one_that_makes_no_sense_changes_nothing() {
    let seeds = std::env::var("HOSTILE_SEEDS").ok();
    let seeds = seeds.and_then(|text| text.parse().ok()).unwrap_or(150);
    for seed in 0..seeds {
        let mut worst = Worst(Rng::with_seed(seed));
        let (mut ledger, mut replayed, mut entries) = (Ledger::default(), State::default(), vec![]);
        ledger.execute(&Command::Configure(Box::default()));
        for (number, kind) in InstrumentKind::ALL.iter().enumerate() {
            let spec = InstrumentSpec {
                symbol: Id::format(format_args!("S{number}")),
                kind: *kind,
                base: Id::format(format_args!("B{number}")),
                quote: Id::format(format_args!("USD")),
                price_precision: 2,
                qty_precision: 8,
                ..InstrumentSpec::default()
            };
            ledger.execute(&Command::AddInstrument(Box::new(spec)));
        }
        for _ in 0..200 {
            let command = worst.command();
            let before = ledger.state().hash();
            let answer = ledger.execute(&command);
            entries.clear();
            ledger.take_emitted(&mut entries);
            let is_sense = matches!(answer, Answer::Applied(_) | Answer::Refused(_));
            if !is_sense {
                assert_eq!(before, ledger.state().hash(), "seed {seed}: {command:?}");
            }
            entries.iter().for_each(|entry| replayed.apply(entry));
            let held = check(ledger.state());
            assert!(held.is_ok(), "seed {seed}: {held:?} after {command:?}");
        }
        assert_eq!(replayed.hash(), ledger.state().hash(), "seed {seed}");
    }
}
