//! What is read of a database beside its writer, on real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod backup;
mod beside;
mod diff;
mod docs;
mod files;
mod pruned;
mod story;
mod told;

/// Opens a database to be read.
fn open(path: &std::path::Path) -> Result<truebook_store::JournalFile, truebook_store::StoreError> {
    truebook_store::JournalFile::read_only(path)
}
