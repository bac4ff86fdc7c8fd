//! The house rules that a tool can check. Each finding names file, line and rule.

mod layer;
mod rust;
mod text;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root.
    pub file: PathBuf,
    /// The line, from 1; 0 is the whole file.
    pub line: usize,
    /// What is wrong and what is allowed.
    pub rule: String,
}

impl Finding {
    fn new(file: &Path, line: usize, rule: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.rule)
    }
}

/// A file of the project.
pub struct Source {
    /// Its path from the root.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Checks every file under `root`.
///
/// # Errors
/// When a rule is broken; the findings are printed.
pub fn run(root: &Path) -> Result<()> {
    let sources = read_all(root)?;
    let mut findings = layer::check(&sources);
    for source in &sources {
        findings.extend(text::check(source));
        if source.path.extension().is_some_and(|ending| ending == "rs") {
            findings.extend(rust::check(source));
        }
    }
    findings.sort();
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} rules broken", findings.len());
    }
    Ok(())
}

fn read_all(root: &Path) -> Result<Vec<Source>> {
    let skipped = [
        "target",
        ".git",
        ".build",
        ".venv",
        "__pycache__",
        "node_modules",
    ];
    let walk = WalkDir::new(root).into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        !skipped.contains(&name.as_ref())
    });
    let mut sources = Vec::new();
    for entry in walk {
        let entry = entry?;
        let endings = [
            "rs", "py", "pyi", "c", "h", "hpp", "cpp", "toml", "md", "sh", "yml", "sql",
        ];
        let is_text = entry
            .path()
            .extension()
            .is_some_and(|ending| endings.iter().any(|known| ending == *known));
        if is_text && entry.file_type().is_file() {
            let text = std::fs::read_to_string(entry.path())
                .with_context(|| entry.path().display().to_string())?;
            let path = entry.path().strip_prefix(root)?.to_owned();
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}
