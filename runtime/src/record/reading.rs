//! A position as it is read: figures of its lines, of which the rest follows when it is asked for.

use std::sync::Arc;

use truebook_core::book::State;
use truebook_core::engine::{PaidIn, PositionFigures};
use truebook_core::model::{Fixed, Id, Instrument, PositionId, PositionLeg};

use super::PositionRecord;

/// A position at one sequence, cheap to take: see [`PositionReading::record`].
#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "the large one is what there mostly is"
)]
pub enum PositionReading {
    /// Of one strategy and leg, by its lines.
    Figures(Arc<PositionOwner>, PositionFigures),
    /// Of several, or one that has no lines.
    Record(Box<PositionRecord>),
}

/// Whose a position is, and what its figures are counted in; never changes.
#[derive(Clone, Debug)]
pub struct PositionOwner {
    /// Its number.
    pub id: PositionId,
    strategy: Option<Id>,
    account: Id,
    leg: PositionLeg,
    instrument: Instrument,
    settle: (Id, u8),
}

impl PositionOwner {
    /// Of a position, read as that of `strategy` or as the account's net.
    pub(crate) fn of(state: &State, id: PositionId, strategy: Option<Id>) -> Option<Self> {
        let key = state.position_at(id)?.key;
        let instrument = *state.instrument(key.instrument)?;
        let settle = state.currency(instrument.settle)?;
        Some(Self {
            id,
            strategy,
            account: state.accounts().get(key.account.index())?.name,
            leg: key.leg,
            instrument,
            settle: (settle.code, settle.scale),
        })
    }
}

impl PositionReading {
    /// The position that `figures` show; `None` where they are not all of it.
    pub(crate) fn of(owner: &Arc<PositionOwner>, figures: PositionFigures) -> Option<Self> {
        let is_whole = figures.detail.paid_in != PaidIn::Several;
        is_whole.then(|| Self::Figures(Arc::clone(owner), figures))
    }

    /// Unrealized PnL in settlement currency, gross of fees; `None` without a mark or where a cost
    /// is unknown.
    #[must_use]
    pub fn unrealized_pnl(&self) -> Option<Fixed> {
        match self {
            Self::Record(record) => record.unrealized_pnl,
            Self::Figures(owner, PositionFigures { line, .. }) => {
                let raw = line.unrealized_pnl(&owner.instrument)?;
                Some(Fixed::new(raw, owner.instrument.money_scale))
            }
        }
    }

    /// Everything that is known of it.
    #[must_use]
    pub fn record(&self) -> PositionRecord {
        let (owner, figures) = match self {
            Self::Record(record) => return (**record).clone(),
            Self::Figures(owner, figures) => (owner, figures),
        };
        let PositionFigures { line, detail, .. } = figures;
        let instrument = &owner.instrument;
        let qty = |raw| Fixed::new(raw, instrument.qty_scale);
        let money = |raw| Fixed::new(raw, instrument.money_scale);
        let px = |raw| Fixed::new(raw, instrument.price_scale);
        let known = |raw| (!line.is_cost_unknown).then_some(raw);
        let fees = Fixed::new(detail.fees, owner.settle.1);
        PositionRecord {
            symbol: instrument.symbol,
            strategy: owner.strategy,
            account: owner.account,
            leg: owner.leg,
            signed_qty: qty(line.qty),
            available_to_reduce: qty(detail.available_to_reduce),
            avg_px: known(line.cost)
                .and_then(|cost| instrument.average_price(cost, line.qty))
                .map(px),
            cost: known(line.cost).map(money),
            mark: (line.mark != 0).then(|| px(i128::from(line.mark))),
            realized_pnl: known(line.realized_pnl).map(money),
            unrealized_pnl: self.unrealized_pnl(),
            cash_flow: money(detail.cash_flow),
            funding: money(detail.funding),
            margin: money(detail.margin),
            fees: match detail.paid_in {
                PaidIn::None => Vec::new(),
                PaidIn::Settlement | PaidIn::Several => vec![(owner.settle.0, fees)],
            },
            opened_at: if line.qty == 0 { 0 } else { detail.opened_at.0 },
            updated_at: detail.updated_at.0,
            closed_trades: u64::from(detail.closed_trades),
            is_dust: figures.is_dust,
            sequence: line.sequence,
        }
    }
}
