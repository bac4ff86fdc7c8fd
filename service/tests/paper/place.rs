//! A folder of its own for one test, and the command run in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of its own; every name in it is relative to it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `program` with `args`, to be run here and read through pipes.
    pub(crate) fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.0.path());
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `truebook paper` with `args`, to be run here.
    pub(crate) fn paper(&self, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_truebook"), &["paper"]);
        command.args(args);
        command
    }

    /// Runs to the end; what it printed.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.paper(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
        text(&output.stdout)
    }

    /// Runs to the end; the report as its bytes, timings apart.
    pub(crate) fn report(&self, args: &[&str]) -> String {
        let args = [args, &["--json", "report.json"]].concat();
        self.run(&args);
        let json = self.read("report.json");
        std::fs::remove_file(self.path("report.json")).unwrap();
        without_timing(&json)
    }

    /// Runs, and must be refused with nothing changed and nothing made but a lock, which says who
    /// had it last; what it said.
    pub(crate) fn refusal(&self, args: &[&str]) -> String {
        let mut before = self.files();
        before.retain(|name, _| !name.ends_with(".lock"));
        let output = self.paper(args).output().unwrap();
        let said = refused(&output);
        let mut after = self.files();
        after.retain(|name, _| !name.ends_with(".lock"));
        let names = |files: &BTreeMap<String, _>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&after), names(&before), "{args:?}: {said}");
        assert!(after == before, "{args:?} changed a file: {said}");
        said
    }

    /// Every file here with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.0.path()).unwrap();
                    let name = name.to_str().unwrap().to_owned();
                    files.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// How many events `database` holds; looked up in a copy, so that a crash stays as it was.
    pub(crate) fn booked(&self, database: &str) -> u64 {
        let copy = tempfile::tempdir().unwrap();
        for end in ["", "-wal"] {
            let from = self.path(&format!("{database}{end}"));
            if from.exists() {
                std::fs::copy(from, copy.path().join(format!("copy.db{end}"))).unwrap();
            }
        }
        let connection = Connection::open(copy.path().join("copy.db")).unwrap();
        let sql = "SELECT count(*) FROM journal";
        let count: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        u64::try_from(count).unwrap()
    }

    /// Changes `database` as no truebook would.
    pub(crate) fn tamper(&self, database: &str, sql: &str) {
        let connection = Connection::open(self.path(database)).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    /// Starts a run and waits until it has booked something.
    pub(crate) fn begin(&self, args: &[&str], database: &str) -> Child {
        let mut child = self.paper(args).spawn().unwrap();
        let wal = self.path(&format!("{database}-wal"));
        let end = Instant::now() + PATIENCE;
        // The layout and the names of config and data are far smaller than this.
        while size(&wal) < 256 * 1_024 {
            assert!(
                Instant::now() < end,
                "the run books nothing: {} bytes",
                size(&wal)
            );
            assert_eq!(
                child.try_wait().unwrap(),
                None,
                "the run ended before its middle"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        child
    }
}

/// What a refused run said, which must be a message and no panic.
pub(crate) fn refused(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stdout), "", "{said}");
    assert!(said.starts_with("truebook: "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Asserts that `said` has each of `words`.
pub(crate) fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "no '{word}' in: {said}");
    }
}

/// Sends `child` the signal called `name`.
pub(crate) fn signal(child: &Child, name: &str) {
    let line = format!("kill -{name} {}", child.id());
    let status = Command::new("sh").args(["-c", &line]).status().unwrap();
    assert!(status.success(), "{line}");
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The number of events that a report names.
pub(crate) fn sequence(report: &str) -> u64 {
    json(report)["sequence"].as_u64().unwrap()
}

/// The report's own bytes without the block that may differ.
fn without_timing(report: &str) -> String {
    let (before, rest) = report.split_once("  \"timing\": {\n").unwrap();
    let (_, after) = rest.split_once("  },\n").unwrap();
    format!("{before}{after}")
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}
