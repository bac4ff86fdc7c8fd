//! Calls of C that nobody should make, with handles that were closed, wrong sizes, NULL and text of
//! any bytes: a status and no crash. What is called and what must hold is in
//! `ffi-c/tests/hostile/caller.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../ffi-c/tests/hostile/argument.rs"]
mod argument;
#[path = "../../ffi-c/tests/hostile/caller.rs"]
mod caller;

fuzz_target!(|bytes: &[u8]| {
    caller::run(bytes);
});
