//! The `truebook` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(truebook_service::main(std::env::args_os()))
}
