//! The layout of the database file beside its history tables.
//!
//! 1. `application_id` says that a file is ours, `user_version` which format it has.
//! 2. Every format from [`OLDEST`] on is brought to [`FORMAT`] when it is opened for writing; its
//!    events stay as they are.

/// `"TBK1"` as a number.
pub const APPLICATION_ID: i64 = 0x5442_4B31;
/// The format that is written.
pub const FORMAT: i64 = 4;
/// The oldest format that is read.
pub const OLDEST: i64 = 3;

/// What a new file gets.
pub const CREATE: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    ts INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,
    chain BLOB NOT NULL,
    encoding INTEGER NOT NULL DEFAULT 0
);
";

/// What every file gets that has it not yet: checkpoints, in parts of a bounded size; one without
/// all its parts is none.
pub const CHECKPOINTS: &str = "
CREATE TABLE IF NOT EXISTS checkpoint (
    sequence INTEGER PRIMARY KEY,
    ts INTEGER NOT NULL,
    hash BLOB NOT NULL,
    chain BLOB NOT NULL,
    size INTEGER NOT NULL,
    is_complete INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS checkpoint_part (
    id INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS checkpoint_parts ON checkpoint_part (sequence, id);
";

/// From format 3 to 4: each event says how it is encoded.
pub const FROM_3: &str = "ALTER TABLE journal ADD COLUMN encoding INTEGER NOT NULL DEFAULT 0;";
