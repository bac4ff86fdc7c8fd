//! What a database held after one of its events.

use std::path::Path;

use truebook_core::digest;
use truebook_core::model::{Id, InvalidValue};
use truebook_store::JournalFile;

use crate::error::Error;
use crate::json::{Value, json};
use crate::record::{BalanceRecord, OrderRecord, PositionRecord};

/// A book after one of its events. Prices are in no journal: nothing is valued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The event.
    pub sequence: u64,
    /// When it happened, in nanoseconds since the epoch.
    pub ts: i64,
    /// The state hash, in hexadecimal.
    pub hash: String,
    /// What was held.
    pub positions: Vec<PositionRecord>,
    /// What there was, by account and currency.
    pub balances: Vec<(Id, Id, BalanceRecord)>,
    /// The orders that were open.
    pub orders: Vec<OrderRecord>,
}

impl Replay {
    /// What the database at `path` held after the event `until`; `None` is the newest.
    ///
    /// # Errors
    /// [`Error::Store`] for a file that cannot be read or is damaged, [`Error::Value`] for an event
    /// that is not in it.
    pub fn of(path: &Path, until: Option<u64>) -> Result<Self, Error> {
        let failed = |error: truebook_store::StoreError| Error::Store(error.to_string());
        let file = JournalFile::read_only(path).map_err(failed)?;
        let (base, last) = (file.base().map_err(failed)?, file.last());
        let until = until.unwrap_or(last);
        if !(base..=last).contains(&until) {
            let allowed = match base {
                0 => format!("0 to {last}, the newest event"),
                _ => format!("{base}, up to which it was pruned, to {last}"),
            };
            return Err(InvalidValue::new("until", &until.to_string(), &allowed).into());
        }
        let state = file.state_at(until).map_err(failed)?;
        let balances = state
            .balances()
            .filter_map(|(account, currency, _)| Some((account, state.currency(currency)?.code)));
        Ok(Self {
            sequence: state.sequence,
            ts: state.now.0,
            hash: digest::hex(&state.hash()),
            positions: PositionRecord::all_open(&state),
            balances: balances
                .filter_map(|(account, code)| {
                    let name = state.accounts().get(account.index())?.name;
                    Some((name, code, BalanceRecord::of(&state, account, code)))
                })
                .collect(),
            orders: state
                .open_orders()
                .filter_map(|(_, order)| OrderRecord::of(&state, order))
                .collect(),
        })
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "sequence": self.sequence,
            "ts": self.ts,
            "hash": self.hash,
            "positions": self.positions.iter().map(PositionRecord::to_json).collect::<Vec<_>>(),
            "balances": self.balances.iter().map(balance_json).collect::<Vec<_>>(),
            "orders": self.orders.iter().map(OrderRecord::to_json).collect::<Vec<_>>(),
        })
    }
}

fn balance_json((account, currency, balance): &(Id, Id, BalanceRecord)) -> Value {
    let mut value = balance.to_json();
    if let Some(object) = value.as_object_mut() {
        object.insert("account".to_owned(), json!(account.as_str()));
        object.insert("currency".to_owned(), json!(currency.as_str()));
    }
    value
}
