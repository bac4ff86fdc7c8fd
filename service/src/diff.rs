//! `truebook diff`: the first event at which two databases differ, and what stands at their ends.

use std::fmt::Write as _;
use std::io::Write as _;

use truebook_store::JournalFile;
use truebook_store::export::{self, Compared, RowDifference, TableDifference, Verdict};

use crate::cli::DiffArgs;
use crate::fault::Fault;
use crate::json;
use crate::line::{line, word};

/// How many rows of a table are shown.
const ROWS: usize = 10;

/// Runs the command; the exit code: 0 equal, 1 different, 2 neither.
pub(crate) fn main(args: &DiffArgs) -> u8 {
    match run(args) {
        Ok(is_equal) => u8::from(!is_equal),
        Err(Fault::Failed(message)) => Fault::Call(message).tell(),
        Err(fault) => fault.tell(),
    }
}

fn run(args: &DiffArgs) -> Result<bool, Fault> {
    let a = JournalFile::read_only(&args.a).map_err(Fault::opening)?;
    let b = JournalFile::read_only(&args.b).map_err(Fault::opening)?;
    let compared = export::compare(&a, &b)?;
    let text = match args.json {
        true => format!("{:#}\n", json::compared(&compared)),
        false => text(&compared),
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    match written.map_err(|e| Fault::output(&e)) {
        // The exit code says what nobody reads.
        Ok(()) | Err(Fault::Closed) => Ok(compared.is_equal()),
        Err(fault) => Err(fault),
    }
}

fn text(compared: &Compared) -> String {
    let [a, b] = compared.last;
    let mut text = match &compared.verdict {
        Verdict::Equal => format!("the journals are equal: {a} events\n"),
        Verdict::FirstIsPrefix => {
            format!("A is the beginning of B: they are equal up to {a}, B goes on to {b}\n")
        }
        Verdict::SecondIsPrefix => {
            format!("B is the beginning of A: they are equal up to {b}, A goes on to {a}\n")
        }
        Verdict::Pruned(base) => {
            format!("the journals differ at event {base} or before, which one of them has pruned\n")
        }
        Verdict::Differ(both) => {
            let (ours, theirs) = &**both;
            let at = ours.sequence;
            let (ours, theirs) = (line(ours), line(theirs));
            format!("the journals differ from event {at} on\nA {ours}\nB {theirs}\n")
        }
    };
    // Memory takes everything.
    match compared.tables_sequence {
        None => text.push_str("tables: not compared, one of them has none\n"),
        Some([of_a, of_b]) => {
            for (name, sequence, last) in [("A", of_a, a), ("B", of_b, b)] {
                if sequence < last {
                    let _ = writeln!(text, "tables of {name}: as of {sequence}, of {last} events");
                }
            }
        }
    }
    for table in compared.tables.iter().filter(|table| !table.is_empty()) {
        describe(&mut text, table);
    }
    text
}

fn describe(text: &mut String, table: &TableDifference) {
    let _ = writeln!(
        text,
        "{}: {} only in A, {} only in B, {} with other values",
        table.table, table.only_first, table.only_second, table.changed
    );
    for row in table.rows.iter().take(ROWS) {
        let _ = writeln!(text, "  {}", described(row));
    }
    let all = table.only_first + table.only_second + table.changed;
    let shown = u64::try_from(table.rows.len().min(ROWS)).unwrap_or(u64::MAX);
    if all > shown {
        let _ = writeln!(text, "  and {} more", all - shown);
    }
}

fn described(row: &RowDifference) -> String {
    let about: Vec<String> = row.about.iter().map(|(_, value)| word(value)).collect();
    let shown = |value: &Option<String>| value.as_deref().map_or("NULL".to_owned(), word);
    let each = row.columns.iter();
    let (mark, values): (_, Vec<String>) = match row.is_in {
        [true, true] => {
            let both = each.map(|(name, [a, b])| format!("{name} A={} B={}", shown(a), shown(b)));
            ("", both.collect())
        }
        [is_in_a, _] => {
            let own = each.map(|(name, [a, b])| {
                let value = if is_in_a { a } else { b };
                format!("{name}={}", shown(value))
            });
            (if is_in_a { "only A: " } else { "only B: " }, own.collect())
        }
    };
    format!("{mark}{}: {}", about.join(" "), values.join(", "))
}
