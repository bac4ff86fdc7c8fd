//! The ledger as its host drives it: a command goes in, events and an answer come out.
//!
//! 1. Every event is applied at once and handed to the host in order, each exactly once.

use std::fmt;

use crate::model::{Id, OrderStatus, Refusal, Timestamp};

use super::price::Verdict;
use super::{
    CashKind, CashMove, CashMoved, Command, Entry, Event, PriceRefusal, PriceTick, Quarantine,
    State,
};

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

/// Why a command makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// The book already has another configuration.
    Reconfigured,
    /// A precision is above 12.
    Precision,
    /// An instrument without a symbol, a base or a quote currency.
    Unnamed,
    /// Base and quote are the same currency.
    SameCurrency,
    /// A number does not fit the scale of its currency or instrument.
    Scale,
    /// The symbol is registered with other properties.
    InstrumentDiffers,
    /// No such instrument.
    UnknownInstrument,
    /// No such order.
    UnknownOrder,
    /// The order has ended otherwise.
    OrderEnded,
    /// An amount is zero or negative.
    NotPositive,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reconfigured => "the book already has another configuration",
            Self::Precision => "a precision is above 12: 0 to 12 is allowed",
            Self::Unnamed => "an instrument has a symbol, a base and a quote currency",
            Self::SameCurrency => "base and quote are the same currency",
            Self::Scale => "a number has more digits than its currency or instrument keeps",
            Self::InstrumentDiffers => "the symbol is registered with other properties",
            Self::UnknownInstrument => "no such instrument",
            Self::UnknownOrder => "no such order",
            Self::OrderEnded => "the order has already ended otherwise",
            Self::NotPositive => "the amount must be above 0",
        })
    }
}

impl std::error::Error for Invalid {}

/// The state and the events that a command made.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(super) state: State,
    pub(super) now: Timestamp,
    emitted: Vec<Entry>,
}

impl Ledger {
    /// A ledger that goes on from `state`.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self {
            now: state.now,
            state,
            emitted: Vec::new(),
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

    /// Sets the time that the next events carry, where a command carries none.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Decides and applies one command.
    pub fn execute(&mut self, command: &Command) -> Answer {
        let done = match command {
            Command::Configure(config) => self.configure(config),
            Command::AddInstrument(spec) => self.add_instrument(spec),
            Command::MoveCash(moved) => return self.move_cash(moved),
            Command::Price(tick) => return self.price(tick),
            Command::Submit(order) => {
                self.advance(order.ts);
                return self.submit(order);
            }
            Command::Accept {
                client_order_id,
                venue_order_id,
            } => {
                return self.accept(client_order_id, *venue_order_id);
            }
            Command::Reject { client_order_id } => {
                return self.end(client_order_id, OrderStatus::Rejected);
            }
            Command::Cancel { client_order_id } => {
                return self.end(client_order_id, OrderStatus::Canceled);
            }
            Command::Fill(report) => {
                self.advance(report.ts);
                return self.fill(report);
            }
            Command::SetTradingState { state, reason } => {
                self.emit(Event::TradingStateChanged {
                    state: *state,
                    reason: *reason,
                });
                Ok(())
            }
        };
        done.map_or_else(Answer::Invalid, |()| self.applied())
    }

    pub(super) fn applied(&self) -> Answer {
        Answer::Applied(Applied {
            sequence: self.state.sequence,
            ..Applied::default()
        })
    }

    pub(super) fn emit(&mut self, event: Event) {
        let entry = Entry {
            sequence: self.state.sequence + 1,
            ts: self.now,
            event,
        };
        self.state.apply(&entry);
        self.emitted.push(entry);
    }

    pub(super) fn move_cash(&mut self, moved: &CashMove) -> Answer {
        let known = moved.id.and_then(|id| self.state.cash_ids.get(&id));
        if let Some(sequence) = known {
            let applied = Applied {
                sequence: *sequence,
                duplicate: true,
                ..Applied::default()
            };
            return Answer::Applied(applied);
        }
        if moved.kind != CashKind::Adjustment && moved.amount.raw <= 0 {
            return Answer::Invalid(Invalid::NotPositive);
        }
        let currency = self.currency_id(moved.currency, crate::model::MAX_SCALE);
        let scale = self.state.currency(currency).map_or(0, |known| known.scale);
        let Some(amount) = moved.amount.exactly_at(scale) else {
            return Answer::Invalid(Invalid::Scale);
        };
        let signed = if moved.kind == CashKind::Withdrawal {
            -amount
        } else {
            amount
        };
        let balance = self.state.balance(moved.account, currency);
        if !super::decide_fill::fits(balance.total.saturating_add(signed)) {
            return Answer::Invalid(Invalid::Scale);
        }
        if moved.kind == CashKind::Withdrawal && balance.free() < amount {
            return Answer::Refused(Refusal::InsufficientBalance);
        }
        let (account, kind, id) = (moved.account, moved.kind, moved.id);
        self.emit(Event::CashMoved(CashMoved {
            account,
            currency,
            amount: signed,
            kind,
            id,
        }));
        self.applied()
    }

    fn price(&mut self, tick: &PriceTick) -> Answer {
        self.advance(tick.ts);
        let index = tick.instrument.index();
        let Some(mark) = self.state.marks.get(index).copied() else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        let verdict = mark.judge(tick, &self.state.config.limits);
        if let Verdict::NewLevel { old, new } = verdict {
            self.emit(Event::PriceLevelMoved {
                instrument: tick.instrument,
                old,
                new,
            });
        }
        let limits = &self.state.config.limits;
        let Some(mark) = self.state.marks.get_mut(index) else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        if let Verdict::Refuse(why) = verdict {
            mark.refuse(tick, why, limits);
            return Answer::PriceRefused(why);
        }
        mark.accept(tick);
        self.applied()
    }
}
