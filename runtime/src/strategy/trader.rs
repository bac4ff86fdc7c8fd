//! What every built-in strategy does with orders: size them, name them, never repeat them.

use truebook_core::book::{Command, State, Submit};
use truebook_core::model::{
    AccountId, Fixed, Id, Instrument, InstrumentId, PositionKey, PositionLeg, Side, Timestamp,
};

/// Sends market orders for one strategy.
#[derive(Clone, Debug)]
pub(super) struct Trader {
    name: Id,
    order_notional: Fixed,
    sent: u64,
}

impl Trader {
    pub(super) fn new(name: Id, order_notional: Fixed) -> Self {
        Self {
            name,
            order_notional,
            sent: 0,
        }
    }

    /// What the strategy holds, signed.
    pub(super) fn held(&self, state: &State, instrument: InstrumentId) -> i128 {
        let Some(strategy) = state.strategy_id(&self.name) else {
            return 0;
        };
        let key = PositionKey {
            account: AccountId::default(),
            instrument,
            strategy,
            leg: PositionLeg::Net,
        };
        state.position(&key).map_or(0, |position| position.qty)
    }

    /// Whether an order of the strategy is still open.
    pub(super) fn is_waiting(&self, state: &State, instrument: InstrumentId) -> bool {
        let own = state.strategy_id(&self.name);
        state
            .open_orders()
            .any(|(_, order)| order.instrument == instrument && Some(order.strategy) == own)
    }

    /// The quantity that the strategy's notional buys at `price`, in whole lots.
    pub(super) fn size(&self, instrument: &Instrument, price: i64) -> i128 {
        let money = self.order_notional.rounded_at(instrument.money_scale);
        money
            .and_then(|money| instrument.lots_for(money, price))
            .unwrap_or(0)
    }

    /// Adds a market order; nothing for a quantity of 0.
    pub(super) fn send(
        &mut self,
        (instrument, side, qty): (InstrumentId, Side, i128),
        ts: Timestamp,
        commands: &mut Vec<Command>,
    ) {
        if qty <= 0 {
            return;
        }
        self.sent += 1;
        commands.push(Command::Submit(Box::new(Submit {
            client_order_id: Some(Id::format(format_args!("{}-{}", self.name, self.sent))),
            strategy: Some(self.name),
            ..Submit::market(instrument, side, qty, ts)
        })));
    }
}
