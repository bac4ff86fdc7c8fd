//! Tools from the registry, installed once into a folder of the tasks' own.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::shell::{build_dir, cargo, run};

/// The program of the crate `name`, built where it is not there yet.
///
/// # Errors
/// When it cannot be built.
pub fn install(root: &Path, name: &str) -> Result<PathBuf> {
    let folder = build_dir(root)?.join("tools");
    let tool = folder.join("bin").join(name);
    if !tool.exists() {
        let mut command = cargo(root);
        command.args(["install", "--locked", "--quiet", name, "--root"]);
        run(command.arg(&folder))?;
    }
    Ok(tool)
}
