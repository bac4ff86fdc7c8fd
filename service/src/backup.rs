//! `truebook backup`: a consistent copy of a database, beside its writer.

use std::io::Write;

use truebook_store::JournalFile;
use truebook_store::{Existing, backup};

use crate::cli::BackupArgs;
use crate::fault::Fault;
use crate::status::grouped;

/// Runs the command; the exit code.
pub(crate) fn main(args: &BackupArgs) -> u8 {
    run(args).map_or_else(Fault::tell, |()| 0)
}

fn run(args: &BackupArgs) -> Result<(), Fault> {
    let file = JournalFile::read_only(&args.db).map_err(Fault::opening)?;
    let existing = match args.force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    let copy = backup(&file, &args.to, existing)?;
    let mut out = std::io::stdout();
    let (sequence, bytes) = (copy.sequence, grouped(copy.bytes));
    let to = args.to.display();
    let archive = match copy.base {
        0 => String::new(),
        base => format!("; events up to {base} are in the archive, which is not copied"),
    };
    let written = writeln!(
        out,
        "{to}: as of sequence {sequence}, {bytes} bytes{archive}"
    );
    written.map_err(|e| Fault::output(&e))
}
