//! The durable journal of truebook: every event in SQLite, in order, each once.

mod error;
mod journal;
mod schema;
mod session;
mod thread;

pub use error::StoreError;
pub use journal::JournalFile;
pub use session::Session;
pub use thread::{Durability, Mode, Progress, StoreThread, StoreWriter};
