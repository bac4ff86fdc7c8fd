//! Positions: what is held, by whom, at what exact cost.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{AccountId, CurrencyId, Few, Instrument, InstrumentId, StrategyId, Timestamp};

/// The dense number of a position, from 0 in order of first use.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct PositionId(pub u32);

impl PositionId {
    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which leg of a hedged position, or the one of a netted.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub enum PositionLeg {
    /// Buys and sells net.
    #[default]
    Net,
    /// What was bought to open.
    Long,
    /// What was sold to open.
    Short,
}

impl PositionLeg {
    /// `"net"`, `"long"` or `"short"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// Whose position in what: account × instrument × strategy × leg.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct PositionKey {
    /// The account that holds it.
    pub account: AccountId,
    /// What is held.
    pub instrument: InstrumentId,
    /// Who decided it; [`StrategyId::EXTERNAL`] for what nobody claims.
    pub strategy: StrategyId,
    /// Which leg.
    pub leg: PositionLeg,
}

/// How many currencies the fees of one position are kept in.
pub const FEES_MAX: usize = 8;

/// An amount of a fee in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Fee {
    /// The currency it was paid in, or valued in where it left the position.
    pub currency: CurrencyId,
    /// The amount at the currency's scale; negative is a rebate.
    pub amount: i128,
}

/// One round trip, from flat to flat or to the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RoundTrip {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed; 0 while it is open.
    pub closed_at: Timestamp,
    /// How much was opened in all, unsigned; its side is [`RoundTrip::is_short`].
    pub entry_qty: i128,
    /// What that cost, unsigned.
    pub entry_value: i128,
    /// How much was closed.
    pub exit_qty: i128,
    /// What that was worth, unsigned.
    pub exit_value: i128,
    /// The largest quantity held.
    pub peak_qty: i128,
    /// Realized, gross of fees.
    pub realized_pnl: i128,
    /// Fees in settlement currency.
    pub fees: i128,
    /// Whether it was short.
    pub is_short: bool,
}

impl RoundTrip {
    /// The average price at which it was opened, at the scale of the instrument's prices.
    #[must_use]
    pub fn entry_px(&self, instrument: &Instrument) -> Option<i128> {
        average(instrument, self.entry_value, self.entry_qty)
    }

    /// The average price at which it was closed, at the scale of the instrument's prices.
    #[must_use]
    pub fn exit_px(&self, instrument: &Instrument) -> Option<i128> {
        average(instrument, self.exit_value, self.exit_qty)
    }
}

/// The average price, at the scale of the instrument's prices, of `qty` that was worth `value`,
/// both unsigned.
fn average(instrument: &Instrument, value: i128, qty: i128) -> Option<i128> {
    // A value of one unit at a price of one: the sign that the kind of instrument gives it.
    let sign = match instrument.settlement() {
        super::Settlement::Paid | super::Settlement::Linear => 1,
        super::Settlement::Inverse => -1,
    };
    instrument.average_price(sign * value, qty)
}

/// A position. Money is at the settlement currency's scale, quantities at the instrument's.
///
/// 1. `cost` is 0 when flat, and else has the sign that the instrument's `value` has.
/// 2. `realized_pnl` is gross of fees.
/// 3. realized + value − cost = cash flow + value, exactly.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Position {
    /// Its number.
    pub id: PositionId,
    /// Whose it is.
    pub key: PositionKey,
    /// Signed quantity: negative is short.
    pub qty: i128,
    /// What the open quantity cost, signed.
    pub cost: i128,
    /// Realized profit since the beginning, gross of fees.
    pub realized_pnl: i128,
    /// What was received less what was paid for the quantity, fees apart.
    pub cash_flow: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// What it locks of the settlement currency.
    pub margin: i128,
    /// The part, of 10^18, of a holding of unknown cost that is still held; `None` where every cost
    /// is known.
    pub unknown_part: Option<i128>,
    /// Fees by currency, in order of first use.
    pub fees: Few<Fee, FEES_MAX>,
    /// The round trip that is open, or the last one.
    pub trip: RoundTrip,
    /// When a fill last changed it.
    pub updated_at: Timestamp,
    /// Round trips that have ended.
    pub closed_trades: u64,
    /// Round trips that ended above 0 after fees in settlement currency.
    pub winning_trades: u64,
    /// What open orders have left to buy.
    pub open_buys: i128,
    /// What open orders have left to sell.
    pub open_sells: i128,
    /// How many open orders will open or add to it.
    pub opening_orders: u32,
    /// The sequence of the event that last changed it.
    pub sequence: u64,
}

impl Position {
    /// Nothing held, nothing done.
    #[must_use]
    pub fn flat(id: PositionId, key: PositionKey) -> Self {
        Self {
            id,
            key,
            qty: 0,
            cost: 0,
            realized_pnl: 0,
            cash_flow: 0,
            funding: 0,
            margin: 0,
            unknown_part: None,
            fees: Few::new(),
            trip: RoundTrip::default(),
            updated_at: Timestamp::default(),
            closed_trades: 0,
            winning_trades: 0,
            open_buys: 0,
            open_sells: 0,
            opening_orders: 0,
            sequence: 0,
        }
    }

    /// Fees in `currency`.
    #[must_use]
    pub fn fees_in(&self, currency: CurrencyId) -> i128 {
        let own = self.fees.iter().find(|fee| fee.currency == currency);
        own.map_or(0, |fee| fee.amount)
    }

    /// What is held and not spoken for by an open order on the other side, unsigned.
    #[must_use]
    pub fn available_to_reduce(&self) -> i128 {
        self.available_beside(0)
    }

    /// The same where `own` of the orders on the other side is not counted.
    #[must_use]
    pub fn available_beside(&self, own: i128) -> i128 {
        let opposite = if self.qty > 0 {
            self.open_sells
        } else {
            self.open_buys
        };
        (self.qty.saturating_abs() - (opposite - own)).max(0)
    }
}
