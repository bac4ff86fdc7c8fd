//! A venue that knows nothing but executions: what it says of quantities and cash is added up from
//! them, by itself.

use std::collections::BTreeMap;

use truebook_core::book::FillReport;
use truebook_core::model::{AccountId, Id, Instrument, InstrumentId, Settlement};

/// One execution, as the venue has it.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub report: FillReport,
    pub is_void: bool,
}

/// Every execution by its number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Venue {
    pub executions: Vec<Execution>,
    pub adopted: BTreeMap<(AccountId, InstrumentId), i128>,
}

impl Venue {
    /// Records an execution; its number.
    pub fn execute(&mut self, report: FillReport) -> usize {
        self.executions.push(Execution {
            report,
            is_void: false,
        });
        self.executions.len() - 1
    }

    /// The trade id of the execution with this number.
    pub fn trade_id(number: usize) -> Id {
        Id::format(format_args!("x-{number}"))
    }

    /// What is held by account and instrument: quantities less the fees that left with them.
    pub fn quantities(
        &self,
        instruments: &[Instrument],
    ) -> BTreeMap<(AccountId, InstrumentId), i128> {
        let mut held = self.adopted.clone();
        for execution in self
            .executions
            .iter()
            .filter(|execution| !execution.is_void)
        {
            let report = &execution.report;
            let Some(instrument) = instruments.get(report.instrument.index()) else {
                continue;
            };
            let base_code = base_fees(report, instrument);
            let signed = report.side.sign() * report.last_qty - base_code;
            *held.entry((report.account, report.instrument)).or_default() += signed;
        }
        held
    }

    /// What was received less paid for quantities, by account and instrument; paid ones only.
    pub fn cash(&self, instruments: &[Instrument]) -> BTreeMap<(AccountId, InstrumentId), i128> {
        let mut cash = BTreeMap::new();
        for execution in self
            .executions
            .iter()
            .filter(|execution| !execution.is_void)
        {
            let report = &execution.report;
            let Some(instrument) = instruments.get(report.instrument.index()) else {
                continue;
            };
            if instrument.settlement() != Settlement::Paid {
                continue;
            }
            let signed = report.side.sign() * report.last_qty;
            let paid = instrument.value(report.last_px, signed).unwrap_or(0);
            let fee = instrument
                .value(report.last_px, base_fees(report, instrument))
                .unwrap_or(0);
            *cash.entry((report.account, report.instrument)).or_default() -= paid - fee;
        }
        cash
    }
}

/// The fees that leave with the quantity, at the instrument's quantity scale.
fn base_fees(report: &FillReport, instrument: &Instrument) -> i128 {
    let base = format!("B{}", instrument.id.0);
    let in_base = report.fees.iter().filter(|fee| {
        let code = fee.currency.as_ref().map(Id::as_str);
        instrument.kind.moves_base() && code == Some(base.as_str())
    });
    in_base
        .filter_map(|fee| fee.amount.rounded_at(instrument.qty_scale))
        .sum()
}
