//! What the ledger knows, under its number or its name.

use crate::model::{
    AccountId, Currency, CurrencyId, Id, Instrument, InstrumentId, Order, Position, PositionId,
    PositionKey, StrategyId,
};

use super::state::{Account, Balance, ClosedTrip, Strategy};
use super::{FillAmended, FillKey, Mark, State, Stated, StatedOf};

impl State {
    /// The currencies, by number.
    #[must_use]
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// The instruments, by number.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// The accounts, by number; the first is `default`.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The strategies, by number; the first is `EXTERNAL`.
    #[must_use]
    pub fn strategies(&self) -> &[Strategy] {
        &self.strategies
    }

    /// The positions, by number.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// The orders, by number.
    #[must_use]
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// The numbers and values of the orders that can still fill, oldest first.
    pub fn open_orders(&self) -> impl Iterator<Item = (u32, &Order)> {
        self.open_orders
            .iter()
            .filter_map(|number| Some((*number, self.order_at(*number)?)))
    }

    /// The balances, by account and currency.
    pub fn balances(&self) -> impl Iterator<Item = (AccountId, CurrencyId, &Balance)> {
        self.balances
            .iter()
            .zip(0_u16..)
            .flat_map(|(row, account)| {
                let each = row.iter().zip(0_u16..);
                each.map(move |(balance, currency)| {
                    (AccountId(account), CurrencyId(currency), balance)
                })
            })
    }

    /// One balance; 0 where nothing was ever booked.
    #[must_use]
    pub fn balance(&self, account: AccountId, currency: CurrencyId) -> Balance {
        let row = self.balances.get(account.index());
        row.and_then(|row| row.get(currency.index()))
            .copied()
            .unwrap_or_default()
    }

    /// The balances of one account, by currency.
    #[must_use]
    pub fn balances_of(&self, account: usize) -> &[Balance] {
        self.balances.get(account).map_or(&[], Vec::as_slice)
    }

    /// The number of the order that the venue calls so.
    #[must_use]
    pub fn venue_order(&self, account: AccountId, venue_order_id: Id) -> Option<u32> {
        self.venue_order_ids
            .get(&(account, venue_order_id))
            .copied()
    }

    /// The currency called `code`.
    #[must_use]
    pub fn currency_id(&self, code: &Id) -> Option<CurrencyId> {
        self.currency_names.get(code).copied()
    }

    /// The currency with this number.
    #[must_use]
    pub fn currency(&self, id: CurrencyId) -> Option<&Currency> {
        self.currencies.get(id.index())
    }

    /// The instrument called `symbol`.
    #[must_use]
    pub fn instrument_id(&self, symbol: &Id) -> Option<InstrumentId> {
        self.instrument_names.get(symbol).copied()
    }

    /// The instrument with this number.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> Option<&Instrument> {
        self.instruments.get(id.index())
    }

    /// The account called `name`.
    #[must_use]
    pub fn account_id(&self, name: &Id) -> Option<AccountId> {
        self.account_names.get(name).copied()
    }

    /// What is known of an instrument's price.
    #[must_use]
    pub fn mark(&self, id: InstrumentId) -> Mark {
        self.worth.mark(id)
    }

    /// The strategy called `name`.
    #[must_use]
    pub fn strategy_id(&self, name: &Id) -> Option<StrategyId> {
        self.strategy_names.get(name).copied()
    }

    /// The strategy with this number.
    #[must_use]
    pub fn strategy(&self, id: StrategyId) -> Option<&Strategy> {
        self.strategies.get(id.index())
    }

    /// The position of this key, where one was ever opened.
    #[must_use]
    pub fn position(&self, key: &PositionKey) -> Option<&Position> {
        self.position_at(*self.position_keys.get(key)?)
    }

    /// The position with this number.
    #[must_use]
    pub fn position_at(&self, id: PositionId) -> Option<&Position> {
        self.positions.get(id.index())
    }

    /// The newest round trips that have ended, oldest first.
    pub fn closed(&self) -> impl DoubleEndedIterator<Item = &ClosedTrip> {
        self.closed.iter()
    }

    /// The order with this client id.
    #[must_use]
    pub fn order(&self, client_order_id: &Id) -> Option<&Order> {
        self.order_at(*self.order_ids.get(client_order_id)?)
    }

    /// The number of the order with this client id.
    #[must_use]
    pub fn order_number(&self, client_order_id: &Id) -> Option<u32> {
        self.order_ids.get(client_order_id).copied()
    }

    /// The order with this number.
    #[must_use]
    pub fn order_at(&self, number: u32) -> Option<&Order> {
        self.orders.get(number as usize)
    }

    /// The order of an execution of which more became known.
    #[must_use]
    pub fn order_amended_by(&self, amended: &FillAmended) -> Option<u32> {
        let owner = (amended.key.account, amended.key.instrument);
        let key = FillKey::new(owner, &amended.trade_id, amended.side);
        let known = || self.fills.find_at(key, amended.booked_at)?.order;
        amended.order.or_else(known)
    }

    /// What the venue last said of a balance or a position, beside what the book said then.
    #[must_use]
    pub fn stated(&self, account: AccountId, what: StatedOf) -> Option<&Stated> {
        self.stated.get(&(account, what))
    }

    /// The value that components share under `key`.
    #[must_use]
    pub fn shared(&self, key: &Id) -> Option<&str> {
        self.shared.get(key).map(AsRef::as_ref)
    }
}
