//! The hash of a value: BLAKE3 over its canonical bytes. The only file that names the hash.

use borsh::BorshSerialize;

/// How many bytes are hashed at once: long runs are hashed several times as fast.
const RUN: usize = 64 * 1024;

struct Absorb {
    hasher: blake3::Hasher,
    run: Vec<u8>,
}

impl borsh::io::Write for Absorb {
    fn write(&mut self, bytes: &[u8]) -> borsh::io::Result<usize> {
        self.run.extend_from_slice(bytes);
        if self.run.len() >= RUN {
            self.hasher.update(&self.run);
            self.run.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> borsh::io::Result<()> {
        Ok(())
    }
}

/// The 32-byte hash of `value`'s canonical bytes.
#[must_use]
pub fn of<T: BorshSerialize>(value: &T) -> [u8; 32] {
    let mut sink = Absorb {
        hasher: blake3::Hasher::new(),
        run: Vec::new(),
    };
    // Writing into a hasher cannot fail; a value that fails to serialize hashes what it wrote.
    let _ = value.serialize(&mut sink);
    sink.hasher.update(&sink.run);
    *sink.hasher.finalize().as_bytes()
}

/// The 32-byte hash of `bytes`, as of a value whose canonical bytes they are.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// The hash of bytes that come in parts.
#[derive(Default)]
pub struct Digest(blake3::Hasher);

impl Digest {
    /// Adds the next part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The hash of all of them, as of a value whose canonical bytes they are.
    #[must_use]
    pub fn end(self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

/// The hash of `parts`, one after the other, chained to the hash before them.
#[must_use]
pub fn chain(previous: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// `hash` in hexadecimal.
#[must_use]
pub fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}
