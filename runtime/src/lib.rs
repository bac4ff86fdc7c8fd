//! The book of record for a trading bot: exact, durable, read in nanoseconds.

mod book;
mod desk;
mod durability;
mod error;
mod interrupt;
pub mod market;
mod opening;
pub mod paper;
mod record;
mod request;
pub mod settings;
pub mod strategy;

pub use book::Book;
pub use durability::DurabilityWatch;
pub use error::Error;
pub use interrupt::Interrupt;
pub use opening::BookOptions;
pub use record::{PortfolioRecord, PositionRecord};
pub use request::{Fill, OrderRequest, decimal};
pub use truebook_core::book::{Applied, CashKind, State, TradingState};
pub use truebook_core::engine::Options as HostOptions;
pub use truebook_core::{digest, model};
pub use truebook_store::Durability;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Reporting money for display.
#[must_use]
pub fn money(amount: i128) -> model::Fixed {
    State::money(amount)
}
