//! Input that nobody should send, as commands and as text: a named refusal, no panic, and the state
//! as it was. What is sent and what must hold is in `truebook_simulation::hostile`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use truebook::{Book, BookOptions, HostOptions};
use truebook_simulation::hostile::Input;

fuzz_target!(|input: Input| {
    let held = input.run(open);
    assert!(held.is_ok(), "{held:?}");
});

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
    let mut book = Book::open(options);
    move |name, args| {
        let book = book.as_mut().map_err(|error| error.to_string())?;
        let said = book.call_by_name(name, args);
        said.map_err(|error| error.to_string())
    }
}
