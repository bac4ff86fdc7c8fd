//! The writer on its own thread, fed by a ring and woken by a doorbell.
//!
//! 1. Every call is answered once, in order.
//! 2. The thread ends when its producer is gone and the ring is empty, and gives the writer back.

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::book::{Answer, State};
use crate::sync::{Consumer, Doorbell, Producer, ring};

use super::{Input, Reactor, Writer};

/// How many messages are taken from the ring at once.
const CHUNK: usize = 64;
/// How often an empty ring is looked at before the thread sleeps.
const SPINS: u32 = 2_000;

/// What crosses the ring.
pub(super) enum Message {
    /// Execute; nobody waits for the answer.
    Post(Input),
    /// Execute and answer.
    Call(Input),
    /// Look at the state.
    Ask(Box<dyn FnOnce(&State) + Send>),
}

/// The producer's end.
pub(super) struct Remote<R> {
    messages: Option<Producer<Message>>,
    answers: Consumer<Answer>,
    writer_bell: Arc<Doorbell>,
    caller_bell: Arc<Doorbell>,
    thread: Option<JoinHandle<Writer<R>>>,
    parked: Option<(Writer<R>, Consumer<Message>, Producer<Answer>)>,
    core: Option<usize>,
}

impl<R: Reactor> Remote<R> {
    /// The ends of the rings; the thread starts with [`Remote::start`].
    pub(super) fn new(writer: Writer<R>, capacity: usize, core: Option<usize>) -> Self {
        let (messages, inbox) = ring(capacity);
        let (replies, answers) = ring(capacity);
        Self {
            messages: Some(messages),
            answers,
            writer_bell: Arc::new(Doorbell::new()),
            caller_bell: Arc::new(Doorbell::new()),
            thread: None,
            parked: Some((writer, inbox, replies)),
            core,
        }
    }

    /// Starts the thread; a repeat changes nothing.
    pub(super) fn start(&mut self) {
        let Some((writer, inbox, replies)) = self.parked.take() else {
            return;
        };
        let service = Service {
            writer,
            inbox,
            replies,
            bell: Arc::clone(&self.writer_bell),
            caller_bell: Arc::clone(&self.caller_bell),
        };
        let core = self.core;
        let name = std::thread::Builder::new().name("truebook-writer".to_owned());
        self.thread = name
            .spawn(move || {
                // Declared first, so dropped last: it rings when the rings' ends are gone.
                let _farewell = Farewell(Arc::clone(&service.caller_bell));
                let mut service = service;
                super::pin::pin(core);
                service.run();
                service.writer
            })
            .ok();
    }

    /// Puts a message into the ring, waiting while it is full. `false` when the writer is gone.
    pub(super) fn send(&mut self, message: Message) -> bool {
        let mut message = message;
        loop {
            let Some(messages) = self.messages.as_mut() else {
                return false;
            };
            if messages.is_abandoned() {
                return false;
            }
            match messages.push(message) {
                Ok(()) => {
                    self.writer_bell.ring();
                    return true;
                }
                Err(full) => {
                    message = full.0;
                    self.start();
                    std::thread::yield_now();
                }
            }
        }
    }

    /// Waits for the answer to the last call; `None` when the writer is gone.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        self.start();
        for _ in 0..SPINS {
            if let Some(answer) = self.answers.pop() {
                return Some(answer);
            }
            std::hint::spin_loop();
        }
        let answers = &self.answers;
        self.caller_bell
            .wait(|| !answers.is_empty() || answers.is_abandoned(), None);
        self.answers.pop()
    }

    /// Whether the thread has ended; it may have when this returns `false`.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// Ends the thread after everything in the ring; the writer, unless it panicked.
    pub(super) fn stop(&mut self) -> Option<Writer<R>> {
        self.start();
        self.messages = None;
        self.writer_bell.ring();
        self.thread.take()?.join().ok()
    }
}

struct Service<R> {
    writer: Writer<R>,
    inbox: Consumer<Message>,
    replies: Producer<Answer>,
    bell: Arc<Doorbell>,
    caller_bell: Arc<Doorbell>,
}

/// Wakes the caller when the writer's thread ends, by a panic too.
struct Farewell(Arc<Doorbell>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.ring();
    }
}

impl<R: Reactor> Service<R> {
    fn run(&mut self) {
        let mut idle = 0;
        loop {
            let taken = self.serve();
            if taken > 0 {
                idle = 0;
            } else if self.inbox.is_abandoned() {
                if self.serve() == 0 {
                    return;
                }
            } else if idle < SPINS {
                idle += 1;
                std::hint::spin_loop();
            } else {
                let inbox = &self.inbox;
                self.bell
                    .wait(|| !inbox.is_empty() || inbox.is_abandoned(), None);
                idle = 0;
            }
        }
    }

    fn serve(&mut self) -> usize {
        let Self {
            writer,
            inbox,
            replies,
            caller_bell,
            ..
        } = self;
        let mut fills = 0;
        inbox.look(CHUNK, |message| {
            if let Message::Post(input) = message {
                fills += usize::from(writer.touch(input, fills));
            }
        });
        inbox.drain(CHUNK, |message| match message {
            Message::Post(input) => {
                writer.execute(&input);
            }
            Message::Call(input) => {
                let answer = writer.execute(&input);
                // The caller waits for each answer, so the ring has room.
                let _ = replies.push(answer);
                caller_bell.ring();
            }
            Message::Ask(look) => look(writer.state()),
        })
    }
}
