//! Positions: what is held, and what was.

use truebook_core::book::{ClosedTrip, State};
use truebook_core::model::{AccountId, CurrencyId, Fixed, Id, Instrument, Position, PositionLeg};

/// A position at one sequence. Money is in the settlement currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionRecord {
    /// What is held.
    pub symbol: Id,
    /// Whose; `None` is the account's net.
    pub strategy: Option<Id>,
    /// Whose account.
    pub account: Id,
    /// Which leg.
    pub leg: PositionLeg,
    /// Signed quantity.
    pub signed_qty: Fixed,
    /// What of it no open order reduces already, unsigned.
    pub available_to_reduce: Fixed,
    /// Average price of the open quantity, at the scale of its price; `None` when flat, when signs
    /// differ, or where the cost is unknown.
    pub avg_px: Option<Fixed>,
    /// What the open quantity cost, signed; `None` where that is unknown.
    pub cost: Option<Fixed>,
    /// The price at which it is valued.
    pub mark: Option<Fixed>,
    /// Realized, gross of fees; `None` where a cost is unknown.
    pub realized_pnl: Option<Fixed>,
    /// Unrealized, gross of fees; `None` without a mark or where a cost is unknown.
    pub unrealized_pnl: Option<Fixed>,
    /// Received less paid for the quantity, fees apart.
    pub cash_flow: Fixed,
    /// Funding, dividends and interest received less paid.
    pub funding: Fixed,
    /// What it locks as margin.
    pub margin: Fixed,
    /// Fees by currency.
    pub fees: Vec<(Id, Fixed)>,
    /// When it was opened from flat, in nanoseconds since the epoch; 0 when it is flat.
    pub opened_at: i64,
    /// When a fill last changed it.
    pub updated_at: i64,
    /// Round trips that have ended.
    pub closed_trades: u64,
    /// Whether it is held but worth less than the dust threshold.
    pub is_dust: bool,
    /// The sequence of the event that last changed it.
    pub sequence: u64,
}

/// A round trip that has ended: from flat to flat, or to the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedPositionRecord {
    /// What was held.
    pub symbol: Id,
    /// Whose it was.
    pub strategy: Id,
    /// Whose account.
    pub account: Id,
    /// `"long"` or `"short"`.
    pub side: &'static str,
    /// How much was opened in all.
    pub entry_qty: Fixed,
    /// The average price at which it was opened, at the scale of its price.
    pub entry_px: Option<Fixed>,
    /// The average price at which it was closed, at the scale of its price.
    pub exit_px: Option<Fixed>,
    /// The largest quantity held.
    pub peak_qty: Fixed,
    /// Realized, gross of fees, in the settlement currency.
    pub realized_pnl: Fixed,
    /// Fees in the settlement currency.
    pub fees: Fixed,
    /// When it was opened, in nanoseconds since the epoch.
    pub opened_at: i64,
    /// When it was closed.
    pub closed_at: i64,
    /// The sequence of the event that ended it.
    pub sequence: u64,
}

impl PositionRecord {
    /// `"long"`, `"short"` or `"flat"`.
    #[must_use]
    pub fn side(&self) -> &'static str {
        match self.signed_qty.raw {
            0 => "flat",
            raw if raw > 0 => "long",
            _ => "short",
        }
    }

    /// The position of one strategy in `instrument`, or the account's net.
    pub(crate) fn of(
        state: &State,
        (account, instrument): (AccountId, &Instrument),
        strategy: Option<Id>,
    ) -> Self {
        let wanted = strategy.as_ref().map(|name| state.strategy_id(name));
        let mut parts = state
            .positions_in(instrument.id)
            .iter()
            .filter_map(|id| state.position_at(*id))
            .filter(|p| p.key.account == account)
            .filter(|p| wanted.is_none_or(|wanted| wanted == Some(p.key.strategy)));
        let owner = (account, instrument);
        // One is what there mostly is.
        match (parts.next(), parts.next()) {
            (None, _) => Self::sum(state, owner, strategy, &[]),
            (Some(only), None) => Self::sum(state, owner, strategy, &[only]),
            (Some(first), Some(second)) => {
                let all: Vec<&Position> = [first, second].into_iter().chain(parts).collect();
                Self::sum(state, owner, strategy, &all)
            }
        }
    }

    /// Every open position, by account, strategy and leg.
    pub(crate) fn all_open(state: &State) -> Vec<Self> {
        let open = state
            .positions()
            .iter()
            .filter(|position| position.qty != 0);
        open.filter_map(|position| {
            let instrument = state.instrument(position.key.instrument)?;
            let strategy = state
                .strategy(position.key.strategy)
                .map(|found| found.name);
            let owner = (position.key.account, instrument);
            Some(Self::sum(state, owner, strategy, &[position]))
        })
        .collect()
    }

    fn sum(
        state: &State,
        (account, instrument): (AccountId, &Instrument),
        strategy: Option<Id>,
        parts: &[&Position],
    ) -> Self {
        let money = |raw| Fixed::new(raw, instrument.money_scale);
        let total = |part: fn(&Position) -> i128| parts.iter().map(|p| part(p)).sum::<i128>();
        let (qty, cost) = (total(|p| p.qty), total(|p| p.cost));
        let mixed = parts.iter().any(|p| p.qty > 0) && parts.iter().any(|p| p.qty < 0);
        let is_known = parts.iter().all(|p| p.unknown_part.is_none());
        let average = instrument
            .average_price(cost, qty)
            .filter(|_| is_known && !mixed);
        let unrealized: Option<i128> = parts.iter().map(|p| state.unrealized_pnl(p.id)).sum();
        let mark = state.mark(instrument.id).price_of(qty, state.config.mark);
        let held = || parts.iter().filter(|p| p.qty != 0);
        let account = state
            .accounts()
            .get(account.index())
            .map(|found| found.name);
        Self {
            symbol: instrument.symbol,
            strategy,
            account: account.unwrap_or_default(),
            leg: match parts {
                [only] => only.key.leg,
                _ => PositionLeg::Net,
            },
            signed_qty: Fixed::new(qty, instrument.qty_scale),
            available_to_reduce: {
                let free = total(Position::available_to_reduce);
                Fixed::new(free, instrument.qty_scale)
            },
            avg_px: average.map(|raw| Fixed::new(raw, instrument.price_scale)),
            cost: is_known.then(|| money(cost)),
            mark: mark.map(|raw| Fixed::new(i128::from(raw), instrument.price_scale)),
            realized_pnl: is_known.then(|| money(total(|p| p.realized_pnl))),
            unrealized_pnl: unrealized.map(money),
            cash_flow: money(total(|p| p.cash_flow)),
            funding: money(total(|p| p.funding)),
            margin: money(total(|p| p.margin)),
            fees: fees(state, parts),
            opened_at: held().map(|p| p.trip.opened_at.0).min().unwrap_or(0),
            updated_at: parts.iter().map(|p| p.updated_at.0).max().unwrap_or(0),
            closed_trades: parts.iter().map(|p| p.closed_trades).sum(),
            is_dust: qty != 0 && held().all(|p| state.is_dust(p.id)),
            sequence: parts.iter().map(|p| p.sequence).max().unwrap_or(0),
        }
    }
}

fn fees(state: &State, parts: &[&Position]) -> Vec<(Id, Fixed)> {
    let mut sums: Vec<(CurrencyId, i128)> = Vec::new();
    for fee in parts.iter().flat_map(|p| &p.fees) {
        match sums
            .iter_mut()
            .find(|(currency, _)| *currency == fee.currency)
        {
            Some((_, amount)) => *amount += fee.amount,
            None => sums.push((fee.currency, fee.amount)),
        }
    }
    let named = |(currency, amount): &(CurrencyId, i128)| {
        let known = state.currency(*currency)?;
        Some((known.code, Fixed::new(*amount, known.scale)))
    };
    sums.iter().filter_map(named).collect()
}

impl ClosedPositionRecord {
    /// What `state` knows of a round trip that has ended.
    pub(crate) fn of(state: &State, closed: &ClosedTrip) -> Option<Self> {
        let (key, trip) = (closed.key, &closed.trip);
        let instrument = state.instrument(key.instrument)?;
        let qty = |raw| Fixed::new(raw, instrument.qty_scale);
        let money = |raw| Fixed::new(raw, instrument.money_scale);
        let px = |raw: Option<i128>| raw.map(|raw| Fixed::new(raw, instrument.price_scale));
        Some(Self {
            symbol: instrument.symbol,
            strategy: state.strategy(key.strategy)?.name,
            account: state.accounts().get(key.account.index())?.name,
            side: if trip.is_short { "short" } else { "long" },
            entry_qty: qty(trip.entry_qty),
            entry_px: px(trip.entry_px(instrument)),
            exit_px: px(trip.exit_px(instrument)),
            peak_qty: qty(trip.peak_qty),
            realized_pnl: money(trip.realized_pnl),
            fees: money(trip.fees),
            opened_at: trip.opened_at.0,
            closed_at: trip.closed_at.0,
            sequence: closed.sequence,
        })
    }
}
