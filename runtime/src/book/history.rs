//! The tables of a book's database, read beside their writer.

use std::path::PathBuf;

use truebook_store::JournalFile;

use crate::durability::DurabilityWatch;
use crate::error::Error;
use crate::frame::Frame;

/// The history of a book; may be moved to another thread, and needs nothing of the book.
#[derive(Clone)]
pub struct HistoryReader {
    pub(super) path: PathBuf,
    pub(super) durability: DurabilityWatch,
}

impl HistoryReader {
    /// The table or view called `table`, of everything up to `sequence` at least; does not wait.
    ///
    /// # Errors
    /// [`Error::Store`] for a table that there is not, or where the tables do not stand there yet.
    pub fn read(&self, table: &str, sequence: u64) -> Result<Frame, Error> {
        if self.durability.tables_sequence() < sequence {
            let what = "the history tables do not follow: see the book's status";
            return Err(Error::Store(what.to_owned()));
        }
        let opened = JournalFile::read_only(&self.path);
        let file = opened.map_err(|error| Error::Store(error.to_string()))?;
        Frame::of_history(&file, table)
    }
}
