//! The layout of the database file. The only file, with `journal`, that speaks SQL.
//!
//! 1. `application_id` says that a file is ours, `user_version` which format it has.

/// `"TBK1"` as a number.
pub const APPLICATION_ID: i64 = 0x5442_4B31;
/// The format that is written, and the only one that is read so far.
pub const FORMAT: i64 = 3;

/// What a new file gets.
pub const CREATE: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    ts INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,
    chain BLOB NOT NULL
);
";
