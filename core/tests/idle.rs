//! A writer that has nothing to do; alone in its process, so that its thread is the only one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use truebook_core::book::{Command, Ledger};
use truebook_core::engine::{BoardOptions, Host, Input, NoJournal, Options, Quiet, Writer};

/// Hundredths of a second that the writer's thread has run.
fn ran() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")));
    let stat = stats
        .map(Result::unwrap)
        .find(|stat| stat.contains("truebook-writer"));
    let stat = stat.unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|time| time.parse::<u64>().unwrap()).sum()
}

#[test]
fn an_idle_writer_uses_less_than_a_hundredth_of_a_core() {
    let options = BoardOptions::default();
    let writer = Writer::new(Ledger::default(), Quiet, Box::new(NoJournal), options);
    let mut host = Host::new(writer, Options::default());
    host.call(Input::Command(Command::Configure(Box::default())))
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let before = ran();
    std::thread::sleep(Duration::from_secs(2));
    assert!(ran() - before <= 2, "of 200");
    host.call(Input::Command(Command::Configure(Box::default())))
        .unwrap();
}
