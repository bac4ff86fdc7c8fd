//! What a reader gets: plain values with exact decimals, all at one sequence.

mod news;
mod notice;
mod pnl;
mod position;
mod reading;

pub use notice::{Field, Fields, NoticeRecord, is_named};
pub use pnl::{PnlBy, PnlRecord};
pub use position::{ClosedPositionRecord, PositionRecord};
pub use reading::{PositionOwner, PositionReading};

use truebook_core::book::{Balance, State, StatedOf};
use truebook_core::model::{AccountId, CurrencyId, Fixed, Id, Order, StrategyId};

use crate::frame::Frame;

/// An order at one sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRecord {
    /// Ours.
    pub client_order_id: Id,
    /// Theirs, once known.
    pub venue_order_id: Option<Id>,
    /// What is traded.
    pub symbol: Id,
    /// Who decided it.
    pub strategy: Id,
    /// Whose account.
    pub account: Id,
    /// `"buy"` or `"sell"`.
    pub side: &'static str,
    /// `"market"`, `"limit"`, `"stop"` or `"stop_limit"`.
    pub order_type: &'static str,
    /// Its limit.
    pub price: Option<Fixed>,
    /// What sets it off.
    pub stop: Option<Fixed>,
    /// `"gtc"`, `"ioc"`, `"fok"`, `"day"` or `"gtd"`.
    pub time_in_force: &'static str,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// The order that is to be cancelled when this one fills.
    pub one_cancels: Option<Id>,
    /// The entry whose fill this one protects.
    pub bracket_of: Option<Id>,
    /// Where it is in its life.
    pub status: &'static str,
    /// Whether a cancel was asked for and is not yet answered.
    pub is_cancel_requested: bool,
    /// How much.
    pub qty: Fixed,
    /// How much was filled.
    pub cum_qty: Fixed,
    /// How much is left.
    pub leaves_qty: Fixed,
    /// The average price of its fills; `None` before the first.
    pub avg_px: Option<Fixed>,
    /// What it still locks, and of what.
    pub locked: (Fixed, Id),
    /// When it was submitted, in nanoseconds since the epoch.
    pub ts_init: i64,
    /// The sequence of its submission.
    pub sequence: u64,
}

/// A balance: `total = free + locked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BalanceRecord {
    /// Everything.
    pub total: Fixed,
    /// What is not locked.
    pub free: Fixed,
    /// What open orders lock.
    pub in_orders: Fixed,
    /// What positions lock as margin.
    pub in_margin: Fixed,
    /// What the venue last said the total is.
    pub stated: Option<Fixed>,
}

/// What a strategy did, in the reporting currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyRecord {
    /// Its name.
    pub name: Id,
    /// Orders that passed their checks.
    pub orders: u64,
    /// Executions.
    pub fills: u64,
    /// Orders refused, by reason.
    pub refused: Vec<(&'static str, u64)>,
    /// Positions that are open and not dust.
    pub open_positions: u64,
    /// Realized, gross of fees.
    pub realized_pnl: Fixed,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: Fixed,
    /// Fees paid.
    pub fees: Fixed,
    /// Funding, dividends and interest received less paid.
    pub funding: Fixed,
    /// realized + unrealized − fees + funding.
    pub total_pnl: Fixed,
    /// Round trips that have ended.
    pub closed_trades: u64,
    /// Those that ended above 0.
    pub winning_trades: u64,
}

/// What the book adds up to, in the reporting currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioRecord {
    /// What was paid in, plus the PnL.
    pub equity: Fixed,
    /// Balances that no position accounts for.
    pub cash: Fixed,
    /// Positions at their marks.
    pub holdings: Fixed,
    /// Realized, gross of fees.
    pub realized_pnl: Fixed,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: Fixed,
    /// Fees paid.
    pub fees: Fixed,
    /// Funding, dividends and interest received less paid.
    pub funding: Fixed,
    /// realized + unrealized − fees + funding.
    pub total_pnl: Fixed,
    /// cash + holdings less what was paid in and the PnL, summed over currencies: 0.
    pub difference: Fixed,
    /// Open positions, dust apart.
    pub active: u64,
    /// Open positions that are dust.
    pub dust: u64,
    /// PnL after fees by strategy.
    pub by_strategy: Vec<(Id, Fixed)>,
    /// Currencies without a rate.
    pub missing_rates: Vec<Id>,
    /// The sequence at which this holds.
    pub sequence: u64,
}

/// The whole book at one sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookRecord {
    /// When its newest event happened, in nanoseconds since the epoch.
    pub ts: i64,
    /// What it adds up to.
    pub portfolio: PortfolioRecord,
    /// Every position that is open, by account, strategy and leg.
    pub positions: Vec<PositionRecord>,
    /// Every order that can still fill, oldest first.
    pub orders: Vec<OrderRecord>,
    /// Every balance of every account in which something was booked, as a table.
    pub balances: Frame,
}

impl BookRecord {
    /// Everything in `state`.
    pub(crate) fn of(state: &State) -> Self {
        Self {
            ts: state.now.0,
            portfolio: PortfolioRecord::of(state),
            positions: PositionRecord::all_open(state),
            orders: OrderRecord::all_open(state),
            balances: Frame::of_balances(state),
        }
    }
}

impl OrderRecord {
    /// Whether it can still fill.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.status, "filled" | "canceled" | "rejected" | "expired")
    }

    /// Every order that can still fill, oldest first.
    pub(crate) fn all_open(state: &State) -> Vec<Self> {
        let open = state.open_orders().map(|(_, order): (u32, &Order)| order);
        open.filter_map(|order| Self::of(state, order)).collect()
    }

    /// What `state` knows of `order`.
    pub(crate) fn of(state: &State, order: &Order) -> Option<Self> {
        let instrument = state.instrument(order.instrument)?;
        let qty = |raw| Fixed::new(raw, instrument.qty_scale);
        let px = |raw: i64| Fixed::new(i128::from(raw), instrument.price_scale);
        let currency = state.currency(order.lock_currency)?;
        Some(Self {
            client_order_id: order.client_order_id,
            venue_order_id: order.venue_order_id,
            symbol: instrument.symbol,
            strategy: state.strategy(order.strategy)?.name,
            account: state.accounts().get(order.account.index())?.name,
            side: order.side.name(),
            order_type: order.order_type.name(),
            price: order.order_type.limit().map(px),
            stop: order.order_type.trigger().map(px),
            time_in_force: order.time_in_force.name(),
            reduce_only: order.reduce_only,
            one_cancels: order.links.one_cancels,
            bracket_of: order.links.bracket_of,
            status: order.status.name(),
            is_cancel_requested: order.is_cancel_requested,
            qty: qty(order.qty),
            cum_qty: qty(order.cum_qty),
            leaves_qty: qty(order.leaves_qty()),
            avg_px: order.avg_px(instrument),
            locked: (Fixed::new(order.locked, currency.scale), currency.code),
            ts_init: order.ts_init.0,
            sequence: order.sequence,
        })
    }
}

impl BalanceRecord {
    /// The balance of `account` in the currency called `code`.
    pub(crate) fn of(state: &State, account: AccountId, code: Id) -> Self {
        let Some(currency) = state.currency_id(&code) else {
            return Self::default();
        };
        let scale = state.currency(currency).map_or(0, |known| known.scale);
        let at = |raw| Fixed::new(raw, scale);
        let balance: Balance = state.balance(account, currency);
        let stated = state.stated(account, StatedOf::Balance(currency));
        Self {
            total: at(balance.total),
            free: at(balance.free()),
            in_orders: at(balance.in_orders),
            in_margin: at(balance.in_margin),
            stated: stated.map(|said| at(said.stated)),
        }
    }
}

impl StrategyRecord {
    /// What the strategy with this number did.
    pub(crate) fn of(state: &State, id: StrategyId) -> Option<Self> {
        let strategy = state.strategy(id)?;
        let total = state.strategy_total(Some(id));
        let refused = strategy.counters.refused.iter();
        Some(Self {
            name: strategy.name,
            orders: total.orders,
            fills: total.fills,
            refused: refused
                .map(|(refusal, count)| (refusal.name(), *count))
                .collect(),
            open_positions: total.open_positions,
            realized_pnl: State::money(total.realized_pnl),
            unrealized_pnl: State::money(total.unrealized_pnl),
            fees: State::money(total.fees),
            funding: State::money(total.funding),
            total_pnl: State::money(total.total_pnl()),
            closed_trades: total.closed_trades,
            winning_trades: total.winning_trades,
        })
    }
}

impl PortfolioRecord {
    /// The totals of `state`.
    pub(crate) fn of(state: &State) -> Self {
        let sum = state.portfolio();
        let strategies = state
            .strategies()
            .iter()
            .zip(0_u16..)
            .map(|(strategy, number)| {
                let pnl = state.strategy_total(Some(StrategyId(number))).total_pnl();
                (strategy.name, State::money(pnl))
            });
        let code = |id: &CurrencyId| state.currency(*id).map(|currency| currency.code);
        Self {
            equity: State::money(sum.equity),
            cash: State::money(sum.cash),
            holdings: State::money(sum.holdings),
            realized_pnl: State::money(sum.total.realized_pnl),
            unrealized_pnl: State::money(sum.total.unrealized_pnl),
            fees: State::money(sum.total.fees),
            funding: State::money(sum.total.funding),
            total_pnl: State::money(sum.total.total_pnl()),
            difference: State::money(sum.difference),
            active: sum.total.open_positions,
            dust: sum.total.dust_positions,
            by_strategy: strategies.collect(),
            missing_rates: sum.missing_rates.iter().filter_map(code).collect(),
            sequence: state.sequence,
        }
    }
}
