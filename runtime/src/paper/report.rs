//! The report of a session: the same bytes for the same data and config, timings apart.

use std::collections::BTreeMap;

use serde::Serialize;
use truebook_core::book::{State, StrategyTotal};
use truebook_core::digest;
use truebook_core::model::{Fixed, Rounding, StrategyId, mul_div};

use crate::error::Error;
use crate::json;

use super::bar_report::BarReport;
use super::{EquityPoint, Session};

/// Digits of a ratio.
const RATIO_SCALE: u8 = 6;

/// What a session came to. Decimals are strings, ratios have six digits.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The hash of the config.
    pub config_hash: String,
    /// The hash of the ledger.
    pub state_hash: String,
    /// The number of events.
    pub sequence: u64,
    /// What was replayed.
    pub data: DataRange,
    /// By strategy.
    pub strategies: BTreeMap<String, StrategyReport>,
    /// All together.
    pub total: TotalReport,
    /// What became of bars, sets and signals, where the config composes any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bars: Option<BarReport>,
    /// The identities: cash + holdings − equity, and sum of strategies − total.
    pub differences: Differences,
    /// The only part that may differ between runs.
    pub timing: BTreeMap<String, String>,
}

/// What was replayed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DataRange {
    /// Rows.
    pub rows: u64,
    /// The first close, in nanoseconds since the epoch.
    pub from: i64,
    /// The last close.
    pub to: i64,
    /// Prices that the reasonableness check refused.
    pub refused_prices: u64,
}

/// What one strategy came to.
#[derive(Clone, Debug, Serialize)]
pub struct StrategyReport {
    /// Orders that passed their checks.
    pub orders: u64,
    /// Executions.
    pub fills: u64,
    /// Orders refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Open positions, dust apart.
    pub open_positions: u64,
    /// Realized, gross of fees.
    pub realized_pnl: String,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: String,
    /// Fees paid.
    pub fees: String,
    /// realized + unrealized − fees.
    pub total_pnl: String,
    /// Closed trades above 0 by closed trades.
    pub win_rate: Option<String>,
    /// Round trips.
    pub closed_trades: u64,
}

/// What all came to.
#[derive(Clone, Debug, Serialize)]
pub struct TotalReport {
    /// The figures of all strategies together.
    #[serde(flatten)]
    pub all: StrategyReport,
    /// Balances that no position accounts for.
    pub cash: String,
    /// Positions at their marks.
    pub holdings: String,
    /// What was paid in, plus the PnL.
    pub equity: String,
    /// The largest fall from a peak of equity at bar closes.
    pub max_drawdown: String,
    /// The same in percent of that peak.
    pub max_drawdown_pct: String,
}

/// The identities; every one is 0.
#[derive(Clone, Debug, Serialize)]
pub struct Differences {
    /// cash + holdings − equity.
    pub equity: String,
    /// Sum of strategies − total.
    pub strategies: String,
}

impl Report {
    /// The report of `state` after the session that made `points`.
    #[must_use]
    pub fn new(state: &State, session: &Session, mut data: DataRange) -> Self {
        let points = session.points();
        let refused = |index| u32::try_from(index).map(truebook_core::model::InstrumentId);
        let ids = (0..state.instruments().len()).filter_map(|index| refused(index).ok());
        data.refused_prices = ids.map(|id| state.mark(id).refused).sum();
        let portfolio = state.portfolio();
        let mut strategies = BTreeMap::new();
        let mut sum = 0;
        for (index, strategy) in state.strategies().iter().enumerate() {
            let Ok(id) = u16::try_from(index) else {
                continue;
            };
            let total = state.strategy_total(Some(StrategyId(id)));
            sum += total.total_pnl();
            if id != StrategyId::EXTERNAL.0 || total != StrategyTotal::default() {
                let refused = names(&strategy.counters.refused);
                strategies.insert(strategy.name.to_string(), figures(&total, refused));
            }
        }
        let (fall, percent) = drawdown(points);
        let mut refused = BTreeMap::new();
        for (name, count) in strategies.values().flat_map(|each| &each.refused) {
            *refused.entry(name.clone()).or_default() += count;
        }
        Self {
            config_hash: digest::hex(&state.config.hash()),
            state_hash: digest::hex(&state.hash()),
            sequence: state.sequence,
            data,
            total: TotalReport {
                all: figures(&portfolio.total, refused),
                cash: money(portfolio.cash),
                holdings: money(portfolio.holdings),
                equity: money(portfolio.equity),
                max_drawdown: money(fall),
                max_drawdown_pct: percent,
            },
            differences: Differences {
                equity: money(portfolio.cash + portfolio.holdings - portfolio.equity),
                strategies: money(sum - portfolio.total.total_pnl()),
            },
            strategies,
            bars: session.strategies().map(BarReport::new),
            timing: BTreeMap::new(),
        }
    }

    /// The report as JSON with sorted keys.
    ///
    /// # Errors
    /// Only what the serializer itself says; the report always fits.
    pub fn to_json(&self) -> Result<String, Error> {
        json::pretty(self)
    }
}

fn figures(total: &StrategyTotal, refused: BTreeMap<String, u64>) -> StrategyReport {
    let win_rate = (total.closed_trades > 0).then(|| {
        ratio(
            i128::from(total.winning_trades),
            i128::from(total.closed_trades),
        )
    });
    StrategyReport {
        orders: total.orders,
        fills: total.fills,
        refused,
        open_positions: total.open_positions,
        realized_pnl: money(total.realized_pnl),
        unrealized_pnl: money(total.unrealized_pnl),
        fees: money(total.fees),
        total_pnl: money(total.total_pnl()),
        win_rate,
        closed_trades: total.closed_trades,
    }
}

fn names(refused: &BTreeMap<truebook_core::model::Refusal, u64>) -> BTreeMap<String, u64> {
    refused
        .iter()
        .map(|(refusal, count)| (refusal.name().to_owned(), *count))
        .collect()
}

/// The largest fall from a peak, and the largest in percent of its peak.
fn drawdown(points: &[EquityPoint]) -> (i128, String) {
    let (mut peak, mut worst, mut worst_pct) = (i128::MIN, 0, 0);
    for point in points {
        peak = peak.max(point.equity);
        let fall = peak - point.equity;
        worst = worst.max(fall);
        if peak > 0 {
            worst_pct = worst_pct.max(scaled(fall.saturating_mul(100), peak));
        }
    }
    (worst, six_digits(worst_pct))
}

/// `part / whole` with exactly six digits.
fn ratio(part: i128, whole: i128) -> String {
    six_digits(scaled(part, whole))
}

fn scaled(part: i128, whole: i128) -> i128 {
    mul_div(part, 1_000_000, whole, Rounding::HalfEven).unwrap_or(0)
}

fn six_digits(scaled: i128) -> String {
    let text = Fixed::new(scaled, RATIO_SCALE).to_string();
    let (digits, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{digits}.{fraction:0<6}")
}

fn money(amount: i128) -> String {
    State::money(amount).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use truebook_core::model::Timestamp;

    #[test]
    fn drawdown_is_measured_from_the_peak_before_it() {
        let point = |equity| EquityPoint {
            ts: Timestamp(0),
            equity,
            strategies: Vec::new(),
        };
        let points: Vec<_> = [100, 120, 90, 200, 180].into_iter().map(point).collect();
        assert_eq!(drawdown(&points), (30, "25.000000".to_owned()));
        let points: Vec<_> = [100, 50, 1000, 940].into_iter().map(point).collect();
        assert_eq!(drawdown(&points), (60, "50.000000".to_owned()));
        assert_eq!(ratio(1, 3), "0.333333");
        assert_eq!(drawdown(&[]), (0, "0.000000".to_owned()));
    }
}
