//! Disks that give nothing more: the cases, of which those that mount something are left out where
//! a process may not.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::full::Case;
use crate::patient::run_patiently;

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How large a file may become in the case of a limit, in blocks of the shell.
const LIMIT: &str = "700";

/// What is asked for.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// Where the databases are
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

/// Runs every case.
///
/// # Errors
/// When one does not hold.
pub fn run(plan: &Plan) -> Result<()> {
    let usual = || std::env::temp_dir().join("truebook-crash");
    let folder = plan.folder.clone().unwrap_or_else(usual).join("disk");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let may_mount = may_mount();
    let mut failed = Vec::new();
    for (name, case, mounts) in Case::ALL {
        if mounts && !may_mount {
            println!("{name}: not run, this process may not mount");
            continue;
        }
        let place = folder.join(name);
        fs::create_dir_all(&place)?;
        let mut command = command_of(case)?;
        command
            .args(["full", "--case", name, "--db"])
            .arg(place.join("book.db"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let ended = run_patiently(command, PATIENCE)?;
        if ended.is_success() {
            println!("{name}: {}", ended.said.trim_end().replace('\n', "; "));
        } else {
            println!("{name}: FAILED, {ended}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("{} cases failed: {}", failed.len(), failed.join(", "));
    }
    Ok(())
}

/// This program, in a mount namespace or under the limit that its case wants.
fn command_of(case: Case) -> Result<Command> {
    let program = std::env::current_exe().context("this program")?;
    Ok(match case {
        Case::Full | Case::ReadOnlyFile | Case::ReadOnlyFolder => {
            let mut command = Command::new("unshare");
            command.arg("-rm").arg(program);
            command
        }
        Case::Limit => {
            let script = format!("trap '' XFSZ; ulimit -S -f {LIMIT}; exec \"$0\" \"$@\"");
            let mut command = Command::new("sh");
            command.arg("-c").arg(script).arg(program);
            command
        }
        Case::Removed => Command::new(program),
    })
}

/// Whether this process may mount something in a namespace of its own.
fn may_mount() -> bool {
    let mut command = Command::new("unshare");
    command
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
