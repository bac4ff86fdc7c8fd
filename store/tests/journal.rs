//! The journal in its file: what was appended comes back, in order, or the damage is named.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use truebook_core::book::{Entry, Event};
use truebook_core::model::{Id, Timestamp};
use truebook_store::{Durability, JournalFile, Session, StoreError};

fn session() -> Session {
    Session {
        mode: "paper".to_owned(),
        config: Some("c0ffee".to_owned()),
    }
}

fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    (dir, path)
}

fn open(path: &Path) -> JournalFile {
    JournalFile::open(path, &session(), Durability::Disk).unwrap()
}

fn refusal(path: &Path, session: &Session) -> StoreError {
    let before = std::fs::read(path).unwrap();
    let opened = JournalFile::open(path, session, Durability::Disk);
    let error = opened.err().unwrap_or_else(|| panic!("it was opened"));
    assert!(std::fs::read(path).unwrap() == before, "{error}: changed");
    error
}

fn entry(sequence: u64) -> Entry {
    let name = Id::format(format_args!("strategy-{sequence}"));
    Entry {
        sequence,
        ts: Timestamp(i64::try_from(sequence).unwrap() * 1_000),
        event: Event::StrategyAdded { name },
    }
}

fn entries(range: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    range.map(entry).collect()
}

fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn groups_come_back_in_order_from_any_place_and_at_most_as_many_as_asked() {
    let (_dir, path) = place();
    let mut file = open(&path);
    assert_eq!(file.last(), 0);
    assert_eq!(file.read_after(0, 100).unwrap(), []);
    for group in [1..=1, 2..=7, 8..=1_007] {
        file.append(&entries(group)).unwrap();
    }
    assert_eq!(file.last(), 1_007);
    assert_eq!(file.read_after(0, 2_000).unwrap(), entries(1..=1_007));
    assert_eq!(file.read_after(5, 4).unwrap(), entries(6..=9));
    assert_eq!(file.read_after(1_007, 10).unwrap(), []);
    assert_eq!(file.read_after(0, 0).unwrap(), []);
}

#[test]
fn an_empty_group_changes_nothing() {
    let (_dir, path) = place();
    let mut file = open(&path);
    file.append(&entries(1..=2)).unwrap();
    file.append(&[]).unwrap();
    assert_eq!(file.last(), 2);
    file.append(&entries(3..=3)).unwrap();
    assert_eq!(file.read_after(0, 10).unwrap(), entries(1..=3));
}

#[test]
fn a_reopened_file_continues_where_it_ended() {
    for durability in [Durability::Disk, Durability::Os] {
        let (_dir, path) = place();
        for group in [1..=3, 4..=4, 5..=9] {
            let mut file = JournalFile::open(&path, &session(), durability).unwrap();
            assert_eq!(file.last(), group.start() - 1);
            file.append(&entries(group)).unwrap();
        }
        assert_eq!(open(&path).read_after(0, 100).unwrap(), entries(1..=9));
    }
}

#[test]
fn the_same_events_have_the_same_rows_however_they_were_grouped() {
    let rows = |path: &Path| {
        let connection = Connection::open(path).unwrap();
        let sql = "SELECT sequence, ts, body, crc, chain FROM journal ORDER BY sequence";
        let mut select = connection.prepare(sql).unwrap();
        let found = select.query_map([], |row| {
            let numbers: [i64; 3] = [row.get(0)?, row.get(1)?, row.get(3)?];
            let bytes: [Vec<u8>; 2] = [row.get(2)?, row.get(4)?];
            Ok((numbers, bytes))
        });
        found
            .unwrap()
            .collect::<Result<Vec<_>, rusqlite::Error>>()
            .unwrap()
    };
    let ((_one, first), (_other, second)) = (place(), place());
    open(&first).append(&entries(1..=6)).unwrap();
    for group in [1..=2, 3..=3, 4..=6] {
        open(&second).append(&entries(group)).unwrap();
    }
    assert_eq!(rows(&first), rows(&second));
    assert_eq!(rows(&first).len(), 6);
}

#[test]
fn a_group_that_fails_leaves_nothing_of_itself() {
    let (_dir, path) = place();
    let mut file = open(&path);
    file.append(&entries(1..=3)).unwrap();
    let error = file.append(&[entry(4), entry(5), entry(2)]).unwrap_err();
    let said = "event 2 is damaged: it does not follow";
    assert!(error.to_string().contains(said), "{error}");
    assert_eq!(file.last(), 3);
    assert_eq!(file.read_after(0, 10).unwrap(), entries(1..=3));
    file.append(&entries(4..=5)).unwrap();
    assert_eq!(file.read_after(0, 10).unwrap(), entries(1..=5));
}

#[test]
fn a_damaged_record_is_an_error_that_names_its_sequence() {
    for (sql, what) in [
        ("UPDATE journal SET body=x'00' WHERE sequence=3", "checksum"),
        (
            "UPDATE journal SET body=x'' WHERE sequence=3",
            "its bytes do not match",
        ),
        ("UPDATE journal SET crc=0 WHERE sequence=3", "checksum"),
        ("UPDATE journal SET ts=7 WHERE sequence=3", "checksum"),
        (
            "UPDATE journal SET encoding=9 WHERE sequence=3",
            "encoding is not known",
        ),
        ("DELETE FROM journal WHERE sequence=3", "missing"),
        (
            "UPDATE journal SET body=(SELECT body FROM journal WHERE sequence=4), \
             crc=(SELECT crc FROM journal WHERE sequence=4) WHERE sequence=3",
            "checksum",
        ),
    ] {
        let (_dir, path) = place();
        open(&path).append(&entries(1..=5)).unwrap();
        tamper(&path, sql);
        let file = open(&path);
        assert_eq!(file.read_after(0, 2).unwrap(), entries(1..=2), "{sql}");
        let error = file.read_after(0, 10).unwrap_err();
        let is_named = matches!(error, StoreError::Corrupt { sequence: 3, .. });
        assert!(is_named, "{sql}: {error}");
        let said = error.to_string();
        assert!(
            said.contains("event 3") && said.contains(what),
            "{sql}: {said}"
        );
        let after = file.read_after(3, 10).ok();
        let is_there = !sql.starts_with("DELETE");
        assert_eq!(after, is_there.then(|| entries(4..=5)), "{sql}");
    }
}

#[test]
fn a_record_of_another_type_is_damage_that_names_its_sequence() {
    for column in ["body", "crc"] {
        let (_dir, path) = place();
        open(&path).append(&entries(1..=5)).unwrap();
        tamper(
            &path,
            &format!("UPDATE journal SET {column}='text' WHERE sequence=3"),
        );
        let error = open(&path).read_after(0, 10).unwrap_err();
        let is_named = matches!(error, StoreError::Corrupt { sequence: 3, .. });
        assert!(is_named, "{column}: {error}");
    }
}

#[test]
fn a_damaged_chain_at_the_tip_is_refused_when_the_file_is_opened() {
    let (_dir, path) = place();
    open(&path).append(&entries(1..=5)).unwrap();
    tamper(&path, "UPDATE journal SET chain=x'0102' WHERE sequence=5");
    let error = refusal(&path, &session());
    assert!(
        matches!(error, StoreError::Corrupt { sequence: 5, .. }),
        "{error}"
    );
}

#[test]
fn a_second_opener_is_refused_while_the_first_lives() {
    let (_dir, path) = place();
    let mut first = open(&path);
    first.append(&entries(1..=2)).unwrap();
    let error = refusal(&path, &session());
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    let said = error.to_string();
    let holder = format!("process {}", std::process::id());
    assert!(said.contains("a.db") && said.contains(&holder), "{said}");
    first.append(&entries(3..=3)).unwrap();
    drop(first);
    assert_eq!(open(&path).last(), 3);
}

#[test]
#[cfg(unix)]
fn a_second_opener_is_refused_by_whatever_name_it_calls_the_file() {
    let (dir, path) = place();
    let _first = open(&path);
    let link = dir.path().join("b.db");
    std::os::unix::fs::symlink("a.db", &link).unwrap();
    for name in [link, dir.path().join("./a.db")] {
        let error = refusal(&name, &session());
        assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    }
}

#[test]
fn a_file_of_somebody_else_is_refused_untouched() {
    let (_dir, path) = place();
    for text in ["notes", "notes that are longer than sixteen bytes"] {
        std::fs::write(&path, text).unwrap();
        let error = refusal(&path, &session());
        assert!(matches!(error, StoreError::NotOurs(_)), "{error}");
        assert!(error.to_string().contains("a.db"), "{error}");
    }
    for sql in ["CREATE TABLE album (title)", "PRAGMA application_id=77"] {
        let (_dir, path) = place();
        tamper(&path, sql);
        let error = refusal(&path, &session());
        assert!(matches!(error, StoreError::NotOurs(_)), "{sql}: {error}");
    }
}

#[test]
fn another_format_is_refused_by_number() {
    let (_dir, path) = place();
    open(&path).append(&entries(1..=2)).unwrap();
    tamper(&path, "PRAGMA user_version=7");
    let error = refusal(&path, &session());
    let is_newer = matches!(
        error,
        StoreError::Newer {
            found: 7,
            known: 4,
            ..
        }
    );
    assert!(is_newer, "{error}");
    tamper(&path, "PRAGMA user_version=1");
    let error = refusal(&path, &session());
    let is_older = matches!(
        error,
        StoreError::Older {
            found: 1,
            known: 4,
            ..
        }
    );
    assert!(is_older, "{error}");
}

#[test]
fn another_mode_or_config_is_refused_by_name_and_none_asks_for_none() {
    let (_dir, path) = place();
    open(&path).append(&entries(1..=2)).unwrap();
    for (mode, config, what, found, asked) in [
        ("live", "c0ffee", "mode", "paper", "live"),
        ("paper", "decade", "config", "c0ffee", "decade"),
        ("live", "decade", "mode", "paper", "live"),
    ] {
        let other = Session {
            mode: mode.to_owned(),
            config: Some(config.to_owned()),
        };
        let error = refusal(&path, &other);
        let StoreError::OtherSession {
            what: w,
            found: f,
            asked: a,
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!(
            (*w, f.as_str(), a.as_str()),
            (what, found, asked),
            "{error}"
        );
        assert!(error.to_string().contains(what), "{error}");
    }
    let any = Session {
        mode: "paper".to_owned(),
        config: None,
    };
    let file = JournalFile::open(&path, &any, Durability::Disk).unwrap();
    assert_eq!(file.last(), 2);
}

#[test]
fn what_is_recorded_beside_the_journal_is_kept() {
    let (_dir, path) = place();
    let file = open(&path);
    assert_eq!(file.meta("data").unwrap(), None);
    file.set_meta("data", "1 aa").unwrap();
    file.set_meta("data", "2 bb").unwrap();
    drop(file);
    let file = open(&path);
    assert_eq!(file.meta("data").unwrap().as_deref(), Some("2 bb"));
    assert_eq!(file.meta("mode").unwrap().as_deref(), Some("paper"));
    assert_eq!(file.meta("config").unwrap().as_deref(), Some("c0ffee"));
}

#[test]
fn what_survives_the_process_only_may_be_gone_when_the_machine_has_started_again() {
    let session = || Session {
        mode: "paper".to_owned(),
        config: None,
    };
    for (durability, is_lost) in [(Durability::Os, false), (Durability::Disk, true)] {
        let (dir, path) = place();
        let lock = dir.path().join("a.db.lock");
        let mut file = JournalFile::open(&path, &session(), durability).unwrap();
        file.append(&entries(1..=5)).unwrap();
        let before = std::fs::read(&path).unwrap();
        file.append(&entries(6..=9)).unwrap();
        let noted = std::fs::read_to_string(&lock).unwrap();
        drop(file);
        let back = |lines: &str| {
            // The last commit is gone.
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", path.display()));
            }
            let file = JournalFile::open(&path, &session(), durability);
            drop(file);
            std::fs::write(&path, &before).unwrap();
            std::fs::write(&lock, lines).unwrap();
            JournalFile::open(&path, &session(), durability).map(|file| file.last())
        };
        // The same start of the machine: it is damaged.
        let error = back(&noted).unwrap_err();
        assert!(
            matches!(error, StoreError::Lost { noted: 9, .. }),
            "{error}"
        );
        // Another one.
        let (head, _) = noted.rsplit_once('\n').unwrap();
        let found = back(&format!("{head}\nanother"));
        assert_eq!(found.is_err(), is_lost, "{durability:?}: {found:?}");
    }
}
