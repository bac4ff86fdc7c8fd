//! What the checks of one order look at, and what the order would reserve.

use crate::model::{
    CurrencyId, Fixed, Instrument, InstrumentKind, Limits, MONEY_SCALE, Order, OrderType,
    PositionKey, Rounding, Settlement, Side, StrategyId, mul_div,
};

use super::{Mark, State, Submit, Sum};

/// Everything that the checks of one order look at.
pub(super) struct Context<'a> {
    pub state: &'a State,
    pub order: &'a Submit,
    pub instrument: &'a Instrument,
    pub key: PositionKey,
    /// The order as it stands, where it is amended: what it takes up is its own.
    pub standing: Option<&'a Order>,
    pub limits: &'a Limits,
    pub mark: Mark,
    /// What of the quantity opens or adds, unsigned.
    pub opening: i128,
    /// The price at which the order is valued.
    pub reference: Option<i64>,
    /// The notional at that price, in settlement currency.
    pub notional: i128,
    /// The notional in the reporting currency; `None` where no rate is known.
    pub value: Option<i128>,
}

impl<'a> Context<'a> {
    /// Looks up everything that the checks need.
    pub(super) fn new(
        state: &'a State,
        order: &'a Submit,
        instrument: &'a Instrument,
        (strategy, standing): (StrategyId, Option<&'a Order>),
    ) -> Self {
        let key = PositionKey {
            account: order.account,
            instrument: instrument.id,
            strategy,
            leg: order.leg,
        };
        let position = state.position(&key);
        let held = position.map_or(0, |position| position.qty);
        let own = standing.map_or(0, Order::leaves_qty);
        let reducible = position.map_or(0, |position| position.available_beside(own));
        let opposes = held.signum() == -order.side.sign();
        let opening = if opposes {
            order.qty.saturating_sub(reducible).max(0)
        } else {
            order.qty
        };
        let limits = state
            .strategy(strategy)
            .map_or(&state.config.limits, |strategy| &strategy.limits);
        let mark = state.mark(instrument.id);
        let limit = order.order_type.limit().or(order.order_type.trigger());
        let reference = limit.or(match order.side {
            Side::Buy => mark.ask.or(mark.mark),
            Side::Sell => mark.bid.or(mark.mark),
        });
        // A price that cannot be is refused before its notional is looked at.
        let price = reference.filter(|price| *price > 0);
        let notional = price.map_or(0, |price| {
            instrument.notional(price, order.qty).unwrap_or(i128::MAX)
        });
        let value = state.in_reporting(instrument.settle, notional);
        Self {
            state,
            order,
            instrument,
            key,
            standing,
            limits,
            mark,
            opening,
            reference,
            notional,
            value,
        }
    }

    /// Whether the order opens, adds, or takes more than there is left to reduce.
    pub(super) fn risks(&self) -> bool {
        self.opening > 0
    }

    /// What the order locks until it is done: the currency and the amount.
    pub(super) fn reservation(&self) -> (CurrencyId, i128) {
        let instrument = self.instrument;
        if self.order.side == Side::Sell && instrument.kind == InstrumentKind::Spot {
            let amount = instrument.in_base(self.order.qty);
            return (instrument.base, amount.unwrap_or(i128::MAX));
        }
        let amount = if self.opening == 0 {
            0
        } else {
            self.cost_of_opening()
        };
        (instrument.settle, amount)
    }

    /// What opening takes, with the configured slippage and the taker fee on top.
    fn cost_of_opening(&self) -> i128 {
        let instrument = self.instrument;
        let slippage = match self.order.order_type {
            OrderType::Market | OrderType::Stop(_) => self.state.config.paper.slippage_pct,
            OrderType::Limit(_) | OrderType::StopLimit { .. } => Fixed::default(),
        };
        let cost = || {
            let (part, whole) = (self.opening, self.order.qty);
            let share = mul_div(self.notional, part, whole, Rounding::HalfEven)?;
            let slippage = i64::try_from(slippage.rounded_at(MONEY_SCALE)?).ok()?;
            let worst = share.checked_add(instrument.percent(share, slippage)?)?;
            let is_paid = instrument.settlement() == Settlement::Paid;
            let margin = match instrument.margin_pct {
                0 if is_paid && self.order.side == Side::Sell => 0,
                0 => worst,
                margin => instrument.percent(worst, margin)?,
            };
            margin.checked_add(instrument.percent(worst, instrument.taker_fee_pct.max(0))?)
        };
        cost().unwrap_or(i128::MAX)
    }

    pub(super) fn reporting(&self, currency: CurrencyId, amount: i128) -> i128 {
        // What cannot be valued was refused, or exceeds every limit.
        self.state
            .in_reporting(currency, amount)
            .unwrap_or(i128::MAX)
    }

    /// The order's notional in the reporting currency.
    pub(super) fn worth(&self) -> i128 {
        self.value.unwrap_or(i128::MAX)
    }

    /// The same, signed by its side.
    pub(super) fn signed(&self) -> i128 {
        self.order.side.sign().saturating_mul(self.worth())
    }

    /// What the order's own position is exposed to, signed, in the reporting currency.
    pub(super) fn position_value(&self) -> i128 {
        let position = self.state.position(&self.key);
        let value = position.and_then(|position| self.state.position_value(position.id));
        let sign = match self.instrument.settlement() {
            Settlement::Paid | Settlement::Linear => 1,
            Settlement::Inverse => -1,
        };
        value.map_or(0, |value| {
            self.reporting(self.instrument.settle, sign * value)
        })
    }

    /// What open orders that open or add will be worth: in all, and signed.
    pub(super) fn pending(&self, wanted: impl Fn(&Order) -> bool) -> (i128, i128) {
        let standing = self.standing.map(|own| own.sequence);
        let open = self.state.open_orders().map(|(_, order)| order);
        let opening = open.filter(|o| o.opens && Some(o.sequence) != standing && wanted(o));
        opening.fold((0_i128, 0_i128), |(gross, net), order| {
            let value = || {
                let instrument = self.state.instrument(order.instrument)?;
                let mark = self.state.mark(order.instrument).mark;
                let price = order.order_type.limit().or(mark)?;
                let notional = instrument.notional(price, order.leaves_qty())?;
                Some(self.reporting(instrument.settle, notional))
            };
            let value = value().unwrap_or(i128::MAX);
            let signed = order.side.sign().saturating_mul(value);
            (gross.saturating_add(value), net.saturating_add(signed))
        })
    }

    /// A sum over all currencies, in the reporting currency.
    pub(super) fn exposure(&self, part: fn(&Sum) -> i128) -> i128 {
        let sums = self.state.sums(None).iter().zip(0_u16..);
        sums.map(|(sum, currency)| self.reporting(CurrencyId(currency), part(sum)))
            .fold(0, i128::saturating_add)
    }
}
