//! `truebook backup`.

use std::time::{Duration, Instant};

use crate::place::{Place, says, text};
use crate::story;

#[test]
fn a_copy_is_made_and_said() {
    let (place, last) = Place::told();
    let said = place.run(&["backup", "a.db", "copy.db"]);
    says(
        &said,
        &[&format!("copy.db: as of sequence {last}, "), " bytes\n"],
    );
    place.run(&["diff", "a.db", "copy.db"]);
    assert!(!place.path("copy.db.lock").exists() && !place.path("copy.db.part").exists());
}

#[test]
fn what_is_there_is_replaced_only_when_forced() {
    let (place, _) = Place::told();
    place.run(&["backup", "a.db", "copy.db"]);
    let said = place.refusal(&["backup", "a.db", "copy.db"]);
    says(&said, &["copy.db", "already", "--force"]);
    place.run(&["backup", "a.db", "copy.db", "--force"]);
    says(
        &place.refusal(&["backup", "a.db", "a.db", "--force"]),
        &["the database itself"],
    );
    says(
        &place.refusal(&["backup", "a.db", "./a.db"]),
        &["the database itself"],
    );
    std::fs::write(
        place.path("notes.txt"),
        "these are my notes, and they are not short",
    )
    .unwrap();
    let said = place.refusal(&["backup", "a.db", "notes.txt", "--force"]);
    says(&said, &["notes.txt", "not a truebook database"]);
    std::fs::create_dir(place.path("folder")).unwrap();
    says(
        &place.refusal(&["backup", "a.db", "folder"]),
        &["folder", "not a name for a file"],
    );
    let mut book = story::book(&place.path("copy.db"));
    let said = place.output(&["backup", "a.db", "copy.db", "--force"]);
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    says(
        &text(&said.stderr),
        &["copy.db", "already open for writing"],
    );
    book.close().unwrap();
}

#[test]
fn a_copy_beside_a_busy_writer_is_whole() {
    let place = Place::new();
    let mut book = story::book(&place.path("a.db"));
    story::tell(&mut book);
    for round in 0..5 {
        story::trade(&mut book, round * 500, 500);
        place.run(&["backup", "a.db", "copy.db", "--force"]);
        let said = place.output(&["diff", "copy.db", "a.db"]);
        let said = text(&said.stdout);
        assert!(
            said.contains("A is the beginning") || said.contains("are equal"),
            "{said}"
        );
    }
    book.close().unwrap();
}

#[test]
fn a_backup_that_is_killed_leaves_no_half_file() {
    let place = Place::new();
    let mut book = story::book(&place.path("a.db"));
    story::tell(&mut book);
    let first = story::settle(&mut book);
    place.run(&["backup", "a.db", "kept.db"]);
    story::trade(&mut book, 0, 4_000);
    let last = story::settle(&mut book);
    book.close().unwrap();
    let begun = Instant::now();
    place.run(&["backup", "a.db", "whole.db"]);
    let whole = begun.elapsed();
    let (mut none, mut done) = (0, 0);
    for step in 0..24_u32 {
        let delay = whole * step / 12;
        let is_new = step % 2 == 0;
        let name = if is_new { "new.db" } else { "kept.db" };
        let force = ["backup", "a.db", name, "--force"];
        let args = if is_new { &force[..3] } else { &force[..] };
        let mut child = place.command(args).spawn().unwrap();
        std::thread::sleep(delay);
        let _ = child.kill();
        child.wait().unwrap();
        if !place.path(name).exists() {
            assert!(is_new, "what was there is gone");
            none += 1;
            continue;
        }
        let said = place.run(&["status", name]);
        let of = |last: u64| said.contains(&format!("events           1 to {last}\n"));
        assert!(of(last) || (!is_new && of(first)), "{said}");
        let output = place.output(&["tail", name, "-n", "5000"]);
        assert!(output.status.success(), "{output:?}");
        done += u32::from(of(last));
        if is_new {
            std::fs::remove_file(place.path(name)).unwrap();
        }
    }
    assert!(
        none > 0 && done > 0,
        "not in the middle: {none} without, {done} done"
    );
    // What was left is no obstacle.
    std::thread::sleep(Duration::from_millis(10));
    place.run(&["backup", "a.db", "new.db"]);
    place.run(&["diff", "a.db", "new.db"]);
    assert!(!place.path("new.db.part").exists());
}
