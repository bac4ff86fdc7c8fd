//! Models of `Doorbell`: no wake-up is lost. A lost one is a deadlock, which loom reports.
#![cfg(truebook_loom)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use loom::thread;
use truebook_core::sync::primitive::{AtomicUsize, Ordering};
use truebook_core::sync::{Doorbell, Edge};

/// `ringers` threads each count one up and ring; the sleeper waits for all of them.
///
/// The sleeper is a thread that ends with its wait: loom's `unpark` also wakes a thread blocked on
/// something else, which std's does not, and a late ring would upset loom's own `join`.
fn no_wake_up_is_lost(ringers: usize, make: impl Fn() -> Doorbell + Send + Sync + 'static) {
    loom::model(move || {
        let shared = Arc::new((make(), AtomicUsize::new(0)));
        let sleeper = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // SYNC: Relaxed is enough, the doorbell orders it: that is the model.
                let ready = || shared.1.load(Ordering::Relaxed) == ringers;
                assert!(shared.0.wait(ready, None));
            })
        };
        let ring = |(bell, count): &(Doorbell, AtomicUsize)| {
            // SYNC: Relaxed is enough, as above.
            count.fetch_add(1, Ordering::Relaxed);
            bell.ring();
        };
        let others: Vec<_> = (1..ringers)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || ring(&shared))
            })
            .collect();
        ring(&shared);
        for thread in others {
            thread.join().unwrap();
        }
        sleeper.join().unwrap();
    });
}

fn is_rejected_without(edge: Edge) -> bool {
    std::panic::catch_unwind(|| no_wake_up_is_lost(1, move || Doorbell::without(edge))).is_err()
}

#[test]
fn one_ringer_wakes_the_sleeper() {
    no_wake_up_is_lost(1, Doorbell::new);
}

#[test]
fn two_ringers_wake_the_sleeper() {
    no_wake_up_is_lost(2, Doorbell::new);
}

#[test]
fn model_rejects_a_ringer_without_its_fence() {
    assert!(is_rejected_without(Edge::RingerFence));
}

#[test]
fn model_rejects_a_sleeper_without_its_fence() {
    assert!(is_rejected_without(Edge::SleeperFence));
}

/// A ringer counts up and rings while somebody asks to be called: it sees the count, or is called.
fn nobody_who_asked_is_left_uncalled(make: impl Fn() -> Doorbell + Send + Sync + 'static) {
    loom::model(move || {
        let shared = Arc::new((make(), AtomicUsize::new(0)));
        let called = Arc::new(AtomicUsize::new(0));
        let ringer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // SYNC: Relaxed is enough, the doorbell orders it: that is the model.
                shared.1.fetch_add(1, Ordering::Relaxed);
                shared.0.ring();
            })
        };
        let count = Arc::clone(&called);
        let call = Arc::new(move || {
            // SYNC: Relaxed is enough, the join below orders it.
            count.fetch_add(1, Ordering::Relaxed);
        });
        // SYNC: Relaxed is enough, as above.
        let is_seen = shared.0.arm(call, || shared.1.load(Ordering::Relaxed) == 1);
        ringer.join().unwrap();
        // SYNC: Relaxed is enough, after the join.
        assert!(is_seen || called.load(Ordering::Relaxed) == 1);
    });
}

#[test]
fn who_asks_to_be_called_sees_it_or_is_called() {
    nobody_who_asked_is_left_uncalled(Doorbell::new);
}

#[test]
fn model_rejects_a_call_without_either_fence() {
    for edge in [Edge::RingerFence, Edge::SleeperFence] {
        let model = || nobody_who_asked_is_left_uncalled(move || Doorbell::without(edge));
        assert!(std::panic::catch_unwind(model).is_err());
    }
}
