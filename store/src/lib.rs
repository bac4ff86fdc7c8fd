//! The durable store of truebook: every event in SQLite, in order, each once, with checkpoints, and
//! the history as tables behind them.

mod archive;
mod audit;
mod backup;
mod booked;
mod checkpoint;
mod codec;
mod error;
pub mod export;
mod journal;
mod json;
mod lock;
mod opening;
mod packer;
mod path;
mod progress;
mod projection;
mod prune;
mod schema;
mod session;
pub mod tables;
mod thread;
mod verify;
mod wal;
mod writer;

pub use audit::Audit;
pub use backup::{Backup, BackupError, Existing, backup};
pub use booked::Reported;
pub use checkpoint::Stored;
pub use error::StoreError;
pub use journal::JournalFile;
pub use lock::Lock;
pub use progress::Progress;
pub use projection::LAG_MAX;
pub use prune::Pruned;
pub use session::Session;
pub use thread::{Durability, Mode, StoreThread};
pub use verify::{Verified, verify};
pub use writer::{BACKLOG_BYTES_MAX, StoreWriter};
