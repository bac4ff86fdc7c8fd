//! The faces of truebook for people: the command line.

mod chart;
mod cli;
mod paper;
mod summary;

pub use cli::main;
