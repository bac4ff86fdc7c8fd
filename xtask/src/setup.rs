//! What a fresh machine must have, named at once, and what can be installed for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::shell::{build_dir, run};

/// A program that must be there.
struct Need {
    name: &'static str,
    probe: &'static [&'static str],
    package: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        name: "a C compiler (cc)",
        probe: &["cc", "--version"],
        package: "gcc",
    },
    Need {
        name: "a C++ compiler (c++)",
        probe: &["c++", "--version"],
        package: "g++",
    },
    Need {
        name: "Python 3.11 or newer (python3)",
        probe: &[
            "python3",
            "-c",
            "import sys; sys.exit(sys.version_info < (3, 11))",
        ],
        package: "python3",
    },
    Need {
        name: "Python's venv",
        probe: &["python3", "-c", "import venv, ensurepip"],
        package: "python3-venv",
    },
    Need {
        name: "rustfmt (rustup component add rustfmt)",
        probe: &["cargo", "fmt", "--version"],
        package: "",
    },
    Need {
        name: "clippy (rustup component add clippy)",
        probe: &["cargo", "clippy", "--version"],
        package: "",
    },
];

/// Installs what is missing where that is possible; else names all of it.
///
/// # Errors
/// When something is still missing.
pub fn check(root: &Path) -> Result<()> {
    let is_missing = |need: &&Need| !succeeds(need.probe);
    let missing: Vec<&Need> = NEEDS.iter().filter(is_missing).collect();
    let packages: Vec<&str> = missing
        .iter()
        .map(|need| need.package)
        .filter(|package| !package.is_empty())
        .collect();
    if !packages.is_empty() && succeeds(&["apt-get", "--version"]) && is_root() {
        println!("installing {}", packages.join(" "));
        // A failure shows below, as what is still missing.
        let _ = run(Command::new("apt-get").args(["update", "-qq"]));
        let _ = run(Command::new("apt-get")
            .args(["install", "-qq", "-y"])
            .args(&packages));
    }
    let still: Vec<&str> = missing
        .iter()
        .filter(|need| !succeeds(need.probe))
        .map(|need| need.name)
        .collect();
    if !still.is_empty() {
        bail!("missing: {}", still.join(", "));
    }
    build_dir(root).map(drop)
}

/// Installs a Redis to measure beside, where that is possible and there is none.
pub fn redis() {
    // Without one its rows are empty.
    let _ = has("redis-server", "redis-server");
}

/// Whether there is a `program`, which is installed from `package` where that is possible.
pub fn has(program: &str, package: &str) -> bool {
    let probe = [program, "--version"];
    if !succeeds(&probe) && succeeds(&["apt-get", "--version"]) && is_root() {
        // Who asks says what is not done without it.
        let _ = run(Command::new("apt-get").args(["install", "-qq", "-y", package]));
    }
    succeeds(&probe)
}

/// The Python of the tasks' own virtual environment, made where it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn python(root: &Path) -> Result<PathBuf> {
    let python = venv(root, "venv")?;
    install(&python, &root.join("tests/python/requirements.txt"))?;
    Ok(python)
}

/// The Python of a virtual environment called `name`, made where it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn venv(root: &Path, name: &str) -> Result<PathBuf> {
    let venv = build_dir(root)?.join(name);
    let python = venv.join("bin").join("python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    Ok(python)
}

/// Installs what the file `wanted` lists.
///
/// # Errors
/// When it cannot be installed.
pub fn install(python: &Path, wanted: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    run(pip.arg("-r").arg(wanted))
}

/// Whether a program is there and ends well.
pub fn succeeds(probe: &[&str]) -> bool {
    let Some((program, args)) = probe.split_first() else {
        return false;
    };
    let mut command = Command::new(program);
    command
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    succeeds(&["sh", "-c", "test \"$(id -u)\" = 0"])
}
