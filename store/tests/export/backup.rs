//! A copy is whole or not there, whatever happens while it is made.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use truebook_store::export::{Verdict, compare};

use crate::open;
use truebook_store::{BackupError, Existing, StoreError, backup};

use crate::story;

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("copy")).collect();
    names.sort();
    names
}

fn place() -> (tempfile::TempDir, PathBuf, PathBuf, u64) {
    let dir = tempfile::tempdir().unwrap();
    let (path, to) = (dir.path().join("a.db"), dir.path().join("copy.db"));
    let last = story::database(&path);
    (dir, path, to, last)
}

#[test]
fn a_copy_is_the_same_and_can_be_gone_on_with() {
    let (dir, path, to, last) = place();
    let copy = backup(&open(&path).unwrap(), &to, Existing::Keep).unwrap();
    assert_eq!(
        (copy.sequence, &copy.path),
        (last, &to.canonicalize().unwrap())
    );
    assert_eq!(copy.bytes, std::fs::metadata(&to).unwrap().len());
    assert_eq!(names(dir.path()), ["copy.db"]);
    let compared = compare(&open(&path).unwrap(), &open(&to).unwrap()).unwrap();
    assert!(compared.is_equal(), "{compared:?}");
    let mut book = story::book(&to);
    story::trade(&mut book, 0, 10);
    let more = story::settle(&mut book);
    book.close().unwrap();
    assert!(more > last);
}

#[test]
fn a_file_that_is_there_is_kept_unless_it_is_to_be_replaced() {
    let (_dir, path, to, last) = place();
    let file = open(&path).unwrap();
    backup(&file, &to, Existing::Keep).unwrap();
    let before = std::fs::read(&to).unwrap();
    let error = backup(&file, &to, Existing::Keep).unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error:?}");
    assert!(error.to_string().contains("copy.db"), "{error}");
    assert!(std::fs::read(&to).unwrap() == before);
    // One that went on, and whose log is not yet empty, is replaced with its log.
    let mut book = story::book(&to);
    story::trade(&mut book, 0, 500);
    story::settle(&mut book);
    let error = backup(&file, &to, Existing::Replace).unwrap_err();
    assert!(
        matches!(error, BackupError::Store(StoreError::Locked { .. })),
        "{error:?}"
    );
    book.close().unwrap();
    let copy = backup(&file, &to, Existing::Replace).unwrap();
    assert_eq!(copy.sequence, last);
    assert!(compare(&file, &open(&to).unwrap()).unwrap().is_equal());
    // What the one before had is not missed.
    let mut book = story::book(&to);
    assert!(story::settle(&mut book) >= last);
    book.close().unwrap();
}

#[test]
fn the_log_of_the_one_before_never_becomes_that_of_the_copy() {
    let (_dir, path, to, _) = place();
    let file = open(&path).unwrap();
    let other = to.with_file_name("other.db");
    let mut book = story::book(&other);
    story::tell(&mut book);
    story::trade(&mut book, 0, 500);
    story::settle(&mut book);
    // As a crash leaves it: the log full.
    for end in ["", "-wal"] {
        let name = |path: &Path| format!("{}{end}", path.display());
        std::fs::copy(name(&other), name(&to)).unwrap();
    }
    book.close().unwrap();
    assert!(
        std::fs::metadata(to.with_file_name("copy.db-wal"))
            .unwrap()
            .len()
            > 0
    );
    backup(&file, &to, Existing::Replace).unwrap();
    let compared = compare(&file, &open(&to).unwrap()).unwrap();
    assert_eq!(compared.verdict, Verdict::Equal);
    let check = Connection::open(&to).unwrap();
    let sound: String = check
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}

#[test]
fn what_is_no_place_for_a_copy_is_refused_untouched() {
    let (dir, path, to, _) = place();
    let file = open(&path).unwrap();
    std::fs::write(&to, "these are my notes, and they are not short").unwrap();
    std::os::unix::fs::symlink(&path, dir.path().join("link.db")).unwrap();
    std::fs::hard_link(&path, dir.path().join("hard.db")).unwrap();
    let before = std::fs::read(&path).unwrap();
    for existing in [Existing::Keep, Existing::Replace] {
        for name in ["a.db", "link.db", "hard.db"] {
            let error = backup(&file, &dir.path().join(name), existing).unwrap_err();
            assert!(matches!(error, BackupError::Itself(_)), "{name} {error:?}");
        }
        let error = backup(&file, dir.path(), existing).unwrap_err();
        assert!(matches!(error, BackupError::NotAFile(_)), "{error:?}");
        let error = backup(&file, &dir.path().join("no/such/copy.db"), existing).unwrap_err();
        assert!(error.to_string().contains("no/such"), "{error}");
    }
    let error = backup(&file, &to, Existing::Replace).unwrap_err();
    assert!(
        matches!(error, BackupError::Store(StoreError::NotOurs(_))),
        "{error:?}"
    );
    assert!(
        std::fs::read(&to)
            .unwrap()
            .starts_with(b"these are my notes")
    );
    assert!(std::fs::read(&path).unwrap() == before);
    assert_eq!(names(dir.path()), ["copy.db"]);
}

#[test]
fn a_damaged_database_gives_no_copy() {
    for sql in [
        "UPDATE journal SET body = x'00' WHERE sequence = 20",
        "UPDATE journal SET chain = zeroblob(32) WHERE sequence = 20",
        "DELETE FROM journal WHERE sequence = 20",
    ] {
        let (dir, path, to, _) = place();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let error = backup(&open(&path).unwrap(), &to, Existing::Keep).unwrap_err();
        assert!(
            matches!(error, BackupError::Unsound { .. }),
            "{sql} {error:?}"
        );
        assert!(error.to_string().contains("event 20"), "{error}");
        assert_eq!(names(dir.path()), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn what_an_interrupted_backup_left_is_no_obstacle() {
    let (dir, path, to, last) = place();
    std::fs::write(dir.path().join("copy.db.part"), "half a copy").unwrap();
    std::fs::write(dir.path().join("copy.db.part-journal"), "").unwrap();
    let copy = backup(&open(&path).unwrap(), &to, Existing::Keep).unwrap();
    assert_eq!(copy.sequence, last);
    assert_eq!(names(dir.path()), ["copy.db"]);
}
