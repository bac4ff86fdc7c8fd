//! What commands and events change of what readers see, gathered until it is published.

use crate::book::{Entry, Event, FillAmended, Filled, Leg, Reversal, State};
use crate::model::{AccountId, InstrumentId, PositionId, PositionKey};

/// Numbers, each once.
#[derive(Debug, Default)]
struct Numbers {
    is_in: Vec<bool>,
    list: Vec<usize>,
}

impl Numbers {
    #[inline]
    fn add(&mut self, number: usize) {
        if self.is_in.len() <= number {
            self.is_in.resize(number + 1, false);
        }
        if let Some(is_in) = self.is_in.get_mut(number)
            && !*is_in
        {
            *is_in = true;
            self.list.push(number);
        }
    }

    fn clear(&mut self) {
        for number in self.list.drain(..) {
            if let Some(is_in) = self.is_in.get_mut(number) {
                *is_in = false;
            }
        }
    }
}

/// What has changed and is not published yet.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Whether a name was registered.
    pub is_registry_new: bool,
    /// Whether anything changed at all.
    pub is_any: bool,
    positions: Numbers,
    instruments: Numbers,
    accounts: Numbers,
    orders: Numbers,
}

impl Touched {
    /// Everything that there is.
    pub fn all(state: &State) -> Self {
        let mut touched = Self {
            is_registry_new: true,
            is_any: true,
            ..Self::default()
        };
        (0..state.positions().len()).for_each(|number| touched.positions.add(number));
        (0..state.instruments().len()).for_each(|number| touched.instruments.add(number));
        (0..state.accounts().len()).for_each(|number| touched.accounts.add(number));
        (0..state.orders().len()).for_each(|number| touched.orders.add(number));
        touched
    }

    pub fn positions(&self) -> impl Iterator<Item = usize> {
        self.positions.list.iter().copied()
    }

    /// Those whose prices changed.
    pub fn instruments(&self) -> impl Iterator<Item = usize> {
        self.instruments.list.iter().copied()
    }

    pub fn accounts(&self) -> impl Iterator<Item = usize> {
        self.accounts.list.iter().copied()
    }

    pub fn orders(&self) -> impl Iterator<Item = usize> {
        self.orders.list.iter().copied()
    }

    /// Nothing, with the memory kept.
    pub fn clear(&mut self) {
        (self.is_registry_new, self.is_any) = (false, false);
        self.positions.clear();
        self.instruments.clear();
        self.accounts.clear();
        self.orders.clear();
    }

    /// Notes a price.
    #[inline]
    pub fn price(&mut self, instrument: InstrumentId) {
        self.is_any = true;
        self.instruments.add(instrument.index());
    }

    fn position(&mut self, state: &State, key: &PositionKey) {
        if let Some(position) = state.position(key) {
            self.position_at(position.id);
        }
        // What it locks is in its account.
        self.account(key.account);
    }

    fn position_at(&mut self, id: PositionId) {
        self.positions.add(id.index());
    }

    fn account(&mut self, id: AccountId) {
        self.accounts.add(id.index());
    }

    fn legs(&mut self, legs: &[Leg]) {
        legs.iter().for_each(|leg| self.account(leg.account));
    }

    /// An order, its position and what it locks.
    fn order(&mut self, state: &State, number: u32) {
        self.orders.add(number as usize);
        if let Some(order) = state.order_at(number) {
            self.position_at(order.position);
            self.account(order.account);
        }
    }

    fn reversal(&mut self, state: &State, reversal: &Reversal) {
        self.position(state, &reversal.key);
        self.legs(&reversal.legs);
        if let Some(number) = reversal.order {
            self.order(state, number);
        }
    }

    fn filled(&mut self, state: &State, filled: &Filled) {
        self.position(state, &filled.key);
        self.legs(&filled.legs);
        if let Some(number) = filled.order {
            self.order(state, number);
        }
        if let Some(reversal) = &filled.reversal {
            self.reversal(state, reversal);
        }
    }

    fn amended(&mut self, state: &State, amended: &FillAmended) {
        self.position(state, &amended.key);
        self.legs(&amended.legs);
        let account = amended.key.account;
        let venue = amended.venue_order_id;
        let named = venue.and_then(|id| state.venue_order(account, id));
        if let Some(number) = amended.order.or(named) {
            self.order(state, number);
        }
    }

    /// Notes an event that `state` has applied.
    pub fn event(&mut self, state: &State, entry: &Entry) {
        self.is_any = true;
        match &entry.event {
            // Another mark may be the one that counts.
            Event::Configured { .. } => *self = Self::all(state),
            Event::CurrencyAdded(_) | Event::AccountAdded { .. } | Event::StrategyAdded { .. } => {
                self.is_registry_new = true;
            }
            Event::InstrumentAdded(instrument) | Event::InstrumentChanged(instrument) => {
                self.is_registry_new = true;
                self.instruments.add(instrument.id.index());
            }
            Event::CashMoved(moved) => self.legs(&[moved.leg]),
            Event::Transferred(moved) => self.legs(&[moved.from, moved.to]),
            Event::IncomePaid(paid) => {
                self.legs(&[paid.leg]);
                if let Some(key) = &paid.position {
                    self.position(state, key);
                }
            }
            Event::SplitBooked(split) => {
                self.instruments.add(split.instrument.index());
                for part in &split.parts {
                    self.position_at(part.position);
                }
            }
            Event::Adopted(adopted) => {
                self.position(state, &adopted.key);
                self.legs(adopted.leg.as_slice());
            }
            Event::CostGiven(given) => {
                self.position_at(given.position);
                if let Some(position) = state.position_at(given.position) {
                    self.account(position.key.account);
                }
            }
            Event::OrderPlaced(_) => {
                // It is the newest.
                let number = state.orders().len().saturating_sub(1);
                self.order(state, u32::try_from(number).unwrap_or(u32::MAX));
            }
            Event::OrderChanged(changed) => self.order(state, changed.order),
            Event::OrderAmended(amended) => self.order(state, amended.order),
            Event::Filled(filled) => self.filled(state, filled),
            Event::Busted(reversal) => self.reversal(state, reversal),
            Event::FillAmended(amended) => self.amended(state, amended),
            Event::OrderRefused(_)
            | Event::Quarantined(_)
            | Event::PriceLevelMoved { .. }
            | Event::TradingStateChanged { .. }
            | Event::RiskMarked { .. }
            | Event::Stated(_)
            | Event::StateSet { .. }
            | Event::Recorded(_)
            | Event::SnapshotTaken(_)
            | Event::StoreChanged { .. } => {}
        }
    }
}
