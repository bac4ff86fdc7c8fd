//! Sums of one owner in one currency, and how they change.

/// What one owner has in one currency; money at the currency's scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Realized, gross of fees.
    pub realized: i128,
    /// Unrealized, gross of fees.
    pub unrealized: i128,
    /// Fees paid; negative is a net rebate.
    pub fees: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// Profit on holdings of unknown cost, as if they had cost nothing.
    pub unknown: i128,
    /// Open positions at their marks: what was paid for, or the unrealized profit of what was not.
    pub holdings: i128,
    /// The sum of absolute exposures.
    pub gross: i128,
    /// The sum of signed exposures.
    pub net: i128,
}

impl Sum {
    pub(super) fn of_fees(fees: i128) -> Self {
        Self {
            fees,
            ..Self::default()
        }
    }

    pub(super) fn of_funding(funding: i128) -> Self {
        Self {
            funding,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, change: &Self) {
        self.realized += change.realized;
        self.unrealized += change.unrealized;
        self.fees += change.fees;
        self.funding += change.funding;
        self.unknown += change.unknown;
        self.holdings += change.holdings;
        self.gross += change.gross;
        self.net += change.net;
    }

    pub(super) fn less(&self, other: &Self) -> Self {
        Self {
            realized: self.realized - other.realized,
            unrealized: self.unrealized - other.unrealized,
            fees: self.fees - other.fees,
            funding: self.funding - other.funding,
            unknown: self.unknown - other.unknown,
            holdings: self.holdings - other.holdings,
            gross: self.gross - other.gross,
            net: self.net - other.net,
        }
    }

    /// realized + unrealized − fees + funding.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.realized + self.unrealized - self.fees + self.funding
    }
}

/// What a price changes of one position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Move {
    pub unrealized: i128,
    pub unknown: i128,
    pub holdings: i128,
    pub gross: i128,
    pub net: i128,
}

impl Move {
    pub fn and(&self, other: &Self) -> Self {
        Self {
            unrealized: self.unrealized + other.unrealized,
            unknown: self.unknown + other.unknown,
            holdings: self.holdings + other.holdings,
            gross: self.gross + other.gross,
            net: self.net + other.net,
        }
    }
}

impl Sum {
    #[inline]
    pub(super) fn shift(&mut self, by: &Move) {
        self.unrealized += by.unrealized;
        self.unknown += by.unknown;
        self.holdings += by.holdings;
        self.gross += by.gross;
        self.net += by.net;
    }
}
