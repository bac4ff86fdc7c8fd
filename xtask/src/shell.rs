//! Running other programs: echoed, and with their tests counted.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// How many tests a step ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that held.
    pub passed: u64,
    /// Those that did not.
    pub failed: u64,
}

/// The workspace's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where the tasks keep what they make.
pub fn build_dir(root: &Path) -> Result<PathBuf> {
    let folder = root.join(".build");
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    Ok(folder)
}

/// Where cargo puts what it builds.
pub fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// This toolchain's cargo, in `root`.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs `command`; an error unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// Runs `command` and returns what it prints; an error unless it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let ended = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("start {command:?}"))?;
    if !ended.status.success() {
        bail!("{command:?} ended with {}", ended.status);
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// Runs tests, echoes what they print and counts them; one failure where they never came to a sum.
pub fn count(command: &mut Command) -> Result<Count> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {command:?}"))?;
    let mut count = Count::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            if let Some(found) = summary(&line) {
                count.passed += found.passed;
                count.failed += found.failed;
            }
        }
    }
    let status = child.wait()?;
    if !status.success() {
        count.failed = count.failed.max(1);
    }
    Ok(count)
}

/// What a line of cargo test or pytest adds up to, where it is a sum.
fn summary(line: &str) -> Option<Count> {
    let is_sum = line.starts_with("test result:") || line.starts_with("==");
    if !is_sum {
        return None;
    }
    let words: Vec<&str> = line
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let number = |what: &str| {
        let at = words.iter().position(|word| *word == what)?;
        words.get(at.checked_sub(1)?)?.parse::<u64>().ok()
    };
    let passed = number("passed");
    let failed = [number("failed"), number("errors"), number("error")];
    let failed_sum = failed.iter().flatten().sum();
    if passed.is_none() && failed_sum == 0 {
        return None;
    }
    Some(Count {
        passed: passed.unwrap_or(0),
        failed: failed_sum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_cargo_and_pytest_are_counted_and_other_lines_are_not() {
        let cargo =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out";
        let both = Count {
            passed: 12,
            failed: 3,
        };
        assert_eq!(summary(cargo), Some(both));
        let pytest = "=================== 3 failed, 12 passed in 0.50s ===================";
        assert_eq!(summary(pytest), Some(both));
        assert_eq!(summary("running 12 tests"), None);
        assert_eq!(summary("====== test session starts ======"), None);
        let broken = "========= 1 error in 0.10s =========";
        assert_eq!(summary(broken).map(|count| count.failed), Some(1));
    }
}
