//! The book of record for a trading bot: exact, durable, read in nanoseconds.

mod book;
mod desk;
mod durability;
mod error;
mod frame;
mod interrupt;
mod json;
pub mod market;
pub mod paper;
mod record;
mod replay;
pub mod settings;
pub mod strategy;
mod wake;

pub use book::{
    Amendment, BarReport, Book, BookOptions, Cash, DEFAULT_ACCOUNT, Fill, Holding, IncomeReport,
    OrderRequest, Score, SplitReport, TradeRef, decimal, now,
};
pub use durability::{DurabilityWatch, StoreStatus};
pub use error::Error;
pub use frame::{Frame, Values};
pub use interrupt::Interrupt;
pub use record::{
    BalanceRecord, BookRecord, ClosedPositionRecord, Field, Fields, NoticeRecord, OrderRecord,
    PnlBy, PnlRecord, PortfolioRecord, PositionReading, PositionRecord, StrategyRecord, is_named,
};
pub use replay::Replay;
pub use truebook_core::book::{
    About, Command, FillFee, FillReport, Kinds, News, Notice, PriceTick,
};
pub use truebook_core::book::{
    Applied, IncomeKind, Invalid, Liquidity, OrderReport, State, TradingState,
};
pub use truebook_core::engine::{
    Discipline, Filter, Gone, Input, InstrumentLine, InstrumentScales, Options as HostOptions,
    Overflow, PositionDetail, PositionLine, Producer, Reader, Registry, Status, Subscription,
    TotalsLine, Unseen, Unsent, View, Wait,
};
pub use truebook_core::{bars, digest, model};
pub use truebook_store::Durability;
pub use wake::WakeFd;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Reporting money for display.
#[must_use]
pub fn money(amount: i128) -> model::Fixed {
    State::money(amount)
}
