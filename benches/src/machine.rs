//! The line that names the machine a number was measured on.

use std::thread::available_parallelism;

/// Cores and CPU model, as `2 cores, Some CPU @ 2.1GHz`.
///
/// # Examples
///
/// ```
/// println!("{}", truebook_benches::machine::line());
/// ```
#[must_use]
pub fn line() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown CPU", |(_, model)| model.trim());
    format!("{cores} cores, {model}")
}
