//! The tasks of the workspace: `cargo xtask test`.
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let steps: [&[&str]; 3] = [
        &["fmt", "--check"],
        &["clippy", "--all-targets", "--", "-D", "warnings"],
        &["test"],
    ];
    let mut failed = 0;
    for step in steps {
        if !Command::new("cargo")
            .args(step)
            .status()
            .is_ok_and(|status| status.success())
        {
            failed += 1;
        }
    }
    println!("{} passed, {failed} failed", steps.len() - failed);
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
