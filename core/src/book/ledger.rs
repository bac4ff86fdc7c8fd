//! The ledger as its host drives it: a command goes in, events and an answer come out.
//!
//! 1. Every event is applied at once and handed to the host in order, each exactly once.

use std::fmt;

use crate::model::{CurrencyId, Id, InstrumentId, NANOS_PER_SECOND, Refusal, Timestamp};

use super::notice::Before;
use super::price::Verdict;
use super::record::Clock;
use super::{
    Change, Command, Entry, Event, FillKey, FillReport, Mark, News, Notice, PriceRefusal,
    PriceTick, Prices, Quarantine, RiskMark, State,
};

pub(super) const SECONDS_PER_DAY: i64 = 86_400;
/// How often the peak of equity is written down at most.
const RISK_EVERY_NS: i64 = NANOS_PER_SECOND;
/// The largest text that components share under one key, in bytes.
pub const SHARED_MAX: usize = 64 * 1024;
/// The largest number of keys that components share.
pub const SHARED_KEYS_MAX: usize = 10_000;

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was booked, or was booked before.
    Applied(Applied),
    /// An order was refused.
    Refused(Refusal),
    /// A price was refused.
    PriceRefused(PriceRefusal),
    /// The command makes no sense.
    Invalid(Invalid),
    /// A report of an execution that may have been booked long ago: whoever gave it finds out
    /// whether it was, and gives it again.
    Undecided,
}

/// What was booked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The sequence of the event that booked it.
    pub sequence: u64,
    /// Whether it had been booked before.
    pub duplicate: bool,
    /// Why a report could not be booked.
    pub quarantined: Option<Quarantine>,
    /// The order's client id, where it is one.
    pub client_order_id: Option<Id>,
}

macro_rules! invalid {
    ($($name:ident = $text:literal,)+) => {
        /// Why a command makes no sense. Nothing was changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Invalid {
            $(#[doc = $text] $name,)+
        }

        impl fmt::Display for Invalid {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)+
                })
            }
        }
    };
}

invalid! {
    ReportingCurrency = "the reporting currency of a book cannot change",
    Precision = "a precision is above 18: 0 to 18 is allowed",
    Unnamed = "a name is empty: an instrument has a symbol, a base and a quote currency",
    SameCurrency = "base and quote are the same currency",
    SameAccount = "both accounts are the same",
    Settlement = "this kind settles in its quote currency, an inverse one in its base currency",
    Scale = "a number is too large, or has more digits than its currency or instrument keeps",
    InstrumentDiffers = "the symbol has another kind, multiplier, precision or currency",
    UnknownInstrument = "no such instrument",
    UnknownAccount = "no such account",
    UnknownOrder = "no such order",
    OrderEnded = "the order has already ended otherwise",
    NoLimit = "the order has no limit that could be changed",
    NotPositive = "a number must be above 0",
    IdConflict = "the id was used for something else",
    TooMany = "there are as many as can be numbered",
    NoCashPrice = "a fraction of a lot is left: the price at which it is paid out is needed",
    NoSplit = "spot and FX cannot be split: what is held is a balance",
    OppositeSide = "the position that is held is on the other side",
    CostMissing = "the cost is needed",
    CostKnown = "no cost is missing",
    Old = "older than what is known",
    Bar = "a bar closes after it opens, its low is its lowest price and above 0, its high the \
           highest, its volume at least 0, and its timeframe has a name",
    UnnamedRecord = "a kind or a symbol is empty",
    Text = "a text has at most 65536 bytes",
    SharedValue = "a shared value has at most 65536 bytes, and there are at most 10000 keys",
}

impl std::error::Error for Invalid {}

/// The state and the events that a command made.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) clock: Clock,
    emitted: Vec<Entry>,
    /// Whether notices are made.
    is_followed: bool,
    notices: Vec<Notice>,
}

impl Ledger {
    /// A ledger that goes on from `state`.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self {
            now: state.now,
            state,
            clock: Clock::Off,
            emitted: Vec::new(),
            is_followed: false,
            notices: Vec::new(),
        }
    }

    /// What the ledger knows.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The events since the last call, in order.
    pub fn take_emitted(&mut self, into: &mut Vec<Entry>) {
        into.append(&mut self.emitted);
    }

    /// Says whether changes are told as notices from now on; nobody pays for them unless followed.
    pub fn set_followed(&mut self, is_followed: bool) {
        self.is_followed = is_followed;
    }

    /// The notices since the last call, in order.
    pub fn take_notices(&mut self, into: &mut Vec<Notice>) {
        into.append(&mut self.notices);
    }

    /// Sets the time that the next events carry, where a command carries none.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Says whether events are being kept; while not, no new risk is taken.
    #[inline]
    pub fn set_store_available(&mut self, is_available: bool) {
        if self.state.is_store_lost == is_available {
            self.emit(Event::StoreChanged { is_available });
        }
    }

    /// Brings the totals in step, after a chunk of commands.
    pub fn refresh_totals(&mut self) {
        self.state.refresh_totals();
    }

    /// Loads what the fill `report` will look up, when `ahead` others come before it: a chunk of
    /// fills then waits for memory once. Changes nothing.
    pub fn touch(&self, report: &FillReport, ahead: usize) {
        if let Some(trade_id) = &report.trade_id {
            let owner = (report.account, report.instrument);
            let key = FillKey::new(owner, trade_id, report.side);
            self.state.fills.touch(key, ahead);
        }
    }

    /// Decides and applies one command.
    pub fn execute(&mut self, command: &Command) -> Answer {
        let done = match command {
            Command::Configure(config) => self.configure(config),
            Command::AddInstrument(spec) => self.add_instrument(spec),
            Command::AddAccount(name) => self.add_account(*name),
            Command::MoveCash(moved) => return self.move_cash(moved),
            Command::Transfer(transfer) => return self.transfer(transfer),
            Command::Income(income) => return self.income(income),
            Command::Split(split) => return self.at(split.ts, |ledger| ledger.split(split)),
            Command::Adopt(taken) => return self.at(taken.ts, |ledger| ledger.adopt(taken)),
            Command::Price(tick) => return self.price(tick),
            Command::Submit(order) => return self.at(order.ts, |ledger| ledger.submit(order)),
            Command::Amend(amend) => return self.at(amend.ts, |ledger| ledger.amend(amend)),
            Command::Order(update) => return self.at(update.ts, |ledger| ledger.report(update)),
            Command::Fill(report) => return self.at(report.ts, |ledger| ledger.fill(report)),
            Command::Bust(bust) => return self.at(bust.ts, |ledger| ledger.bust(bust)),
            Command::LateFee(late) => return self.at(late.ts, |ledger| ledger.late_fee(late)),
            Command::Statement(statement) => return self.state_of_venue(statement),
            Command::SetTradingState { state, reason } => {
                self.emit(Event::TradingStateChanged {
                    old: self.state.trading_state,
                    state: *state,
                    reason: *reason,
                });
                Ok(())
            }
            Command::SetState { key, value } => self.set_state(*key, value),
            Command::Record { record, ts } => return self.at(*ts, |ledger| ledger.record(record)),
            Command::Recover => return self.recover(),
            Command::Acknowledge => return self.acknowledge(),
            Command::Advance(now) => return self.reach(*now),
        };
        done.map_or_else(Answer::Invalid, |()| self.applied())
    }

    fn at(&mut self, ts: Timestamp, decide: impl FnOnce(&mut Self) -> Answer) -> Answer {
        self.advance(ts);
        decide(self)
    }

    pub(super) fn applied(&self) -> Answer {
        Answer::Applied(Applied {
            sequence: self.state.sequence,
            ..Applied::default()
        })
    }

    pub(super) fn emit(&mut self, event: Event) {
        if self.clock.is_due(self.now) {
            self.turn_hour(self.now);
        }
        let before = self.is_followed.then(|| Before::new(&self.state, &event));
        self.emitted.push(Entry {
            sequence: self.state.sequence + 1,
            ts: self.now,
            event,
        });
        #[allow(clippy::indexing_slicing, reason = "it was put there above")]
        let entry = &self.emitted[self.emitted.len() - 1];
        self.state.apply(entry);
        if let Some(before) = before {
            before.tell(&self.state, entry, &mut self.notices);
        }
    }

    /// Tells of a price, which has no event.
    pub(super) fn tell_price(&mut self, news: News) {
        if self.is_followed {
            self.notices.push(Notice {
                sequence: self.state.sequence,
                index: 0,
                ts: self.now,
                news,
            });
        }
    }

    fn set_state(&mut self, key: Id, value: &str) -> Result<(), Invalid> {
        let is_new = self.state.shared(&key).is_none();
        let is_full = is_new && self.state.shared.len() >= SHARED_KEYS_MAX;
        if key == Id::default() || value.len() > SHARED_MAX || is_full {
            return Err(Invalid::SharedValue);
        }
        if self.state.shared(&key) != Some(value) {
            let value = value.into();
            self.emit(Event::StateSet { key, value });
        }
        Ok(())
    }

    fn price(&mut self, tick: &PriceTick) -> Answer {
        let Some(mark) = self.state.worth.mark_mut(tick.instrument) else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        let old = *mark;
        let verdict = mark.judge(tick, &self.state.config.limits);
        if let Verdict::Refuse(why) = verdict {
            mark.refuse(tick, why, &self.state.config.limits);
            let instrument = tick.instrument;
            self.tell_price(News::PriceRefused { instrument, why });
            return Answer::PriceRefused(why);
        }
        if self.clock.is_due(tick.ts) {
            self.turn_hour(tick.ts);
            // What it looked at is looked at again.
            self.state.worth.mark_mut(tick.instrument);
        }
        if let Some(mark) = self.state.worth.noted_mark_mut(tick.instrument) {
            mark.accept(tick);
        }
        if let Verdict::NewLevel { old, new } = verdict {
            self.advance(tick.ts);
            let instrument = tick.instrument;
            self.emit(Event::PriceLevelMoved {
                instrument,
                old,
                new,
            });
        }
        self.advance(tick.ts);
        self.tell_new_price(tick.instrument, old);
        self.state.revalue_all(tick.instrument);
        if self.state.has_loss_limit {
            self.follow_risk();
        }
        self.applied()
    }

    /// Tells what an instrument's prices are, which were `old`.
    pub(super) fn tell_new_price(&mut self, instrument: InstrumentId, old: Mark) {
        let (old, new) = (Prices::of(&old), Prices::of(&self.state.mark(instrument)));
        if new != Prices::default() {
            let change = Change { old, new };
            self.tell_price(News::Price { instrument, change });
        }
    }

    /// Follows equity, for the limits on losses: its peak, and where the day began. Both are
    /// written down at most once in [`RISK_EVERY_NS`], so that a restart forgets no more than that.
    fn follow_risk(&mut self) {
        self.observe_risk();
        if self.now.since_ns(self.state.risk_marked_at) >= RISK_EVERY_NS {
            self.mark_risk();
        }
    }

    fn observe_risk(&mut self) {
        self.state.refresh_totals();
        let seen = self.state.risk_at(self.now);
        self.state.seen_risk = seen;
    }

    /// Writes down what was followed, before a decision depends on it.
    pub(super) fn mark_risk(&mut self) {
        if !self.state.has_loss_limit {
            return;
        }
        self.observe_risk();
        let seen = self.state.seen_risk;
        if seen != self.state.risk {
            let RiskMark {
                peak,
                day_start,
                day,
            } = seen;
            self.emit(Event::RiskMarked {
                peak,
                day_start,
                day,
            });
        }
    }

    /// Keeps money that came in or went out from looking like a profit or a loss.
    pub(super) fn shift_risk(&mut self, currency: CurrencyId, amount: i128) {
        if !self.state.has_loss_limit || self.state.seen_risk == RiskMark::default() {
            return;
        }
        if let Some(amount) = self.state.in_reporting(currency, amount) {
            self.shift_risk_by(amount);
        }
    }

    /// The same for what a holding that was taken in adds to equity, in the reporting currency.
    pub(super) fn shift_risk_by(&mut self, amount: i128) {
        if self.state.has_loss_limit && self.state.seen_risk != RiskMark::default() {
            self.state.seen_risk.peak += amount;
            self.state.seen_risk.day_start += amount;
            self.mark_risk();
        }
    }
}

impl State {
    /// What peak, day and its start are once the equity of `now` is counted in.
    #[must_use]
    pub(super) fn risk_at(&self, now: Timestamp) -> RiskMark {
        let equity = self.equity();
        let day = self.day_of(now);
        let old = self.seen_risk;
        let is_new_day = day != old.day || old == RiskMark::default();
        RiskMark {
            peak: match self.worth.unmarked() {
                _ if old == RiskMark::default() => equity,
                0 => old.peak.max(equity),
                // At their cost, positions without a price make no peak.
                _ => old.peak,
            },
            day_start: if is_new_day { equity } else { old.day_start },
            day,
        }
    }
}
