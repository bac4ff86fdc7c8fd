//! Tables as files in a folder, or one on a stream.
//!
//! 1. A file is written under another name and renamed when all are complete: who reads the folder
//!    sees the old or the new of each, and after an error the old of all.
//! 2. One export at a time writes to a folder: the folder itself is locked, and no file is left of
//!    that.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::sink::Fault;
use super::table::Table;
use super::{ExportError, Format, Reading};
use crate::StoreError;
use crate::path::{beside, failed, resolved};

/// The end of the name of a file that is not complete.
const PART: &str = ".part";

/// A table that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub table: &'static str,
    /// Its file.
    pub file: PathBuf,
    /// How many rows it has.
    pub rows: u64,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The event up to which the tables stand.
    pub sequence: u64,
    /// The newest event at that moment.
    pub last: u64,
    /// Each table.
    pub tables: Vec<Written>,
}

/// Writes `tables` into `folder`, which is made where it is not there, one file each, named after
/// its table and its form. Files of the same names are replaced.
///
/// # Errors
/// [`ExportError`], and the folder has what it had.
pub fn export(
    reading: &Reading<'_>,
    tables: &[Table],
    format: Format,
    folder: &Path,
) -> Result<Exported, ExportError> {
    let name = |table: &Table| folder.join(format!("{}.{}", table.name, format.name()));
    for path in tables.iter().map(name) {
        if resolved(&path).is_ok_and(|path| path == reading.path()) {
            return Err(ExportError::Itself(path));
        }
    }
    let _own = own(folder)?;
    let mut parts = Parts::default();
    let mut written = Vec::new();
    for table in tables {
        let file = name(table);
        let part = beside(&file, PART);
        let fail = |e: std::io::Error| failed(&part, &e);
        let out = File::create(&part).map_err(fail)?;
        parts.0.push((part.clone(), file.clone()));
        let rows = write(reading, table, format, &out).map_err(|e| failed(&part, &e))?;
        out.sync_all().map_err(fail)?;
        written.push(Written {
            table: table.name,
            file,
            rows,
        });
    }
    parts.complete()?;
    Ok(Exported {
        sequence: reading.sequence(),
        last: reading.last(),
        tables: written,
    })
}

/// Makes the folder and keeps other exports out of it, until the result is dropped.
fn own(folder: &Path) -> Result<Option<File>, StoreError> {
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let own = File::open(folder).map_err(|e| failed(folder, &e))?;
    match own.try_lock() {
        Ok(()) => Ok(Some(own)),
        Err(TryLockError::WouldBlock) => Err(failed(
            folder,
            &"another export writes to it; wait for its end, or name another folder",
        )),
        // Not every file system locks folders: then nobody is kept out.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Writes one table to `out`; how many rows it has.
///
/// # Errors
/// [`ExportError::Store`] when the database or `out` refuses.
pub fn print(
    reading: &Reading<'_>,
    table: &Table,
    format: Format,
    out: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    write(reading, table, format, out).map_err(|e| reading.fail(&e))
}

fn write<W: Write + Send>(
    reading: &Reading<'_>,
    table: &Table,
    format: Format,
    out: W,
) -> Result<u64, Fault> {
    let mut sink = format.sink(out, table, reading.sequence())?;
    let rows = reading.each(&table.select(), |row| sink.row(row))?;
    sink.finish()?;
    Ok(rows)
}

/// Files that are not complete, and their names once they are.
#[derive(Default)]
struct Parts(Vec<(PathBuf, PathBuf)>);

impl Parts {
    fn complete(mut self) -> Result<(), StoreError> {
        while let Some((part, file)) = self.0.last() {
            std::fs::rename(part, file).map_err(|e| failed(file, &e))?;
            self.0.pop();
        }
        Ok(())
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        for (part, _) in &self.0 {
            // That it could not be removed changes nothing of the error that is told.
            let _ = std::fs::remove_file(part);
        }
    }
}
