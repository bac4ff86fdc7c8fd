//! What is remembered of a fill: enough to know it again, and to take it back exactly.
//!
//! 1. Its numbers have the same bytes in every mark: a million of them are read when a ledger is.

use std::io::{Read, Result, Write};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{CurrencyId, Fee, PositionId, Side, Timestamp};

use super::event::Fees;
use super::fill_key::FillKey;

/// What is remembered of a fill; there are a million of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillMark {
    /// Its key.
    pub key: FillKey,
    /// How much.
    pub qty: i128,
    /// At which price.
    pub px: i64,
    /// The sequence of its booking.
    pub sequence: u64,
    /// When it was booked.
    pub ts: Timestamp,
    /// The hash of its order's venue id; 0 is not known.
    pub venue_order: u64,
    /// The hash of its order's client id; 0 is not known.
    pub client_order: u64,
    /// Its fees as reported.
    pub fees: MarkFees,
    /// The position that it changed.
    pub position: PositionId,
    /// Its order's number.
    pub order: Option<u32>,
    /// The execution that stands for it, where it was corrected.
    pub successor: Option<Box<(FillKey, u64)>>,
    /// Which way.
    pub side: Side,
    /// Whether it is known if it rested or took.
    pub has_liquidity: bool,
    /// Whether it was taken back or corrected: any later report of it is a repeat.
    pub is_void: bool,
    /// Whether it contradicts another of the same key: it was not booked.
    pub is_conflict: bool,
}

impl FillMark {
    /// Whether it is known to be of another order than a report with these hashes of order ids,
    /// theirs and ours.
    #[must_use]
    pub fn is_of_other(&self, (theirs, ours): (u64, u64)) -> bool {
        let differ = |known: u64, reported: u64| known != 0 && reported != 0 && known != reported;
        differ(self.venue_order, theirs)
            || (self.venue_order == 0 || theirs == 0) && differ(self.client_order, ours)
    }
}

/// What every mark has, in as many bytes for each: its flags and its numbers.
type Block = (
    u8,
    (FillKey, i128, i64, u64, i64),
    (u64, u64, PositionId, u32),
    (CurrencyId, i64),
);

/// The bytes of a [`Block`].
const BLOCK: usize = 91;

/// What a flag says of a mark.
mod flag {
    pub const ORDER: u8 = 1;
    pub const FEE: u8 = 1 << 1;
    pub const OTHER_FEES: u8 = 1 << 2;
    pub const SUCCESSOR: u8 = 1 << 3;
    pub const SELL: u8 = 1 << 4;
    pub const LIQUIDITY: u8 = 1 << 5;
    pub const VOID: u8 = 1 << 6;
    pub const CONFLICT: u8 = 1 << 7;
}

impl FillMark {
    fn flags(&self) -> u8 {
        let flags = [
            (flag::ORDER, self.order.is_some()),
            (flag::FEE, self.fees.only.is_some()),
            (flag::OTHER_FEES, self.fees.others.is_some()),
            (flag::SUCCESSOR, self.successor.is_some()),
            (flag::SELL, self.side == Side::Sell),
            (flag::LIQUIDITY, self.has_liquidity),
            (flag::VOID, self.is_void),
            (flag::CONFLICT, self.is_conflict),
        ];
        let set = flags.into_iter().filter(|(_, is_set)| *is_set);
        set.fold(0, |all, (flag, _)| all | flag)
    }
}

impl BorshSerialize for FillMark {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        let ids = (self.venue_order, self.client_order);
        let block: Block = (
            self.flags(),
            (self.key, self.qty, self.px, self.sequence, self.ts.0),
            (ids.0, ids.1, self.position, self.order.unwrap_or(0)),
            self.fees.only.unwrap_or((CurrencyId(0), 0)),
        );
        block.serialize(writer)?;
        if let Some(others) = &self.fees.others {
            others.serialize(writer)?;
        }
        match &self.successor {
            Some(successor) => successor.serialize(writer),
            None => Ok(()),
        }
    }
}

impl BorshDeserialize for FillMark {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        // A million of them are read: all numbers at once.
        let mut bytes = [0; BLOCK];
        reader.read_exact(&mut bytes)?;
        let block = Block::deserialize(&mut bytes.as_slice())?;
        let (
            flags,
            (key, qty, px, sequence, ts),
            (venue_order, client_order, position, order),
            fee,
        ) = block;
        let has = |flag| flags & flag != 0;
        let others = has(flag::OTHER_FEES).then(|| Box::<Fees>::deserialize_reader(reader));
        let others = others.transpose()?;
        let successor = has(flag::SUCCESSOR).then(|| Box::deserialize_reader(reader));
        Ok(Self {
            key,
            qty,
            px,
            sequence,
            ts: Timestamp(ts),
            venue_order,
            client_order,
            fees: MarkFees {
                only: has(flag::FEE).then_some(fee),
                others,
            },
            position,
            order: has(flag::ORDER).then_some(order),
            successor: successor.transpose()?,
            side: if has(flag::SELL) {
                Side::Sell
            } else {
                Side::Buy
            },
            has_liquidity: has(flag::LIQUIDITY),
            is_void: has(flag::VOID),
            is_conflict: has(flag::CONFLICT),
        })
    }
}

/// The fees of a remembered fill: one of 64 bits in place, as most have, others apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkFees {
    only: Option<(CurrencyId, i64)>,
    others: Option<Box<Fees>>,
}

impl MarkFees {
    /// Remembers `fees`.
    #[must_use]
    pub fn new(fees: &Fees) -> Self {
        let only = match fees.as_slice() {
            [] => return Self::default(),
            [only] => i64::try_from(only.amount).ok(),
            [..] => None,
        };
        let only = only.and_then(|amount| Some((fees.first()?.currency, amount)));
        Self {
            others: only.is_none().then(|| Box::new(fees.clone())),
            only,
        }
    }

    /// What was remembered.
    #[must_use]
    pub fn all(&self) -> Fees {
        let fee = |(currency, amount)| Fee {
            currency,
            amount: i128::from(amount),
        };
        match &self.others {
            Some(others) => (**others).clone(),
            None => self.only.map(fee).into_iter().collect(),
        }
    }

    /// Whether no fee is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.only.is_none() && self.others.is_none()
    }
}
