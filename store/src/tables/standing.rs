//! Rows of what stands now: one an order, a position, a balance, an account, a strategy, an
//! instrument.

use std::collections::BTreeSet;

use rusqlite::params;
use truebook_core::book::{Balance, Event, News, State, Sum};
use truebook_core::model::{
    AccountId, Currency, CurrencyId, Instrument, InstrumentId, Order, Position, PositionId,
    StrategyId, TimeInForce,
};

use super::Rows;
use super::value::{Names, decimal, id, money, price, quantity};

/// What changed since it was written.
#[derive(Default)]
pub struct Standing {
    orders: BTreeSet<u32>,
    positions: BTreeSet<PositionId>,
    balances: BTreeSet<(AccountId, CurrencyId)>,
    accounts: BTreeSet<AccountId>,
    strategies: BTreeSet<StrategyId>,
    instruments: BTreeSet<InstrumentId>,
}

impl Standing {
    /// Everything that stands; orders that have ended are history.
    pub fn all(state: &State) -> Self {
        let numbers = |count: usize| (0..=u16::MAX).take(count);
        let currencies = || numbers(state.currencies().len()).map(CurrencyId);
        let balances = numbers(state.accounts().len()).flat_map(|account| {
            let account = AccountId(account);
            let own = currencies().map(move |currency| (account, currency));
            own.filter(|(account, currency)| {
                state.balance(*account, *currency) != Balance::default()
            })
        });
        Self {
            orders: state.open_orders().map(|(number, _)| number).collect(),
            positions: state.positions().iter().map(|held| held.id).collect(),
            balances: balances.collect(),
            accounts: numbers(state.accounts().len()).map(AccountId).collect(),
            strategies: numbers(state.strategies().len()).map(StrategyId).collect(),
            instruments: state.instruments().iter().map(|known| known.id).collect(),
        }
    }

    /// Notes what an event changes that no notice tells of.
    pub fn note_event(&mut self, state: &State, event: &Event) {
        match event {
            // One account and one strategy are there from the first.
            Event::Configured { .. } => {
                self.accounts.insert(AccountId::default());
                self.strategies.insert(StrategyId::EXTERNAL);
            }
            Event::IncomePaid(paid) => {
                self.strategies.insert(paid.strategy);
                // One of 0 changes nothing but when it was.
                let held = paid.position.and_then(|key| state.position(&key));
                self.positions.extend(held.map(|held| held.id));
            }
            Event::OrderPlaced(placed) => {
                self.strategies.insert(placed.key.strategy);
                let held = state.position(&placed.key);
                self.positions.extend(held.map(|held| held.id));
            }
            Event::Filled(filled) => {
                self.orders.extend(filled.order);
                let back = filled.reversal.as_deref();
                self.orders.extend(back.and_then(|back| back.order));
            }
            Event::Busted(back) => self.orders.extend(back.order),
            Event::FillAmended(amended) => {
                self.orders.extend(state.order_amended_by(amended));
                let held = state.position(&amended.key);
                self.positions.extend(held.map(|held| held.id));
            }
            Event::OrderRefused(refused) => {
                self.strategies.insert(refused.strategy);
            }
            Event::OrderAmended(amended) => {
                self.orders.insert(amended.order);
            }
            Event::OrderChanged(changed) => {
                self.orders.insert(changed.order);
            }
            Event::SplitBooked(split) => {
                let parts = split.parts.iter().map(|part| part.position);
                self.positions.extend(parts);
            }
            Event::CostGiven(given) => {
                self.positions.insert(given.position);
            }
            Event::Adopted(adopted) => {
                let held = state.position(&adopted.key);
                self.positions.extend(held.map(|held| held.id));
                let settle = state.instrument(adopted.key.instrument);
                let own = settle.map(|known| (adopted.key.account, known.settle));
                self.balances.extend(own);
            }
            Event::CurrencyAdded(_)
            | Event::InstrumentAdded(_)
            | Event::InstrumentChanged(_)
            | Event::AccountAdded { .. }
            | Event::StrategyAdded { .. }
            | Event::CashMoved(_)
            | Event::Transferred(_)
            | Event::Quarantined(_)
            | Event::PriceLevelMoved { .. }
            | Event::TradingStateChanged { .. }
            | Event::RiskMarked { .. }
            | Event::Stated(_)
            | Event::StateSet { .. }
            | Event::Recorded(_)
            | Event::SnapshotTaken(_)
            | Event::StoreChanged { .. } => {}
        }
    }

    /// Notes what a notice tells of.
    pub fn note(&mut self, state: &State, news: &News) {
        match news {
            News::Order {
                client_order_id, ..
            } => self.orders.extend(state.order_number(client_order_id)),
            News::Position { key, .. } | News::Fee { key, .. } => {
                let held = state.position(key);
                self.positions.extend(held.map(|held| held.id));
                self.strategies.insert(key.strategy);
            }
            News::FillBooked(fill) | News::FillReversed(fill) => {
                let held = state.position(&fill.key);
                self.positions.extend(held.map(|held| held.id));
                self.strategies.insert(fill.key.strategy);
            }
            News::Balance {
                account, currency, ..
            } => {
                self.balances.insert((*account, *currency));
            }
            News::AccountReducing { account, .. } | News::Account(account) => {
                self.accounts.insert(*account);
            }
            News::Instrument(instrument) => {
                self.instruments.insert(*instrument);
            }
            News::Strategy(strategy) => {
                self.strategies.insert(*strategy);
            }
            News::LimitBreached { .. }
            | News::FillQuarantined { .. }
            | News::Price { .. }
            | News::PriceRefused { .. }
            | News::TradingState { .. }
            | News::Shared { .. }
            | News::Config { .. }
            | News::Stated(_)
            | News::Recorded(_)
            | News::Snapshot(_)
            | News::Store { .. } => {}
        }
    }

    /// Writes what changed.
    pub fn write(&mut self, rows: &Rows<'_>, state: &State) -> rusqlite::Result<()> {
        for number in std::mem::take(&mut self.orders) {
            if let Some(order) = state.order_at(number) {
                put_order(rows, state, (number, order))?;
            }
        }
        for id in std::mem::take(&mut self.positions) {
            if let Some(position) = state.position_at(id) {
                put_position(rows, state, position)?;
            }
        }
        for owner in std::mem::take(&mut self.balances) {
            put_balance(rows, state, owner)?;
        }
        for id in std::mem::take(&mut self.accounts) {
            if let Some(account) = state.accounts().get(id.index()) {
                let sql = "INSERT OR REPLACE INTO accounts VALUES (?1, ?2)";
                rows.put(sql, params![account.name.as_str(), account.is_reducing])?;
            }
        }
        for id in std::mem::take(&mut self.strategies) {
            put_strategy(rows, state, id)?;
        }
        for id in std::mem::take(&mut self.instruments) {
            if let Some(instrument) = state.instrument(id) {
                put_instrument(rows, state, instrument)?;
            }
        }
        Ok(())
    }
}

fn put_order(
    rows: &Rows<'_>,
    state: &State,
    (number, order): (u32, &Order),
) -> rusqlite::Result<()> {
    let Some(instrument) = state.instrument(order.instrument) else {
        return Ok(());
    };
    let expires = match order.time_in_force {
        TimeInForce::Gtd(at) => Some(at.0),
        TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok | TimeInForce::Day => None,
    };
    let (limit, trigger) = (order.order_type.limit(), order.order_type.trigger());
    let sql = "INSERT OR REPLACE INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
               ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)";
    rows.put(
        sql,
        params![
            number,
            order.client_order_id.as_str(),
            id(&order.venue_order_id),
            state.account_name(order.account),
            state.strategy_name(order.strategy),
            instrument.symbol.as_str(),
            order.side.name(),
            quantity(instrument, order.qty),
            order.order_type.name(),
            limit.map(|px| price(instrument, px)),
            trigger.map(|px| price(instrument, px)),
            order.time_in_force.name(),
            expires,
            order.reduce_only,
            id(&order.links.one_cancels),
            id(&order.links.bracket_of),
            order.status.name(),
            order.is_cancel_requested,
            quantity(instrument, order.cum_qty),
            quantity(instrument, order.leaves_qty()),
            order.avg_px(instrument).map(|px| px.to_string()),
            order.ts_init.0,
            order.ts_event.0,
            order.sequence.cast_signed(),
        ],
    )
}

fn put_position(rows: &Rows<'_>, state: &State, position: &Position) -> rusqlite::Result<()> {
    let Some(instrument) = state.instrument(position.key.instrument) else {
        return Ok(());
    };
    let known = position.unknown_part.is_none().then_some(());
    let average = known.and_then(|()| instrument.average_price(position.cost, position.qty));
    let side = match position.qty.signum() {
        1 => "long",
        -1 => "short",
        _ => "flat",
    };
    let sql = "INSERT OR REPLACE INTO positions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
               ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
    rows.put(
        sql,
        params![
            position.id.0,
            state.account_name(position.key.account),
            state.strategy_name(position.key.strategy),
            instrument.symbol.as_str(),
            position.key.leg.name(),
            side,
            quantity(instrument, position.qty),
            average.map(|raw| decimal(raw, instrument.price_scale)),
            known.map(|()| money(instrument, position.cost)),
            state.code(instrument.settle),
            known.map(|()| money(instrument, position.realized_pnl)),
            money(instrument, position.cash_flow),
            money(instrument, position.funding),
            money(instrument, position.margin),
            state.fees(&position.fees),
            (position.qty != 0).then_some(position.trip.opened_at.0),
            position.updated_at.0,
            position.closed_trades.cast_signed(),
            position.winning_trades.cast_signed(),
            position.sequence.cast_signed(),
        ],
    )
}

fn put_balance(
    rows: &Rows<'_>,
    state: &State,
    (account, currency): (AccountId, CurrencyId),
) -> rusqlite::Result<()> {
    let balance = state.balance(account, currency);
    if balance == Balance::default() {
        let sql = "DELETE FROM balances WHERE account = ?1 AND currency = ?2";
        let owner = params![state.account_name(account), state.code(currency)];
        return rows.put(sql, owner);
    }
    let amount = |raw| state.amount(currency, raw);
    let sql = "INSERT OR REPLACE INTO balances VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    rows.put(
        sql,
        params![
            state.account_name(account),
            state.code(currency),
            amount(balance.total),
            amount(balance.free()),
            amount(balance.locked()),
            amount(balance.in_orders),
            amount(balance.in_margin),
            amount(balance.contributed),
        ],
    )
}

/// What a strategy did, and what that came to in each currency.
fn put_strategy(rows: &Rows<'_>, state: &State, id: StrategyId) -> rusqlite::Result<()> {
    let Some(strategy) = state.strategy(id) else {
        return Ok(());
    };
    let (name, counters) = (strategy.name.as_str(), &strategy.counters);
    let refused = counters.refused.values().sum::<u64>().cast_signed();
    rows.put(
        "INSERT OR REPLACE INTO strategies VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            name,
            counters.orders.cast_signed(),
            refused,
            counters.fills.cast_signed(),
            counters.closed_trades.cast_signed(),
            counters.winning_trades.cast_signed(),
        ],
    )?;
    for (currency, sum) in state.currencies().iter().zip(state.sums(Some(id))) {
        put_sum(rows, name, (currency, sum))?;
    }
    Ok(())
}

fn put_sum(
    rows: &Rows<'_>,
    strategy: &str,
    (currency, sum): (&Currency, &Sum),
) -> rusqlite::Result<()> {
    let (realized, fees, funding) = (sum.realized, sum.fees, sum.funding);
    if (realized, fees, funding) == (0, 0, 0) {
        let sql = "DELETE FROM strategy_performance WHERE strategy = ?1 AND currency = ?2";
        return rows.put(sql, params![strategy, currency.code.as_str()]);
    }
    let amount = |raw| decimal(raw, currency.scale);
    rows.put(
        "INSERT OR REPLACE INTO strategy_performance VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            strategy,
            currency.code.as_str(),
            amount(realized),
            amount(fees),
            amount(funding),
            amount(realized - fees + funding),
        ],
    )
}

fn put_instrument(rows: &Rows<'_>, state: &State, known: &Instrument) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO instruments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
               ?10, ?11, ?12)";
    rows.put(
        sql,
        params![
            known.symbol.as_str(),
            known.kind.name(),
            state.code(known.base),
            state.code(known.quote),
            state.code(known.settle),
            id(&known.venue),
            known.price_scale,
            known.qty_scale,
            price(known, known.tick),
            quantity(known, known.lot),
            known.multiplier.to_string(),
            known.expiry.map(|expiry| expiry.0),
        ],
    )
}
