//! Pruned events, compressed: files beside the database that `verify` reads before the journal.
//!
//! 1. `FILE.archive/events-FROM-TO.zst` holds the rows of the journal from FROM to TO as they were,
//!    each with its checksum and chain hash.
//! 2. A file is complete before it has its name.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use truebook_core::book::Entry;

use crate::codec::{Head, LARGEST, checksum, link};
use crate::journal::decoded;
use crate::path::{beside, failed};
use crate::{JournalFile, StoreError};

/// What such a file begins with, compressed.
const MAGIC: &[u8; 8] = b"TBKARC1\n";
/// How hard to compress: it is done once and read rarely.
const LEVEL: i32 = 9;
/// How many rows are read at once.
const BATCH: u32 = 4_096;

/// The folder of a database's archive.
pub fn folder(database: &Path) -> PathBuf {
    beside(database, ".archive")
}

/// Writes the events after `from` up to `to` of `file` to its archive.
pub fn write(file: &JournalFile, (from, to): (u64, u64)) -> Result<PathBuf, StoreError> {
    let folder = folder(file.path());
    let path = folder.join(format!("events-{:0>20}-{to:0>20}.zst", from + 1));
    let new = beside(&path, ".new");
    let fail = |e: std::io::Error| failed(&new, &e);
    std::fs::create_dir_all(&folder).map_err(fail)?;
    let sink = BufWriter::new(File::create(&new).map_err(fail)?);
    let mut sink = zstd::Encoder::new(sink, LEVEL).map_err(fail)?;
    sink.write_all(MAGIC).map_err(fail)?;
    let mut at = from;
    while at < to {
        let most = u32::try_from(to - at).map_or(BATCH, |left| left.min(BATCH));
        let before = at;
        at = file.each_after(at, most, |head, (body, chain)| {
            put(&mut sink, head, body, chain).map_err(|e| failed(&new, &e))
        })?;
        if at == before {
            let what = "it is missing";
            let sequence = at + 1;
            return Err(StoreError::Corrupt { sequence, what });
        }
    }
    let sink = sink.finish().map_err(fail)?;
    let written = sink.into_inner().map_err(|e| fail(e.into_error()))?;
    written.sync_all().map_err(fail)?;
    std::fs::rename(&new, &path).map_err(fail)?;
    // The folder itself may be new.
    for folder in path.ancestors().skip(1).take(2) {
        sync_folder(folder).map_err(fail)?;
    }
    Ok(path)
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

fn put(sink: &mut impl Write, head: Head, body: &[u8], chain: &[u8; 32]) -> std::io::Result<()> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    sink.write_all(&head.sequence.to_le_bytes())?;
    sink.write_all(&head.ts.to_le_bytes())?;
    sink.write_all(&[head.encoding])?;
    sink.write_all(&length.to_le_bytes())?;
    sink.write_all(body)?;
    sink.write_all(&checksum(head, body).to_le_bytes())?;
    sink.write_all(chain)
}

/// The archive of a database, from its first event on.
pub struct Archive {
    files: Vec<PathBuf>,
    chain: [u8; 32],
    last: u64,
}

impl Archive {
    /// The archive of `database`; `None` where it has none.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    pub fn of(database: &Path) -> Result<Option<Self>, StoreError> {
        let folder = folder(database);
        let Ok(listed) = std::fs::read_dir(&folder) else {
            return Ok(None);
        };
        let mut files = Vec::new();
        for entry in listed {
            let path = entry.map_err(|e| failed(&folder, &e))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("events-") && name.ends_with(".zst") {
                files.push(path);
            }
        }
        files.sort();
        let is_some = !files.is_empty();
        Ok(is_some.then_some(Self {
            files,
            chain: [0; 32],
            last: 0,
        }))
    }

    /// Shows every event up to `limit` to `see`, each checked; the chain hash at the end.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn each(
        &mut self,
        limit: u64,
        mut see: impl FnMut(Entry) -> Result<(), StoreError>,
    ) -> Result<[u8; 32], StoreError> {
        for path in std::mem::take(&mut self.files) {
            let fail = |e: std::io::Error| failed(&path, &e);
            let source = BufReader::new(File::open(&path).map_err(fail)?);
            let mut source = zstd::Decoder::with_buffer(source).map_err(fail)?;
            let mut magic = [0; MAGIC.len()];
            source.read_exact(&mut magic).map_err(fail)?;
            if magic != *MAGIC {
                return Err(failed(&path, &"not an archive of events"));
            }
            while self.last < limit {
                let mut sequence = [0; 8];
                match source.read_exact(&mut sequence) {
                    Ok(()) => self.row(&mut source, u64::from_le_bytes(sequence), &mut see)?,
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                    Err(error) => return Err(fail(error)),
                }
            }
        }
        match self.last {
            last if last == limit => Ok(self.chain),
            last => Err(StoreError::Corrupt {
                sequence: last + 1,
                what: "it is not in the archive",
            }),
        }
    }

    /// Gives every event up to `limit` to `take`, many at once; the chain hash at the end.
    ///
    /// # Errors
    /// As [`Archive::each`].
    pub fn batches(
        &mut self,
        limit: u64,
        mut take: impl FnMut(&[Entry]) -> Result<(), StoreError>,
    ) -> Result<[u8; 32], StoreError> {
        let mut batch = Vec::with_capacity(BATCH as usize);
        let chain = self.each(limit, |entry| {
            batch.push(entry);
            if batch.len() == BATCH as usize {
                take(&batch)?;
                batch.clear();
            }
            Ok(())
        })?;
        take(&batch)?;
        Ok(chain)
    }

    fn row(
        &mut self,
        source: &mut impl Read,
        sequence: u64,
        see: &mut impl FnMut(Entry) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let damaged = |what| StoreError::Corrupt { sequence, what };
        let cut = |_: std::io::Error| damaged("its archive is cut or damaged");
        let ts = i64::from_le_bytes(bytes(source).map_err(cut)?);
        let [encoding] = bytes(source).map_err(cut)?;
        let length = u32::from_le_bytes(bytes(source).map_err(cut)?) as usize;
        if length > LARGEST {
            return Err(damaged("it is larger than an event can be"));
        }
        let mut body = vec![0; length];
        source.read_exact(&mut body).map_err(cut)?;
        let crc = u32::from_le_bytes(bytes(source).map_err(cut)?);
        let linked: [u8; 32] = bytes(source).map_err(cut)?;
        // Files may overlap where a prune was ended before it was over.
        if sequence <= self.last {
            return Ok(());
        }
        if sequence != self.last + 1 {
            let sequence = self.last + 1;
            let what = "it is not in the archive";
            return Err(StoreError::Corrupt { sequence, what });
        }
        let head = Head {
            sequence,
            ts,
            encoding,
        };
        if checksum(head, &body) != crc {
            return Err(damaged("its bytes do not match their checksum"));
        }
        self.chain = link(&self.chain, head, &body);
        if self.chain != linked {
            return Err(damaged("it does not follow the event before it"));
        }
        self.last = sequence;
        see(decoded(head, &body)?)
    }
}

fn bytes<const N: usize>(source: &mut impl Read) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}
