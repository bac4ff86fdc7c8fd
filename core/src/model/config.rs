//! The one configuration: an immutable value with a hash, the same for every component.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Fixed, Id, InstrumentSpec, MAX_SCALE};

/// Everything that a book is configured with. Percentages are [`Fixed`] numbers in percent.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Config {
    /// The currency of totals and limits.
    pub reporting_currency: Id,
    /// Seconds after midnight UTC at which daily counters roll.
    pub day_boundary_seconds: i32,
    /// Fees where an instrument names none.
    pub fees: Fees,
    /// Limits on risk.
    pub limits: Limits,
    /// At which price positions are valued.
    pub mark: MarkChoice,
    /// The paper venue.
    pub paper: Paper,
    /// Opening cash.
    pub cash: Vec<CashEntry>,
    /// The instruments, in the order of their registration.
    pub instruments: Vec<InstrumentSpec>,
    /// The strategies, in the order in which they run.
    pub strategies: Vec<StrategyConfig>,
}

/// Opening cash in one currency.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CashEntry {
    /// The currency.
    pub currency: Id,
    /// How much.
    pub amount: Fixed,
}

/// Fees in percent of notional.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Fees {
    /// For an order that rested.
    pub maker_fee_pct: Fixed,
    /// For an order that took.
    pub taker_fee_pct: Fixed,
}

/// Limits on risk. Amounts are in the reporting currency; `None` is no limit.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Limits {
    /// Open or reserved positions of the whole book, dust apart.
    pub max_positions: u32,
    /// Open or reserved positions of one strategy, dust apart.
    pub max_positions_per_strategy: u32,
    /// The smallest notional of an order that opens or adds.
    pub min_position: Fixed,
    /// A position worth less is dust.
    pub dust_threshold: Fixed,
    /// A position must be this old before it is reduced.
    pub min_hold_seconds: u32,
    /// How far a price may be from the last accepted one, in percent.
    pub price_band_pct: Fixed,
    /// So many consistent outliers in a row become the new level.
    pub price_band_confirmations: u32,
    /// A price older than this is stale.
    pub price_stale_seconds: u32,
    /// The largest notional of one order.
    pub max_order_notional: Option<Fixed>,
    /// The largest notional held in one instrument.
    pub max_instrument_notional: Option<Fixed>,
    /// The largest sum of absolute notionals.
    pub max_gross_exposure: Option<Fixed>,
    /// The largest absolute sum of signed notionals.
    pub max_net_exposure: Option<Fixed>,
    /// Orders in any second.
    pub orders_per_second: Option<u32>,
    /// The loss since the day's start, in percent of its equity, above which no risk is taken.
    pub daily_loss_pct: Option<Fixed>,
    /// The fall from the peak of equity, in percent of it, above which no risk is taken.
    pub max_drawdown_pct: Option<Fixed>,
}

/// At which price positions are valued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum MarkChoice {
    /// The newest of the quote's middle, the last price and the venue's mark.
    #[default]
    Newest,
    /// The venue's mark; the newest price where it has none.
    Mark,
    /// The middle of the quote; the newest price where there is none.
    Mid,
    /// The last price; the newest where there is none.
    Last,
    /// The side at which it would be closed: long at the bid, short at the ask.
    Side,
}

impl MarkChoice {
    /// Every choice with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("newest", Self::Newest),
        ("mark", Self::Mark),
        ("mid", Self::Mid),
        ("last", Self::Last),
        ("side", Self::Side),
    ];
}

/// How the paper venue fills.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Paper {
    /// How much worse than the quote a market order fills, in percent.
    pub slippage_pct: Fixed,
    /// How old an order must be before it fills, in milliseconds.
    pub latency_ms: u32,
    /// Whether a fill is bounded by the quoted size.
    pub partial_fills: bool,
}

/// One strategy and the limits that it narrows.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StrategyConfig {
    /// Its name, to which its orders and PnL are attributed.
    pub name: Id,
    /// What it does.
    pub kind: StrategyKind,
    /// Its own limits: never wider than the book's.
    pub limits: Limits,
}

/// What a strategy does.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum StrategyKind {
    /// Buys when the fast average of closes crosses above the slow one, sells when below.
    Momentum {
        /// What it trades.
        symbols: Vec<Id>,
        /// Bars of the fast average.
        fast: u32,
        /// Bars of the slow average.
        slow: u32,
        /// The notional of a buy.
        order_notional: Fixed,
    },
    /// Buys the cheap leg of a pair when the log ratio is far from its mean.
    PairsTrading {
        /// The two symbols.
        pair: Box<[Id; 2]>,
        /// Bars of the mean and deviation.
        window: u32,
        /// The z-score that opens.
        enter: Fixed,
        /// The z-score that closes.
        exit: Fixed,
        /// The notional of one leg.
        order_notional: Fixed,
    },
    /// Decided outside: only its name and limits are known.
    External,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_positions: 10,
            max_positions_per_strategy: 5,
            min_position: Fixed::new(10, 0),
            dust_threshold: Fixed::new(1, 0),
            min_hold_seconds: 0,
            price_band_pct: Fixed::new(10, 0),
            price_band_confirmations: 3,
            price_stale_seconds: 5,
            max_order_notional: None,
            max_instrument_notional: None,
            max_gross_exposure: None,
            max_net_exposure: None,
            orders_per_second: None,
            daily_loss_pct: None,
            max_drawdown_pct: None,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let fee = Fixed::new(1, 1);
        Self {
            reporting_currency: Id::format(format_args!("USD")),
            day_boundary_seconds: 0,
            fees: Fees {
                maker_fee_pct: fee,
                taker_fee_pct: fee,
            },
            limits: Limits::default(),
            mark: MarkChoice::default(),
            paper: Paper {
                slippage_pct: Fixed::new(0, 0),
                latency_ms: 0,
                partial_fills: false,
            },
            cash: Vec::new(),
            instruments: Vec::new(),
            strategies: Vec::new(),
        }
    }
}

impl Limits {
    /// Every amount and percentage.
    fn numbers(&self) -> impl Iterator<Item = Fixed> {
        let always = [self.min_position, self.dust_threshold, self.price_band_pct];
        let maybe = [
            self.max_order_notional,
            self.max_instrument_notional,
            self.max_gross_exposure,
            self.max_net_exposure,
            self.daily_loss_pct,
            self.max_drawdown_pct,
        ];
        always.into_iter().chain(maybe.into_iter().flatten())
    }
}

impl Config {
    /// Whether every fee, limit and percentage has at most [`MAX_SCALE`] digits after the point,
    /// and room before it.
    #[must_use]
    pub fn is_in_range(&self) -> bool {
        let own = [
            self.fees.maker_fee_pct,
            self.fees.taker_fee_pct,
            self.paper.slippage_pct,
        ];
        let strategies = self.strategies.iter().map(|strategy| &strategy.limits);
        let limits = strategies.chain([&self.limits]).flat_map(Limits::numbers);
        own.into_iter()
            .chain(limits)
            .all(|number| number.scale <= MAX_SCALE && number.rounded_at(MAX_SCALE).is_some())
    }

    /// The hash of the whole value, 32 bytes.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        crate::digest::of(self)
    }

    /// `limit` as an integer at [`MAX_SCALE`], the scale of reporting money.
    #[must_use]
    pub fn at_money_scale(limit: Fixed) -> i128 {
        limit.rounded_at(MAX_SCALE).unwrap_or(i128::MAX)
    }
}
