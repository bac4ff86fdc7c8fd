//! How the engine does: depths, lags, losses and latencies.

use super::Bus;
use super::board::Board;
use super::meter::Latency;

/// How the engine does; each number is from a moment of its own.
#[derive(Clone, Debug)]
pub struct Status {
    /// How many events were published.
    pub sequence: u64,
    /// How many changes were published, prices included.
    pub version: u64,
    /// Whether the writer runs.
    pub is_running: bool,
    /// The producers, the owner's first.
    pub producers: Vec<ProducerStatus>,
    /// The subscribers, in the order in which they came.
    pub subscribers: Vec<SubscriberStatus>,
    /// How long commands took to apply and publish, in nanoseconds: of one chunk of each eight,
    /// each command a part.
    pub latency: Latency,
}

/// How one producer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerStatus {
    /// Messages that waited when the writer last looked.
    pub depth: u64,
    /// The most that waited at once.
    pub peak: u64,
    /// Messages and prices that were executed.
    pub executed: u64,
    /// Prices that newer ones replaced.
    pub conflated: u64,
}

/// How one subscriber does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriberStatus {
    /// Cells that wait to be read.
    pub lag: u64,
    /// Cells that were overwritten before they were read.
    pub lost: u64,
}

impl Status {
    pub(super) fn of(board: &Board, bus: &Bus, (sequence, version): (u64, u64)) -> Self {
        let producers = board.lanes.with(|lanes| {
            let each = lanes.iter().map(|lane| ProducerStatus {
                depth: lane.depth.get(),
                peak: lane.peak.get(),
                executed: lane.executed.get(),
                conflated: lane.conflated.get(),
            });
            each.collect()
        });
        Self {
            sequence,
            version,
            is_running: board.is_over.get() == 0,
            producers,
            subscribers: bus.subscribers(),
            latency: board.latencies.histogram(),
        }
    }
}
