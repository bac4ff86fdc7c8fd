//! The whole book at one moment, to be looked at for as long as one likes.
//!
//! 1. Everything in a view is of one sequence and one version.
//! 2. A view shares with the one before what did not change.

use std::sync::Arc;

use crate::book::{Balance, Mark, State, Totals};
use crate::model::{
    AccountId, Currency, CurrencyId, Id, Instrument, InstrumentId, MarkChoice, Order, Position,
    PositionId, StrategyId, Timestamp,
};

use super::page::{PAGE, Pager, Pages, Pool};
use super::touch::Touched;

/// How many views are kept to be used again.
const SPARE_VIEWS: usize = 4;

/// What has a name, by number.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// The currencies.
    pub currencies: Vec<Currency>,
    /// The instruments.
    pub instruments: Vec<Instrument>,
    /// The accounts.
    pub accounts: Vec<Id>,
    /// The strategies.
    pub strategies: Vec<Id>,
}

/// The book at one moment.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// How many events the book had.
    pub sequence: u64,
    /// How many changes were published before, prices included, in this process.
    pub version: u64,
    /// The newest time that the book had seen.
    pub now: Timestamp,
    /// The whole book in the reporting currency.
    pub totals: Totals,
    /// Which price values a position.
    pub mark_choice: MarkChoice,
    registry: Arc<Registry>,
    positions: Pages<Position>,
    marks: Pages<Mark>,
    balances: Pages<Balance>,
    orders: Pages<Order>,
}

impl View {
    /// What has a name.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Every position that was ever opened, by number.
    pub fn positions(&self) -> impl Iterator<Item = &Position> {
        self.positions.iter()
    }

    /// A position by its number.
    #[must_use]
    pub fn position(&self, id: PositionId) -> Option<&Position> {
        self.positions.get(id.index())
    }

    /// What is known of an instrument's price.
    #[must_use]
    pub fn mark(&self, id: InstrumentId) -> Option<&Mark> {
        self.marks.get(id.index())
    }

    /// A balance; 0 where nothing was ever booked.
    #[must_use]
    pub fn balance(&self, account: AccountId, currency: CurrencyId) -> Balance {
        let row = self.balances.page(account.index());
        row.get(currency.index()).copied().unwrap_or_default()
    }

    /// Every order that can still fill, oldest first.
    pub fn open_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    /// The name of a strategy.
    #[must_use]
    pub fn strategy(&self, id: StrategyId) -> Option<&Id> {
        self.registry.strategies.get(id.index())
    }
}

/// What makes views.
#[derive(Debug, Default)]
pub(super) struct Viewer {
    registry: Arc<Registry>,
    is_registry_old: bool,
    positions: Pager<Position>,
    marks: Pager<Mark>,
    balances: Pager<Balance>,
    orders: Pager<Order>,
    spare: Pool<View, SPARE_VIEWS>,
}

impl Viewer {
    /// Notes what changed.
    pub fn note(&mut self, touched: &Touched) {
        self.is_registry_old |= touched.is_registry_new;
        for number in touched.positions() {
            self.positions.note(number / PAGE);
        }
        for number in touched.instruments() {
            self.marks.note(number / PAGE);
        }
        for number in touched.accounts() {
            self.balances.note(number);
        }
        for number in touched.orders() {
            self.orders.note(number / PAGE);
        }
    }

    /// The book as it is now.
    pub fn view(&mut self, state: &State, version: u64) -> Arc<View> {
        if self.is_registry_old {
            self.registry = Arc::new(Registry::of(state));
            self.is_registry_old = false;
        }
        let new = View {
            sequence: state.sequence,
            version,
            now: state.now,
            totals: state.totals(),
            mark_choice: state.config.mark,
            registry: Arc::clone(&self.registry),
            positions: self.positions.pages(|page, into| {
                into.extend_from_slice(part(state.positions(), page));
            }),
            marks: self.marks.pages(|page, into| {
                let own = part(state.instruments(), page).iter();
                into.extend(own.map(|instrument| state.mark(instrument.id)));
            }),
            balances: self.balances.pages(|account, into| {
                into.extend_from_slice(state.balances_of(account));
            }),
            orders: self.orders.pages(|page, into| {
                let own = part(state.orders(), page).iter();
                into.extend(own.filter(|order| order.status.is_open()).cloned());
            }),
        };
        let mut view = self.spare.take();
        match Arc::get_mut(&mut view) {
            Some(old) => *old = new,
            None => view = Arc::new(new),
        }
        view
    }

    /// Keeps a view that is no longer the newest, to be used again.
    pub fn give(&mut self, view: Arc<View>) {
        self.spare.give(view);
    }
}

fn part<T>(all: &[T], page: usize) -> &[T] {
    let rest = all.get(page * PAGE..).unwrap_or_default();
    rest.get(..PAGE).unwrap_or(rest)
}

impl Registry {
    /// What has a name in `state`.
    #[must_use]
    pub fn of(state: &State) -> Self {
        Self {
            currencies: state.currencies().to_vec(),
            instruments: state.instruments().to_vec(),
            accounts: state.accounts().iter().map(|each| each.name).collect(),
            strategies: state.strategies().iter().map(|each| each.name).collect(),
        }
    }
}
