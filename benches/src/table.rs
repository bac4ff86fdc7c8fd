//! One table of figures, each beside what it is measured against and what it should be.

use std::fmt;

/// A figure.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What it came to, with its unit.
    pub found: String,
    /// What it is compared with, as measured in the same run; empty where it stands alone.
    pub beside: String,
    /// What it should be.
    pub target: String,
    /// Whether it is.
    pub is_met: bool,
}

/// Figures in the order in which they were measured.
#[derive(Clone, Debug, Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Adds a figure, and prints it.
    pub fn add(&mut self, row: Row) {
        println!("{}", line(&row));
        self.0.push(row);
    }

    /// Says what was missed, and writes the table to where `BENCH_TABLE` says.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(&self) -> std::io::Result<()> {
        println!("missed: {:?}", self.missed());
        match std::env::var_os("BENCH_TABLE") {
            Some(path) => std::fs::write(path, self.to_string()),
            None => Ok(()),
        }
    }

    /// The figures that are not what they should be.
    #[must_use]
    pub fn missed(&self) -> Vec<&str> {
        let missed = self.0.iter().filter(|row| !row.is_met);
        missed.map(|row| row.what.as_str()).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | found | beside it | target | |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        self.0
            .iter()
            .try_for_each(|row| writeln!(f, "{}", line(row)))
    }
}

/// A time, with as many digits as mean something.
#[must_use]
pub fn ns(found: f64) -> String {
    match found {
        found if found < 100.0 => format!("{found:.1} ns"),
        found => format!("{found:.0} ns"),
    }
}

fn line(row: &Row) -> String {
    let met = if row.is_met { "met" } else { "missed" };
    let Row {
        what,
        found,
        beside,
        target,
        ..
    } = row;
    format!("| {what} | {found} | {beside} | {target} | {met} |")
}
