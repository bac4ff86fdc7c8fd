//! Executions of long ago: whether one was booked that the ledger no longer remembers.

use rusqlite::params;
use truebook_core::book::{Beyond, FillReport, State};
use truebook_core::model::Id;

use crate::path::failed;
use crate::tables::value::{Names, price, quantity};
use crate::{JournalFile, StoreError};

/// What a report says, as the tables would hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    account: String,
    symbol: String,
    side: &'static str,
    qty: String,
    px: String,
    trade_id: String,
    ours: Option<Id>,
    theirs: Option<Id>,
    /// When it happened, where its venue said so.
    ts: Option<i64>,
}

impl Reported {
    /// What `report` says to a ledger of `state`; `None` where it names no instrument.
    #[must_use]
    pub fn of(state: &State, report: &FillReport) -> Option<Self> {
        let instrument = state.instrument(report.instrument)?;
        Some(Self {
            account: state.account_name(report.account).to_owned(),
            symbol: instrument.symbol.to_string(),
            side: report.side.name(),
            qty: quantity(instrument, report.last_qty),
            px: price(instrument, report.last_px),
            trade_id: report.known_trade_id().to_string(),
            ours: report.client_order_id,
            theirs: report.venue_order_id,
            ts: (report.beyond != Beyond::Ask { is_timed: false }).then_some(report.ts.0),
        })
    }
}

impl JournalFile {
    /// Whether an execution is among those in the tables, by the rule by which the ledger finds
    /// those that it remembers: two known order ids that differ are two executions.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    pub fn find_booked(&self, report: &Reported) -> Result<Beyond, StoreError> {
        let fail = |e: rusqlite::Error| failed(self.path(), &e);
        let sql = "SELECT sequence, last_qty, last_px, client_order_id, venue_order_id FROM fills \
                   WHERE trade_id = ?1 AND account = ?2 AND symbol = ?3 AND side = ?4 \
                   ORDER BY sequence";
        let mut select = self.connection().prepare_cached(sql).map_err(fail)?;
        let key = params![report.trade_id, report.account, report.symbol, report.side];
        let mut rows = select.query(key).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let text = |at: usize| row.get::<_, Option<String>>(at).map_err(fail);
            let differ = |known: &Option<String>, told: &Option<Id>| match (known, told) {
                (Some(known), Some(told)) => known != told.as_str(),
                (None, _) | (_, None) => false,
            };
            let (ours, theirs) = (text(3)?, text(4)?);
            let is_venue_known = theirs.is_some() && report.theirs.is_some();
            let is_other =
                differ(&theirs, &report.theirs) || (!is_venue_known && differ(&ours, &report.ours));
            if is_other {
                continue;
            }
            let sequence: u64 = row.get(0).map_err(fail)?;
            let is_same =
                text(1)?.as_deref() == Some(&report.qty) && text(2)?.as_deref() == Some(&report.px);
            return Ok(match is_same {
                true => Beyond::Booked(sequence),
                false => Beyond::Conflict,
            });
        }
        // Of what was pruned the tables say nothing.
        match self.cut_at()? {
            cut if cut.sequence > 0 && report.ts.is_none_or(|ts| ts < cut.ts) => Ok(Beyond::Stale),
            _ => Ok(Beyond::New),
        }
    }
}
