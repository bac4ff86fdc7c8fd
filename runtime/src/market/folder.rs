//! Reads a folder of `SYMBOL.trade.csv` and `SYMBOL.quote.csv`. The only file that names `csv`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use truebook_core::model::{Id, Timestamp};

use super::error::LineFault;
use super::line::{QUOTE_HEADER, TRADE_HEADER, read_quote, read_time, read_trade};
use super::{BAR_NS, Market, MarketError, Row, RowData};

/// Which of the two kinds of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FileKind {
    Quote,
    Trade,
}

/// A data file of the folder.
struct Source {
    symbol: Id,
    kind: FileKind,
    file: PathBuf,
}

/// Reads every `SYMBOL.trade.csv` and `SYMBOL.quote.csv` of `dir`; other files are ignored.
///
/// # Errors
/// [`MarketError`] names the file and line, what was found and what is allowed.
pub fn read_folder(dir: &Path) -> Result<Market, MarketError> {
    let sources = find_sources(dir)?;
    let symbols: BTreeSet<Id> = sources.iter().map(|source| source.symbol).collect();
    let symbols: Vec<Id> = symbols.into_iter().collect();
    let mut rows = Vec::new();
    for source in &sources {
        let position = symbols.partition_point(|symbol| *symbol < source.symbol);
        let Ok(symbol) = u16::try_from(position) else {
            let found = symbols.len();
            return Err(MarketError::TooManySymbols {
                folder: dir.to_owned(),
                found,
            });
        };
        read_file(source, symbol, &mut rows)?;
    }
    Ok(Market::merged(symbols, rows))
}

impl FileKind {
    fn header(self) -> &'static str {
        match self {
            Self::Quote => QUOTE_HEADER,
            Self::Trade => TRADE_HEADER,
        }
    }

    fn read(self, record: &[&str]) -> Result<RowData, LineFault> {
        match self {
            Self::Quote => read_quote(record),
            Self::Trade => read_trade(record),
        }
    }
}

fn find_sources(dir: &Path) -> Result<Vec<Source>, MarketError> {
    if !dir.is_dir() {
        return Err(MarketError::MissingFolder {
            folder: dir.to_owned(),
        });
    }
    let mut sources = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| unreadable(dir, &error))? {
        let file = entry.map_err(|error| unreadable(dir, &error))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let (stem, kind) = if let Some(stem) = name.strip_suffix(".quote.csv") {
            (stem, FileKind::Quote)
        } else if let Some(stem) = name.strip_suffix(".trade.csv") {
            (stem, FileKind::Trade)
        } else {
            continue;
        };
        let symbol = Id::new("symbol", stem).map_err(|error| MarketError::BadSymbol {
            file: file.clone(),
            reason: error.to_string(),
        })?;
        sources.push(Source { symbol, kind, file });
    }
    // A folder is listed in any order: sorting makes the first error the same everywhere.
    sources.sort_by_key(|source| (source.symbol, source.kind));
    if sources.is_empty() {
        return Err(MarketError::NoData {
            folder: dir.to_owned(),
        });
    }
    Ok(sources)
}

fn read_file(source: &Source, symbol: u16, rows: &mut Vec<Row>) -> Result<(), MarketError> {
    let text = fs::read_to_string(&source.file).map_err(|e| unreadable(&source.file, &e))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .from_reader(text.as_bytes());
    let mut lines = LineCounter::new(&text);
    let mut record = csv::StringRecord::new();
    let mut seen = 0_usize;
    let mut previous = None;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(unreadable(&source.file, &error)),
        }
        let line = lines.next_filled();
        let fields: Vec<&str> = record.iter().collect();
        let at = |fault| MarketError::BadLine {
            file: source.file.clone(),
            line,
            fault,
        };
        if seen == 0 {
            check_header(&fields, source.kind).map_err(at)?;
        } else {
            let mut row = read_line(&fields, source.kind, symbol, &mut previous).map_err(at)?;
            row.line = u32::try_from(line).unwrap_or(u32::MAX);
            rows.push(row);
        }
        seen += 1;
    }
    if seen < 2 {
        return Err(MarketError::Empty {
            file: source.file.clone(),
        });
    }
    Ok(())
}

fn check_header(fields: &[&str], kind: FileKind) -> Result<(), LineFault> {
    let found = fields.join(",");
    let allowed = kind.header();
    if found == allowed {
        return Ok(());
    }
    let found = found.chars().take(120).collect();
    Err(LineFault::Header { found, allowed })
}

fn read_line(
    fields: &[&str],
    kind: FileKind,
    symbol: u16,
    previous: &mut Option<i64>,
) -> Result<Row, LineFault> {
    let allowed = kind.header().split(',').count();
    if fields.len() != allowed {
        let found = fields.len();
        return Err(LineFault::FieldCount { found, allowed });
    }
    let found = read_time(fields)?;
    if let Some(previous) = *previous
        && found <= previous
    {
        return Err(LineFault::TimeNotForward { found, previous });
    }
    *previous = Some(found);
    Ok(Row {
        symbol,
        ts_close: Timestamp(Timestamp::from_ms(found).0.saturating_add(BAR_NS)),
        data: kind.read(fields)?,
        line: 0,
    })
}

fn unreadable(file: &Path, error: &dyn std::error::Error) -> MarketError {
    MarketError::Unreadable {
        file: file.to_owned(),
        reason: error.to_string(),
    }
}

/// Counts lines as an editor does; the parser skips blank lines without a word.
struct LineCounter<'a> {
    lines: std::str::Lines<'a>,
    line: u64,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        let lines = text.lines();
        Self { lines, line: 0 }
    }

    /// The number of the next line with text on it.
    fn next_filled(&mut self) -> u64 {
        for text in self.lines.by_ref() {
            self.line += 1;
            if !text.is_empty() {
                break;
            }
        }
        self.line
    }
}
