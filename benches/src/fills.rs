//! Fills to be kept, as the ledger makes them, and where to keep them.

use std::path::{Path, PathBuf};

use truebook_core::book::{Command, Entry, FillFee, FillReport, Ledger, State};
use truebook_core::model::{Fixed, Id, InstrumentId, InstrumentSpec, Side, Timestamp};

use crate::book::text;

const START: i64 = 1_700_000_000_000_000_000;
const MS: i64 = 1_000_000;

/// Events of a ledger that books one fill after the other.
pub struct Fills {
    ledger: Ledger,
    ready: std::collections::VecDeque<Entry>,
    emitted: Vec<Entry>,
    number: i64,
}

impl Default for Fills {
    fn default() -> Self {
        let mut state = State::default();
        state.reserve();
        let mut ledger = Ledger::new(state);
        ledger.execute(&Command::Configure(Box::default()));
        let spec = InstrumentSpec {
            symbol: text("BTC-USD"),
            base: text("BTC"),
            quote: text("USD"),
            price_precision: 2,
            qty_precision: 8,
            ..InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
        Self {
            ledger,
            ready: std::collections::VecDeque::new(),
            emitted: Vec::new(),
            number: 0,
        }
    }
}

impl Iterator for Fills {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while self.ready.is_empty() {
            self.number += 1;
            self.ledger
                .execute(&Command::Fill(Box::new(fill(self.number))));
            self.ledger.take_emitted(&mut self.emitted);
            self.ready.extend(self.emitted.drain(..));
        }
        self.ready.pop_front()
    }
}

fn fill(number: i64) -> FillReport {
    let side = if number % 2 == 0 {
        Side::Sell
    } else {
        Side::Buy
    };
    let qty = 1_000_000 + i128::from(number % 7) * 1_000;
    let mut report = FillReport {
        strategy: Some(text("alpha")),
        trade_id: Some(Id::format(format_args!("trade-{number}"))),
        venue_order_id: Some(Id::format(format_args!("{}", 100_000_000 + number / 3))),
        ts: Timestamp(START + number * MS),
        ..FillReport::new(InstrumentId(0), side, qty, 5_000_000_000_000 + number % 100)
    };
    report.fees.push(FillFee {
        currency: None,
        amount: Fixed::new(5, 1),
    });
    report
}

/// A folder that goes with what is in it.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, on the disk that the project is on.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> std::io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(".build");
        let path = root.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// A file in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The memory of this process that is in use, in bytes.
#[must_use]
pub fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
