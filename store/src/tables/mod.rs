//! The history as tables: a projection of the journal, written behind it and made anew at will.
//!
//! 1. It follows from the journal alone: the same events make the same rows.
//! 2. Rows, and the sequence up to which they stand, are committed together.
//! 3. What stands now (orders, positions, balances) is written once for a whole batch.

mod config;
mod daily;
mod fill;
mod history;
mod record;
mod schema;
mod standing;
mod trim;
pub(crate) mod value;

pub use schema::{CREATE, TABLES};
pub use trim::{Cut, kept, trim};

use std::cell::RefCell;

use rusqlite::{CachedStatement, Connection, Params, Transaction};
use truebook_core::book::{Entry, Notice, Retold, State};

use self::daily::Daily;
use self::standing::Standing;
use crate::StoreError;
use crate::audit::Audit;

/// Under which key a file keeps the sequence up to which its tables stand.
pub const TABLES_SEQUENCE: &str = "tables_sequence";

/// Under which key a file keeps which version of the tables it has.
pub const TABLES_VERSION: &str = "tables_version";
/// The version that is written: a change of what the rows say is another, and makes them anew.
pub const VERSION: &str = "1";

/// What writes the tables: the ledger at the sequence up to which they stand.
#[derive(Default)]
pub struct Tables {
    ledger: Retold,
    notices: Vec<Notice>,
    standing: Standing,
    daily: Daily,
}

/// What takes rows.
pub(crate) struct Rows<'a> {
    transaction: &'a Transaction<'a>,
    /// The statements that were used in the transaction, at hand.
    used: RefCell<Vec<(&'static str, CachedStatement<'a>)>>,
}

impl<'a> Rows<'a> {
    fn of(transaction: &'a Transaction<'a>) -> Self {
        let used = RefCell::default();
        Self { transaction, used }
    }

    /// Runs one statement, which is prepared once.
    fn put(&self, sql: &'static str, row: impl Params) -> rusqlite::Result<()> {
        let mut used = self.used.borrow_mut();
        let known = used.iter_mut().find(|(known, _)| std::ptr::eq(*known, sql));
        if let Some((_, statement)) = known {
            statement.execute(row)?;
        } else {
            let mut statement = self.transaction.prepare_cached(sql)?;
            statement.execute(row)?;
            used.push((sql, statement));
        }
        Ok(())
    }
}

impl Tables {
    /// Tables that stand at `state`.
    #[must_use]
    pub fn at(state: State) -> Self {
        Self {
            ledger: Retold::new(state),
            ..Self::default()
        }
    }

    /// Tables of `state` whose history is not there: with what stands written.
    ///
    /// # Errors
    /// What the database says.
    pub fn standing(connection: &Connection, state: State) -> rusqlite::Result<Self> {
        let mut made = Self::at(state);
        made.standing = Standing::all(made.ledger.state());
        made.write(connection, [], &mut Audit::default())?;
        Ok(made)
    }

    /// The ledger at the sequence up to which the tables stand.
    #[must_use]
    pub fn state(&self) -> &State {
        self.ledger.state()
    }

    /// The same, for good.
    #[must_use]
    pub fn into_state(self) -> State {
        self.ledger.into_state()
    }

    /// Writes `entries`, which follow, in one transaction.
    ///
    /// # Errors
    /// What the database says; the tables are as before then, and so must this be: it is to be made
    /// anew.
    pub fn write<'a>(
        &mut self,
        connection: &Connection,
        entries: impl IntoIterator<Item = &'a Entry>,
        audit: &mut Audit,
    ) -> rusqlite::Result<()> {
        let transaction = connection.unchecked_transaction()?;
        let rows = Rows::of(&transaction);
        for entry in entries {
            self.write_one(&rows, entry)?;
            audit.add(self.ledger.state(), entry, &self.notices);
        }
        let state = self.ledger.state();
        self.standing.write(&rows, state)?;
        self.daily.write(&rows, state)?;
        let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
        rows.put(sql, (TABLES_SEQUENCE, state.sequence.to_string()))?;
        if let Some((key, value)) = audit.append() {
            rows.put(sql, (key, value))?;
        }
        drop(rows);
        transaction.commit()
    }

    fn write_one(&mut self, rows: &Rows<'_>, entry: &Entry) -> rusqlite::Result<()> {
        self.notices.clear();
        self.ledger.tell(entry, &mut self.notices);
        let state = self.ledger.state();
        history::of_event(rows, state, entry)?;
        self.standing.note_event(state, &entry.event);
        let day = state.day_of(entry.ts);
        self.daily.note_event(day, &entry.event);
        self.daily.note_ended(state, (day, entry.sequence));
        history::put_ended(rows, state, entry)?;
        for notice in &self.notices {
            history::of_notice(rows, state, notice)?;
            self.standing.note(state, &notice.news);
            self.daily.note(state, (day, &notice.news));
        }
        Ok(())
    }
}

/// The sequence up to which the tables of `connection` stand.
pub fn tables_sequence(connection: &Connection) -> rusqlite::Result<u64> {
    use rusqlite::OptionalExtension;
    let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?1";
    let found = connection.query_row(sql, [TABLES_SEQUENCE], |row| row.get(0));
    Ok(found.optional()?.unwrap_or(0))
}

/// Whether a table holds what stands now, which follows from the state alone.
#[must_use]
pub fn is_standing(table: &str) -> bool {
    let standing = [
        "instruments",
        "accounts",
        "positions",
        "balances",
        "strategies",
        "strategy_performance",
    ];
    standing.contains(&table)
}

/// Empties the tables, to be made anew; they have no version until they are.
pub fn clear(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for view in schema::views() {
        transaction.execute_batch(&format!("DROP VIEW IF EXISTS {view}"))?;
    }
    for (table, _) in TABLES {
        transaction.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    transaction.execute_batch(CREATE)?;
    let sql = "DELETE FROM meta WHERE key IN (?1, ?2)";
    transaction.execute(sql, [TABLES_SEQUENCE, TABLES_VERSION])?;
    transaction.commit()
}

/// What is said of a projection that the database refused.
pub(crate) fn refused(path: &std::path::Path, error: &rusqlite::Error) -> StoreError {
    crate::path::failed(path, &format!("its tables could not be written: {error}"))
}
