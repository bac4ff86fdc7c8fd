//! The libraries, headers and package files below a prefix, as pkg-config and CMake find them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::{cargo, run, target_dir};

/// What is installed; also the last part of the shared library's name.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What programs ask for.
const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// Builds the C interface in release and installs it below `prefix`.
///
/// # Errors
/// When it cannot be built, or a file cannot be written.
pub fn run_into(root: &Path, prefix: &Path) -> Result<()> {
    run(cargo(root).args(["build", "--release", "--locked", "--package", "truebook-c"]))?;
    let built = target_dir(root).join("release");
    let (lib, include) = (prefix.join("lib"), prefix.join("include"));
    copy(&built.join("libtruebook_c.a"), &lib.join("libtruebook.a"))?;
    let shared = format!("libtruebook.so.{VERSION}");
    let major = format!("libtruebook.so.{MAJOR}");
    copy(&built.join("libtruebook_c.so"), &lib.join(&shared))?;
    link(&shared, &lib.join(&major))?;
    link(&major, &lib.join("libtruebook.so"))?;
    for header in headers(root)? {
        copy(&root.join("include").join(&header), &include.join(&header))?;
    }
    for (file, folder) in [
        ("truebook.pc", "pkgconfig"),
        ("truebookConfig.cmake", "cmake/truebook"),
        ("truebookConfigVersion.cmake", "cmake/truebook"),
    ] {
        let from = root.join("ffi-c/package").join(file);
        let text = fs::read_to_string(&from).with_context(|| from.display().to_string())?;
        let text = text.replace("@VERSION@", VERSION).replace("@MAJOR@", MAJOR);
        write(&lib.join(folder).join(file), text.as_bytes())?;
    }
    println!("installed below {}", prefix.display());
    Ok(())
}

/// Every header, from `include`.
fn headers(root: &Path) -> Result<Vec<PathBuf>> {
    let include = root.join("include");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&include).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            found.push(entry.path().strip_prefix(&include)?.to_owned());
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| from.display().to_string())?;
    write(to, &bytes)
}

/// Puts a new file in the place of an old one, which programs that run still have.
fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    let folder = to.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut name = to.file_name().context("a file has a name")?.to_owned();
    name.push(".new");
    let new = folder.join(name);
    fs::write(&new, bytes).with_context(|| new.display().to_string())?;
    fs::rename(&new, to).with_context(|| to.display().to_string())
}

fn link(target: &str, at: &Path) -> Result<()> {
    if at.symlink_metadata().is_ok() {
        fs::remove_file(at)?;
    }
    symlink(target, at).with_context(|| at.display().to_string())
}
