//! The hash of a value: BLAKE3 over its canonical bytes. The only file that names the hash.

use borsh::BorshSerialize;

struct Absorb(blake3::Hasher);

impl borsh::io::Write for Absorb {
    fn write(&mut self, bytes: &[u8]) -> borsh::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> borsh::io::Result<()> {
        Ok(())
    }
}

/// The 32-byte hash of `value`'s canonical bytes.
#[must_use]
pub fn of<T: BorshSerialize>(value: &T) -> [u8; 32] {
    let mut sink = Absorb(blake3::Hasher::new());
    // Writing into a hasher cannot fail; a value that fails to serialize hashes what it wrote.
    let _ = value.serialize(&mut sink);
    *sink.0.finalize().as_bytes()
}

/// The hash of `bytes` chained to the hash before it.
#[must_use]
pub fn chain(previous: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(bytes);
    *hasher.finalize().as_bytes()
}

/// `hash` in hexadecimal.
#[must_use]
pub fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}
