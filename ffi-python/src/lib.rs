//! The Python bindings: the private module `truebook._truebook`.
#![allow(
    clippy::too_many_arguments,
    reason = "they are the keywords of Python functions"
)]

mod applied;
mod argument;
mod arrow;
mod bars;
mod book;
mod cash;
mod choice;
mod error;
mod event;
mod getter;
mod history;
mod ingest;
mod number;
mod opening;
mod pnl;
mod position;
mod read;
mod record;
mod routed;
mod status;
mod strategy;
mod subscription;
mod table;
mod trade;
mod view;

use pyo3::prelude::*;

/// Runs the command line with `args`, the program's name first, and returns its exit code.
#[pyfunction]
fn run_cli(py: Python<'_>, args: Vec<String>) -> u8 {
    py.detach(|| truebook_service::main(args.into_iter().map(Into::into)))
}

/// The compiled part of truebook.
#[pymodule]
mod _truebook {
    #[pymodule_export]
    use super::applied::Applied;
    #[pymodule_export]
    use super::bars::builder::bars;
    #[pymodule_export]
    use super::bars::feature::features;
    #[pymodule_export]
    use super::bars::pair::pair_features;
    #[pymodule_export]
    use super::bars::set::{Bar, BarSet};
    #[pymodule_export]
    use super::bars::synchronizer::BarSynchronizer;
    #[pymodule_export]
    use super::book::Book;
    #[pymodule_export]
    use super::event::Event;
    #[pymodule_export]
    use super::opening::open;
    #[pymodule_export]
    use super::pnl::Pnl;
    #[pymodule_export]
    use super::position::{ClosedPosition, Position};
    #[pymodule_export]
    use super::record::{Balance, Order, Portfolio, Strategy};
    #[pymodule_export]
    use super::run_cli;
    #[pymodule_export]
    use super::status::Status;
    #[pymodule_export]
    use super::strategy::StrategyDesk;
    #[pymodule_export]
    use super::subscription::Subscription;
    #[pymodule_export]
    use super::table::{Records, Table};
    #[pymodule_export]
    use super::view::View;
}
