//! Bytes as a source of values, the worst of them first. The only file that names the decoder.
//!
//! 1. The same bytes give the same values; where they run out, the first of each choice.
//! 2. A calm command has values that make sense, so that the worst ones meet positions and orders.

use arbitrary::{Arbitrary, Unstructured};
use truebook_core::model::{
    AccountId, Fixed, Id, InstrumentId, NANOS_PER_SECOND, PositionLeg, Side, Timestamp,
};

use super::Input;

/// When the first command happens.
const START: i64 = 1_700_000_000 * NANOS_PER_SECOND;
/// What one is at the scale that prices and quantities have at least.
const ONE: i64 = 100_000_000;
/// How many instruments every ledger begins with.
const INSTRUMENTS: u32 = 8;

/// A source of values.
pub(super) struct Worst<'a> {
    bytes: Unstructured<'a>,
    clock: i64,
    is_calm: bool,
}

impl<'a> Worst<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: Unstructured::new(bytes),
            clock: START,
            is_calm: false,
        }
    }

    /// Whether there are bytes left.
    pub fn goes_on(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Begins a command: a while later, and calm or not.
    pub fn begin(&mut self) {
        let step = self.pick(&[0, 1, NANOS_PER_SECOND, 10 * NANOS_PER_SECOND]);
        self.clock = self.clock.saturating_add(step);
        self.is_calm = self.one_in(2);
    }

    /// The source of a command that has begun.
    pub fn begun(mut self) -> Self {
        self.begin();
        self
    }

    /// Whether the command is one that makes sense.
    pub fn is_calm(&self) -> bool {
        self.is_calm
    }

    /// A number below `count`; 0 where that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.bytes.choose_index(count).unwrap_or(0)
    }

    /// Whether one of `count` equal chances came up.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of `values`, which are not empty.
    #[allow(clippy::indexing_slicing, reason = "the index is below the length")]
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// A value, or none; none more often in a calm command.
    pub fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let chances = if self.is_calm { 4 } else { 2 };
        self.one_in(chances).then(|| value(self))
    }

    fn any<T: Arbitrary<'a> + Default>(&mut self) -> T {
        self.bytes.arbitrary().unwrap_or_default()
    }

    /// Raw text, of at most `most` bytes.
    pub fn text(&mut self, most: usize) -> String {
        let size = self.below(most + 1).min(self.bytes.len());
        let bytes = self.bytes.bytes(size).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// A quantity or an amount.
    pub fn wide(&mut self) -> i128 {
        let one = i128::from(ONE);
        if self.is_calm {
            let units = 1 + i128::from(self.any::<u8>() % 16);
            return units * self.pick(&[one, one / 1_000, 1]);
        }
        let random = i128::from(self.any::<i64>());
        let edges = [0, 1, -1, one, -one, 7 * one, random, i128::from(i64::MAX)];
        let large = [1 << 64, 1 << 100, 1 << 112, 1 << 120, -(1 << 100)];
        let far = [
            i128::MAX,
            i128::MIN,
            i128::MIN + 1,
            i128::MAX / 2,
            10_i128.pow(38),
        ];
        match self.below(5) {
            0 => self.pick(&far),
            1 => self.pick(&large),
            2 => self.any(),
            _ => self.pick(&edges),
        }
    }

    /// A price at the scale of most instruments.
    pub fn price(&mut self) -> i64 {
        if self.is_calm {
            return (95 + i64::from(self.any::<u8>() % 11)) * ONE;
        }
        let random = self.any();
        let near = 100 * ONE;
        let edges = [0, -1, 1, near, near + 1, i64::MAX, i64::MIN, random];
        self.pick(&edges)
    }

    /// A decimal.
    pub fn fixed(&mut self) -> Fixed {
        if self.is_calm {
            let raw = i128::from(self.any::<u16>());
            return Fixed::new(raw, self.pick(&[0, 2, 8]));
        }
        let random = self.any();
        let scale = self.pick(&[0, 2, 8, 18, 19, 38, 39, 200, 255, random]);
        Fixed::new(self.wide(), scale)
    }

    /// A percentage, or what else a setting may be.
    pub fn setting(&mut self) -> Fixed {
        if self.is_calm {
            return Fixed::new(self.pick(&[0, 1, 5, 50, 1_000_000]), 0);
        }
        self.fixed()
    }

    /// A number of 32 bits.
    pub fn count(&mut self) -> u32 {
        let random = self.any();
        let small = 1 + random % 4;
        if self.is_calm {
            return small;
        }
        self.pick(&[0, 1, 2, 3, u32::MAX, random])
    }

    /// A number of 32 bits with its sign.
    pub fn signed(&mut self) -> i32 {
        let random = self.any();
        self.pick(&[0, 1, -1, i32::MAX, i32::MIN, random])
    }

    /// How many digits something has.
    pub fn precision(&mut self) -> u8 {
        let random = self.any();
        self.pick(&[2, 0, 8, 18, 19, 255, random])
    }

    /// A name of anything.
    pub fn id(&mut self) -> Id {
        let names = [
            "USD", "order-1", "order-2", "order-3", "trade-1", "trade-2", "EXTERNAL",
        ];
        let owners = ["a", "b", "BTC", "B0", "B1", "B2", "B4", "S0", "S1"];
        let long = "x".repeat(96);
        let strange = ["", "\u{1F4B0}", "\u{0}", "a\nb", "'\"\\", long.as_str()];
        let text = match self.below(8) {
            0 if !self.is_calm => self.text(8),
            1 | 2 if !self.is_calm => self.pick(&strange).to_owned(),
            3 => self.pick(&owners).to_owned(),
            _ => self.pick(&names).to_owned(),
        };
        Id::format(format_args!("{text}"))
    }

    /// The code of a currency.
    pub fn currency(&mut self) -> Id {
        if self.is_calm {
            let code = self.pick(&["USD", "USD", "B0", "B4", "EUR"]);
            return Id::format(format_args!("{code}"));
        }
        self.id()
    }

    /// An instrument; the calm ones are there.
    pub fn instrument(&mut self) -> InstrumentId {
        let known = u32::try_from(self.below(INSTRUMENTS as usize)).unwrap_or(0);
        if self.is_calm {
            return InstrumentId(known);
        }
        InstrumentId(self.pick(&[known, known, known, 8, 9, 10, u32::MAX]))
    }

    /// An account; 0 is there.
    pub fn account(&mut self) -> AccountId {
        if self.is_calm {
            return AccountId::default();
        }
        AccountId(self.pick(&[0, 0, 1, 2, u16::MAX]))
    }

    pub fn side(&mut self) -> Side {
        self.pick(&[Side::Buy, Side::Sell])
    }

    pub fn leg(&mut self) -> PositionLeg {
        if self.is_calm && !self.one_in(4) {
            return PositionLeg::Net;
        }
        self.pick(&[PositionLeg::Net, PositionLeg::Long, PositionLeg::Short])
    }

    pub fn flag(&mut self) -> bool {
        self.one_in(if self.is_calm { 8 } else { 2 })
    }

    /// A time; a calm one is now.
    pub fn ts(&mut self) -> Timestamp {
        let (now, random) = (self.clock, self.any());
        if self.is_calm {
            return Timestamp(now);
        }
        Timestamp(self.pick(&[now, now, now, 0, 1, -1, i64::MIN, i64::MAX, random]))
    }
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self::decode(bytes.bytes(bytes.len())?))
    }
}
