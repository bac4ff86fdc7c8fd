//! A database file from the first look at it: whose it is, of which format, and what is made or
//! brought up to date before anything is written; and made again where it was removed meanwhile.

use std::cell::Cell;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::lock::Lock;
use crate::path::{
    Identity, beside, failed, refuse_foreign, refuse_missing, refuse_newer, resolved,
};
use crate::schema::{APPLICATION_ID, CHECKPOINTS, CREATE, FORMAT, FROM_3, OLDEST};
use crate::{Durability, JournalFile, Session, StoreError, tables};

/// How much of the database is kept in memory.
const CACHE_KIB: u32 = 32 * 1024;
/// How many statements are kept prepared: more than there are.
const STATEMENTS: usize = 64;
/// How long another program may hold the database before it counts as failing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

impl JournalFile {
    /// Opens or creates the file for writing, for `session`.
    ///
    /// # Errors
    /// [`StoreError`], and the file is left as it was.
    pub fn open(
        path: &Path,
        session: &Session,
        durability: Durability,
    ) -> Result<Self, StoreError> {
        let path = &resolved(path)?;
        refuse_foreign(path)?;
        let lock = Lock::take(path)?;
        let connection = Connection::open(path).map_err(|e| failed(path, &e))?;
        // SQLite falls back to reading where it may not write.
        if connection.is_readonly(rusqlite::MAIN_DB).unwrap_or(true) {
            return Err(failed(path, &"it cannot be opened for writing"));
        }
        let mut file = Self::of(path, connection, durability, Some(lock))?;
        file.prepare()?;
        file.claim("mode", &session.mode)?;
        if let Some(config) = &session.config {
            file.claim("config", config)?;
        }
        file.sync_wal()?;
        (file.last, file.chain) = file.tip()?;
        file.check_noted()?;
        if let Some(lock) = file.lock.as_ref().filter(|lock| lock.noted() == 0) {
            // What was noted before, if anything, holds no more.
            lock.note(file.last, false);
        }
        Ok(file)
    }

    /// Opens the file to be read beside its writer, and touches nothing that is none.
    ///
    /// # Errors
    /// [`StoreError`] where it is missing, not ours, or of another format.
    pub fn read_only(path: &Path) -> Result<Self, StoreError> {
        refuse_missing(path)?;
        let path = &resolved(path)?;
        refuse_foreign(path)?;
        refuse_newer(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| failed(path, &e))?;
        let mut file = Self::of(path, connection, Durability::Os, None)?;
        match file.header()? {
            (APPLICATION_ID, format) => {
                file.refuse_old(format)?;
                file.format = format;
                (file.last, file.chain) = file.tip()?;
                Ok(file)
            }
            _ => Err(StoreError::NotOurs(path.to_owned())),
        }
    }

    fn of(
        path: &Path,
        connection: Connection,
        durability: Durability,
        lock: Option<Lock>,
    ) -> Result<Self, StoreError> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection
            .busy_timeout(PATIENCE)
            .map_err(|e| failed(path, &e))?;
        Ok(Self {
            files: [
                Identity::of(path.to_owned()),
                Identity::of(beside(path, "-wal")),
            ],
            path: path.to_owned(),
            connection,
            durability,
            synced: Cell::new(None),
            format: FORMAT,
            last: 0,
            chain: [0; 32],
            lock,
        })
    }

    /// Whose file it is, and its format.
    fn header(&self) -> Result<(i64, i64), StoreError> {
        let pragma = |name: &str| {
            let sql = format!("PRAGMA {name}");
            self.connection
                .query_row(&sql, [], |row| row.get::<_, i64>(0))
                .map_err(|e| self.refused(&e))
        };
        Ok((pragma("application_id")?, pragma("user_version")?))
    }

    /// What a database that cannot be read at all is told as.
    fn refused(&self, error: &rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => StoreError::NotOurs(self.path.clone()),
            _ => failed(&self.path, error),
        }
    }

    fn refuse_old(&self, found: i64) -> Result<(), StoreError> {
        let (path, known) = (self.path.clone(), FORMAT);
        match found {
            OLDEST..=FORMAT => Ok(()),
            _ if found > FORMAT => Err(StoreError::Newer { path, found, known }),
            _ => Err(StoreError::Older { path, found, known }),
        }
    }

    fn prepare(&mut self) -> Result<(), StoreError> {
        let (id, format) = self.header()?;
        let tables = self.connection.query_row(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table'",
            [],
            |row| row.get::<_, i64>(0),
        );
        let tables = tables.map_err(|e| self.refused(&e))?;
        if id != APPLICATION_ID && (tables > 0 || id != 0) {
            return Err(StoreError::NotOurs(self.path.clone()));
        }
        if id != APPLICATION_ID {
            // Where something was durable, an empty file is not a beginning but a loss.
            self.check_noted()?;
            // Before the WAL, so that the file's own header says whose it is from the first.
            self.run(&format!(
                "BEGIN IMMEDIATE; {CREATE} {CHECKPOINTS} {} PRAGMA \
                 application_id={APPLICATION_ID}; PRAGMA user_version={FORMAT}; COMMIT;",
                tables::CREATE
            ))?;
        } else {
            self.refuse_old(format)?;
            if format < FORMAT {
                self.run(&format!(
                    "BEGIN IMMEDIATE; {FROM_3} {CHECKPOINTS} {} PRAGMA user_version={FORMAT}; \
                     COMMIT;",
                    tables::CREATE
                ))?;
            }
        }
        // Checkpoints of the WAL are the store thread's own to time.
        self.run(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; \
             PRAGMA cache_size=-{CACHE_KIB};"
        ))?;
        self.set_synced(self.durability == Durability::Disk)?;
        // From here on both are there.
        let wal = beside(&self.path, "-wal");
        self.files = [Identity::of(self.path.clone()), Identity::of(wal)];
        Ok(())
    }

    /// Puts on the disk what a process that ended left in the write-ahead log: it may have been
    /// killed before it did, and what is there counts as durable from now on.
    fn sync_wal(&self) -> Result<(), StoreError> {
        if self.durability == Durability::Os {
            return Ok(());
        }
        match File::open(beside(&self.path, "-wal")).and_then(|wal| wal.sync_all()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(failed(&self.path, &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Records `value` under `key`, or checks that it is what was recorded.
    fn claim(&self, key: &'static str, value: &str) -> Result<(), StoreError> {
        match self.meta(key)? {
            None => self.set_meta(key, value),
            Some(found) if found == value => Ok(()),
            Some(found) => Err(StoreError::OtherSession {
                what: key,
                found,
                asked: value.to_owned(),
            }),
        }
    }

    /// Refuses a file that lacks what was acknowledged as durable.
    fn check_noted(&self) -> Result<(), StoreError> {
        let noted = self.lock.as_ref().map_or(0, Lock::noted);
        if noted > self.last {
            return Err(StoreError::Lost {
                path: self.path.clone(),
                last: self.last,
                noted,
            });
        }
        Ok(())
    }

    /// Makes the file again where it was removed while it was open: all of it is still there for
    /// whoever has it open. Tried again where it fails.
    pub(crate) fn restore(&mut self) -> Result<(), StoreError> {
        let [database, wal] = &mut self.files;
        match (database.is_there(), wal.is_there()) {
            // What the log holds that was not synced may be gone from under what follows it, where
            // the disk refused to sync: it is copied, and that is synced, before more is added.
            (true, true) => return self.empty_wal().map(drop),
            (true, false) => self.renew_wal(),
            (false, _) if self.path.exists() => {}
            (false, _) => self.make_again(),
        }
        Ok(())
    }

    /// Copies the write-ahead log into the database, and empties it; whether nobody read from it,
    /// who would need it.
    pub(crate) fn empty_wal(&self) -> Result<bool, StoreError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy = self.connection.query_row(sql, [], |row| row.get(0));
        let busy: i64 = busy.map_err(|e| failed(&self.path, &e))?;
        Ok(busy == 0)
    }

    /// Goes on with another write-ahead log where the own was removed, which still has everything.
    fn renew_wal(&mut self) {
        if self.empty_wal().is_ok_and(|is_empty| is_empty)
            && let Ok(connection) = Connection::open(&self.path)
        {
            self.go_on_with(connection);
        }
    }

    fn make_again(&mut self) {
        let new = beside(&self.path, ".restored");
        let _ = std::fs::remove_file(&new);
        let copied = self
            .connection
            .execute("VACUUM INTO ?1", [new.to_string_lossy()]);
        let (wal, index) = (beside(&self.path, "-wal"), beside(&self.path, "-shm"));
        let opened = copied.is_ok().then(|| {
            // They belong to the file that is gone.
            let _ = std::fs::remove_file(&wal);
            let _ = std::fs::remove_file(&index);
            File::open(&new).and_then(|made| made.sync_all()).ok()?;
            std::fs::rename(&new, &self.path).ok()?;
            let folder = self.path.parent()?;
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .ok()?;
            Connection::open(&self.path).ok()
        });
        if let Some(connection) = opened.flatten() {
            self.go_on_with(connection);
        }
    }

    /// Takes another connection to the same events.
    fn go_on_with(&mut self, connection: Connection) {
        self.connection = connection;
        self.synced.set(None);
        self.connection
            .set_prepared_statement_cache_capacity(STATEMENTS);
        // What fails here fails the next commit, too.
        let _ = self.connection.busy_timeout(PATIENCE);
        let _ = self.prepare();
        if let Ok((last, chain)) = self.tip() {
            (self.last, self.chain) = (last, chain);
        }
    }
}
