//! Features of bars, as floats: streaming, a bounded share of work a bar, nothing of it enters the
//! ledger.
//!
//! 1. A feature is `None` until it has seen `warm_up()` values, and from then on a number, where
//!    its formula has one: nothing divided by 0, no deviation of equal values.
//! 2. A value that is not finite, or beyond 10^150, is passed over: `None`, and nothing changes.
//! 3. No error adds up: sums are kept with their rounding errors, and squares around a value near
//!    those in the window. Work is O(1) a value, counted over a window: where the values have left
//!    the one that squares are taken around, the window is summed anew.
//! 4. The same values give the same bits on every machine.
//!
//! # Definitions
//! Those of TA-Lib (<https://ta-lib.org>): SMA; EMA with `2 / (n + 1)` that begins with the average
//! of its first `n` values; RSI and ATR with Wilder's smoothing (*New Concepts in Technical Trading
//! Systems*, 1978) that begins with the average of the first `n` changes or true ranges; Bollinger
//! bands with the deviation of a population; CORREL as Pearson's. Where TA-Lib gives 0 because it
//! cannot divide, this gives `None`; the RSI of prices that never changed is 50, as it is there
//! since 0.8. VWAP since a session began is TA-Lib's, over a window it is the same formula.
//! Volatility, z-score and spread, which TA-Lib lacks, and beta, which it defines on returns only,
//! say their formulas themselves. `core/tests/data/ta-lib.csv` is what TA-Lib 0.8.2 makes of 60
//! bars.
//!
//! # Why not a crate
//! `ta-lib` (the official one) is handed a history before it streams, and keeps plain running sums;
//! no other was found with pairs of symbols and these definitions. Each formula is a few lines.

mod average;
mod bollinger;
mod change;
mod deviation;
mod float_bar;
mod moment;
mod pair;
mod panel;
mod span;
mod sum;
mod vwap;
mod wilder;

pub use average::{Ema, EmaSeed, Sma};
pub use bollinger::{Bands, Bollinger};
pub use change::{Change, ChangeKind, log_ratio};
pub use deviation::{Deviation, Volatility, ZScore};
pub use float_bar::{BarScale, Digits, FloatBar, to_float};
pub use pair::{Pair, PairFeatures};
pub use panel::{Panel, PanelFeatures, PanelSpans};
pub use span::{SPAN_MAX, Span};
pub use vwap::Vwap;
pub use wilder::{Atr, Rsi};
