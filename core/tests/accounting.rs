//! The accounting table of the contract, to the last digit.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use truebook_core::book::{
    Answer, CashKind, CashMove, Command, FillFee, FillReport, Ledger, PriceTick, Submit,
};
use truebook_core::model::{
    AccountId, Fixed, Id, InstrumentId, InstrumentKind, InstrumentSpec, OrderType, Position,
    PositionKey, Refusal, Side, StrategyId, Timestamp, parse,
};

fn id(text: &str) -> Id {
    Id::new("id", text).unwrap()
}

fn book(kind: InstrumentKind) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.execute(&Command::Configure(Box::default()));
    let spec = InstrumentSpec {
        symbol: id("BTC-USD"),
        kind,
        base: id("BTC"),
        quote: id("USD"),
        price_precision: 2,
        qty_precision: 8,
        tick: None,
        lot: None,
        min_notional: None,
        maker_fee_pct: None,
        taker_fee_pct: None,
    };
    let answer = ledger.execute(&Command::AddInstrument(Box::new(spec)));
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    ledger
}

fn deposit(ledger: &mut Ledger, currency: &str, amount: &str) {
    let amount = parse("amount", amount).unwrap();
    let moved = CashMove {
        account: AccountId(0),
        currency: id(currency),
        amount,
        kind: CashKind::Deposit,
        id: None,
    };
    assert!(matches!(
        ledger.execute(&Command::MoveCash(moved)),
        Answer::Applied(_)
    ));
}

fn report(side: Side, qty: &str, price: &str, trade: &str) -> FillReport {
    FillReport {
        account: AccountId(0),
        instrument: InstrumentId(0),
        strategy: None,
        side,
        last_qty: parse("qty", qty).unwrap().exactly_at(8).unwrap(),
        last_px: i64::try_from(parse("price", price).unwrap().exactly_at(8).unwrap()).unwrap(),
        trade_id: id(trade),
        client_order_id: None,
        venue_order_id: None,
        fee: None,
        liquidity: None,
        source: None,
        ts: Timestamp(1),
    }
}

fn with_fee(mut fill: FillReport, amount: &str, currency: &str) -> FillReport {
    let amount = parse("fee", amount).unwrap();
    fill.fee = Some(FillFee {
        currency: Some(id(currency)),
        amount,
    });
    fill
}

fn book_fill(ledger: &mut Ledger, fill: FillReport) -> Answer {
    ledger.execute(&Command::Fill(Box::new(fill)))
}

fn position(ledger: &Ledger) -> &Position {
    let key = PositionKey {
        account: AccountId(0),
        instrument: InstrumentId(0),
        strategy: StrategyId::EXTERNAL,
    };
    ledger.state().position(&key).unwrap()
}

fn money(raw: i128) -> String {
    Fixed::new(raw, 18).to_string()
}

fn balance(ledger: &Ledger, code: &str) -> String {
    let currency = ledger.state().currency_id(&id(code)).unwrap();
    let scale = ledger.state().currency(currency).unwrap().scale;
    Fixed::new(ledger.state().balance(AccountId(0), currency).total, scale).to_string()
}

#[test]
fn a_reduction_releases_average_cost_and_keeps_the_remainder() {
    let mut ledger = book(InstrumentKind::Spot);
    book_fill(&mut ledger, report(Side::Buy, "1", "100.00", "1"));
    book_fill(&mut ledger, report(Side::Buy, "2", "100.01", "2"));
    assert_eq!(money(position(&ledger).cost), "300.02");
    book_fill(&mut ledger, report(Side::Sell, "1", "100.01", "3"));
    assert_eq!(money(position(&ledger).realized_pnl), "0.00333333");
    assert_eq!(money(position(&ledger).cost), "200.01333333");
}

#[test]
fn a_partial_cover_keeps_the_average_entry() {
    let mut ledger = book(InstrumentKind::Equity);
    book_fill(&mut ledger, report(Side::Sell, "10", "100", "1"));
    book_fill(&mut ledger, report(Side::Buy, "5", "100", "2"));
    assert_eq!(money(position(&ledger).realized_pnl), "0");
    assert_eq!(
        (position(&ledger).qty, money(position(&ledger).cost)),
        (-500_000_000, "-500".into())
    );
}

#[test]
fn a_flip_is_one_fill_and_one_sequence() {
    let mut ledger = book(InstrumentKind::Equity);
    book_fill(&mut ledger, report(Side::Buy, "2", "100", "1"));
    let before = ledger.state().sequence;
    book_fill(&mut ledger, report(Side::Sell, "5", "110", "2"));
    assert_eq!(ledger.state().sequence, before + 1);
    assert_eq!(money(position(&ledger).realized_pnl), "20");
    assert_eq!(
        (position(&ledger).qty, money(position(&ledger).cost)),
        (-300_000_000, "-330".into())
    );
}

#[test]
fn a_fee_in_the_base_coin_leaves_what_you_own() {
    let mut ledger = book(InstrumentKind::Spot);
    deposit(&mut ledger, "USD", "1000");
    let buy = with_fee(report(Side::Buy, "0.01", "50000", "1"), "0.00001", "BTC");
    book_fill(&mut ledger, buy);
    assert_eq!(
        (balance(&ledger, "BTC"), balance(&ledger, "USD")),
        ("0.00999".into(), "500".into())
    );
    assert_eq!(position(&ledger).qty, 999_000);
    assert_eq!(money(position(&ledger).cost), "499.5");
    assert_eq!(money(position(&ledger).fees[0].amount), "0.5");
    let tick = PriceTick {
        instrument: InstrumentId(0),
        bid: Some(5_000_000_000_000),
        ask: Some(5_000_100_000_000),
        last: None,
        bid_size: 0,
        ask_size: 0,
        ts: Timestamp(2),
    };
    ledger.execute(&Command::Price(tick));
    let order = Submit {
        client_order_id: None,
        account: AccountId(0),
        instrument: InstrumentId(0),
        strategy: None,
        side: Side::Sell,
        qty: 1_000_000,
        order_type: OrderType::Market,
        reduce_only: false,
        ts: Timestamp(3),
    };
    let answer = ledger.execute(&Command::Submit(Box::new(order)));
    assert_eq!(answer, Answer::Refused(Refusal::InsufficientBalance));
    let portfolio = ledger.state().portfolio();
    assert_eq!(portfolio.cash + portfolio.holdings, portfolio.equity);
}

#[test]
fn a_sale_with_a_base_fee_realizes_against_the_price() {
    let mut ledger = book(InstrumentKind::Spot);
    book_fill(&mut ledger, report(Side::Buy, "0.02", "50000", "1"));
    let sell = with_fee(report(Side::Sell, "0.01", "60000", "2"), "0.00001", "BTC");
    book_fill(&mut ledger, sell);
    assert_eq!(balance(&ledger, "BTC"), "0.00999");
    assert_eq!(balance(&ledger, "USD"), "-400");
    assert_eq!(money(position(&ledger).realized_pnl), "100.1");
    assert_eq!(money(position(&ledger).fees[0].amount), "0.6");
}

#[test]
fn a_fee_in_a_third_coin_never_changes_the_position_and_a_rebate_raises_the_balance() {
    let mut ledger = book(InstrumentKind::Spot);
    deposit(&mut ledger, "BNB", "1");
    book_fill(
        &mut ledger,
        with_fee(report(Side::Buy, "1", "100", "1"), "0.01", "BNB"),
    );
    assert_eq!(
        (balance(&ledger, "BNB"), position(&ledger).qty),
        ("0.99".into(), 100_000_000)
    );
    book_fill(
        &mut ledger,
        with_fee(report(Side::Buy, "1", "100", "2"), "-0.5", "USD"),
    );
    assert_eq!(balance(&ledger, "USD"), "-199.5");
}

#[test]
fn the_same_fill_is_booked_once_and_other_content_is_a_conflict() {
    let mut ledger = book(InstrumentKind::Spot);
    book_fill(&mut ledger, report(Side::Buy, "1", "100", "1"));
    let hash = ledger.state().hash();
    let Answer::Applied(again) = book_fill(&mut ledger, report(Side::Buy, "1", "100", "1")) else {
        panic!("not applied");
    };
    assert!(again.duplicate);
    assert_eq!(ledger.state().hash(), hash);
    let Answer::Applied(other) = book_fill(&mut ledger, report(Side::Buy, "2", "100", "1")) else {
        panic!("not applied");
    };
    assert!(other.quarantined.is_some());
    assert_eq!(position(&ledger).qty, 100_000_000);
    book_fill(&mut ledger, report(Side::Sell, "1", "100", "1"));
    assert_eq!(position(&ledger).qty, 0);
}

#[test]
fn replay_of_the_events_gives_the_same_state() {
    let mut ledger = book(InstrumentKind::Spot);
    deposit(&mut ledger, "USD", "1000");
    book_fill(
        &mut ledger,
        with_fee(report(Side::Buy, "0.01", "50000", "1"), "0.00001", "BTC"),
    );
    let (mut entries, mut replayed) = (Vec::new(), truebook_core::book::State::default());
    ledger.take_emitted(&mut entries);
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry.sequence, index as u64 + 1);
        replayed.apply(entry);
    }
    assert_eq!(replayed.hash(), ledger.state().hash());
}
