//! What a reader gets: positions and totals as plain values with exact decimals.

use truebook_core::book::State;
use truebook_core::model::{AccountId, CurrencyId, Fixed, Id, Instrument, Position};

/// A position at one sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionRecord {
    /// What is held.
    pub symbol: Id,
    /// Whose; `None` is the account's net.
    pub strategy: Option<Id>,
    /// Signed quantity in base units.
    pub signed_qty: Fixed,
    /// Average price of the open quantity, at 8 decimals; `None` when flat or when signs differ.
    pub avg_px: Option<Fixed>,
    /// What the open quantity cost, signed, in quote currency.
    pub cost: Fixed,
    /// The price at which it is valued.
    pub mark: Option<Fixed>,
    /// Realized, gross of fees, in quote currency.
    pub realized_pnl: Fixed,
    /// Unrealized, gross of fees; `None` without a mark.
    pub unrealized_pnl: Option<Fixed>,
    /// Fees by currency.
    pub fees: Vec<(Id, Fixed)>,
    /// When it was opened from flat, in nanoseconds since the epoch; 0 when it never was.
    pub opened_at: i64,
    /// When a fill last changed it.
    pub updated_at: i64,
    /// Whether it is held but worth less than the dust threshold.
    pub is_dust: bool,
    /// The sequence of the event that last changed it.
    pub sequence: u64,
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
    /// realized + unrealized − fees.
    pub total_pnl: Fixed,
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

impl PositionRecord {
    /// The position of one strategy in `instrument`, or the account's net.
    pub(crate) fn of(state: &State, instrument: &Instrument, strategy: Option<Id>) -> Self {
        let wanted = strategy.map(|name| state.strategy_id(&name));
        let parts: Vec<_> = state
            .positions()
            .iter()
            .filter(|p| p.key.instrument == instrument.id && p.key.account == AccountId::default())
            .filter(|p| wanted.is_none_or(|wanted| wanted == Some(p.key.strategy)))
            .collect();
        Self::sum(state, instrument, strategy, &parts)
    }

    /// Every open position, by strategy.
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
            Some(Self::sum(state, instrument, strategy, &[position]))
        })
        .collect()
    }

    fn sum(
        state: &State,
        instrument: &Instrument,
        strategy: Option<Id>,
        parts: &[&Position],
    ) -> Self {
        let money = |raw| Fixed::new(raw, instrument.money_scale);
        let qty: i128 = parts.iter().map(|p| p.qty).sum();
        let cost: i128 = parts.iter().map(|p| p.cost).sum();
        let mixed = parts.iter().any(|p| p.qty > 0) && parts.iter().any(|p| p.qty < 0);
        let mut fees: Vec<(CurrencyId, i128)> = Vec::new();
        for fee in parts.iter().flat_map(|p| &p.fees) {
            match fees
                .iter_mut()
                .find(|(currency, _)| *currency == fee.currency)
            {
                Some((_, amount)) => *amount += fee.amount,
                None => fees.push((fee.currency, fee.amount)),
            }
        }
        let named = |(currency, amount): &(CurrencyId, i128)| {
            let known = state.currency(*currency)?;
            Some((known.code, Fixed::new(*amount, known.scale)))
        };
        let unrealized: Option<i128> = parts.iter().map(|p| state.unrealized_pnl(p)).sum();
        let mark = state.mark(instrument.id).mark;
        let average = || {
            instrument
                .average_price(cost, qty)
                .map(|raw| Fixed::new(raw, 8))
        };
        Self {
            symbol: instrument.symbol,
            strategy,
            signed_qty: Fixed::new(qty, instrument.qty_scale),
            avg_px: if mixed { None } else { average() },
            cost: money(cost),
            mark: mark.map(|raw| Fixed::new(i128::from(raw), instrument.price_scale)),
            realized_pnl: money(parts.iter().map(|p| p.realized_pnl).sum()),
            unrealized_pnl: unrealized.map(money),
            fees: fees.iter().filter_map(named).collect(),
            opened_at: parts.iter().map(|p| p.opened_at.0).min().unwrap_or(0),
            updated_at: parts.iter().map(|p| p.updated_at.0).max().unwrap_or(0),
            is_dust: qty != 0 && parts.iter().all(|p| p.qty == 0 || state.is_dust(p)),
            sequence: parts.iter().map(|p| p.sequence).max().unwrap_or(0),
        }
    }
}

impl PortfolioRecord {
    /// The totals of `state`.
    pub(crate) fn of(state: &State) -> Self {
        let sum = state.portfolio();
        let strategies = state
            .strategies()
            .iter()
            .enumerate()
            .filter_map(|(index, strategy)| {
                let id = truebook_core::model::StrategyId(u16::try_from(index).ok()?);
                let pnl = state.strategy_total(Some(id)).total_pnl();
                Some((strategy.name, State::money(pnl)))
            });
        let code = |id: &CurrencyId| state.currency(*id).map(|currency| currency.code);
        Self {
            equity: State::money(sum.equity),
            cash: State::money(sum.cash),
            holdings: State::money(sum.holdings),
            realized_pnl: State::money(sum.total.realized_pnl),
            unrealized_pnl: State::money(sum.total.unrealized_pnl),
            fees: State::money(sum.total.fees),
            total_pnl: State::money(sum.total.total_pnl()),
            active: sum.total.open_positions,
            dust: sum.total.dust_positions,
            by_strategy: strategies.collect(),
            missing_rates: sum.missing_rates.iter().filter_map(code).collect(),
            sequence: state.sequence,
        }
    }
}
