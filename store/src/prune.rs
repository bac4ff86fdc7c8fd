//! Retention: events before a day go from the journal into the archive, and their rows out of the
//! tables.
//!
//! 1. Ended at any moment, the database is as before or as after, and nothing is lost.

use truebook_core::book::{Entry, State};

use crate::checkpoint::Checkpoint;
use crate::journal::decoded;
use crate::path::failed;
use crate::tables::{self, Cut, Tables, trim};
use crate::verify::sound_to_the_end;
use crate::{Audit, JournalFile, StoreError, archive};

/// How many events are written to the tables at once.
const BATCH: u32 = 4_096;
/// Under which key a file keeps the day from which on its tables are whole.
pub(crate) const CUT: &str = "cut";

/// What a prune did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// The last event that is in the archive.
    pub base: u64,
    /// How many events went there.
    pub events: u64,
    /// Where they are; `None` where there was nothing to do.
    pub archive: Option<std::path::PathBuf>,
}

impl JournalFile {
    /// Moves every event before the first at or after `ts`, the start of a day in nanoseconds since
    /// the epoch, into the archive, and takes their rows out of the tables.
    ///
    /// # Errors
    /// [`StoreError`]; the database is as it was.
    pub fn prune(&mut self, ts: i64) -> Result<Pruned, StoreError> {
        let base = self.base()?;
        let fail = |e: rusqlite::Error| failed(self.path(), &e);
        let sql = "SELECT coalesce(min(sequence) - 1, ?2) FROM journal WHERE ts >= ?1";
        let last = self.last().cast_signed();
        let to: u64 = self
            .connection()
            .query_row(sql, [ts, last], |row| row.get(0))
            .map_err(fail)?;
        if to <= base {
            return Ok(Pruned {
                base,
                events: 0,
                archive: None,
            });
        }
        self.write_tables()?;
        let path = archive::write(self, (base, to))?;
        self.keep_checkpoint(to)?;
        self.cut((to, ts))?;
        Ok(Pruned {
            base: to,
            events: to - base,
            archive: Some(path),
        })
    }

    /// Gives the room of what was taken out to the disk.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    pub fn vacuum(&self) -> Result<(), StoreError> {
        self.run("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
    }

    /// Brings the tables up to the newest event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn write_tables(&self) -> Result<State, StoreError> {
        sound_to_the_end(|| self.project_all())
    }

    fn project_all(&self) -> Result<State, StoreError> {
        let fail = |e: rusqlite::Error| tables::refused(self.path(), &e);
        let sequence = tables::tables_sequence(self.connection()).map_err(fail)?;
        let version = self.meta(tables::TABLES_VERSION)?;
        let goes_on = version.as_deref() == Some(tables::VERSION) && sequence > 0;
        let mut tables = match goes_on {
            true => Tables::at(self.state_at(sequence)?),
            false => self.begin_tables()?,
        };
        while tables.state().sequence < self.last() {
            let entries = self.read_after(tables.state().sequence, BATCH)?;
            let written = tables.write(self.connection(), &entries, &mut Audit::default());
            written.map_err(fail)?;
        }
        let cut = self.cut_at()?;
        if !goes_on && cut.sequence > 0 {
            trim(self.connection(), cut).map_err(fail)?;
        }
        // Last: tables that were not finished are begun again.
        self.set_meta(tables::TABLES_VERSION, tables::VERSION)?;
        Ok(tables.into_state())
    }

    /// Empties the tables and makes them anew from the journal, and from the archive where
    /// something was pruned.
    ///
    /// # Errors
    /// [`StoreError`], and the tables are as they were where the archive is not there.
    pub fn rebuild_tables(&self) -> Result<State, StoreError> {
        self.archive_of_base()?;
        self.set_meta(tables::TABLES_VERSION, "")?;
        self.write_tables()
    }

    /// The archive of what was pruned; `None` where nothing was.
    fn archive_of_base(&self) -> Result<Option<archive::Archive>, StoreError> {
        match (self.base()?, archive::Archive::of(self.path())?) {
            (0, _) => Ok(None),
            (_, Some(archive)) => Ok(Some(archive)),
            (_, None) => {
                let what = "its tables cannot be made anew: the archive of what was pruned is not \
                            there";
                Err(failed(self.path(), &what))
            }
        }
    }

    /// Empties the tables and begins them anew with what is in the archive.
    fn begin_tables(&self) -> Result<Tables, StoreError> {
        let archive = self.archive_of_base()?;
        let fail = |e: rusqlite::Error| tables::refused(self.path(), &e);
        tables::clear(self.connection()).map_err(fail)?;
        let mut tables = Tables::default();
        if let Some(mut archive) = archive {
            archive.batches(self.base()?, |batch| {
                let written = tables.write(self.connection(), batch, &mut Audit::default());
                written.map_err(fail)
            })?;
        }
        Ok(tables)
    }

    /// Shows every event from the first to `see`, those that were pruned out of the archive; each
    /// is checked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn each_event(
        &self,
        mut see: impl FnMut(Entry) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let base = self.base()?;
        if let Some(mut archive) = self.archive_of_base()? {
            archive.each(base, &mut see)?;
        }
        self.each_after(base, u32::MAX, |head, (body, _)| see(decoded(head, body)?))?;
        Ok(())
    }

    /// Makes sure that there is a whole checkpoint at the event `sequence`.
    ///
    /// # Errors
    /// [`StoreError`]; what there was is as it was.
    pub fn keep_checkpoint(&self, sequence: u64) -> Result<(), StoreError> {
        let newest = self.checkpoints(sequence)?.into_iter().next();
        if let Some(known) = newest.filter(|known| known.sequence == sequence)
            && self.restored(&known)?.is_some()
        {
            return Ok(());
        }
        let state = self.state_at(sequence)?;
        let made = Checkpoint::of(&state);
        let mut made = made.ok_or_else(|| failed(self.path(), &"no checkpoint could be made"))?;
        made.keep_others();
        while !made.write(self)? {}
        Ok(())
    }

    /// Takes out everything up to the event `to`, at once.
    fn cut(&self, (to, ts): (u64, i64)) -> Result<(), StoreError> {
        let fail = |e: rusqlite::Error| failed(self.path(), &e);
        let transaction = self.connection().unchecked_transaction().map_err(fail)?;
        let cut = Cut { sequence: to, ts };
        trim(self.connection(), cut).map_err(fail)?;
        let sql = "DELETE FROM journal WHERE sequence <= ?1";
        transaction.execute(sql, [to.cast_signed()]).map_err(fail)?;
        self.set_meta("base", &to.to_string())?;
        self.set_meta(CUT, &ts.to_string())?;
        transaction.commit().map_err(fail)
    }

    /// From where on the tables are whole.
    pub(crate) fn cut_at(&self) -> Result<Cut, StoreError> {
        let ts = self.meta(CUT)?.and_then(|ts| ts.parse().ok());
        Ok(Cut {
            sequence: self.base()?,
            ts: ts.unwrap_or(0),
        })
    }
}
