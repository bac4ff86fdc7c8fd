//! Models of `Broadcast`: what is read at a position was published there, whole.
//!
//! The publisher is the model's main thread, as in the models of `SeqSlot`.
#![cfg(truebook_loom)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use loom::thread;
use truebook_core::sync::{Broadcast, Edge, Seen};

type Ring = Broadcast<2>;

/// What the reader saw at position 0, over all the orders explored.
type All = Arc<Mutex<BTreeSet<&'static str>>>;

/// A publisher overwrites position 0 of a ring of one cell while a reader looks there.
fn reader_gets_a_position_whole_or_not_at_all(
    make: impl Fn() -> Ring + Send + Sync + 'static,
) -> BTreeSet<&'static str> {
    let all = All::default();
    let found = Arc::clone(&all);
    loom::model(move || {
        let ring = Arc::new(make());
        let reader = {
            let (ring, all) = (Arc::clone(&ring), Arc::clone(&all));
            thread::spawn(move || {
                let seen = match ring.read(0) {
                    Seen::Words { words, count } => {
                        assert_eq!((words, count), ([7; 2], 2));
                        "words"
                    }
                    Seen::NotYet => "not yet",
                    Seen::Lost => "lost",
                };
                all.lock().unwrap().insert(seen);
            })
        };
        ring.publish(&[7; 2]);
        ring.publish(&[8; 2]);
        reader.join().unwrap();
    });
    found.lock().unwrap().clone()
}

fn is_rejected_without(edge: Edge) -> bool {
    std::panic::catch_unwind(|| {
        reader_gets_a_position_whole_or_not_at_all(move || Ring::without(edge, 1));
    })
    .is_err()
}

#[test]
fn reader_gets_a_position_whole_or_learns_that_it_is_lost() {
    let seen = reader_gets_a_position_whole_or_not_at_all(|| Ring::new(1));
    assert_eq!(seen, BTreeSet::from(["lost", "not yet", "words"]));
}

#[test]
fn what_is_counted_is_published() {
    loom::model(|| {
        let ring = Arc::new(Ring::new(2));
        let reader = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                for position in ring.oldest()..ring.next() {
                    assert_ne!(ring.read(position), Seen::NotYet);
                }
            })
        };
        ring.publish(&[7; 2]);
        ring.publish(&[8; 2]);
        reader.join().unwrap();
    });
}

#[test]
fn model_rejects_a_publisher_without_its_fence() {
    assert!(is_rejected_without(Edge::PublisherFence));
}

#[test]
fn model_rejects_a_publisher_without_its_release() {
    assert!(is_rejected_without(Edge::PublisherRelease));
}

#[test]
fn model_rejects_a_follower_without_its_acquire() {
    assert!(is_rejected_without(Edge::FollowerAcquire));
}

#[test]
fn model_rejects_a_follower_without_its_fence() {
    assert!(is_rejected_without(Edge::FollowerFence));
}
