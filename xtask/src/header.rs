//! `include/truebook.h`: made from `ffi-c`, committed, and compared.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// The end of the header's guard.
const GUARD_END: &str = "\n#endif  /* TRUEBOOK_H */\n";

/// Writes the header, or with `check` compares it.
///
/// # Errors
/// When it cannot be made, or differs.
pub fn run(root: &Path, check: bool) -> Result<()> {
    let made = make(&root.join("ffi-c"))?;
    let path = root.join("include").join("truebook.h");
    if !check {
        return std::fs::write(&path, made).context("include/truebook.h");
    }
    let committed = std::fs::read_to_string(&path).context("include/truebook.h")?;
    if committed != made {
        bail!("include/truebook.h differs from ffi-c: run cargo xtask header");
    }
    Ok(())
}

fn make(crate_dir: &Path) -> Result<String> {
    let config = cbindgen::Config::from_file(crate_dir.join("cbindgen.toml"));
    let bindings = cbindgen::Builder::new()
        .with_src(crate_dir.join("src/lib.rs"))
        .with_config(config.map_err(anyhow::Error::msg)?)
        .generate()
        .context("read ffi-c")?;
    let mut made = Vec::new();
    bindings.write(&mut made);
    // Rust's heading for what a caller must keep; in C it is a sentence like the others.
    let made = String::from_utf8(made)?.replace("// # Safety\n// ", "// Requires: ");
    // What is written by hand belongs inside the guard, too.
    let made = made.replace(GUARD_END, "");
    Ok(format!("{}\n{GUARD_END}", made.trim_end()))
}
