//! Totals: what strategies, accounts and the book come to, at which mark and in which currency.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{DEFAULT, Desk, id, number, spec, with_fee};
use truebook_core::book::{
    Answer, Command, FillReport, Income, IncomeKind, Pnl, PnlOf, PriceRefusal, PriceTick,
    StrategyTotal,
};
use truebook_core::model::{
    Config, InstrumentId, InstrumentKind, InstrumentSpec, PositionKey, PositionLeg, Side,
    StrategyId, Timestamp,
};

const ONE: i128 = 1_000_000_000_000_000_000;

/// Two strategies in one share: alpha makes 10 on a round trip and holds 1 that gains 20; beta
/// loses 15, and holds what is worth less than a dollar.
fn two_strategies() -> Desk {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "10000");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    let mut trade = 0;
    for (strategy, side, qty, price) in [
        ("alpha", Side::Buy, "3", "100"),
        ("alpha", Side::Sell, "2", "105"),
        ("beta", Side::Buy, "3", "100"),
        ("beta", Side::Sell, "3", "95"),
        ("beta", Side::Buy, "0.005", "100"),
    ] {
        trade += 1;
        let report = desk.report(side, qty, price, &format!("t{trade}"));
        desk.fill(FillReport {
            strategy: Some(id(strategy)),
            ..with_fee(report, "0.5", "USD")
        });
    }
    let funding = Income {
        kind: IncomeKind::Funding,
        account: DEFAULT,
        instrument: Some(desk::FIRST),
        strategy: Some(id("alpha")),
        currency: id("USD"),
        amount: number("-2"),
        id: None,
    };
    desk.run(Command::Income(Box::new(funding)));
    desk.quote("120", "120");
    desk
}

#[test]
fn each_strategy_is_told_apart_and_all_together() {
    let desk = two_strategies();
    let state = desk.state();
    let of = |name: &str| state.strategy_total(state.strategy_id(&id(name)));
    let alpha = of("alpha");
    let wanted = StrategyTotal {
        orders: 0,
        fills: 2,
        open_positions: 1,
        dust_positions: 0,
        realized_pnl: 10 * ONE,
        unrealized_pnl: 20 * ONE,
        fees: ONE,
        funding: -2 * ONE,
        closed_trades: 0,
        winning_trades: 0,
    };
    assert_eq!(alpha, wanted);
    assert_eq!(alpha.total_pnl(), 27 * ONE);
    let beta = of("beta");
    assert_eq!(
        (beta.fills, beta.closed_trades, beta.winning_trades),
        (3, 1, 0)
    );
    assert_eq!((beta.open_positions, beta.dust_positions), (0, 1));
    assert_eq!(beta.realized_pnl, -15 * ONE);
    assert_eq!(beta.unrealized_pnl, ONE / 10);
    let all = state.strategy_total(None);
    assert_eq!(all.fills, 5);
    assert_eq!(all.realized_pnl, -5 * ONE);
    assert_eq!(all.total_pnl(), alpha.total_pnl() + beta.total_pnl());
    assert_eq!(state.portfolio().total, all);
    desk.check();
}

#[test]
fn the_same_pnl_is_told_by_strategy_account_instrument_and_currency() {
    let mut desk = two_strategies();
    desk.instrument(spec("USD-JPY", InstrumentKind::Fx));
    let report = desk.report(Side::Buy, "1", "120", "t9");
    desk.fill(with_fee(report, "300", "JPY"));
    let state = desk.state();
    let strategies = (0..3).map(|number| PnlOf::Strategy(StrategyId(number)));
    let usd = desk.currency("USD");
    let jpy = desk.currency("JPY");
    let of_strategies: Vec<Pnl> = strategies.map(|of| state.pnl(of)).collect();
    let of_account = state.pnl(PnlOf::Account(DEFAULT));
    let of_instrument = state.pnl(PnlOf::Instrument(desk::FIRST));
    assert_eq!(of_account, of_instrument);
    assert_eq!(of_account.missing_rates, [jpy]);
    assert_eq!(of_strategies[0].missing_rates, [jpy]);
    let total: i128 = of_strategies.iter().map(Pnl::total).sum();
    assert_eq!(of_account.total(), total);
    assert_eq!(total, 106 * ONE / 10);
    assert_eq!(of_account.realized, -5 * ONE);
    assert_eq!(of_account.fees, 5 * ONE / 2);
    assert_eq!(of_account.funding, -2 * ONE);
    assert_eq!(of_account.unrealized, 20 * ONE + ONE / 10);
    let own = state.pnl(PnlOf::Currency(usd));
    assert_eq!((own.total(), own.missing_rates.len()), (total, 0));
    assert_eq!(state.pnl(PnlOf::Currency(jpy)).fees, 300 * ONE);
    let nothing = state.pnl(PnlOf::Instrument(InstrumentId(9)));
    assert_eq!(nothing, Pnl::default());
    // With a rate the yen count, and nothing is missing.
    let tick = PriceTick {
        last: Some(15_000_000_000),
        ..PriceTick::empty(InstrumentId(1), Timestamp(desk.now))
    };
    desk.run(Command::Price(tick));
    let with_rate = desk.state().pnl(PnlOf::Instrument(desk::FIRST));
    assert_eq!(with_rate.fees, 5 * ONE / 2 + 2 * ONE);
    assert!(with_rate.missing_rates.is_empty());
    desk.check();
}

#[test]
fn dust_is_what_is_held_below_the_threshold_and_nothing_else() {
    let desk = two_strategies();
    let state = desk.state();
    let is_dust = |name: &str| {
        let key = PositionKey {
            account: DEFAULT,
            instrument: desk::FIRST,
            strategy: state.strategy_id(&id(name)).unwrap(),
            leg: PositionLeg::Net,
        };
        state.is_dust(state.position(&key).unwrap().id)
    };
    assert!(!is_dust("alpha"));
    assert!(is_dust("beta"));
    assert_eq!(state.count(None).dust, 1);
    assert_eq!(state.count(Some(StrategyId::EXTERNAL)).dust, 0);
}

#[test]
fn orders_and_won_round_trips_are_counted() {
    let mut desk = two_strategies();
    let order = truebook_core::book::Submit {
        strategy: Some(id("alpha")),
        ..desk.order(Side::Sell, "1")
    };
    desk.submit(order);
    let report = desk.report(Side::Sell, "1", "120", "t9");
    desk.fill(FillReport {
        strategy: Some(id("alpha")),
        ..report
    });
    let state = desk.state();
    let alpha = state.strategy_total(state.strategy_id(&id("alpha")));
    assert_eq!(
        (alpha.orders, alpha.closed_trades, alpha.winning_trades),
        (1, 1, 1)
    );
    let all = state.strategy_total(None);
    assert_eq!(
        (all.orders, all.closed_trades, all.winning_trades),
        (1, 2, 1)
    );
    desk.check();
}

#[test]
fn the_last_price_values_at_the_chosen_mark() {
    use truebook_core::model::MarkChoice;
    for (choice, long, short) in [
        (MarkChoice::Newest, 103, 103),
        (MarkChoice::Mid, 100, 100),
        (MarkChoice::Last, 102, 102),
        (MarkChoice::Mark, 103, 103),
        (MarkChoice::Side, 99, 101),
    ] {
        let mut desk = Desk::new(Config {
            mark: choice,
            ..Config::default()
        });
        desk.instrument(InstrumentSpec {
            leverage: Some(number("10")),
            ..spec("AIG-USD", InstrumentKind::Equity)
        });
        let locked = desk.quote("100", "100");
        assert!(matches!(locked, Answer::Applied(_)), "{locked:?}");
        let crossed = desk.quote("101", "100");
        assert_eq!(crossed, Answer::PriceRefused(PriceRefusal::Crossed));
        desk.quote("99", "101");
        let tick = PriceTick::empty(desk::FIRST, Timestamp(desk.now));
        desk.run(Command::Price(PriceTick {
            last: Some(10_200_000_000),
            ..tick
        }));
        desk.run(Command::Price(PriceTick {
            venue_mark: Some(10_300_000_000),
            ..tick
        }));
        let mark = desk.state().mark(desk::FIRST);
        assert_eq!(
            mark.price_of(1, choice),
            Some(long * 100_000_000),
            "{choice:?}"
        );
        assert_eq!(mark.price_of(0, choice), mark.price_of(1, choice));
        assert_eq!(
            mark.price_of(-1, choice),
            Some(short * 100_000_000),
            "{choice:?}"
        );
        desk.sell("1", "100", "1");
        let usd = desk.currency("USD");
        let unrealized = desk.state().sums(None)[usd.index()].unrealized;
        assert_eq!(
            unrealized,
            i128::from(100 - short) * 10_i128.pow(18),
            "{choice:?}"
        );
        desk.check();
    }
}

#[test]
fn totals_convert_by_a_pair_in_either_direction_and_name_what_they_cannot() {
    let mut desk = Desk::new(Config::default());
    desk.instrument(spec("USD-JPY", InstrumentKind::Fx));
    desk.deposit("USD", "100");
    desk.deposit("JPY", "15000");
    assert_eq!(
        desk.state().portfolio().missing_rates,
        [desk.currency("JPY")]
    );
    desk.quote("150", "150");
    let portfolio = desk.state().portfolio();
    assert_eq!(
        (portfolio.equity, portfolio.missing_rates.len()),
        (200 * 10_i128.pow(18), 0)
    );
    desk.buy("50", "150", "1");
    desk.quote("160", "160");
    let portfolio = desk.state().portfolio();
    assert_eq!(portfolio.difference, 0);
    // 150 dollars, 7,500 yen at 160, and no rounding but the last.
    assert_eq!(portfolio.equity, 196_875 * 10_i128.pow(15));
    desk.check();
}

#[test]
fn a_coin_is_worth_its_mark() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("BTC", "1.5");
    desk.quote("50000", "50000");
    assert_eq!(desk.state().portfolio().equity, 75_000 * 10_i128.pow(18));
    desk.check();
}

#[test]
fn another_mark_values_everything_anew() {
    use truebook_core::model::MarkChoice;
    let mut desk = two_strategies();
    let tick = PriceTick {
        last: Some(13_000_000_000),
        ..PriceTick::empty(desk::FIRST, Timestamp(desk.now))
    };
    desk.run(Command::Price(tick));
    let unrealized = |desk: &Desk| desk.state().strategy_total(None).unrealized_pnl;
    assert_eq!(unrealized(&desk), 30 * ONE + 15 * ONE / 100);
    let config = Config {
        mark: MarkChoice::Mid,
        ..desk.state().config.clone()
    };
    desk.run(Command::Configure(Box::new(config)));
    assert_eq!(unrealized(&desk), 20 * ONE + ONE / 10);
    desk.check();
}

/// A price of an instrument, at 8 digits.
fn last(desk: &mut Desk, instrument: InstrumentId, price: i64) {
    let tick = PriceTick {
        last: Some(price * 100_000_000),
        ..PriceTick::empty(instrument, Timestamp(desk.now))
    };
    desk.run(Command::Price(tick));
}

#[test]
fn only_what_is_exchanged_for_the_reporting_currency_prices_another() {
    let mut desk = Desk::new(Config::default());
    desk.instrument(spec("BTC-USD", InstrumentKind::Perpetual));
    desk.instrument(spec("ETH-BTC", InstrumentKind::Spot));
    desk.deposit("BTC", "2");
    desk.deposit("ETH", "3");
    last(&mut desk, InstrumentId(0), 100);
    last(&mut desk, InstrumentId(1), 5);
    let missing = [desk.currency("BTC"), desk.currency("ETH")];
    let portfolio = desk.state().portfolio();
    assert_eq!((portfolio.equity, portfolio.cash), (0, 0));
    assert_eq!(portfolio.missing_rates, missing);
    desk.instrument(InstrumentSpec {
        symbol: id("BTC/USD"),
        ..spec("BTC-USD", InstrumentKind::Spot)
    });
    last(&mut desk, InstrumentId(2), 110);
    let portfolio = desk.state().portfolio();
    assert_eq!(portfolio.equity, 220 * ONE);
    assert_eq!(portfolio.missing_rates, [desk.currency("ETH")]);
    desk.check();
}

#[test]
fn what_is_held_without_a_price_is_named_until_it_has_one_or_is_sold() {
    let mut desk = Desk::new(Config::default());
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.instrument(spec("IBM-USD", InstrumentKind::Equity));
    assert!(desk.state().portfolio().missing_rates.is_empty());
    let mut report = desk.report(Side::Buy, "1", "100", "1");
    report.instrument = InstrumentId(1);
    desk.fill(report);
    desk.buy("1", "100", "2");
    desk.buy("2", "100", "3");
    desk.sell("3", "100", "4");
    let (aig, ibm) = (desk.currency("AIG"), desk.currency("IBM"));
    assert_eq!(desk.state().portfolio().missing_rates, [ibm]);
    assert_eq!(desk.state().totals().missing, 1);
    last(&mut desk, InstrumentId(1), 90);
    assert!(desk.state().portfolio().missing_rates.is_empty());
    desk.buy("1", "100", "5");
    assert_eq!(desk.state().portfolio().missing_rates, [aig]);
    desk.check();
}

#[test]
fn dust_is_measured_in_the_reporting_currency_and_ends_at_the_threshold() {
    for (quote, per_dollar) in [("USD", 1), ("JPY", 150)] {
        let mut desk = Desk::new(Config::default());
        desk.instrument(spec(&format!("AIG-{quote}"), InstrumentKind::Equity));
        if quote == "JPY" {
            desk.instrument(spec("USD-JPY", InstrumentKind::Fx));
            last(&mut desk, InstrumentId(1), per_dollar);
        }
        last(&mut desk, desk::FIRST, 100 * per_dollar);
        let price = (100 * per_dollar).to_string();
        // 99 cents, then a dollar, then two.
        for (qty, counts) in [("0.0099", (0, 1)), ("0.0001", (1, 0)), ("0.01", (1, 0))] {
            desk.buy(qty, &price, qty);
            let count = desk.state().count(None);
            assert_eq!((count.open, count.dust), counts, "{qty} {quote}");
        }
        desk.check();
    }
}

#[test]
fn money_is_shown_at_eighteen_digits() {
    let money = truebook_core::book::State::money(25 * ONE / 10);
    assert_eq!((money.raw, money.scale), (25 * ONE / 10, 18));
}

#[test]
fn each_side_follows_its_own_price_and_the_sums_follow_both() {
    use truebook_core::model::MarkChoice;
    let mut desk = Desk::new(Config {
        mark: MarkChoice::Side,
        ..Config::default()
    });
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.quote("99", "101");
    for (strategy, side) in [("long", Side::Buy), ("short", Side::Sell)] {
        let report = desk.report(side, "2", "100", strategy);
        desk.fill(FillReport {
            strategy: Some(id(strategy)),
            ..report
        });
    }
    let usd = desk.currency("USD").index();
    for (bid, ask, long, short) in [("97", "103", -6, -6), ("104", "105", 8, -10)] {
        desk.quote(bid, ask);
        let state = desk.state();
        let of = |name: &str| state.sums(state.strategy_id(&id(name)))[usd];
        let own = [of("long").unrealized, of("short").unrealized];
        assert_eq!(own, [long * ONE, short * ONE], "{bid}");
        let sum = state.sums(None)[usd];
        assert_eq!(sum.unrealized, (long + short) * ONE);
        // 200 and 200, and what they made of it.
        assert_eq!(sum.gross, (400 + long - short) * ONE);
        assert_eq!(sum.net, (long + short) * ONE);
    }
    desk.check();
}

#[test]
fn an_inverse_contract_is_exposed_to_its_side() {
    for (side, other, sign) in [(Side::Buy, Side::Sell, 1), (Side::Sell, Side::Buy, -1)] {
        let mut desk = Desk::with(InstrumentKind::InversePerpetual);
        desk.fill(desk.report(side, "990", "100", "1"));
        let exposed = |desk: &Desk| {
            let sum = desk.state().sums(None)[desk.currency("BTC").index()];
            (sum.net, sum.gross)
        };
        // 990 dollars, at 100 and at 90 for a coin.
        for (price, tenths) in [("100", 99), ("90", 110)] {
            desk.quote(price, price);
            let coins = tenths * ONE / 10;
            assert_eq!(exposed(&desk), (sign * coins, coins), "{side:?}");
        }
        desk.fill(desk.report(other, "990", "90", "2"));
        assert_eq!(exposed(&desk), (0, 0), "{side:?}");
        desk.check();
    }
}

#[test]
fn a_value_that_has_no_room_is_as_unknown_as_without_a_mark() {
    let mut config = Config::default();
    config.limits.price_band_pct = number("1000000000000");
    let mut desk = Desk::new(config);
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.quote("1", "1");
    desk.buy("10000000000", "1", "t1");
    desk.quote("1000000000", "1000000000");
    let unknown = |desk: &Desk| {
        let (state, id) = (desk.state(), desk.position().id);
        let names = state.portfolio().missing_rates.len();
        (state.totals().missing, names, state.position_value(id))
    };
    assert_eq!(unknown(&desk), (1, 1, None), "after a price");
    let mut changed = desk.state().config.clone();
    changed.limits.price_stale_seconds += 1;
    desk.run(Command::Configure(Box::new(changed)));
    assert_eq!(
        unknown(&desk),
        (1, 1, None),
        "after everything was valued anew"
    );
}
