//! The names of refusals, in the order in which an order is checked.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

macro_rules! refusals {
    ($(#[doc = $meaning:literal] $name:ident,)+) => {
        /// Why a command was refused. Listed in the order in which they are checked; the names are
        /// the same in Rust, Python, C and on disk.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize,
            BorshDeserialize,
        )]
        #[non_exhaustive]
        pub enum Refusal {
            $(#[doc = $meaning] $name,)+
        }

        impl Refusal {
            /// Every refusal, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name, as every language spells it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning.trim_ascii(),)+
                }
            }
        }
    };
}

refusals! {
    /// The book is closed.
    Closed,
    /// The writer has stopped after an error of its own.
    Poisoned,
    /// Orders of unknown fate are not yet resolved.
    NotReady,
    /// The store cannot write: no new risk is taken.
    StoreUnavailable,
    /// The client order id was used for another order.
    DuplicateClientOrderId,
    /// No such instrument.
    UnknownInstrument,
    /// No such account.
    UnknownAccount,
    /// No such strategy.
    UnknownStrategy,
    /// The quantity is zero, negative or too large.
    InvalidQuantity,
    /// The price is zero or negative.
    InvalidPrice,
    /// The price is not a multiple of the tick.
    TickSize,
    /// The quantity is not a multiple of the lot.
    LotSize,
    /// Trading is halted.
    Halted,
    /// Only orders that reduce are taken.
    ReducingOnly,
    /// The book differs from the venue.
    Drift,
    /// The instrument has no price yet.
    NoPrice,
    /// The last price is older than `price_stale_seconds`.
    StalePrice,
    /// The order's price is outside `price_band_pct` of the last.
    PriceOutOfBand,
    /// The quantity is above the instrument's maximum.
    MaxOrderQuantity,
    /// The notional is above `max_order_notional`.
    MaxOrderNotional,
    /// A reduce-only order is larger than what is left to reduce.
    ReduceOnlyExceeds,
    /// The position is younger than `min_hold_seconds`.
    MinHold,
    /// The notional is below the minimum.
    MinNotional,
    /// `max_positions` are open or reserved.
    MaxPositions,
    /// `max_positions_per_strategy` are open or reserved.
    MaxPositionsPerStrategy,
    /// The instrument's notional would exceed `max_instrument_notional`.
    MaxInstrumentNotional,
    /// Gross exposure would exceed `max_gross_exposure`.
    MaxGrossExposure,
    /// Net exposure would exceed `max_net_exposure`.
    MaxNetExposure,
    /// More than `orders_per_second`.
    OrderRate,
    /// The day's loss is above `daily_loss_pct`.
    DailyLoss,
    /// The drawdown is above `max_drawdown_pct`.
    Drawdown,
    /// Not enough free balance.
    InsufficientBalance,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
