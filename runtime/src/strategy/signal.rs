//! What a strategy gives: what it wants done, how much of it, how sure it is, and for how long.

use truebook_core::model::{Fixed, Id, InstrumentId, InvalidValue, Side, Timestamp};

/// What a strategy wants done with an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Buy, whatever it holds.
    Buy,
    /// Sell, whatever it holds.
    Sell,
    /// Be long: buy where it holds nothing and waits for nothing.
    Long,
    /// Be short: sell where it holds nothing, waits for nothing, and the instrument can be short.
    Short,
    /// Be flat: close what it holds, unless an order that does is open.
    Exit,
}

impl Action {
    /// Every action with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("buy", Self::Buy),
        ("sell", Self::Sell),
        ("long", Self::Long),
        ("short", Self::Short),
        ("exit", Self::Exit),
    ];

    /// The action called `name`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that none has.
    pub fn named(name: &str) -> Result<Self, InvalidValue> {
        let known = Self::ALL.iter().find(|(own, _)| *own == name);
        known.map(|(_, action)| *action).ok_or_else(|| {
            let allowed = Self::ALL.map(|(own, _)| format!("'{own}'")).join(", ");
            InvalidValue::new("action", &format!("'{name}'"), &allowed)
        })
    }

    /// Which way it takes a risk; `None` where it ends one.
    #[must_use]
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Buy | Self::Long => Some(Side::Buy),
            Self::Sell | Self::Short => Some(Side::Sell),
            Self::Exit => None,
        }
    }
}

/// How much; an exit is always of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// What the strategy's configuration says.
    #[default]
    Usual,
    /// What this much of the instrument's settlement currency buys at the newest close.
    Notional(Fixed),
    /// This quantity, at the instrument's quantity scale.
    Qty(i128),
}

/// What a strategy wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// With what.
    pub instrument: InstrumentId,
    /// What.
    pub action: Action,
    /// How much.
    pub size: Size,
    /// How sure it is, where the selection goes by it: more is better.
    pub score: f64,
    /// How long after the set's time it may become an order, in nanoseconds; `None` leaves it to
    /// the strategy's configuration.
    pub valid_ns: Option<i64>,
}

impl Signal {
    /// Wants `action`, with everything else at its default: the usual size, score 0.
    #[must_use]
    pub fn new(instrument: InstrumentId, action: Action) -> Self {
        Self {
            instrument,
            action,
            size: Size::Usual,
            score: 0.0,
            valid_ns: None,
        }
    }

    /// # Errors
    /// [`InvalidValue`] for a score that is no number, a size that is not above 0, a validity below
    /// 0.
    pub(super) fn check(&self) -> Result<(), InvalidValue> {
        let refuse = |what, found: String, allowed| Err(InvalidValue::new(what, &found, allowed));
        if !self.score.is_finite() {
            return refuse("score", self.score.to_string(), "a finite number");
        }
        match self.size {
            Size::Qty(qty) if qty <= 0 => return refuse("qty", qty.to_string(), "above 0"),
            Size::Notional(money) if money.raw <= 0 => {
                return refuse("notional", money.to_string(), "above 0");
            }
            Size::Usual | Size::Notional(_) | Size::Qty(_) => {}
        }
        match self.valid_ns {
            Some(ns) if ns < 0 => refuse("valid_ns", ns.to_string(), "0 and above"),
            Some(_) | None => Ok(()),
        }
    }
}

/// A signal with who gave it, and of which set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// The number of the strategy.
    pub member: usize,
    pub name: Id,
    /// More goes first, where the selection goes by it.
    pub priority: i32,
    /// The time of the set.
    pub ts: Timestamp,
    /// Which of the set's signals of its strategy it is.
    pub number: u64,
    /// The close in the set.
    pub price: Option<i64>,
    /// What the strategy trades where the signal does not say.
    pub notional: Option<Fixed>,
    pub signal: Signal,
}

impl Given {
    /// Whether it may not become an order any more.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        let age = now.since_ns(self.ts);
        self.signal.valid_ns.is_some_and(|valid| age > valid)
    }
}
