//! What holds at every moment, whatever came before.

use std::collections::BTreeMap;
use std::fmt::Display;

use truebook_core::book::{State, Sum};
use truebook_core::model::{AccountId, CurrencyId, Settlement, Side, StrategyId};

/// Checks every identity of `state`; what is broken, in words.
///
/// # Errors
/// The first identity that does not hold.
pub fn check(state: &State) -> Result<(), String> {
    for position in state.positions() {
        let Some(instrument) = state.instrument(position.key.instrument) else {
            return Err("a position without an instrument".to_owned());
        };
        let owed = match instrument.settlement() {
            Settlement::Paid => position.realized_pnl - position.cost,
            Settlement::Linear | Settlement::Inverse => position.realized_pnl,
        };
        same(owed, position.cash_flow, "realized - cost = cash flow")?;
        if position.qty == 0 {
            same(position.cost, 0, "what is flat cost nothing")?;
            same(position.margin, 0, "what is flat locks nothing")?;
        }
    }
    check_sums(state)?;
    same(
        state.portfolio().difference,
        0,
        "cash + holdings = contributed + PnL",
    )?;
    check_totals(state)?;
    check_locks(state)
}

/// Totals that are kept in step are what everything converted anew adds up to.
fn check_totals(state: &State) -> Result<(), String> {
    let (mut wanted, mut missing) = ([0; 6], 0);
    for id in (0_u16..).take(state.currencies().len()).map(CurrencyId) {
        match converted(state, id) {
            Some(parts) => wanted
                .iter_mut()
                .zip(parts)
                .for_each(|(sum, part)| *sum += part),
            None => missing += 1,
        }
    }
    let totals = state.totals();
    let found = [
        totals.cash,
        totals.equity,
        totals.realized_pnl,
        totals.unrealized_pnl,
        totals.fees,
        totals.funding,
    ];
    let names = [
        "cash",
        "equity",
        "realized",
        "unrealized",
        "fees",
        "funding",
    ];
    for ((name, found), wanted) in names.into_iter().zip(found).zip(wanted) {
        same(
            found,
            wanted,
            format_args!("{name} in total = converted anew"),
        )?;
    }
    for position in state.positions() {
        let is_open = position.qty != 0;
        missing += i128::from(is_open && state.position_value(position.id).is_none());
    }
    same(i128::from(totals.missing), missing, "what totals miss")
}

/// Beyond this, a currency is named as missing and not in the totals.
const TOTALS_ROOM: i128 = 1 << 111;

/// Cash, equity, realized, unrealized, fees and funding in one currency, each converted.
fn converted(state: &State, id: CurrencyId) -> Option<Vec<i128>> {
    let (mut cash, mut contributed) = (0, 0);
    for (_, _, balance) in state.balances().filter(|(_, other, _)| *other == id) {
        cash += balance.total;
        contributed += balance.contributed;
    }
    for position in state.positions() {
        let instrument = state.instrument(position.key.instrument);
        let spot = instrument.filter(|it| it.kind.moves_base() && it.base == id);
        cash -= spot.and_then(|it| it.in_base(position.qty)).unwrap_or(0);
    }
    let sum = state
        .sums(None)
        .get(id.index())
        .copied()
        .unwrap_or_default();
    let equity = contributed + sum.total() + sum.unknown;
    let parts = [
        cash,
        equity,
        sum.realized,
        sum.unrealized,
        sum.fees,
        sum.funding,
    ];
    let room = |part: &i128| part.saturating_abs() < TOTALS_ROOM;
    let money = |part: &i128| state.in_reporting(id, *part).filter(room);
    parts.iter().map(money).collect()
}

/// A named part of a sum.
type Part = (&'static str, fn(&Sum) -> i128);

/// Strategies, accounts and positions each sum up to the book.
fn check_sums(state: &State) -> Result<(), String> {
    let at = |sums: &[Sum], index: usize| sums.get(index).copied().unwrap_or_default();
    for index in 0..state.currencies().len() {
        let total = at(state.sums(None), index);
        let strategies = (0_u16..).take(state.strategies().len()).map(StrategyId);
        let strategies: Vec<Sum> = strategies
            .map(|id| at(state.sums(Some(id)), index))
            .collect();
        let accounts = (0_u16..).take(state.accounts().len()).map(AccountId);
        let accounts: Vec<Sum> = accounts
            .map(|id| at(state.account_sums(id), index))
            .collect();
        for (owner, sums) in [("strategies", strategies), ("accounts", accounts)] {
            let parts: [Part; 7] = [
                ("realized", |sum| sum.realized),
                ("unrealized", |sum| sum.unrealized),
                ("fees", |sum| sum.fees),
                ("funding", |sum| sum.funding),
                ("holdings", |sum| sum.holdings),
                ("gross", |sum| sum.gross),
                ("net", |sum| sum.net),
            ];
            for (name, part) in parts {
                let sum = sums.iter().map(part).sum();
                same(sum, part(&total), format_args!("{name} of {owner} = book"))?;
            }
        }
        let own = state.positions().iter().filter(|position| {
            let instrument = state.instrument(position.key.instrument);
            instrument.is_some_and(|instrument| instrument.settle.index() == index)
        });
        let realized: i128 = own
            .filter(|position| position.unknown_part.is_none())
            .map(|position| position.realized_pnl)
            .sum();
        same(realized, total.realized, "realized of positions = book")?;
    }
    Ok(())
}

/// What the open orders of one position come to.
#[derive(Default)]
struct Open {
    buys: i128,
    sells: i128,
    opening: i128,
}

/// What balances lock is what orders and positions lock.
fn check_locks(state: &State) -> Result<(), String> {
    let mut in_orders: BTreeMap<(AccountId, CurrencyId), i128> = BTreeMap::new();
    let mut in_margin = in_orders.clone();
    let mut of_positions: Vec<Open> = Vec::new();
    of_positions.resize_with(state.positions().len(), Open::default);
    for (_, order) in state.open_orders() {
        let of_balance = (order.account, order.lock_currency);
        *in_orders.entry(of_balance).or_default() += order.locked;
        if let Some(open) = of_positions.get_mut(order.position.index()) {
            open.opening += i128::from(order.opens);
            match order.side {
                Side::Buy => open.buys += order.leaves_qty(),
                Side::Sell => open.sells += order.leaves_qty(),
            }
        }
    }
    for (position, open) in state.positions().iter().zip(of_positions) {
        same(open.buys, position.open_buys, "open buys = position")?;
        same(open.sells, position.open_sells, "open sells = position")?;
        let opening = i128::from(position.opening_orders);
        same(open.opening, opening, "opening orders = position")?;
        if let Some(instrument) = state.instrument(position.key.instrument) {
            let of_balance = (position.key.account, instrument.settle);
            *in_margin.entry(of_balance).or_default() += position.margin;
        }
    }
    for (account, currency, balance) in state.balances() {
        let of_balance = (account, currency);
        let locked = in_orders.remove(&of_balance).unwrap_or(0);
        same(locked, balance.in_orders, "locks of orders = balance")?;
        let margin = in_margin.remove(&of_balance).unwrap_or(0);
        same(margin, balance.in_margin, "margins of positions = balance")?;
    }
    let homeless = in_orders.values().chain(in_margin.values());
    same(homeless.sum(), 0, "what is locked has a balance")
}

fn same(found: i128, wanted: i128, what: impl Display) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found} is not {wanted}"))
}
