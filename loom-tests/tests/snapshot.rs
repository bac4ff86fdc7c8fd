//! A model of publishing: lines first, the head last, and a view before who waits for it is woken.
#![cfg(truebook_loom)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use loom::thread;
use truebook_core::sync::{Doorbell, Edge, SeqSlot, Shelf};

struct Board {
    line: SeqSlot<1>,
    head: SeqSlot<1>,
    view: Shelf<u64>,
    bell: Doorbell,
    /// Whether the head is written after the line, as it must be.
    is_head_last: bool,
}

impl Board {
    fn new(bell: Doorbell, is_head_last: bool) -> Self {
        Self {
            line: SeqSlot::new([0]),
            head: SeqSlot::new([0]),
            view: Shelf::new(0),
            bell,
            is_head_last,
        }
    }

    fn publish(&self) {
        let (first, last) = match self.is_head_last {
            true => (&self.line, &self.head),
            false => (&self.head, &self.line),
        };
        first.write(&[1]);
        last.write(&[1]);
        self.view.store(Arc::new(1));
        self.bell.ring();
    }
}

/// Who sees the head finds a line that is no older; who waits for the view gets it.
fn nothing_older_than_the_head_is_found(make: impl Fn() -> Board + Send + Sync + 'static) {
    loom::model(move || {
        let board = Arc::new(make());
        let reader = {
            let board = Arc::clone(&board);
            thread::spawn(move || {
                if let Some(([sequence], _)) = board.head.try_read()
                    && let Some(([line], _)) = board.line.try_read()
                {
                    assert!(line >= sequence, "{line} is older than {sequence}");
                }
                assert!(board.bell.wait(|| *board.view.load() == 1, None));
            })
        };
        board.publish();
        reader.join().unwrap();
    });
}

fn is_rejected(make: impl Fn() -> Board + Send + Sync + std::panic::UnwindSafe + 'static) -> bool {
    std::panic::catch_unwind(|| nothing_older_than_the_head_is_found(make)).is_err()
}

#[test]
fn who_sees_the_head_finds_no_older_line_and_is_woken_for_the_view() {
    nothing_older_than_the_head_is_found(|| Board::new(Doorbell::new(), true));
}

#[test]
fn model_rejects_a_head_before_its_line() {
    assert!(is_rejected(|| Board::new(Doorbell::new(), false)));
}

#[test]
fn model_rejects_a_view_without_the_ringers_fence() {
    assert!(is_rejected(|| Board::new(
        Doorbell::without(Edge::RingerFence),
        true
    )));
}
