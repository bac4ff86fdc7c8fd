//! The report as text for people.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use truebook::paper::{Report, StrategyReport};

/// Writes the report.
pub(crate) fn print(out: &mut dyn Write, report: &Report, database: &str) -> Result<()> {
    let none = String::new();
    writeln!(out, "config   {}", report.config_hash)?;
    writeln!(
        out,
        "state    {} at sequence {}",
        report.state_hash, report.sequence
    )?;
    writeln!(
        out,
        "data     {} rows, {} prices refused",
        report.data.rows, report.data.refused_prices
    )?;
    writeln!(out)?;
    for (name, figures) in &report.strategies {
        block(out, name, figures)?;
    }
    block(out, "total", &report.total.all)?;
    let total = &report.total;
    writeln!(out, "cash              {}", total.cash)?;
    writeln!(out, "holdings          {}", total.holdings)?;
    writeln!(out, "equity            {}", total.equity)?;
    writeln!(
        out,
        "maximum drawdown  {} ({} %)",
        total.max_drawdown, total.max_drawdown_pct
    )?;
    writeln!(out)?;
    let differences = &report.differences;
    writeln!(
        out,
        "cash + holdings = equity     difference {}",
        differences.equity
    )?;
    writeln!(
        out,
        "sum of strategies = total    difference {}",
        differences.strategies
    )?;
    writeln!(out)?;
    let speed = report.timing.get("prices_per_second").unwrap_or(&none);
    writeln!(out, "prices per second {speed}")?;
    writeln!(out, "database          {database}")
}

fn block(out: &mut dyn Write, name: &str, figures: &StrategyReport) -> Result<()> {
    writeln!(out, "{name}")?;
    writeln!(out, "  orders          {}", figures.orders)?;
    writeln!(out, "  fills           {}", figures.fills)?;
    writeln!(out, "  refused         {}", refused(&figures.refused))?;
    writeln!(out, "  open positions  {}", figures.open_positions)?;
    writeln!(out, "  realized PnL    {}", figures.realized_pnl)?;
    writeln!(out, "  unrealized PnL  {}", figures.unrealized_pnl)?;
    writeln!(out, "  fees            {}", figures.fees)?;
    writeln!(out, "  total PnL       {}", figures.total_pnl)?;
    let rate = figures.win_rate.as_deref().unwrap_or("none closed");
    writeln!(
        out,
        "  win rate        {rate} of {} closed trades",
        figures.closed_trades
    )?;
    writeln!(out)
}

fn refused(by_reason: &BTreeMap<String, u64>) -> String {
    if by_reason.is_empty() {
        return "0".to_owned();
    }
    let each = by_reason
        .iter()
        .map(|(name, count)| format!("{name} {count}"));
    each.collect::<Vec<_>>().join(", ")
}
