//! What happens in a world, each with its chance.

use truebook_core::book::{
    Amend, Answer, BustReport, CashKind, CashMove, Command, FillFee, FillReport, Income,
    IncomeKind, LateFee, OrderReport, OrderUpdate, PriceTick, Submit, Transfer,
};
use truebook_core::model::{
    AccountId, Fixed, Id, InstrumentId, InstrumentKind, OrderType, Side, Timestamp,
};

use crate::World;
use crate::venue::Venue;

const ACCOUNTS: u16 = 2;
const STRATEGIES: [&str; 3] = ["alpha", "beta", "gamma"];

impl World {
    /// Does one thing.
    pub(crate) fn step(&mut self) {
        match self.random.u8(0..100) {
            0..25 => self.quote(),
            25..50 => self.execute(),
            50..72 => self.feed(),
            72..82 => self.submit(),
            82..90 => self.report(),
            90..93 => self.cash(),
            93..95 => self.income(),
            95..97 => self.bust(),
            97 => self.correct(),
            98 => self.record(),
            _ => self.late_fee(),
        }
    }

    pub(crate) fn instrument(&mut self) -> InstrumentId {
        InstrumentId(
            self.random
                .u32(0..u32::try_from(InstrumentKind::ALL.len()).unwrap_or(1)),
        )
    }

    fn account(&mut self) -> AccountId {
        AccountId(self.random.u16(0..ACCOUNTS))
    }

    fn quote(&mut self) {
        let id = self.instrument();
        let jump = self.random.i64(-300..=300);
        let Some(price) = self.prices.get_mut(id.index()) else {
            return;
        };
        *price = (*price + *price / 10_000 * jump).max(1_000_000);
        let price = *price;
        self.give(Command::Price(PriceTick {
            bid: Some(price - 1_000_000),
            ask: Some(price + 1_000_000),
            ..PriceTick::empty(id, Timestamp(self.now))
        }));
    }

    /// Something is executed at the venue: it may be told at once, later, or again.
    fn execute(&mut self) {
        let (id, account) = (self.instrument(), self.account());
        let Some(instrument) = self.ledger.state().instrument(id).copied() else {
            return;
        };
        let price = self.prices.get(id.index()).copied().unwrap_or(1);
        let side = if self.random.bool() {
            Side::Buy
        } else {
            Side::Sell
        };
        let qty = instrument.lot * i128::from(self.random.u32(1..10_000));
        let number = self.venue.executions.len();
        let mut report = FillReport {
            account,
            strategy: self.random.choice(STRATEGIES).map(text),
            trade_id: Some(Venue::trade_id(number)),
            ts: Timestamp(self.now),
            ..FillReport::new(id, side, qty, price)
        };
        if self.random.u8(0..4) > 0 {
            report.fees.push(self.fee(id, qty));
        }
        let number = self.venue.execute(report);
        if self.random.u8(0..4) > 0 {
            self.deliver(number);
        }
        if self.random.bool() {
            self.feed.push(number);
        }
    }

    fn fee(&mut self, id: InstrumentId, qty: i128) -> FillFee {
        let scale = self
            .ledger
            .state()
            .instrument(id)
            .map_or(8, |found| found.qty_scale);
        let cents = i128::from(self.random.i32(-50..500));
        match self.random.u8(0..4) {
            0 => FillFee {
                currency: Some(Id::format(format_args!("B{}", id.0))),
                amount: Fixed::new(qty / 1_000, scale),
            },
            1 => FillFee {
                currency: Some(text("BNB")),
                amount: Fixed::new(cents, 4),
            },
            2 => FillFee {
                currency: Some(text("USD")),
                amount: Fixed::new(cents, 2),
            },
            _ => FillFee {
                currency: None,
                amount: Fixed::new(cents, 6),
            },
        }
    }

    /// The feed tells something again, or late.
    fn feed(&mut self) {
        if self.feed.is_empty() {
            return;
        }
        let at = self.random.usize(0..self.feed.len());
        let number = self.feed.swap_remove(at);
        self.deliver(number);
        if self.random.u8(0..3) == 0 {
            self.feed.push(number);
        }
    }

    pub(crate) fn deliver(&mut self, number: usize) {
        let report = self
            .venue
            .executions
            .get(number)
            .map(|known| known.report.clone());
        if let Some(report) = report {
            self.give(Command::Fill(Box::new(report)));
        }
    }

    fn submit(&mut self) {
        let id = self.instrument();
        let Some(instrument) = self.ledger.state().instrument(id).copied() else {
            return;
        };
        let price = self.prices.get(id.index()).copied().unwrap_or(1);
        let side = if self.random.bool() {
            Side::Buy
        } else {
            Side::Sell
        };
        let name = Id::format(format_args!("o-{}", self.orders.len()));
        let qty = instrument.lot * i128::from(self.random.u32(0..5_000));
        let order_type = match self.random.u8(0..4) {
            0 => OrderType::Market,
            1 => OrderType::Stop(price),
            _ => OrderType::Limit(price / 1_000_000 * 1_000_000),
        };
        let order = Submit {
            client_order_id: Some(name),
            account: self.account(),
            strategy: self.random.choice(STRATEGIES).map(text),
            order_type,
            reduce_only: self.random.u8(0..4) == 0,
            ..Submit::market(id, side, qty, Timestamp(self.now))
        };
        let answer = self.give(Command::Submit(Box::new(order)));
        if matches!(answer, Answer::Applied(_)) {
            self.orders.push(name);
        }
    }

    /// Something happens to an order: a report of any kind, in any order, or a fill of a part.
    fn report(&mut self) {
        let Some(name) = self.random.choice(&self.orders).copied() else {
            return;
        };
        let reports = [
            OrderReport::Accepted(Some(Id::format(format_args!("v-{name}")))),
            OrderReport::Rejected,
            OrderReport::CancelRequested,
            OrderReport::CancelRejected,
            OrderReport::Canceled,
            OrderReport::Expired,
            OrderReport::Unknown,
        ];
        let kind = self.random.usize(0..reports.len() + 3);
        let ts = Timestamp(self.now);
        match reports.get(kind) {
            Some(report) => {
                self.give(Command::Order(Box::new(OrderUpdate {
                    client_order_id: name,
                    report: *report,
                    ts,
                })));
            }
            None if kind == reports.len() => {
                let qty = self.ledger.state().order(&name).map(|order| order.qty * 2);
                self.give(Command::Amend(Box::new(Amend {
                    client_order_id: name,
                    qty,
                    limit: None,
                    ts,
                })));
            }
            None => self.fill_order(name),
        }
    }

    fn fill_order(&mut self, name: Id) {
        let Some(order) = self.ledger.state().order(&name).cloned() else {
            return;
        };
        let lot = self
            .ledger
            .state()
            .instrument(order.instrument)
            .map_or(1, |found| found.lot);
        let lots = (order.qty / lot).clamp(1, 1_000_000);
        let part = lot * i128::from(self.random.i64(1..=i64::try_from(lots).unwrap_or(1)));
        let price = self
            .prices
            .get(order.instrument.index())
            .copied()
            .unwrap_or(1);
        let number = self.venue.executions.len();
        let report = FillReport {
            account: order.account,
            trade_id: Some(Venue::trade_id(number)),
            client_order_id: Some(name),
            ts: Timestamp(self.now),
            ..FillReport::new(order.instrument, order.side, part, price)
        };
        let number = self.venue.execute(report);
        self.deliver(number);
        // Whoever reports it again may know the venue's id of the order.
        let again = self.venue.executions.get_mut(number);
        if let Some(again) = again.filter(|_| self.random.bool()) {
            again.report.venue_order_id = Some(Id::format(format_args!("v-{name}")));
        }
        self.feed.push(number);
    }

    fn cash(&mut self) {
        let amount = Fixed::new(i128::from(self.random.i64(-100..1_000_000)), 2);
        if self.random.u8(0..4) == 0 {
            self.give(Command::Transfer(Box::new(Transfer {
                from: AccountId(0),
                to: AccountId(1),
                currency: text("USD"),
                amount,
                id: None,
            })));
            return;
        }
        let kind = match self.random.u8(0..3) {
            0 => CashKind::Withdrawal,
            1 => CashKind::Adjustment,
            _ => CashKind::Deposit,
        };
        let moved = CashMove {
            account: self.account(),
            currency: text("USD"),
            amount,
            kind,
            id: None,
        };
        self.give(Command::MoveCash(Box::new(moved)));
    }

    fn income(&mut self) {
        let id = self.instrument();
        let income = Income {
            kind: IncomeKind::Funding,
            account: self.account(),
            instrument: Some(id),
            strategy: self.random.choice(STRATEGIES).map(text),
            currency: text("USD"),
            amount: Fixed::new(i128::from(self.random.i32(-10_000..10_000)), 3),
            id: Some(Id::format(format_args!("f-{}", self.random.u16(..)))),
        };
        self.give(Command::Income(Box::new(income)));
    }

    /// The venue takes an execution back, and says so once the book has it.
    fn bust(&mut self) {
        let Some(number) = self.known() else { return };
        let Some(execution) = self.venue.executions.get_mut(number) else {
            return;
        };
        execution.is_void = true;
        let report = execution.report.clone();
        self.give(Command::Fill(Box::new(report.clone())));
        self.give(Command::Bust(Box::new(BustReport {
            account: report.account,
            instrument: report.instrument,
            side: Some(report.side),
            trade_id: Venue::trade_id(number),
            ts: Timestamp(self.now),
        })));
    }

    /// The venue corrects an execution: a new one stands for it.
    fn correct(&mut self) {
        let Some(number) = self.known() else { return };
        let Some(execution) = self.venue.executions.get_mut(number) else {
            return;
        };
        execution.is_void = true;
        let old = execution.report.clone();
        let next = self.venue.executions.len();
        let side = match (self.random.u8(0..8), old.side) {
            (0, Side::Buy) => Side::Sell,
            (0, Side::Sell) => Side::Buy,
            (_, side) => side,
        };
        if side != old.side {
            // Of one that never came, a correction to the other side says nothing of the first.
            self.give(Command::Fill(Box::new(old.clone())));
        }
        let report = FillReport {
            trade_id: Some(Venue::trade_id(next)),
            revises: Some(Venue::trade_id(number)),
            side,
            last_qty: old.last_qty * i128::from(self.random.u8(1..4)),
            last_px: old.last_px + 1_000_000 * i64::from(self.random.u8(0..3)),
            ..old
        };
        let next = self.venue.execute(report);
        self.deliver(next);
    }

    /// An execution that still stands and was not corrected.
    fn known(&mut self) -> Option<usize> {
        if self.venue.executions.is_empty() {
            return None;
        }
        let number = self.random.usize(0..self.venue.executions.len());
        let found = self.venue.executions.get(number)?;
        (!found.is_void && found.report.revises.is_none()).then_some(number)
    }

    fn late_fee(&mut self) {
        let Some(number) = self.known() else { return };
        let Some(report) = self
            .venue
            .executions
            .get(number)
            .map(|known| known.report.clone())
        else {
            return;
        };
        if !report.fees.is_empty() {
            return;
        }
        let fee = self.fee(report.instrument, report.last_qty);
        if let Some(execution) = self.venue.executions.get_mut(number) {
            execution.report.fees.push(fee);
        }
        self.give(Command::Fill(Box::new(report.clone())));
        self.give(Command::LateFee(Box::new(LateFee {
            account: report.account,
            instrument: report.instrument,
            side: Some(report.side),
            trade_id: Venue::trade_id(number),
            fee,
            ts: Timestamp(self.now),
        })));
    }
}

pub(crate) fn text(name: &str) -> Id {
    Id::format(format_args!("{name}"))
}
