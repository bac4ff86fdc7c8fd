//! `truebook paper` as its user meets it: a process of its own, each test in a folder of its
//! own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod again;
mod bad_config;
mod bad_data;
mod bad_database;
mod composed;
mod full_disk;
mod interruption;
mod place;
mod report;
mod tape;
