//! All lock-free code: how threads hand values to each other.
//!
//! | file | type | moves | loom model |
//! |---|---|---|---|
//! | `primitive` | (re-exports) | nothing: atomics and threads of std, or of loom | - |
//! | `prefetch` | [`prefetch`] | nothing: a hint to the processor | - |
//! | `edge` | `Edge` | nothing: names each ordering, so a model can drop one | - |
//! | `seqlock` | [`SeqSlot`] | the latest value, one writer to many readers | `seqlock` |
//! | `doorbell` | [`Doorbell`] | a wake-up, many ringers to one sleeper | `doorbell` |
//! | `broadcast` | [`Broadcast`] | every value in order, one to many; overwritten | `broadcast` |
//! | `mailbox` | [`Sender`], [`Receiver`] | the latest of each topic, one to one | `mailbox` |
//! | `ring` | [`Producer`], [`Consumer`] | every value in order, one to one | none: rtrb |
//! | `shelf` | [`Shelf`] | a whole shared object, replaced at once | none: arc-swap |
//! | `table` | [`Table`] | names that only grow in number, one to many | none: std's `OnceLock` |
//! | `gauge` | [`Gauge`] | a number to look at; orders nothing | - |
//! | `fork` | [`Origin`] | nothing: tells a forked process from its origin | - |
//!
//! Invariants:
//!
//! 1. A reader of a [`SeqSlot`] gets every word from one write, or nothing.
//! 2. The version a [`SeqSlot`] returns is the number of writes it has seen, and belongs to the
//!    words returned with it.
//! 3. What happened before [`Doorbell::ring`] is seen by `ready`, or the sleeper is woken.
//! 4. A ring hands out values in the order they came, each one once; a refused value comes back.
//! 5. A reader of a [`Shelf`] gets an object that was stored whole, never older than one it saw.
//! 6. A reader of a [`Broadcast`] gets each value whole, or learns that it is lost.
//! 7. Of each topic of a mailbox the last value arrives, whole; the ones before may be replaced.
//! 8. What a [`Table`] has given for a key it gives for good.
//! 9. Nothing in this folder but `prefetch` and `fork` is `unsafe`; nothing waits without a bound
//!    chosen by the caller, or allocates after it is made (a [`Shelf`] stores what the caller
//!    allocated).
//!
//! Loom sees only what goes through `primitive`. The rings and the shelf are the code of rtrb and
//! arc-swap, which use the atomics of std even under `cfg(truebook_loom)`: their proof is their
//! own test suites. The tests here shrink under `cfg(miri)`, so that Miri can run them too.

mod broadcast;
mod doorbell;
mod edge;
mod fork;
mod gauge;
mod mailbox;
mod prefetch;
pub mod primitive;
mod ring;
mod seqlock;
mod shelf;
#[cfg(truebook_loom)]
mod stand_in;
mod table;

pub use broadcast::{Broadcast, Seen};
pub use doorbell::{Call, Doorbell};
#[cfg(truebook_loom)]
pub use edge::Edge;
pub use fork::Origin;
pub use gauge::Gauge;
#[cfg(truebook_loom)]
pub use mailbox::mailbox_without;
pub use mailbox::{Receiver, Sender, mailbox};
pub use prefetch::prefetch;
pub use ring::{Consumer, Full, Producer, ring};
pub use seqlock::SeqSlot;
pub use shelf::Shelf;
pub use table::Table;
