//! Arguments decoded from bytes: mostly such that something happens, else at their worst.

use std::ffi::{CString, c_char};
use std::ptr::null;

/// Text that a call may be given, good and bad.
const TEXTS: [&str; 30] = [
    "BTC-USD",
    "BTC-USD",
    "ETH-USD",
    "USD",
    "USD",
    "BTC",
    "default",
    "mm",
    "o1",
    "o2",
    "t1",
    "t2",
    "1",
    "0.01",
    "100",
    "60000.5",
    "-1",
    "0",
    "1e18",
    "99999999999999999999999999999999999999999",
    "0.0000000000000000001",
    "NaN",
    "",
    " ",
    "a\tb",
    "\u{202e}\u{0}x",
    "{}",
    "{\"symbol\":\"BTC-USD\"}",
    "{\"symbol\":\"BTC-USD\",\"side\":\"buy\",\"qty\":\"1\",\"price\":1}",
    "[[[[[[",
];

/// Names for `tbk_call`, with one that is none.
pub const NAMES: [&str; 12] = [
    "position",
    "positions",
    "portfolio",
    "balance",
    "orders",
    "submit",
    "fill",
    "deposit",
    "status",
    "set_state",
    "state",
    "nothing",
];

/// Bytes, and what was made of them; what it gives pointers to lives as long as it.
pub struct Arguments<'a> {
    bytes: &'a [u8],
    texts: Vec<CString>,
}

impl<'a> Arguments<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let texts = Vec::new();
        Self { bytes, texts }
    }

    /// Whether there is something left to decode.
    pub fn goes_on(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// The next byte; 0 at the end.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    /// Whether something rare is so: one in sixteen.
    pub fn rarely(&mut self) -> bool {
        self.byte() >= 0xf0
    }

    /// A small number: an id, a flag, a way; now and then one that cannot be.
    pub fn small(&mut self) -> u32 {
        match self.byte() {
            0xf8.. => u32::MAX,
            0xf0.. => u32::from(self.byte()) << 12,
            number => u32::from(number % 4),
        }
    }

    /// A price, a quantity, a time: small, usual, or at an edge.
    pub fn integer(&mut self) -> i64 {
        let number = i64::from(self.byte());
        match self.byte() {
            0xfc.. => i64::MIN,
            0xf8.. => i64::MAX,
            0xf0.. => -number,
            0xe0.. => i64::from_le_bytes([0; 8].map(|_: u8| self.byte())),
            0x80.. => number * 100_000_000,
            _ => number,
        }
    }

    /// How long something may be waited for: next to nothing.
    pub fn moment(&mut self) -> u64 {
        u64::from(self.byte()) * 100
    }

    /// Text: of the list, of the bytes, too long, or NULL.
    pub fn text(&mut self) -> *const c_char {
        let bytes = match self.byte() {
            0xf8.. => return null(),
            0xf4.. => vec![b'9'; 1 << self.below(21)],
            0xf0.. => {
                let count = self.below(16);
                (0..count).map(|_| self.byte()).collect()
            }
            at => TEXTS[usize::from(at) % TEXTS.len()].as_bytes().to_vec(),
        };
        self.own(bytes)
    }

    /// A name of [`NAMES`].
    pub fn name(&mut self) -> *const c_char {
        let at = self.below(NAMES.len());
        self.own(NAMES[at].as_bytes().to_vec())
    }

    fn own(&mut self, mut bytes: Vec<u8>) -> *const c_char {
        bytes.retain(|byte| *byte != 0);
        self.texts.push(CString::new(bytes).unwrap_or_default());
        self.texts.last().map_or(null(), |text| text.as_ptr())
    }

    /// The size of a struct of `known` bytes, mostly right.
    pub fn size(&mut self, known: usize) -> u32 {
        let known = u32::try_from(known).unwrap_or(0);
        match self.byte() {
            0xff => u32::MAX,
            0xfe => known * 16 + 1,
            0xfc.. => known * 16,
            0xfa.. => 0,
            0xf8.. => 7,
            0xf6.. => 8,
            0xf0.. => known - 8,
            _ => known,
        }
    }

    /// A handle: one of `known`, which may be closed, or NULL.
    pub fn handle<T>(&mut self, known: &[*mut T]) -> *mut T {
        let at = self.below(known.len() + 1);
        let is_null = self.rarely();
        let newest = known.last().copied();
        let found = known.get(at).copied().or(newest);
        found.filter(|_| !is_null).unwrap_or_default()
    }

    /// A place for an output, or NULL.
    pub fn place<T>(&mut self, at: &mut T) -> *mut T {
        match self.rarely() {
            true => std::ptr::null_mut(),
            false => at,
        }
    }
}
