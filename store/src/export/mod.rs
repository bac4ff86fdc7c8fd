//! What is read of a database beside its writer: its tables as files, its events as words, how it
//! stands, and where it differs from another. Nothing here writes to a database.
//!
//! 1. Tables are read in one transaction: whatever is read together is of one sequence.
//! 2. Decimals go through as the text that the tables hold; NULL stays apart from empty text.
//! 3. What is read is bounded in memory by rows, not by tables.

mod csv;
mod detail;
mod diff;
mod error;
mod event;
mod folder;
mod json;
mod news;
mod parquet;
mod reading;
mod sink;
mod standing;
mod status;
mod table;
mod told;

pub use diff::{Compared, Verdict, compare};
pub use error::ExportError;
pub use folder::{Exported, Written, export, print};
pub use json::state_json;
pub use reading::Reading;
pub use rusqlite::types::Value;
pub use sink::Format;
pub use standing::{ROWS_SHOWN, RowDifference, TableDifference};
pub use status::{ALERTS_SHOWN, Alerts, StandingCounts, Status, Warned, status};
pub use table::{Column, Kind, Table, names};
pub use told::{Field, Piece, Teller, Told};
