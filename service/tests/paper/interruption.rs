//! A run that is ended in the middle loses nothing, and the same command continues.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use crate::place::{Place, refused, says, sequence, signal, text};
use crate::tape;

const SIGKILL: i32 = 9;

#[test]
fn a_killed_run_started_again_reports_what_an_uninterrupted_run_reports() {
    let place = Place::new();
    tape::write_folder(&place, "data", tape::LONG);
    let expected = place.report(&["--data", "data", "--db", "whole.db"]);

    let args = ["--data", "data", "--db", "a.db"];
    let mut child = place.begin(&args, "a.db");
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(SIGKILL), "{status:?}");
    let booked = place.booked("a.db");
    assert!(
        booked > 0 && booked < sequence(&expected),
        "not in the middle: {booked}"
    );

    // Again, now while what was booked is recomputed.
    let mut child = place.paper(&args).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(place.booked("a.db") >= booked, "what was booked is gone");

    assert_eq!(place.report(&args), expected);
    assert_eq!(place.booked("a.db"), sequence(&expected));
}

#[test]
fn an_interrupted_run_keeps_what_was_booked_and_the_next_continues() {
    for name in ["INT", "TERM"] {
        let place = Place::new();
        tape::write_folder(&place, "data", tape::LONG);
        let args = ["--data", "data", "--db", "a.db"];
        let with_json = [&args[..], &["--json", "early.json"]].concat();
        let child = place.begin(&with_json, "a.db");
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(text(&output.stdout), "");
        says(&text(&output.stderr), &["interrupted", "continues"]);
        assert!(!place.path("early.json").exists(), "half a report");
        let booked = place.booked("a.db");

        let report = place.report(&args);
        let all = sequence(&report);
        assert!(booked > 0 && booked < all, "not in the middle: {booked}");
        assert_eq!(place.booked("a.db"), all);
        let expected = place.report(&["--data", "data", "--db", ":memory:"]);
        assert_eq!(report, expected);
    }
}

#[test]
fn a_database_in_use_is_refused_and_its_user_goes_on_undisturbed() {
    let place = Place::new();
    tape::write_folder(&place, "data", tape::LONG);
    let args = ["--data", "data", "--db", "a.db"];
    let child = place.begin(&[&args[..], &["--json", "first.json"]].concat(), "a.db");
    // Asleep, it keeps the file and changes nothing.
    signal(&child, "STOP");
    let before = settled(&place);
    let output = place.paper(&args).output();
    let after = place.files();
    signal(&child, "CONT");
    let said = refused(&output.unwrap());
    says(&said, &["a.db", "already open for writing", "process"]);
    assert!(before == after, "a refused run changed a file");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report = place.report(&args);
    assert_eq!(sequence(&place.read("first.json")), sequence(&report));
}

/// The files once a stopped process is done with what it had begun: a write is not stopped halfway.
fn settled(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let mut newest = place.files();
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(100));
        let before = std::mem::replace(&mut newest, place.files());
        if before == newest {
            return newest;
        }
    }
    panic!("a stopped process goes on writing");
}
