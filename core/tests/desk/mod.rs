//! A ledger to test with: everything is said in text, everything is read as text.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a part of tests"
)]

use truebook_core::book::{
    Answer, Applied, BustReport, CashKind, CashMove, Command, Entry, FillFee, FillReport, LateFee,
    Ledger, PriceTick, State, Submit,
};
use truebook_core::model::{
    AccountId, Config, CurrencyId, Fixed, Id, Instrument, InstrumentId, InstrumentKind,
    InstrumentSpec, Order, Position, PositionKey, PositionLeg, Side, StrategyId, Timestamp, parse,
};

pub const DEFAULT: AccountId = AccountId(0);
pub const FIRST: InstrumentId = InstrumentId(0);

pub fn id(text: &str) -> Id {
    Id::new("id", text).unwrap()
}

pub fn number(text: &str) -> Fixed {
    parse("number", text).unwrap()
}

/// One ledger, its events, and a clock that ticks with every command.
pub struct Desk {
    pub ledger: Ledger,
    /// The same again, which keeps its totals in step; the other converts everything anew.
    kept: Ledger,
    pub entries: Vec<Entry>,
    pub now: i64,
}

impl Desk {
    pub fn new(config: Config) -> Self {
        let mut desk = Self {
            ledger: Ledger::default(),
            kept: Ledger::default(),
            entries: Vec::new(),
            now: 1_700_000_000_000_000_000,
        };
        desk.run(Command::Configure(Box::new(config)));
        desk
    }

    /// A ledger with one instrument of `kind`: BTC-USD, 2 and 8 digits.
    pub fn with(kind: InstrumentKind) -> Self {
        let mut desk = Self::new(Config::default());
        desk.instrument(spec("BTC-USD", kind));
        desk
    }

    pub fn run(&mut self, command: Command) -> Answer {
        self.now += 1_000;
        let answer = self.ledger.execute(&command);
        self.ledger.take_emitted(&mut self.entries);
        self.kept.execute(&command);
        self.kept.refresh_totals();
        let (kept, anew) = (self.kept.state().totals(), self.state().totals());
        assert_eq!(kept, anew, "totals kept in step, after {command:?}");
        answer
    }

    /// Does the same to both ledgers.
    pub fn each(&mut self, change: impl Fn(&mut Ledger)) {
        change(&mut self.ledger);
        self.ledger.take_emitted(&mut self.entries);
        change(&mut self.kept);
    }

    pub fn instrument(&mut self, spec: InstrumentSpec) -> Instrument {
        let symbol = spec.symbol;
        let answer = self.run(Command::AddInstrument(Box::new(spec)));
        assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
        let state = self.state();
        *state
            .instrument(state.instrument_id(&symbol).unwrap())
            .unwrap()
    }

    pub fn deposit(&mut self, currency: &str, amount: &str) {
        let moved = CashMove {
            account: DEFAULT,
            currency: id(currency),
            amount: number(amount),
            kind: CashKind::Deposit,
            id: None,
        };
        let answer = self.run(Command::MoveCash(Box::new(moved)));
        assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    }

    pub fn report(&self, side: Side, qty: &str, price: &str, trade: &str) -> FillReport {
        let instrument = self.state().instrument(FIRST).unwrap();
        let qty = number(qty).exactly_at(instrument.qty_scale).unwrap();
        let px = number(price).exactly_at(instrument.price_scale).unwrap();
        FillReport {
            trade_id: Some(id(trade)),
            ts: Timestamp(self.now),
            ..FillReport::new(FIRST, side, qty, i64::try_from(px).unwrap())
        }
    }

    pub fn fill(&mut self, report: FillReport) -> Applied {
        match self.run(Command::Fill(Box::new(report))) {
            Answer::Applied(applied) => applied,
            other => panic!("{other:?}"),
        }
    }

    pub fn buy(&mut self, qty: &str, price: &str, trade: &str) -> Applied {
        self.fill(self.report(Side::Buy, qty, price, trade))
    }

    pub fn sell(&mut self, qty: &str, price: &str, trade: &str) -> Applied {
        self.fill(self.report(Side::Sell, qty, price, trade))
    }

    pub fn bust(&mut self, trade: &str) -> Applied {
        let bust = BustReport {
            account: DEFAULT,
            instrument: FIRST,
            side: None,
            trade_id: id(trade),
            ts: Timestamp(self.now),
        };
        match self.run(Command::Bust(Box::new(bust))) {
            Answer::Applied(applied) => applied,
            other => panic!("{other:?}"),
        }
    }

    pub fn late_fee(&mut self, trade: &str, amount: &str, currency: &str) -> Applied {
        let late = LateFee {
            account: DEFAULT,
            instrument: FIRST,
            side: None,
            trade_id: id(trade),
            fee: fee(amount, currency),
            ts: Timestamp(self.now),
        };
        match self.run(Command::LateFee(Box::new(late))) {
            Answer::Applied(applied) => applied,
            other => panic!("{other:?}"),
        }
    }

    pub fn quote(&mut self, bid: &str, ask: &str) -> Answer {
        let instrument = self.state().instrument(FIRST).unwrap();
        let px = |text: &str| {
            let raw = number(text).exactly_at(instrument.price_scale).unwrap();
            Some(i64::try_from(raw).unwrap())
        };
        let tick = PriceTick {
            bid: px(bid),
            ask: px(ask),
            ..PriceTick::empty(FIRST, Timestamp(self.now))
        };
        self.run(Command::Price(tick))
    }

    pub fn order(&self, side: Side, qty: &str) -> Submit {
        let instrument = self.state().instrument(FIRST).unwrap();
        let qty = number(qty).exactly_at(instrument.qty_scale).unwrap();
        Submit::market(FIRST, side, qty, Timestamp(self.now))
    }

    pub fn submit(&mut self, order: Submit) -> Answer {
        self.run(Command::Submit(Box::new(order)))
    }

    pub fn state(&self) -> &State {
        self.ledger.state()
    }

    pub fn position(&self) -> &Position {
        let key = PositionKey {
            account: DEFAULT,
            instrument: FIRST,
            strategy: StrategyId::EXTERNAL,
            leg: PositionLeg::Net,
        };
        self.state().position(&key).unwrap()
    }

    pub fn order_of(&self, client_order_id: &str) -> &Order {
        self.state().order(&id(client_order_id)).unwrap()
    }

    /// Quantity, cost and realized of the one position.
    pub fn held(&self) -> [String; 3] {
        let instrument = self.state().instrument(FIRST).unwrap();
        let position = self.position();
        let money = |raw| Fixed::new(raw, instrument.money_scale).to_string();
        let qty = Fixed::new(position.qty, instrument.qty_scale).to_string();
        [qty, money(position.cost), money(position.realized_pnl)]
    }

    pub fn fees_in(&self, code: &str) -> String {
        let currency = self.currency(code);
        self.money(currency, self.position().fees_in(currency))
    }

    pub fn balance(&self, code: &str) -> String {
        let currency = self.currency(code);
        self.money(currency, self.state().balance(DEFAULT, currency).total)
    }

    pub fn currency(&self, code: &str) -> CurrencyId {
        self.state().currency_id(&id(code)).unwrap()
    }

    fn money(&self, currency: CurrencyId, raw: i128) -> String {
        Fixed::new(raw, self.state().currency(currency).unwrap().scale).to_string()
    }

    /// Applies every event to an empty state and compares; and checks every identity.
    pub fn check(&self) {
        let mut replayed = State::default();
        for (index, entry) in self.entries.iter().enumerate() {
            assert_eq!(entry.sequence, index as u64 + 1);
            replayed.apply(entry);
        }
        assert_eq!(replayed.hash(), self.state().hash());
        check_identities(self.state());
        check_identities(&replayed);
        let bytes = borsh::to_vec(self.state()).unwrap();
        let kept: State = borsh::from_slice(&bytes).unwrap();
        check_identities(&kept);
        assert_eq!(kept.totals(), replayed.totals());
        assert_eq!(borsh::to_vec(&kept).unwrap(), bytes);
    }
}

pub fn fee(amount: &str, currency: &str) -> FillFee {
    FillFee {
        currency: Some(id(currency)),
        amount: number(amount),
    }
}

pub fn with_fee(mut report: FillReport, amount: &str, currency: &str) -> FillReport {
    report.fees.push(fee(amount, currency));
    report
}

pub fn spec(symbol: &str, kind: InstrumentKind) -> InstrumentSpec {
    let (base, quote) = symbol.split_once('-').unwrap();
    InstrumentSpec {
        symbol: id(symbol),
        kind,
        base: id(base),
        quote: id(quote),
        price_precision: 2,
        qty_precision: 8,
        ..InstrumentSpec::default()
    }
}

/// realized − cost = cash flow for what is paid for, realized = cash flow for what is not; sums
/// over strategies and accounts are the total; cash + holdings = contributed + PnL. All exactly.
pub fn check_identities(state: &State) {
    use truebook_core::model::Settlement;
    for position in state.positions() {
        let instrument = state.instrument(position.key.instrument).unwrap();
        let owed = match instrument.settlement() {
            Settlement::Paid => position.realized_pnl - position.cost,
            Settlement::Linear | Settlement::Inverse => position.realized_pnl,
        };
        assert_eq!(owed, position.cash_flow, "{}", instrument.symbol);
    }
    let each =
        |sums: &[truebook_core::book::Sum], at: usize| sums.get(at).copied().unwrap_or_default();
    for at in 0..state.currencies().len() {
        let total = each(state.sums(None), at);
        let strategies = (0..state.strategies().len()).map(|number| {
            each(
                state.sums(Some(StrategyId(u16::try_from(number).unwrap()))),
                at,
            )
        });
        let accounts = (0..state.accounts().len()).map(|number| {
            each(
                state.account_sums(AccountId(u16::try_from(number).unwrap())),
                at,
            )
        });
        for sums in [strategies.collect::<Vec<_>>(), accounts.collect()] {
            assert_eq!(sums.iter().map(|s| s.total()).sum::<i128>(), total.total());
            assert_eq!(
                sums.iter().map(|s| s.realized).sum::<i128>(),
                total.realized
            );
            assert_eq!(sums.iter().map(|s| s.fees).sum::<i128>(), total.fees);
            assert_eq!(
                sums.iter().map(|s| s.holdings).sum::<i128>(),
                total.holdings
            );
        }
    }
    assert_eq!(state.portfolio().difference, 0);
    for (account, currency, balance) in state.balances() {
        let open = state.open_orders().map(|(_, order)| order);
        let own = open.filter(|o| o.account == account && o.lock_currency == currency);
        assert_eq!(
            own.map(|order| order.locked).sum::<i128>(),
            balance.in_orders
        );
        let margins = state.positions().iter().filter(|position| {
            let instrument = state.instrument(position.key.instrument).unwrap();
            position.key.account == account && instrument.settle == currency
        });
        assert_eq!(margins.map(|p| p.margin).sum::<i128>(), balance.in_margin);
    }
}
