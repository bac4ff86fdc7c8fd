//! A folder of its own for one test, and the command run in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::story;

/// A folder of its own; every name in it is relative to it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with the story in `a.db`; the newest event.
    pub(crate) fn told() -> (Self, u64) {
        let place = Self::new();
        let last = story::database(&place.path("a.db"));
        (place, last)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `truebook` with `args`, to be run here and read through pipes.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_truebook"));
        command.args(args).current_dir(self.0.path());
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs to the end, which must be good; what it printed.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.output(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
        text(&output.stdout)
    }

    /// Runs, and must be refused as a wrong call with nothing written; what it said.
    pub(crate) fn refusal(&self, args: &[&str]) -> String {
        let before = self.files();
        let output = self.output(args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        let after = self.files();
        let names = |files: &BTreeMap<PathBuf, _>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&after), names(&before), "{args:?}: {said}");
        assert!(after == before, "{args:?} changed a file: {said}");
        said
    }

    /// Every file here with its bytes, but what every reader of SQLite leaves beside a database.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = std::fs::read_dir(self.0.path()).unwrap();
        let files = files.map(|it| it.unwrap().path());
        let is_kept = |path: &PathBuf| {
            let name = path.to_string_lossy();
            !name.ends_with("-shm") && !name.ends_with("-wal")
        };
        let files = files.filter(is_kept);
        files
            .map(|path| (path.clone(), std::fs::read(path).unwrap_or_default()))
            .collect()
    }
}

/// Asserts that `said` has each of `words`.
pub(crate) fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "no '{word}' in: {said}");
    }
}

/// Sends the process `id` the signal called `name`.
pub(crate) fn signal(id: u32, name: &str) {
    let line = format!("kill -{name} {id}");
    let status = Command::new("sh").args(["-c", &line]).status().unwrap();
    assert!(status.success(), "{line}");
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}
