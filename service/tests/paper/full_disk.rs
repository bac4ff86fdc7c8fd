//! A disk without room: an error that names the file, and nothing lost.

use std::fs::OpenOptions;

use crate::place::{Place, refused, says, sequence, text};
use crate::tape;

/// A file may not grow beyond `$LIMIT` KiB; the write fails as on a full disk, without a signal.
const LIMITED: &str = "trap '' XFSZ; ulimit -f $LIMIT; exec \"$@\"";

fn run_with_room(place: &Place, kib: u64, args: &[&str]) -> std::process::Output {
    let truebook = env!("CARGO_BIN_EXE_truebook");
    let mut command = place.command("bash", &["-c", LIMITED, "bash", truebook, "paper"]);
    command.args(args).env("LIMIT", kib.to_string());
    command.output().unwrap()
}

#[test]
fn a_full_disk_stops_the_run_by_name_and_the_next_continues() {
    let place = Place::new();
    tape::write_folder(&place, "data", 10_000);
    let args = ["--data", "data", "--db", "a.db"];
    let expected = place.report(&["--data", "data", "--db", ":memory:"]);
    let with_json = [&args[..], &["--json", "early.json"]].concat();
    let output = run_with_room(&place, 512, &with_json);
    says(&refused(&output), &["a.db", "disk"]);
    assert!(!place.path("early.json").exists(), "half a report");
    let booked = place.booked("a.db");
    let all = sequence(&expected);
    assert!(booked > 0 && booked < all, "not in the middle: {booked}");
    assert_eq!(place.report(&args), expected);
    assert_eq!(place.booked("a.db"), all);
}

#[test]
fn a_disk_full_from_the_start_is_an_error_and_the_next_run_begins() {
    let place = Place::new();
    let expected = place.report(&["--db", ":memory:"]);
    for kib in [0, 4, 16, 64] {
        let database = format!("{kib}.db");
        let output = run_with_room(&place, kib, &["--db", &database]);
        says(&refused(&output), &[&database]);
        assert_eq!(place.report(&["--db", &database]), expected, "{kib} KiB");
    }
}

#[test]
fn a_report_without_room_is_an_error_that_names_its_file() {
    let place = Place::new();
    for key in ["--json", "--chart"] {
        let output = place
            .paper(&["--db", ":memory:", key, "/dev/full"])
            .output();
        says(&refused(&output.unwrap()), &["/dev/full"]);
        let output = place.paper(&["--db", ":memory:", key, "no/out"]).output();
        says(&refused(&output.unwrap()), &["no/out"]);
    }
}

#[test]
fn a_printed_report_without_room_is_an_error() {
    let place = Place::new();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.paper(&["--db", ":memory:"]).stdout(full).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    says(&text(&output.stderr), &["truebook: "]);
}

#[test]
fn a_reader_that_closes_the_pipe_is_nobodys_mistake() {
    let place = Place::new();
    let mut child = place.paper(&["--db", "a.db"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "");
}
