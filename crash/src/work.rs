//! A short workload whose calls of the disk can be counted: each command is durable before the
//! next, so a run is like the one before it.
//!
//! 1. One fault is survived: everything is durable at the end, and nothing was refused for it.
//! 2. Under one that lasts, executions are still taken and new risk is not.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use truebook::model::{Fixed, Side};
use truebook::{Book, Error, Fill, OrderRequest};

use crate::child::{hex, say};
use crate::script::tell;
use crate::world::{BLOCK, SYMBOLS, World};

/// How long one fault may keep an event from the disk.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the disk must have refused before a fault is said to last.
const LASTING: Duration = Duration::from_millis(250);

/// What the workload is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Orders {
    /// The database
    #[arg(long)]
    pub db: std::path::PathBuf,
    /// The world
    #[arg(long)]
    pub seed: u64,
    /// How many blocks are told in each of the two lives
    #[arg(long, default_value_t = 2)]
    pub blocks: u64,
    /// Whether the fault goes on
    #[arg(long)]
    pub is_lasting: bool,
}

/// Runs the workload: two lives of one database.
///
/// # Errors
/// What the book says; while it is open, only where something is wrong with it.
pub fn run(orders: &Orders) -> Result<()> {
    let middle = orders.blocks * BLOCK;
    for part in [0..middle, middle..middle + BLOCK] {
        if !live(orders, part)? {
            break;
        }
    }
    Ok(())
}

/// Opens, tells the commands of `part` and closes; `false` where the disk refuses for good.
fn live(orders: &Orders, part: std::ops::Range<u64>) -> Result<bool> {
    let world = World::of(orders.seed);
    say("opening")?;
    let mut book = world.open(&orders.db)?;
    let kept = book.durability().sequence();
    let (sequence, hash) = book.ask(|state| (state.sequence, state.hash()))?;
    say(&format!("open {sequence} {kept} {} 0", hex(&hash)))?;
    say("ready")?;
    for index in part {
        let answer = tell(&world, &mut book, index);
        if let Err(error) = answer {
            bail!("command {index}: {error}");
        }
        let sequence = book.ask(|state| state.sequence)?;
        if !is_kept(&book, sequence, orders.is_lasting)? {
            under_fault(&mut book)?;
            say("closing")?;
            let closed = book.close();
            ensure!(
                closed.is_err(),
                "closed in order with event {sequence} not kept"
            );
            return Ok(false);
        }
        say(&format!("ack {index} {sequence}"))?;
    }
    say("closing")?;
    book.close()?;
    say("closed")?;
    Ok(true)
}

/// Waits until `sequence` is durable; `false` where the disk refuses for good.
fn is_kept(book: &Book, sequence: u64, is_lasting: bool) -> Result<bool> {
    let begun = Instant::now();
    let mut why = String::new();
    loop {
        match book.durability().wait(sequence, LASTING) {
            Ok(true) => return Ok(true),
            Err(_) if is_lasting => return Ok(false),
            Ok(false) => {}
            Err(error) => why = error.to_string(),
        }
        if begun.elapsed() > PATIENCE {
            bail!("event {sequence} was not kept in {PATIENCE:?}: {why}");
        }
    }
}

/// What holds while the disk refuses.
///
/// # Errors
/// What does not.
pub fn under_fault(book: &mut Book) -> Result<()> {
    let symbol = SYMBOLS.get(1).copied().unwrap_or_default();
    let before = book.position(("default", symbol), None);
    let before = before.map(|position| position.signed_qty).ok();
    let fill = Fill {
        qty: Fixed::new(1, 0),
        price: Fixed::new(200, 0),
        trade_id: Some("under-fault"),
        ..Fill::new(symbol, Side::Buy)
    };
    let booked = match (before, book.fill(&fill)) {
        // The fault came before there was anything to trade.
        (None, Err(Error::UnknownInstrument(_))) => return Ok(()),
        (_, booked) => booked?,
    };
    ensure!(!booked.duplicate, "an execution was taken for another one");
    let since = book.position(("default", symbol), None)?.signed_qty;
    ensure!(
        Some(since) != before,
        "an execution did not apply under a fault"
    );
    let order = OrderRequest {
        price: Some(Fixed::new(200, 0)),
        client_order_id: Some("under-fault"),
        ..OrderRequest::new(symbol, Side::Buy, Fixed::new(1, 0))
    };
    match book.submit(&order) {
        Err(Error::Refused(refusal)) if refusal.name() == "StoreUnavailable" => Ok(()),
        other => bail!("new risk under a fault: {other:?}"),
    }
}
