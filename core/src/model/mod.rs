//! The nouns of the ledger: plain values with exact numbers, which keep their own invariants.
//!
//! 1. No float, clock, file, thread or randomness.
//! 2. Every string is an [`Id`] of at most 96 bytes.
//! 3. A number is an integer at the scale that its instrument or currency fixed at registration.

mod bounded;
mod config;
mod currency;
mod decimal;
mod fixed;
mod id;
mod instrument;
mod order;
mod owner;
mod position;
mod refusal;
mod timestamp;

pub use bounded::Few;
pub use config::{
    CashEntry, Config, Fees, Limits, MarkChoice, Paper, StrategyConfig, StrategyKind,
};
pub use currency::{Currency, CurrencyId, MAX_SCALE, MONEY_SCALE};
pub use decimal::{InvalidValue, parse};
pub use fixed::{Fixed, Rounding, Wide, mul_div, pow10, rescale, round_to};
pub use id::{Id, MAX_ID_BYTES};
pub use instrument::{Instrument, InstrumentId, InstrumentKind, InstrumentSpec, Settlement};
pub use order::{Links, Order, OrderStatus, OrderType, Side, TimeInForce};
pub use owner::{AccountId, StrategyId};
pub use position::{FEES_MAX, Fee, Position, PositionId, PositionKey, PositionLeg, RoundTrip};
pub use refusal::Refusal;
pub use timestamp::{NANOS_PER_MS, NANOS_PER_SECOND, Timestamp};
