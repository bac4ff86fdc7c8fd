//! One world: a venue, a book, and everything that goes wrong between them.

use fastrand::Rng;
use truebook_core::book::{Answer, Command, Entry, Ledger, Notice, Retold, State};
use truebook_core::model::{Fixed, Id, InstrumentKind, InstrumentSpec};

use crate::act::text;
use crate::check;
use crate::follower::Follower;
use crate::shown::Shown;
use crate::venue::Venue;

const STEP_NS: i64 = 1_000_000_000;
/// How often every identity is checked, in commands: at least, and one more for so many orders.
const CHECK_EVERY: u64 = 64;
const ORDERS_PER_COMMAND: u64 = 16;
/// How often the book is begun again from its events, in commands: at least, and as a part of all
/// that came before, since each costs the whole state.
const RESTART_EVERY: u64 = 1_000;
const RESTART_PART: u64 = 8;
/// One world of so many has a follower, who costs as much as the world.
const FOLLOWED: u64 = 4;

/// A world that broke: the seed, the command and what did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The world.
    pub seed: u64,
    /// The number of the command, from 1.
    pub command: u64,
    /// What did not hold.
    pub what: String,
}

/// What a world came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Commands given.
    pub commands: u64,
    /// Events booked.
    pub events: u64,
}

impl Outcome {
    /// Adds what another world came to.
    pub fn add(&mut self, other: Self) {
        self.commands += other.commands;
        self.events += other.events;
    }
}

/// Totals are brought in step after so many commands less one, by world.
const REFRESHES: u64 = 7;

/// One world.
pub struct World {
    seed: u64,
    pub(crate) random: Rng,
    pub(crate) ledger: Ledger,
    replayed: State,
    entries: Vec<Entry>,
    /// Every event, where somebody wants them all.
    history: Option<Vec<Entry>>,
    follower: Option<Follower>,
    shown: Option<Shown>,
    notices: Vec<Notice>,
    retold: Retold,
    again: Vec<Notice>,
    /// What the follower did not understand.
    misheard: Option<String>,
    pub(crate) venue: Venue,
    /// Numbers of executions that are not yet delivered, or will be again.
    pub(crate) feed: Vec<usize>,
    pub(crate) orders: Vec<Id>,
    pub(crate) prices: Vec<i64>,
    pub(crate) now: i64,
    commands: u64,
    /// When the identities are checked next, and the book is begun again, by number of command.
    check_at: u64,
    restart_at: u64,
}

impl World {
    /// The world of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut world = Self::unsettled(seed, None);
        world.begin();
        world
    }

    fn unsettled(seed: u64, history: Option<Vec<Entry>>) -> Self {
        Self {
            seed,
            random: Rng::with_seed(seed),
            ledger: Ledger::default(),
            replayed: State::default(),
            entries: Vec::new(),
            history,
            follower: seed.is_multiple_of(FOLLOWED).then(Follower::default),
            shown: None,
            notices: Vec::new(),
            retold: Retold::default(),
            again: Vec::new(),
            misheard: None,
            venue: Venue::default(),
            feed: Vec::new(),
            orders: Vec::new(),
            prices: Vec::new(),
            now: 1_700_000_000_000_000_000,
            commands: 0,
            check_at: CHECK_EVERY,
            restart_at: RESTART_EVERY,
        }
    }

    /// Configures the book, and registers what is traded.
    fn begin(&mut self) {
        self.follow();
        self.give(Command::Configure(Box::default()));
        self.give(Command::AddAccount(text("second")));
        for (number, kind) in (0_u32..).zip(InstrumentKind::ALL) {
            self.register(number, *kind);
        }
    }

    fn register(&mut self, number: u32, kind: InstrumentKind) {
        let spec = InstrumentSpec {
            symbol: Id::format(format_args!("S{number}")),
            kind,
            base: Id::format(format_args!("B{number}")),
            quote: text("USD"),
            price_precision: 2,
            qty_precision: self.random.u8(0..=9),
            multiplier: (kind == InstrumentKind::Option).then(|| Fixed::new(100, 0)),
            leverage: self
                .random
                .bool()
                .then(|| Fixed::new(i128::from(self.random.u8(1..20)), 0)),
            ..InstrumentSpec::default()
        };
        self.give(Command::AddInstrument(Box::new(spec)));
        self.prices.push(10_000_000_000);
    }

    /// The events of the world of `seed`, at least so many, from the first on.
    ///
    /// # Errors
    /// [`Failure`], which the same seed makes again.
    pub fn history(seed: u64, events: u64) -> Result<Vec<Entry>, Failure> {
        let mut world = Self::unsettled(seed, Some(Vec::new()));
        world.begin();
        world.run_to(events)?;
        Ok(world.history.unwrap_or_default())
    }

    /// Runs until `events` events are booked, then delivers what is missing and checks against the
    /// venue.
    ///
    /// # Errors
    /// [`Failure`], which the same seed makes again.
    pub fn run(mut self, events: u64) -> Result<Outcome, Failure> {
        self.run_to(events)?;
        Ok(Outcome {
            commands: self.commands,
            events: self.ledger.state().sequence,
        })
    }

    fn run_to(&mut self, events: u64) -> Result<(), Failure> {
        while self.ledger.state().sequence < events {
            self.step();
            if self.commands >= self.check_at {
                self.check()?;
                let orders = self.orders.len() as u64 / ORDERS_PER_COMMAND;
                self.check_at = self.commands + CHECK_EVERY.max(orders);
            }
            if self.commands >= self.restart_at {
                self.restart()?;
                self.restart_at = self.commands + RESTART_EVERY.max(self.commands / RESTART_PART);
            }
        }
        // Connected again: everything that was held back comes, in any order.
        let mut rest: Vec<usize> = (0..self.venue.executions.len()).collect();
        self.random.shuffle(&mut rest);
        for number in rest {
            self.deliver(number);
        }
        self.check()?;
        self.compare()?;
        self.restart()
    }

    pub(crate) fn give(&mut self, command: Command) -> Answer {
        self.commands += 1;
        self.now += self.random.i64(0..STEP_NS);
        let answer = self.ledger.execute(&command);
        if let Some(shown) = &mut self.shown {
            shown.give(&command);
        }
        let mut entries = std::mem::take(&mut self.entries);
        self.ledger.take_emitted(&mut entries);
        for entry in &entries {
            self.replayed.apply(entry);
            if self.follower.is_some() {
                self.retold.tell(entry, &mut self.again);
            }
        }
        if let Some(history) = &mut self.history {
            history.extend_from_slice(&entries);
        }
        entries.clear();
        self.entries = entries;
        // Some worlds keep their totals in step after each command, some after a chunk, some never.
        let every = self.seed % REFRESHES;
        if every > 0 && self.commands.is_multiple_of(every) {
            self.ledger.refresh_totals();
        }
        if let Some(follower) = &mut self.follower {
            self.ledger.take_notices(&mut self.notices);
            let live = self.notices.iter().filter(|notice| !notice.news.is_price());
            if !live.eq(&self.again) {
                self.misheard = Some("events are told differently again".to_owned());
            }
            self.again.clear();
            let heard = self.notices.drain(..).map(|notice| follower.hear(&notice));
            let misheard = heard.filter_map(Result::err).next();
            self.misheard = self.misheard.take().or(misheard);
        }
        answer
    }

    fn fail(&self, what: String) -> Failure {
        Failure {
            seed: self.seed,
            command: self.commands,
            what,
        }
    }

    fn check(&mut self) -> Result<(), Failure> {
        if let Some(what) = &self.misheard {
            return Err(self.fail(what.clone()));
        }
        let state = self.ledger.state();
        let shown = self
            .shown
            .as_mut()
            .map_or(Ok(()), |shown| shown.check(state));
        let held = shown.and_then(|()| check(state));
        held.map_err(|what| self.fail(what))
    }

    /// What the book holds is what the venue executed.
    fn compare(&self) -> Result<(), Failure> {
        let state = self.ledger.state();
        for ((account, instrument), wanted) in self.venue.quantities(state.instruments()) {
            let found = state.net_qty(account, instrument);
            if found != wanted {
                let what = format!("{account:?} {instrument:?} holds {found}, executed {wanted}");
                return Err(self.fail(what));
            }
        }
        for ((account, instrument), wanted) in self.venue.cash(state.instruments()) {
            let own = state.positions_in(instrument).iter();
            let found: i128 = own
                .filter_map(|id| state.position_at(*id))
                .filter(|position| position.key.account == account)
                .map(|position| position.cash_flow)
                .sum();
            if found != wanted {
                let what = format!("{account:?} {instrument:?} flowed {found}, executed {wanted}");
                return Err(self.fail(what));
            }
        }
        Ok(())
    }

    /// The process ends and begins again: the book is what its events make, or what a checkpoint
    /// of them kept.
    fn restart(&mut self) -> Result<(), Failure> {
        if self.replayed.hash() != self.ledger.state().hash() {
            return Err(self.fail("replayed events make another state".to_owned()));
        }
        if let Some(follower) = &self.follower {
            let told = follower.compare(self.ledger.state());
            told.map_err(|what| self.fail(what))?;
        }
        if self.replayed.sequence.is_multiple_of(2) {
            self.replayed = kept(&self.replayed).map_err(|what| self.fail(what))?;
        }
        self.ledger = Ledger::new(self.replayed.clone());
        self.follow();
        Ok(())
    }

    /// Lets those who follow begin with the ledger as it is now.
    fn follow(&mut self) {
        self.ledger.set_snapshots(true);
        self.ledger.set_followed(self.follower.is_some());
        let is_shown = self.seed % FOLLOWED == 1;
        self.shown = is_shown.then(|| Shown::new(self.seed, self.ledger.state().clone()));
    }
}

/// The state that a checkpoint of `state` gives back.
fn kept(state: &State) -> Result<State, String> {
    let bytes = borsh::to_vec(state).map_err(|error| error.to_string())?;
    let kept: State = borsh::from_slice(&bytes).map_err(|error| error.to_string())?;
    match (kept.hash() == state.hash(), kept.totals() == state.totals()) {
        (true, true) => Ok(kept),
        (same, _) => Err(format!(
            "a checkpoint gives another state (hash {}): {:?}, {:?}",
            if same { "same" } else { "differs" },
            kept.totals(),
            state.totals()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identity_holds_in_random_worlds() {
        for seed in 0..12 {
            let ended = World::new(seed).run(3_000);
            assert!(ended.is_ok(), "{ended:?}");
        }
    }
}
