//! `status`, `tail`, `export`, `diff` and `backup` as their user meets them: processes of their
//! own, each test in a folder of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod backup;
mod diff;
mod export;
mod place;
mod refusal;
mod status;
#[path = "../../../store/tests/export/story.rs"]
mod story;
mod tail;
