//! Events on their way to the file, made into rows on a thread of their own: while the disk is
//! waited for, the next group is made ready.
//!
//! 1. Rows leave in the order in which their events came, each chained to the one before.

use std::sync::Arc;

use truebook_core::book::Entry;
use truebook_core::sync::{Consumer, Producer};

use crate::StoreError;
use crate::codec::{ENCODING, Encoder, Head, checksum, link};
use crate::progress::Progress;
use crate::writer::{Item, Witness};

/// How many events are taken at once.
const TAKEN: usize = 256;

/// An event with what its row says.
pub(crate) struct Row {
    pub entry: Entry,
    pub body: Box<[u8]>,
    pub crc: u32,
    pub chain: [u8; 32],
}

/// What goes to the thread that commits.
#[allow(
    clippy::large_enum_variant,
    reason = "a row is the common case, and a box would be one allocation more for each"
)]
pub(crate) enum Packed {
    /// A row to be kept, and whether its input ends with it.
    Row(Row, bool),
    /// What the engine's ledger was after the row before.
    Witness(Witness),
}

/// Makes rows, one after the other.
pub(crate) struct Packer {
    encoder: Encoder,
    last: u64,
    chain: [u8; 32],
}

impl Packer {
    /// Begins after the event `last`, whose chain hash is `chain`.
    pub fn after(last: u64, chain: [u8; 32]) -> Self {
        let encoder = Encoder::default();
        Self {
            encoder,
            last,
            chain,
        }
    }

    /// The row of `entry`; one that is recorded already is no link of the chain.
    pub fn row(&mut self, entry: Entry) -> Result<Row, StoreError> {
        let head = head(&entry);
        let body = self.encoder.body(&entry.event);
        let body = body.map_err(|e| StoreError::Failed {
            path: "store".into(),
            cause: format!("event {} could not be encoded: {e}", entry.sequence),
        })?;
        if entry.sequence > self.last {
            self.chain = link(&self.chain, head, body);
        }
        Ok(Row {
            crc: checksum(head, body),
            chain: self.chain,
            body: body.into(),
            entry,
        })
    }
}

/// What a row says of `entry` beside its body.
pub(crate) fn head(entry: &Entry) -> Head {
    Head {
        sequence: entry.sequence,
        ts: entry.ts.0,
        encoding: ENCODING,
    }
}

/// The thread: takes items, gives rows.
pub(crate) struct PackerThread {
    pub packer: Packer,
    pub inbox: Consumer<Item>,
    pub outbox: Producer<Packed>,
    pub progress: Arc<Progress>,
}

impl PackerThread {
    /// Runs until the items have ended, or nobody takes rows any more.
    pub fn run(mut self) {
        while !self.outbox.is_abandoned() {
            let room = self.outbox.vacant().min(TAKEN);
            if room > 0 && !self.inbox.is_empty() {
                if let Err(error) = self.pack(room) {
                    return self.progress.end(error);
                }
                self.progress.bell.ring();
            } else if self.inbox.is_abandoned() && self.inbox.is_empty() {
                return;
            } else {
                let (inbox, outbox) = (&self.inbox, &self.outbox);
                let may_go_on = || {
                    let has_work = !inbox.is_empty() || inbox.is_abandoned();
                    outbox.vacant() > 0 && has_work || outbox.is_abandoned()
                };
                self.progress.packer_bell.wait(may_go_on, None);
            }
        }
    }

    fn pack(&mut self, most: usize) -> Result<(), StoreError> {
        let (packer, outbox) = (&mut self.packer, &mut self.outbox);
        let mut packed = Ok(());
        let take = |item| {
            // Nothing goes on behind a gap.
            if packed.is_err() {
                return;
            }
            let row = match item {
                Item::Witness(witness) => Ok(Packed::Witness(witness)),
                Item::Entry(entry, is_last) => {
                    packer.row(entry).map(|row| Packed::Row(row, is_last))
                }
            };
            match row {
                // There is room: it was looked for, and nobody else takes it.
                Ok(row) => drop(outbox.push(row)),
                Err(error) => packed = Err(error),
            }
        };
        self.inbox.drain(most, take);
        packed
    }
}
