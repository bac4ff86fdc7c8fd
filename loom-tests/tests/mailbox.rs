//! Models of the mailbox: the last value of a topic arrives, however the two threads meet.
//!
//! The sender is the model's main thread, as the writer in the models of `SeqSlot`.
#![cfg(truebook_loom)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use loom::thread;
use truebook_core::sync::{Edge, Receiver, Sender, mailbox, mailbox_without};

type Ends = (Sender<1>, Receiver<1>);

/// A sender sends twice while a receiver takes once; what is left is taken after both.
fn the_last_value_arrives(make: impl Fn() -> Ends + Send + Sync + 'static) {
    loom::model(move || {
        let (mut sender, mut receiver) = make();
        let taker = thread::spawn(move || {
            let mut newest = 0;
            receiver.take(|_, [value]| {
                assert!(value >= 1, "a mark comes after its value");
                newest = value;
            });
            (receiver, newest)
        });
        sender.send(0, &[1]);
        sender.send(0, &[2]);
        let (mut receiver, mut newest) = taker.join().unwrap();
        receiver.take(|_, [value]| {
            assert!(value >= newest, "a value does not go back");
            newest = value;
        });
        assert_eq!(newest, 2);
    });
}

fn is_rejected_without(edge: Edge) -> bool {
    std::panic::catch_unwind(|| the_last_value_arrives(move || mailbox_without(edge, 1))).is_err()
}

#[test]
fn the_last_value_of_a_topic_arrives() {
    the_last_value_arrives(|| mailbox(1));
}

#[test]
fn model_rejects_a_sender_without_its_release() {
    assert!(is_rejected_without(Edge::SenderRelease));
}

#[test]
fn model_rejects_a_receiver_without_its_acquire() {
    assert!(is_rejected_without(Edge::ReceiverAcquire));
}
