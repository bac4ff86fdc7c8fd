//! Who gives commands and prices to the writer, from a thread of its own.
//!
//! 1. What one producer gives is executed in its order; an `ordered` one loses nothing, of a `live`
//!    one an older price may be replaced by a newer.
//! 2. Nothing is given twice, and nothing of what was taken is lost when a producer is dropped.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::book::{Answer, Command, FillReport, PriceTick, State};
use crate::sync::{
    Consumer, Doorbell, Full, Origin, Producer as RingProducer, Sender, mailbox, ring,
};

use super::Input;
use super::lane::{Farewell, Lane, LiveLane, Message, PRICE_WORDS, TOPICS, pack, topic};
use super::meter::LaneMeter;
use super::rest::{LINGERING, Rest, SPINNING, rest, spin};

/// How long an asker waits before it looks whether the writer is still there.
const PATIENCE: Duration = Duration::from_millis(100);

/// Why there is no writer. What was journaled stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Its owner ended it, or it stopped after an error of its own.
    Ended,
    /// This process was forked from the one that it runs in.
    Forked,
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "the writer has ended: reopen the book",
            Self::Forked => {
                "this process was forked from the one that opened the book: open it there only"
            }
        })
    }
}

impl std::error::Error for Gone {}

/// Why something was not taken; it is inside.
#[derive(Debug)]
pub enum Unsent<T = Input> {
    /// As many wait as may wait.
    Full(T),
    /// There is no writer.
    Gone(Gone, T),
}

/// What a producer promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// Prices and commands in one order, all of them: for replay, backtests and paper sessions.
    Ordered,
    /// Commands before prices, and of prices the latest of so many instruments where they come
    /// faster than they are taken: for feeds.
    Live {
        /// Instruments with a higher number wait for room instead.
        instruments: usize,
    },
}

/// One producer's end; may be moved to another thread.
pub struct Producer {
    messages: RingProducer<Message>,
    live: Option<Live>,
    answers: Consumer<Answer>,
    spent: Consumer<Box<FillReport>>,
    bell: Arc<Doorbell>,
    meter: Arc<LaneMeter>,
    origin: Origin,
    /// Whether the writer may sleep, and is woken.
    is_waking: bool,
    rest: Rest,
    /// How many messages were given, and how many of the first are known to be executed.
    given: u64,
    settled: u64,
    /// After the rings, so that a writer who is woken by its drop finds their ends gone.
    writer: Farewell,
}

struct Live {
    prices: RingProducer<PriceTick>,
    latest: Sender<PRICE_WORDS>,
    instruments: usize,
}

/// A producer of `capacity` messages, and the writer's side of it, which holds a seat
/// unless it is the owner's.
pub(super) fn pair(
    discipline: Discipline,
    capacity: usize,
    ends: (Arc<Doorbell>, Option<Arc<()>>),
) -> (Producer, Lane) {
    pair_with(discipline, capacity, ends, Arc::new(Doorbell::new()))
}

/// The same, of a producer that waits for answers at `bell`.
pub(super) fn pair_with(
    discipline: Discipline,
    capacity: usize,
    (writer_bell, seat): (Arc<Doorbell>, Option<Arc<()>>),
    bell: Arc<Doorbell>,
) -> (Producer, Lane) {
    let (messages, inbox) = ring(capacity);
    let (replies, answers) = ring(capacity);
    let (give_back, spent) = ring(capacity);
    let meter = Arc::new(LaneMeter::new());
    let (live, live_lane) = match discipline {
        Discipline::Ordered => (None, None),
        Discipline::Live { instruments } => {
            let (give, prices) = ring(capacity);
            let (sender, latest) = mailbox(TOPICS * instruments);
            let live = Live {
                prices: give,
                latest: sender,
                instruments,
            };
            (Some(live), Some(LiveLane { prices, latest }))
        }
    };
    let lane = Lane {
        messages: inbox,
        live: live_lane,
        replies,
        spent: give_back,
        bell: Farewell(Arc::clone(&bell)),
        seat,
        meter: Arc::clone(&meter),
        chunks: 0,
        served: 0,
    };
    let producer = Producer {
        messages,
        live,
        answers,
        spent,
        bell,
        meter,
        origin: Origin::here(),
        is_waking: true,
        rest,
        given: 0,
        settled: 0,
        writer: Farewell(writer_bell),
    };
    (producer, lane)
}

impl Producer {
    /// Gives an input without waiting.
    ///
    /// # Errors
    /// [`Unsent`] with the input, when there is no room or no writer.
    pub fn try_post(&mut self, input: Input) -> Result<(), Unsent> {
        match self.try_send(Message::Post(input)) {
            Err(Unsent::Gone(why, Message::Post(input))) => Err(Unsent::Gone(why, input)),
            Err(Unsent::Full(Message::Post(input))) => Err(Unsent::Full(input)),
            // Only what was given comes back.
            Ok(()) | Err(Unsent::Full(_) | Unsent::Gone(..)) => Ok(()),
        }
    }

    /// Memory for a report: of one that was executed, with whatever it says, where there is any.
    /// Memory that one thread makes and another frees is slow to make.
    pub fn spent(&mut self) -> Option<Box<FillReport>> {
        self.spent.pop()
    }

    /// Gives an input; waits only while there is no room.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn post(&mut self, input: Input) -> Result<(), Gone> {
        self.send(Message::Post(input))
    }

    /// Gives a price. An `ordered` producer waits while there is no room; a `live` one leaves it in
    /// place of the price of its kind that was not taken yet.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn price(&mut self, tick: PriceTick) -> Result<(), Gone> {
        let Some(live) = self.live.as_mut() else {
            return self.post(Input::Command(Command::Price(tick)));
        };
        if !self.origin.is_here() {
            return Err(Gone::Forked);
        }
        if live.prices.is_abandoned() {
            return Err(Gone::Ended);
        }
        if tick.instrument.index() >= live.instruments {
            return self.post(Input::Command(Command::Price(tick)));
        }
        // While older ones are left there, a newer one must not overtake them in the ring.
        let refused = if live.latest.is_taken() {
            live.prices.push(tick).err()
        } else {
            Some(Full(tick))
        };
        if let Some(Full(tick)) = refused {
            live.latest.send(topic(&tick), &pack(&tick));
            self.meter.conflated.set(live.latest.replaced());
        }
        self.wake();
        Ok(())
    }

    /// Gives a price without waiting: an `ordered` producer gets it back where there is no room.
    ///
    /// # Errors
    /// [`Unsent`], when there is no room or no writer.
    pub fn try_price(&mut self, tick: PriceTick) -> Result<(), Unsent> {
        let has_own_place = |live: &Live| tick.instrument.index() < live.instruments;
        if self.live.as_ref().is_some_and(has_own_place) {
            let given = Input::Command(Command::Price(tick));
            return self.price(tick).map_err(|why| Unsent::Gone(why, given));
        }
        self.try_post(Input::Command(Command::Price(tick)))
    }

    /// Wakes nobody until [`Producer::release_wakes`] with what this returns: for several things.
    #[must_use]
    pub fn hold_wakes(&mut self) -> bool {
        std::mem::replace(&mut self.is_waking, false)
    }

    /// Wakes the writer, and does so again from now on, where `is_waking` is so.
    pub fn release_wakes(&mut self, is_waking: bool) {
        self.is_waking = is_waking;
        self.wake();
    }

    /// Says whether the writer ever sleeps.
    pub(super) fn set_waking(&mut self, is_waking: bool) {
        self.is_waking = is_waking;
    }

    /// Says how to sleep.
    pub(super) fn set_rest(&mut self, rest: Rest) {
        self.rest = rest;
    }

    #[inline]
    fn wake(&self) {
        if self.is_waking {
            self.writer.0.ring();
        }
    }

    /// How many prices were replaced by newer ones before they were taken.
    #[must_use]
    pub fn conflated(&self) -> u64 {
        self.live.as_ref().map_or(0, |live| live.latest.replaced())
    }

    /// Gives an input and waits for its answer.
    ///
    /// # Errors
    /// [`Gone`] without a writer; whether the input was executed is then not known.
    pub fn call(&mut self, input: Input) -> Result<Answer, Gone> {
        self.send(Message::Call(input))?;
        let answer = self.answer().ok_or(Gone::Ended)?;
        // It was published before it was answered, and so was everything before it.
        self.settled = self.given;
        Ok(answer)
    }

    /// Whether readers find everything that this producer gave, prices of a `live` one apart; waits
    /// for it a little while.
    pub(super) fn is_settled(&mut self) -> bool {
        let (given, meter) = (self.given, &self.meter);
        let is_served = || {
            meter
                .served
                .try_read()
                .filter(|([served], _)| *served == given)
        };
        if self.settled != given && spin(SPINNING, is_served).is_some() {
            self.settled = given;
        }
        self.settled == given
    }

    /// Whether this is the process in which it was made.
    pub(super) fn is_here(&self) -> bool {
        self.origin.is_here()
    }

    /// Looks at the state after everything that this producer gave, prices of a `live` one apart.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn ask<T: Send + 'static>(
        &mut self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (give, mut take) = mpsc::sync_channel(1);
        self.send(Message::Ask(Box::new(move |state| {
            // The asker may have given up; nobody else wants the value.
            let _ = give.send(look(state));
        })))?;
        if let Some(answer) = spin(SPINNING, || take.try_recv().ok()) {
            return Ok(answer);
        }
        loop {
            let mut waited = Err(RecvTimeoutError::Timeout);
            let (take, found) = (&mut take, &mut waited);
            (self.rest)(&mut move || {
                *found = match spin(LINGERING, || take.try_recv().ok()) {
                    Some(answer) => Ok(answer),
                    None => take.recv_timeout(PATIENCE),
                };
            });
            match waited {
                Ok(answer) => return Ok(answer),
                // The message stays in the ring of a writer that stopped before it.
                Err(RecvTimeoutError::Timeout) if !self.messages.is_abandoned() => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(Gone::Ended);
                }
            }
        }
    }

    /// Whether there is a writer.
    pub(super) fn check(&self) -> Result<(), Gone> {
        match (self.origin.is_here(), self.messages.is_abandoned()) {
            (false, _) => Err(Gone::Forked),
            (true, true) => Err(Gone::Ended),
            (true, false) => Ok(()),
        }
    }

    /// Puts a message into the ring.
    pub(super) fn try_send(&mut self, message: Message) -> Result<(), Unsent<Message>> {
        if let Err(why) = self.check() {
            return Err(Unsent::Gone(why, message));
        }
        self.messages
            .push(message)
            .map_err(|Full(message)| Unsent::Full(message))?;
        self.given += 1;
        self.wake();
        Ok(())
    }

    pub(super) fn send(&mut self, message: Message) -> Result<(), Gone> {
        let mut message = message;
        loop {
            match self.try_send(message) {
                Ok(()) => return Ok(()),
                Err(Unsent::Gone(why, _)) => return Err(why),
                Err(Unsent::Full(back)) => message = back,
            }
            (self.rest)(&mut std::thread::yield_now);
        }
    }

    /// Waits for the answer to the last call; `None` when the writer is gone.
    fn answer(&mut self) -> Option<Answer> {
        if let Some(answer) = spin(SPINNING, || self.answers.pop()) {
            return Some(answer);
        }
        let (rest, own) = (self.rest, &mut *self);
        rest(&mut move || {
            let answers = &own.answers;
            let is_there = || !answers.is_empty() || answers.is_abandoned();
            if spin(LINGERING, || is_there().then_some(())).is_none() {
                own.bell.wait(is_there, None);
            }
        });
        self.answers.pop()
    }
}
