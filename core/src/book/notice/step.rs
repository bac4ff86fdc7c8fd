//! What happened to an order or to a position, in one word.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::OrderStatus;

use super::OrderState;
use super::kind::at;

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum OrderStep {
    /// It passed its checks.
    Placed,
    /// The venue took it, or its id became known.
    Accepted,
    /// An execution was counted on it.
    Filled,
    /// An execution was taken back from it.
    FillReversed,
    /// An execution of it was corrected at another price.
    Corrected,
    /// Its cancel was asked for, or that was turned down.
    CancelRequested,
    /// It was cancelled.
    Canceled,
    /// The venue turned it down.
    Rejected,
    /// It expired.
    Expired,
    /// Nobody knows what became of it.
    Unknown,
    /// It stands with other terms.
    Amended,
}

/// What happened to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PositionStep {
    /// It was flat.
    Opened,
    /// More is held on the same side.
    Increased,
    /// Less is held on the same side.
    Reduced,
    /// It is flat.
    Closed,
    /// It went through flat to the other side.
    Flipped,
    /// The same is held: its cost, funding or margin changed.
    Adjusted,
}

impl OrderStep {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Placed => const { at("order_placed") },
            Self::Accepted => const { at("order_accepted") },
            Self::Filled => const { at("order_filled") },
            Self::FillReversed => const { at("order_fill_reversed") },
            Self::Corrected => const { at("order_corrected") },
            Self::CancelRequested => const { at("order_cancel_requested") },
            Self::Canceled => const { at("order_canceled") },
            Self::Rejected => const { at("order_rejected") },
            Self::Expired => const { at("order_expired") },
            Self::Unknown => const { at("order_unknown") },
            Self::Amended => const { at("order_amended") },
        }
    }

    /// The step from `old` to `new`.
    pub(super) fn between(old: &OrderState, new: &OrderState) -> Self {
        if new.cum_qty > old.cum_qty {
            return Self::Filled;
        }
        if new.cum_qty < old.cum_qty {
            return Self::FillReversed;
        }
        if new.avg_px != old.avg_px {
            return Self::Corrected;
        }
        if (new.qty, new.order_type) != (old.qty, old.order_type) {
            return Self::Amended;
        }
        if new.is_cancel_requested != old.is_cancel_requested && new.status.is_open() {
            return Self::CancelRequested;
        }
        if new.status == old.status {
            return Self::Accepted;
        }
        match new.status {
            // What filled it was told above.
            OrderStatus::Pending
            | OrderStatus::Working
            | OrderStatus::PartiallyFilled
            | OrderStatus::Filled => Self::Accepted,
            OrderStatus::Canceled => Self::Canceled,
            OrderStatus::Rejected => Self::Rejected,
            OrderStatus::Expired => Self::Expired,
            OrderStatus::Unknown => Self::Unknown,
        }
    }
}

impl PositionStep {
    /// `"opened"`, `"increased"`, `"reduced"`, `"closed"`, `"flipped"` or `"adjusted"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Increased => "increased",
            Self::Reduced => "reduced",
            Self::Closed => "closed",
            Self::Flipped => "flipped",
            Self::Adjusted => "adjusted",
        }
    }

    pub(super) fn number(self) -> u8 {
        match self {
            Self::Opened => const { at("position_opened") },
            Self::Increased | Self::Reduced | Self::Flipped | Self::Adjusted => {
                const { at("position_changed") }
            }
            Self::Closed => const { at("position_closed") },
        }
    }

    /// The step from a quantity of `old` to one of `new`.
    pub(super) fn between(old: i128, new: i128) -> Self {
        if old == new {
            return Self::Adjusted;
        }
        match (old.signum(), new.signum()) {
            (0, _) => Self::Opened,
            (_, 0) => Self::Closed,
            (before, since) if before != since => Self::Flipped,
            _ if new.unsigned_abs() > old.unsigned_abs() => Self::Increased,
            _ => Self::Reduced,
        }
    }
}
