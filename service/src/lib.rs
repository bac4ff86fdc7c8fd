//! The faces of truebook for people: the command line.

mod backup;
mod chart;
mod cli;
mod diff;
mod export;
mod fault;
mod interrupt;
mod json;
mod line;
mod paper;
mod prune;
mod replay;
mod status;
mod summary;
mod tail;
mod time;
mod verify;

pub use cli::main;
