//! The orderings that a loom model can take away, one at a time, to show that it would notice.
//!
//! Invariants:
//!
//! 1. Outside `cfg(truebook_loom)` every edge is kept, and `Edges` has no size and no cost.
//! 2. Each variant of `Edge` is named by the `// SYNC:` comment at its one place of use.

/// One ordering of one structure; the models drop it and expect to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The Release fence between the odd version and the words, in `SeqSlot::write`.
    WriterFence,
    /// The Release of the even version after the words, in `SeqSlot::write`.
    WriterRelease,
    /// The Acquire of the version before the words, in `SeqSlot::try_read`.
    ReaderAcquire,
    /// The Acquire fence between the words and the second version, in `SeqSlot::try_read`.
    ReaderFence,
    /// The SeqCst fence before the flag is read, in `Doorbell::ring`.
    RingerFence,
    /// The SeqCst fence before `ready` is asked again, in `Doorbell::wait`.
    SleeperFence,
    /// The Release fence between the odd version and the words, in `Broadcast::publish`.
    PublisherFence,
    /// The Release of the even version after the words, in `Broadcast::publish`.
    PublisherRelease,
    /// The Acquire of the version before the words, in `Broadcast::read`.
    FollowerAcquire,
    /// The Acquire fence between the words and the second version, in `Broadcast::read`.
    FollowerFence,
    /// The Release of the mark after the value, in `mailbox::Sender::send`.
    SenderRelease,
    /// The Acquire of the marks before the values, in `mailbox::Receiver::take`.
    ReceiverAcquire,
}

/// The edges a structure keeps: all of them, except in a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edges {
    #[cfg(truebook_loom)]
    dropped: Option<Edge>,
}

impl Edges {
    /// Every edge, as in production.
    pub(super) const ALL: Self = Self {
        #[cfg(truebook_loom)]
        dropped: None,
    };

    /// Every edge but one.
    #[cfg(truebook_loom)]
    pub(super) const fn without(edge: Edge) -> Self {
        Self {
            dropped: Some(edge),
        }
    }

    /// Whether `edge` is kept.
    #[cfg(truebook_loom)]
    pub(super) fn keeps(self, edge: Edge) -> bool {
        self.dropped != Some(edge)
    }

    /// Whether `edge` is kept: always, so the compiler removes the question.
    #[cfg(not(truebook_loom))]
    #[inline(always)]
    pub(super) const fn keeps(self, _edge: Edge) -> bool {
        true
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use super::Edges;

    #[test]
    fn edges_have_no_size_in_production() {
        assert_eq!(size_of::<Edges>(), 0);
    }
}
