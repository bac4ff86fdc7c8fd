//! `truebook replay`: what a database held after one of its events.

use std::fmt::Write as _;
use std::io::Write as _;

use truebook::{Error, Replay};

use crate::cli::ReplayArgs;
use crate::fault::Fault;
use crate::time::rfc3339;

/// Runs the command; the exit code.
pub(crate) fn main(args: &ReplayArgs) -> u8 {
    run(args).map_or_else(Fault::tell, |()| 0)
}

fn run(args: &ReplayArgs) -> Result<(), Fault> {
    let replay = Replay::of(&args.db, args.until).map_err(|error: Error| Fault::opening(error))?;
    let text = match args.json {
        true => format!("{:#}\n", replay.to_json()),
        false => as_text(&replay),
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|e| Fault::output(&e))
}

fn as_text(replay: &Replay) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        // Memory takes everything.
        let _ = writeln!(text, "{line}");
    };
    line(format!(
        "event {} of {}, state hash {}",
        replay.sequence,
        rfc3339(replay.ts),
        replay.hash
    ));
    for position in &replay.positions {
        let average = position
            .avg_px
            .map_or("unknown".to_owned(), |px| px.to_string());
        line(format!(
            "position  {} {} {} at {average} ({}, {})",
            position.symbol,
            position.leg.name(),
            position.signed_qty,
            position.account,
            position
                .strategy
                .map_or("net".to_owned(), |name| name.to_string()),
        ));
    }
    for (account, currency, balance) in &replay.balances {
        line(format!(
            "balance   {currency} {} total, {} free ({account})",
            balance.total, balance.free
        ));
    }
    for order in &replay.orders {
        line(format!(
            "order     {} {} {} {}, {} filled, {}",
            order.client_order_id, order.side, order.qty, order.symbol, order.cum_qty, order.status
        ));
    }
    text
}
