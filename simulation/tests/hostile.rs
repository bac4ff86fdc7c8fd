//! Input that nobody should send: extreme numbers, unknown names, every field at its worst.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use fastrand::Rng;
use truebook::{Book, BookOptions, HostOptions};
use truebook_simulation::hostile::{Input, LONGEST};

/// How many bytes one input is decoded from.
const BYTES: usize = 6_000;

/// A book that keeps nothing, on this thread, with the clock of what it is told.
fn open() -> impl FnMut(&str, &str) -> Result<String, String> {
    let options = BookOptions {
        has_event_clock: true,
        host: HostOptions {
            threaded: false,
            ..HostOptions::default()
        },
        ..BookOptions::default()
    };
    let mut book = Book::open(options).unwrap();
    move |name, args| {
        let said = book.call_by_name(name, args);
        said.map_err(|error| error.to_string())
    }
}

/// Inputs of as many seeds as `HOSTILE_SEEDS` says, each of the kind that begins with `first`.
fn send(first: u8) {
    let seeds = std::env::var("HOSTILE_SEEDS").ok();
    let seeds = seeds.and_then(|text| text.parse().ok()).unwrap_or(150);
    for seed in 0..seeds {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = vec![first; BYTES];
        rng.fill(bytes.split_first_mut().unwrap().1);
        let held = Input::decode(&bytes).run(open);
        assert!(held.is_ok(), "seed {seed}: {held:?}");
    }
}

#[test]
fn no_command_panics_and_one_that_makes_no_sense_changes_nothing() {
    send(0);
}

#[test]
fn no_call_panics_and_one_that_makes_no_sense_is_named_and_changes_nothing() {
    send(1);
}

#[test]
fn a_text_of_ten_megabytes_is_refused_by_name_wherever_it_stands() {
    for input in Input::longest() {
        let held = input.run(|| {
            let mut call = open();
            move |name: &str, args: &str| {
                let said = call(name, args);
                assert!(args.len() < LONGEST || said.is_err(), "{name}: {said:?}");
                said
            }
        });
        assert!(held.is_ok(), "{held:?}");
    }
}
