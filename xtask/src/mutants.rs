//! Mutation tests of the ledger: each small fault that is planted must be noticed by a test.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::shell::{build_dir, run};
use crate::tool;

/// Plants faults in `core/src/book`, or in one file of it: the part `shard`, as `K/N`.
///
/// # Errors
/// When a fault was not noticed; `.build/mutants.out` lists them.
pub fn run_shard(root: &Path, shard: &str, file: Option<&str>) -> Result<()> {
    let tool = tool::install(root, "cargo-mutants")?;
    let files = format!("core/src/book/{}", file.unwrap_or("**/*.rs"));
    let mut command = Command::new(tool);
    command
        .current_dir(root)
        .args(["mutants", "--package", "truebook-core"]);
    command.args(["--test-package", "truebook-core,truebook-simulation"]);
    command.args(["--file", &files, "--shard", shard, "--timeout", "120"]);
    command.arg("--output").arg(build_dir(root)?);
    run(&mut command)
}
