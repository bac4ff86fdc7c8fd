//! The book of record for a trading bot: exact, durable, read in nanoseconds.

mod book;
mod desk;
mod error;
mod interrupt;
pub mod market;
pub mod paper;
mod record;
pub mod settings;
pub mod strategy;

pub use book::{Book, BookOptions, Fill, OrderRequest, decimal};
pub use error::Error;
pub use interrupt::Interrupt;
pub use record::{PortfolioRecord, PositionRecord};
pub use truebook_core::book::State;
pub use truebook_core::engine::Options as HostOptions;
pub use truebook_core::{digest, model};

/// Reporting money for display.
#[must_use]
pub fn money(amount: i128) -> model::Fixed {
    State::money(amount)
}
