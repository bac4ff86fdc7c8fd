//! The nouns of the ledger: plain values with exact numbers, which keep their own invariants.
//!
//! 1. No float, clock, file, thread or randomness.
//! 2. Every string is an [`Id`] of at most 96 bytes.
//! 3. A number is an integer at the scale that its instrument or currency fixed at registration.

mod config;
mod currency;
mod decimal;
mod fixed;
mod id;
mod instrument;
mod order;
mod position;
mod refusal;
mod timestamp;

pub use config::{CashEntry, Config, Fees, Limits, Paper, StrategyConfig, StrategyKind};
pub use currency::{Currency, CurrencyId, MAX_SCALE, MONEY_SCALE};
pub use decimal::{InvalidValue, parse};
pub use fixed::{Fixed, Rounding, mul_div, pow10, rescale, round_to};
pub use id::{Id, MAX_ID_BYTES};
pub use instrument::{Instrument, InstrumentId, InstrumentKind, InstrumentSpec};
pub use order::{AccountId, Order, OrderStatus, OrderType, Side, StrategyId};
pub use position::{Fee, Position, PositionId, PositionKey};
pub use refusal::Refusal;
pub use timestamp::{NANOS_PER_MS, NANOS_PER_SECOND, Timestamp};
