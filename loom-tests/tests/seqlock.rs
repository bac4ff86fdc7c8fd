//! Models of `SeqSlot`: a reader never sees half a write.
//!
//! The writer is the model's main thread and the reader is spawned: the other way round loom
//! 0.7.2 does not explore a reader that comes after the writer. So the sound models also assert
//! that every version was seen.
#![cfg(truebook_loom)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use loom::thread;
use truebook_core::sync::{Edge, SeqSlot};

type Slot = SeqSlot<2>;

/// The versions that the reader saw, over all the orders explored.
type Seen = Arc<Mutex<BTreeSet<u64>>>;

/// A writer writes `writes` times while a reader looks once: what it sees must be the words of the
/// version it sees. One reader is enough, as readers change nothing that another could see.
fn reader_never_sees_a_torn_write(
    writes: u64,
    make: impl Fn() -> Slot + Send + Sync + 'static,
) -> BTreeSet<u64> {
    let seen = Seen::default();
    let all = Arc::clone(&seen);
    loom::model(move || {
        let slot = Arc::new(make());
        let reader = {
            let (slot, seen) = (Arc::clone(&slot), Arc::clone(&seen));
            thread::spawn(move || {
                // Asked first, so that a version that goes back would show.
                let first = slot.version();
                if let Some((words, version)) = slot.try_read() {
                    assert_eq!(words, [version; 2]);
                    assert!(version >= first);
                    seen.lock().unwrap().insert(version);
                }
            })
        };
        (1..=writes).for_each(|write| slot.write(&[write; 2]));
        reader.join().unwrap();
    });
    all.lock().unwrap().clone()
}

fn is_rejected_without(edge: Edge) -> bool {
    std::panic::catch_unwind(|| {
        reader_never_sees_a_torn_write(1, move || Slot::without(edge, [0; 2]));
    })
    .is_err()
}

#[test]
fn reader_never_sees_a_torn_write_while_one_writes_once() {
    let seen = reader_never_sees_a_torn_write(1, || Slot::new([0; 2]));
    assert_eq!(seen, BTreeSet::from([0, 1]));
}

#[test]
fn reader_never_sees_a_torn_write_while_one_writes_twice() {
    let seen = reader_never_sees_a_torn_write(2, || Slot::new([0; 2]));
    assert_eq!(seen, BTreeSet::from([0, 1, 2]));
}

#[test]
fn model_rejects_a_writer_without_its_fence() {
    assert!(is_rejected_without(Edge::WriterFence));
}

#[test]
fn model_rejects_a_writer_without_its_release() {
    assert!(is_rejected_without(Edge::WriterRelease));
}

#[test]
fn model_rejects_a_reader_without_its_acquire() {
    assert!(is_rejected_without(Edge::ReaderAcquire));
}

#[test]
fn model_rejects_a_reader_without_its_fence() {
    assert!(is_rejected_without(Edge::ReaderFence));
}
