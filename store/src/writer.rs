//! The engine's end of the store: events go into a ring; while the disk refuses they wait in
//! memory, up to a bound, and are passed on when it takes them again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use truebook_core::book::{Entry, State};
use truebook_core::engine::Journal;
use truebook_core::sync::Producer;

use crate::codec::{ENCODING, Encoder, Head, decode};
use crate::progress::Progress;
use crate::{Mode, StoreError};

/// How many bytes of events may wait in memory while the disk refuses; those beyond are lost, and
/// the store has failed for good.
pub const BACKLOG_BYTES_MAX: u64 = 256 << 20;

/// How long is waited when the ring is full: far less than it takes to be empty.
const FULL: Duration = Duration::from_micros(50);

/// What goes through the ring.
#[allow(
    clippy::large_enum_variant,
    reason = "an event is the common case, and a box would allocate on the hot path"
)]
pub(crate) enum Item {
    /// An event to be kept, and whether its input ends with it.
    Entry(Entry, bool),
    /// What the engine's ledger was after the event before.
    Witness(Witness),
}

/// The state of a ledger at a sequence, to be compared with that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    pub sequence: u64,
    pub hash: [u8; 32],
}

/// An event that waits, encoded.
struct Held {
    head: Head,
    body: Box<[u8]>,
    is_last: bool,
}

/// What an event that waits takes beside its bytes.
const HELD: u64 = size_of::<Held>() as u64;

/// The writer's end: a [`Journal`].
pub struct StoreWriter {
    items: Producer<Item>,
    /// The events of the input that is being executed.
    input: Vec<Entry>,
    /// Events that wait.
    backlog: VecDeque<Held>,
    bytes: u64,
    encoder: Encoder,
    progress: Arc<Progress>,
    /// Whether events must be the same however the disk was when they were made first.
    is_recomputed: bool,
}

impl StoreWriter {
    pub(crate) fn new(items: Producer<Item>, progress: Arc<Progress>, mode: Mode) -> Self {
        Self {
            is_recomputed: mode == Mode::Recompute,
            items,
            input: Vec::new(),
            backlog: VecDeque::new(),
            bytes: 0,
            encoder: Encoder::default(),
            progress,
        }
    }

    /// Puts an event behind those that wait.
    fn hold(&mut self, entry: &Entry, is_last: bool) {
        let Ok(body) = self.encoder.body(&entry.event) else {
            return self.give_up("an event could not be encoded".to_owned());
        };
        self.bytes += body.len() as u64 + HELD;
        let head = Head {
            sequence: entry.sequence,
            ts: entry.ts.0,
            encoding: ENCODING,
        };
        self.backlog.push_back(Held {
            head,
            body: body.into(),
            is_last,
        });
        self.progress.hold(self.bytes);
        if self.bytes > BACKLOG_BYTES_MAX {
            self.give_up(format!(
                "{} events of {BACKLOG_BYTES_MAX} bytes wait for the disk: no more are kept",
                self.backlog.len()
            ));
        }
    }

    fn give_up(&mut self, cause: String) {
        self.progress.end(StoreError::Failed {
            path: "store".into(),
            cause,
        });
        self.backlog.clear();
        self.bytes = 0;
        self.progress.hold(0);
    }

    /// Gives the ring what waits, the oldest first.
    fn pass_on(&mut self) {
        while !self.progress.has_ended()
            && self.items.vacant() > 0
            && let Some(Held {
                head,
                body,
                is_last,
            }) = self.backlog.pop_front()
        {
            self.bytes -= body.len() as u64 + HELD;
            match decode(head, &body) {
                Ok(entry) => drop(self.items.push(Item::Entry(entry, is_last))),
                Err(what) => return self.give_up(format!("event {}: {what}", head.sequence)),
            }
        }
        self.progress.hold(self.bytes);
        self.progress.packer_bell.ring();
    }

    /// Waits until the ring has room, or the disk refuses.
    fn wait_for_room(&self) {
        while self.items.vacant() == 0 && self.may_wait() {
            self.progress.packer_bell.ring();
            std::thread::sleep(FULL);
        }
    }

    /// Whether what is given will be taken before long.
    fn may_wait(&self) -> bool {
        !self.progress.is_failed() && !self.items.is_abandoned()
    }

    /// Waits until the ring has taken everything, or the disk refuses.
    fn drain(&mut self) {
        while !self.backlog.is_empty() && self.may_wait() {
            self.wait_for_room();
            self.pass_on();
        }
    }
}

impl Journal for StoreWriter {
    fn append(&mut self, entry: &Entry) {
        if !self.progress.has_ended() {
            self.input.push(entry.clone());
        }
    }

    fn end(&mut self) {
        let mut input = std::mem::take(&mut self.input);
        let count = input.len();
        for (number, entry) in (1..).zip(input.drain(..)) {
            // Nothing goes on behind a gap.
            if self.progress.has_ended() {
                break;
            }
            let is_last = number == count;
            self.wait_for_room();
            if self.backlog.is_empty() && self.items.vacant() > 0 {
                drop(self.items.push(Item::Entry(entry, is_last)));
            } else {
                self.hold(&entry, is_last);
                self.pass_on();
                self.drain();
            }
        }
        self.input = input;
        if count > 0 {
            self.progress.packer_bell.ring();
        }
    }

    fn is_available(&self) -> bool {
        let is_failed = self.progress.is_failed() && !self.is_recomputed;
        !is_failed && !self.progress.has_ended() && !self.items.is_abandoned()
    }

    fn rest(&mut self) -> bool {
        if !self.backlog.is_empty() && !self.progress.is_failed() {
            self.pass_on();
        }
        !self.backlog.is_empty()
    }

    fn witness(&mut self, state: &State) {
        if !self.backlog.is_empty() && !self.progress.is_failed() {
            self.pass_on();
        }
        if self.backlog.is_empty() && !self.progress.has_ended() {
            let witness = Witness {
                sequence: state.sequence,
                hash: state.books_hash(),
            };
            // Where there is no room the next one will do.
            drop(self.items.push(Item::Witness(witness)));
            self.progress.packer_bell.ring();
        }
    }
}

impl Drop for StoreWriter {
    fn drop(&mut self) {
        // The last chance of what waits: the store goes on until the ring is empty, or refuses.
        self.pass_on();
        self.drain();
        if !self.backlog.is_empty() && !self.progress.has_ended() {
            let cause = format!("{} events could not be kept", self.backlog.len());
            self.give_up(cause);
        }
        self.progress.close();
    }
}
