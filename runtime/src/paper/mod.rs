//! Paper trading: the venue that fills orders, and a session on recorded market data.

mod bar_report;
mod report;
mod run;
mod session;
mod venue;

pub use report::{DataRange, Report, StrategyReport};
pub use run::{Curve, Outcome, PaperError, PaperOptions, Watch, run};
pub use session::{EquityPoint, Session};
pub use venue::PaperVenue;
