//! What readers see of the writer: lines, names, views and meters, in one place.
//!
//! 1. One thread writes, any number read; nobody waits for anybody.
//! 2. How many positions there are is told before their lines, and names after them and after the
//!    scales of instruments: who finds a number finds its figures and what they mean.
//! 3. The head is written last: who sees its sequence finds lines that are no older.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::model::{AccountId, Id, InstrumentId, PositionId, PositionKey, StrategyId};
use crate::sync::{Doorbell, Gauge, Origin, SeqSlot, Shelf, Table};

use super::bells::Bells;
use super::line::InstrumentScales;
use super::meter::{LaneMeter, Latencies};
use super::view::View;

/// What readers get: how many lines and names there are at most, beyond which they go to the view,
/// and how old that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardOptions {
    /// Positions.
    pub positions: usize,
    /// Instruments.
    pub instruments: usize,
    /// Strategies, and accounts.
    pub names: usize,
    /// How much older than the lines a view may be while the writer is busy; `None` makes views
    /// only for those who wait for one.
    pub view_interval: Option<Duration>,
    /// How long the writer waits for subscribers that block before it goes on without them.
    pub patience: Duration,
}

impl Default for BoardOptions {
    fn default() -> Self {
        Self {
            positions: 16_384,
            instruments: 16_384,
            names: 1_024,
            view_interval: Some(Duration::from_millis(1)),
            patience: Duration::from_millis(10),
        }
    }
}

/// The slots that the writer fills.
#[derive(Debug)]
pub(super) struct Board {
    pub positions: Box<[SeqSlot<7>]>,
    pub details: Box<[SeqSlot<14>]>,
    pub instruments: Box<[SeqSlot<7>]>,
    /// Each is written once.
    pub scales: Box<[OnceLock<InstrumentScales>]>,
    pub totals: SeqSlot<15>,
    /// Sequence and version.
    pub head: SeqSlot<2>,
    pub names: Names,
    /// How many positions there are; the last may have no lines yet.
    pub position_count: Gauge,
    pub view: Shelf<View>,
    /// Whether somebody waits for a newer view.
    pub is_view_wanted: Gauge,
    /// Whether the writer is gone.
    pub is_over: Gauge,
    /// Of those who wait for a view.
    pub bells: Bells,
    /// The writer's own.
    pub writer: Arc<Doorbell>,
    pub latencies: Latencies,
    pub origin: Origin,
    pub lanes: Shelf<Vec<Arc<LaneMeter>>>,
}

/// From names to numbers.
#[derive(Debug)]
pub(super) struct Names {
    pub instruments: Table<Id, InstrumentId>,
    pub strategies: Table<Id, StrategyId>,
    pub accounts: Table<Id, AccountId>,
    pub positions: Table<PositionKey, PositionId>,
}

impl Board {
    pub fn new(options: BoardOptions, writer: Arc<Doorbell>) -> Self {
        let lines = |count: usize| (0..count).map(|_| SeqSlot::new([0; 7])).collect();
        Self {
            positions: lines(options.positions),
            details: (0..options.positions)
                .map(|_| SeqSlot::new([0; 14]))
                .collect(),
            instruments: lines(options.instruments),
            scales: (0..options.instruments).map(|_| OnceLock::new()).collect(),
            totals: SeqSlot::new([0; 15]),
            head: SeqSlot::new([0; 2]),
            names: Names {
                instruments: Table::new(options.instruments),
                strategies: Table::new(options.names),
                accounts: Table::new(options.names),
                positions: Table::new(options.positions),
            },
            position_count: Gauge::default(),
            view: Shelf::new(View::default()),
            is_view_wanted: Gauge::default(),
            is_over: Gauge::default(),
            bells: Bells::new(),
            writer,
            latencies: Latencies::new(),
            origin: Origin::here(),
            lanes: Shelf::new(Vec::new()),
        }
    }
}
