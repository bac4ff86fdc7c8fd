//! What is read of a database whose first events are in its archive.

use std::path::{Path, PathBuf};

use truebook_store::export::{Teller, Verdict, compare, status};

use crate::open;
use truebook_store::{Durability, Existing, JournalFile, Session, backup};

use crate::story;

/// The day of the story; what was registered before has the time 0.
const DAY: i64 = 1_699_920_000_000_000_000;

/// The story, whole and pruned; the newest event and the base.
fn two(dir: &Path) -> (PathBuf, PathBuf, u64, u64) {
    let (whole, pruned) = (dir.join("whole.db"), dir.join("pruned.db"));
    story::database(&whole);
    let last = story::database(&pruned);
    let base = prune(&pruned);
    assert!(base > 0 && base < last);
    (whole, pruned, last, base)
}

fn prune(path: &Path) -> u64 {
    let session = Session {
        mode: "live".to_owned(),
        config: None,
    };
    let mut file = JournalFile::open(path, &session, Durability::Disk).unwrap();
    file.prune(DAY).unwrap().base
}

#[test]
fn a_pruned_database_says_from_where_it_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (_, pruned, last, base) = two(dir.path());
    let stands = status(&open(&pruned).unwrap()).unwrap();
    assert_eq!(
        (stands.first, stands.last, stands.base),
        (base + 1, last, base)
    );
    assert_eq!(stands.checkpoints[0].sequence, base);
}

#[test]
fn telling_begins_at_the_base_at_the_earliest() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, pruned, _, base) = two(dir.path());
    let (whole, pruned) = (open(&whole).unwrap(), open(&pruned).unwrap());
    let mut all = Teller::after(&whole, base).unwrap();
    for from in [0, 1, base] {
        let mut rest = Teller::after(&pruned, from).unwrap();
        assert_eq!(rest.sequence(), base);
        assert_eq!(rest.next(10).unwrap(), all.next(10).unwrap());
        all = Teller::after(&whole, base).unwrap();
    }
}

#[test]
fn a_pruned_database_and_the_whole_one_are_equal() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, pruned, _, _) = two(dir.path());
    for (a, b) in [(&whole, &pruned), (&pruned, &whole), (&pruned, &pruned)] {
        let compared = compare(&open(a).unwrap(), &open(b).unwrap()).unwrap();
        assert_eq!(compared.verdict, Verdict::Equal);
        assert!(compared.is_equal(), "{compared:?}");
    }
}

#[test]
fn a_difference_in_what_was_pruned_is_told_as_that() {
    let dir = tempfile::tempdir().unwrap();
    let (_, pruned, _, base) = two(dir.path());
    let other = dir.path().join("other.db");
    let mut book = story::book(&other);
    book.add_account("first").unwrap();
    story::tell(&mut book);
    story::settle(&mut book);
    book.close().unwrap();
    let (pruned, other) = (open(&pruned).unwrap(), open(&other).unwrap());
    for (a, b) in [(&pruned, &other), (&other, &pruned)] {
        assert_eq!(compare(a, b).unwrap().verdict, Verdict::Pruned(base));
    }
    // Where the one ends before the other begins there is nothing to compare.
    let short = dir.path().join("short.db");
    let mut book = story::book(&short);
    story::settle(&mut book);
    book.close().unwrap();
    let short = open(&short).unwrap();
    assert!(short.last() < base);
    assert_eq!(
        compare(&short, &pruned).unwrap().verdict,
        Verdict::Pruned(base)
    );
}

#[test]
fn a_copy_of_a_pruned_database_goes_on_from_its_base() {
    let dir = tempfile::tempdir().unwrap();
    let (_, pruned, last, base) = two(dir.path());
    let to = dir.path().join("copy.db");
    let copy = backup(&open(&pruned).unwrap(), &to, Existing::Keep).unwrap();
    assert_eq!((copy.sequence, copy.base), (last, base));
    let stands = status(&open(&to).unwrap()).unwrap();
    assert_eq!(
        (stands.first, stands.last, stands.base),
        (base + 1, last, base)
    );
}
