//! The writer as its owner drives it: inline on the caller's thread, or on a thread of its own that
//! serves any number of producers.

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::book::{Answer, State};
use crate::model::InvalidValue;
use crate::sync::{Doorbell, Origin, ring};

use super::lane::{Lane, Message};
use super::producer::{Discipline, Gone, Producer, Unsent, pair};
use super::rest::{Rest, rest};
use super::thread::{Closing, Door, Service, Wait};
use super::{Bus, Input, Reactor, Reader, View, Writer};

/// How many producers there may be at once beside the host's own.
pub const PRODUCERS_MAX: usize = 64;

/// How the writer runs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether it has a thread of its own.
    pub threaded: bool,
    /// The core to pin that thread to.
    pub core: Option<usize>,
    /// What it does when there is nothing to do.
    pub wait: Wait,
    /// How many inputs of one producer may wait.
    pub capacity: usize,
    /// How a caller sleeps until its answer is there.
    pub rest: Rest,
    /// How many wait before the thread starts; for tests of what lag may not change.
    pub ahead: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threaded: true,
            core: None,
            wait: Wait::default(),
            capacity: 4_096,
            rest,
            ahead: 0,
        }
    }
}

/// The owner's handle on the writer, and a producer itself.
pub struct Host<R> {
    place: Place<R>,
    reader: Reader,
    bus: Bus,
    origin: Origin,
    ahead: usize,
    posted: usize,
}

enum Place<R> {
    Inline(Box<Writer<R>>),
    Threaded(Box<Remote<R>>),
}

/// A writer on a thread of its own.
struct Remote<R> {
    own: Producer,
    enrol: Enrol,
    thread: Option<JoinHandle<Writer<R>>>,
    /// Until it starts.
    parked: Option<Service<R>>,
    core: Option<usize>,
}

/// Brings producers to the writer; may be shared by threads.
#[derive(Clone)]
pub struct Enrol {
    door: Arc<Door>,
    /// Held by every lane as well: so many there are.
    seats: Arc<()>,
    bell: Arc<Doorbell>,
    capacity: usize,
    wait: Wait,
}

impl Enrol {
    /// Another producer of the same writer, which may be moved to another thread.
    ///
    /// # Errors
    /// [`InvalidValue`] when there are [`PRODUCERS_MAX`], or the writer is gone.
    pub fn producer(&self, discipline: Discipline) -> Result<Producer, InvalidValue> {
        let refuse =
            |found: &str, allowed: &str| Err(InvalidValue::new("producer", found, allowed));
        let mut open = self.door.lock();
        let Some(newcomers) = open.as_mut() else {
            return refuse("a writer that is gone", "a book that is open");
        };
        // Beside every lane, each handle like this one has a seat; the writer's thread has the
        // door, and no seat.
        let handles = Arc::strong_count(&self.door) - 1;
        let taken = Arc::strong_count(&self.seats).saturating_sub(handles);
        if taken >= PRODUCERS_MAX {
            let allowed = format!("at most {PRODUCERS_MAX} at once");
            return refuse("one more", &allowed);
        }
        let seat = Some(Arc::clone(&self.seats));
        let (producer, lane) = self.pair(discipline, seat);
        // There is room for as many as there are seats.
        let _ = newcomers.push(lane);
        drop(open);
        self.bell.ring();
        Ok(producer)
    }
}

impl Enrol {
    /// A producer of this writer and its lane.
    fn pair(&self, discipline: Discipline, seat: Option<Arc<()>>) -> (Producer, Lane) {
        let ends = (Arc::clone(&self.bell), seat);
        let (mut producer, lane) = pair(discipline, self.capacity, ends);
        producer.set_waking(self.wait.sleeps());
        (producer, lane)
    }
}

impl<R: Reactor> Remote<R> {
    fn new(writer: Writer<R>, options: Options) -> Self {
        let bell = Arc::clone(&writer.board().writer);
        let (give, newcomers) = ring(PRODUCERS_MAX + 1);
        let enrol = Enrol {
            door: Arc::new(Door::open(give)),
            seats: Arc::new(()),
            bell: Arc::clone(&bell),
            capacity: options.capacity.max(options.ahead),
            wait: options.wait,
        };
        let (mut own, lane) = enrol.pair(Discipline::Ordered, None);
        own.set_rest(options.rest);
        let service = Service {
            writer,
            lanes: vec![lane],
            newcomers,
            _door: Closing(Arc::clone(&enrol.door)),
            bell,
            wait: options.wait,
            has_owner: true,
        };
        Self {
            own,
            enrol,
            thread: None,
            parked: Some(service),
            core: options.core,
        }
    }

    /// Starts the thread; a repeat changes nothing.
    fn start(&mut self) {
        let Some(mut service) = self.parked.take() else {
            return;
        };
        let core = self.core;
        let named = std::thread::Builder::new().name("truebook-writer".to_owned());
        let run = move || {
            super::pin::pin(core);
            service.run();
            service.writer
        };
        self.thread = named.spawn(run).ok();
    }

    /// Gives a message; starts a thread that waits for more where there is no room.
    fn send(&mut self, message: Message) -> Result<(), Gone> {
        match self.own.try_send(message) {
            Ok(()) => Ok(()),
            Err(Unsent::Gone(why, _)) => Err(why),
            Err(Unsent::Full(message)) => {
                self.start();
                self.own.send(message)
            }
        }
    }

    /// Ends the thread after everything that was given; the writer, unless it panicked.
    fn stop(mut self) -> Result<Writer<R>, Gone> {
        if !self.own.is_here() {
            // There is no such thread in this process to wait for.
            std::mem::forget(self);
            return Err(Gone::Forked);
        }
        self.start();
        let Self {
            own, enrol, thread, ..
        } = self;
        let bell = Arc::clone(&enrol.bell);
        drop((own, enrol));
        bell.ring();
        let thread = thread.ok_or(Gone::Ended)?;
        thread.join().map_err(|_| Gone::Ended)
    }
}

impl<R: Reactor> Host<R> {
    /// Runs `writer` as `options` say.
    pub fn new(writer: Writer<R>, options: Options) -> Self {
        let (reader, bus) = (writer.reader(), writer.bus().clone());
        let place = if options.threaded {
            let mut remote = Remote::new(writer, options);
            if options.ahead == 0 {
                remote.start();
            }
            Place::Threaded(Box::new(remote))
        } else {
            Place::Inline(Box::new(writer))
        };
        Self {
            place,
            reader,
            bus,
            origin: Origin::here(),
            ahead: options.ahead,
            posted: 0,
        }
    }

    /// What readers hold, on any thread.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Where subscribers come from, from any thread.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// What brings more producers to the writer; `None` where it has no thread of its own.
    ///
    /// The thread ends with this host, once everything that producers gave is executed; they are
    /// told so by their next call.
    pub fn enrol(&self) -> Option<Enrol> {
        match &self.place {
            Place::Inline(_) => None,
            Place::Threaded(remote) => Some(remote.enrol.clone()),
        }
    }

    /// Whether this is the process in which it was made: the store's threads are there only.
    fn check(&self) -> Result<(), Gone> {
        match self.origin.is_here() {
            true => Ok(()),
            false => Err(Gone::Forked),
        }
    }

    /// Gives an input without waiting for its answer; waits only while the ring is full.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn post(&mut self, input: Input) -> Result<(), Gone> {
        self.check()?;
        match &mut self.place {
            Place::Inline(writer) => {
                writer.take(&input);
                Ok(())
            }
            Place::Threaded(remote) => {
                self.posted += 1;
                let sent = remote.send(Message::Post(input));
                if self.posted >= self.ahead {
                    remote.start();
                }
                sent
            }
        }
    }

    /// Gives an input and waits for its answer.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn call(&mut self, input: Input) -> Result<Answer, Gone> {
        self.check()?;
        match &mut self.place {
            Place::Inline(writer) => Ok(writer.take(&input)),
            Place::Threaded(remote) => {
                remote.start();
                remote.own.call(input)
            }
        }
    }

    /// A view of everything that was executed so far; waits for one where the writer has a thread.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn view(&mut self) -> Result<Arc<View>, Gone> {
        if let Place::Inline(writer) = &mut self.place {
            writer.view();
            return Ok(self.reader.view());
        }
        self.reader.check()?;
        self.reader.fresh_view(None).map_err(|_| Gone::Ended)
    }

    /// Whether readers find everything given so far; waits for it a few microseconds.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn is_settled(&mut self) -> Result<bool, Gone> {
        self.check()?;
        match &mut self.place {
            Place::Inline(_) => Ok(true),
            Place::Threaded(remote) => {
                remote.start();
                remote.own.check()?;
                Ok(remote.own.is_settled())
            }
        }
    }

    /// Looks at the state after everything given so far.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn ask<T: Send + 'static>(
        &mut self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        self.check()?;
        match &mut self.place {
            Place::Inline(writer) => Ok(look(writer.state())),
            Place::Threaded(remote) => {
                remote.start();
                remote.own.ask(look)
            }
        }
    }

    /// Ends after everything given so far, by other producers too, and gives the writer back.
    ///
    /// # Errors
    /// [`Gone`] without a writer.
    pub fn stop(self) -> Result<Writer<R>, Gone> {
        if !self.origin.is_here() {
            // What it holds is waited for by threads of the other process.
            std::mem::forget(self);
            return Err(Gone::Forked);
        }
        match self.place {
            Place::Inline(mut writer) => {
                // What readers see after the end.
                writer.view();
                Ok(*writer)
            }
            Place::Threaded(remote) => remote.stop(),
        }
    }
}
