//! Running a child to its end, with a bound on how long it may take.

use std::fmt;
use std::io::Read;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How often it is looked whether a child has ended.
const LOOK: Duration = Duration::from_millis(1);

/// How a child ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Whether it had to be killed.
    pub is_hung: bool,
    /// What it said.
    pub said: String,
    /// What it said of its end.
    pub complaint: String,
}

impl Ended {
    /// Whether it ended in order.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code == Some(0) && !self.is_hung
    }
}

/// Runs `command`, whose output is piped and short, for at most `patience`.
///
/// # Errors
/// When it cannot be started.
pub fn run_patiently(mut command: Command, patience: Duration) -> Result<Ended> {
    let mut child = command
        .spawn()
        .with_context(|| format!("start {command:?}"))?;
    let begun = Instant::now();
    let mut is_hung = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begun.elapsed() > patience {
            is_hung = true;
            child.kill()?;
            break child.wait()?;
        }
        thread::sleep(LOOK);
    };
    let (mut said, mut complaint) = (Vec::new(), Vec::new());
    if let Some(mut out) = child.stdout.take() {
        out.read_to_end(&mut said)?;
    }
    if let Some(mut out) = child.stderr.take() {
        out.read_to_end(&mut complaint)?;
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Ended {
        code: status.code(),
        is_hung,
        said: text(said),
        complaint: text(complaint),
    })
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match (self.is_hung, self.code) {
            (true, _) => "it hung".to_owned(),
            (false, Some(code)) => format!("exit code {code}"),
            (false, None) => "a signal".to_owned(),
        };
        let last: Vec<&str> = self.said.lines().rev().take(2).collect();
        let complaint = self.complaint.trim_end();
        write!(f, "{how}, last said {last:?}, complaint '{complaint}'")
    }
}
