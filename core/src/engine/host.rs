//! The writer as its owner drives it: inline on the caller's thread, or on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::book::{Answer, State};
use crate::model::Refusal;

use super::thread::{Message, Remote};
use super::{Input, LineTable, Reactor, Writer};

/// How long an asker waits before it looks whether the writer is still there.
const PATIENCE: Duration = Duration::from_millis(100);

/// How the writer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether it has a thread of its own.
    pub threaded: bool,
    /// The core to pin that thread to.
    pub core: Option<usize>,
    /// How many inputs may wait.
    pub capacity: usize,
    /// How many wait before the thread starts; for tests of what lag may not change.
    pub ahead: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threaded: true,
            core: None,
            capacity: 4_096,
            ahead: 0,
        }
    }
}

/// The writer stopped after an error of its own. Reopen the book; what was journaled stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the writer has stopped after an error of its own: reopen the book")
    }
}

impl std::error::Error for Stopped {}

/// One producer's handle on the writer.
pub struct Host<R> {
    place: Place<R>,
    lines: Arc<LineTable>,
    ahead: usize,
    posted: usize,
}

enum Place<R> {
    Inline(Box<Writer<R>>),
    Threaded(Box<Remote<R>>),
}

impl<R: Reactor> Host<R> {
    /// Runs `writer` as `options` say.
    pub fn new(writer: Writer<R>, options: Options) -> Self {
        let lines = Arc::clone(writer.lines());
        let place = if options.threaded {
            let capacity = options.capacity.max(options.ahead);
            let mut remote = Remote::new(writer, capacity, options.core);
            if options.ahead == 0 {
                remote.start();
            }
            Place::Threaded(Box::new(remote))
        } else {
            Place::Inline(Box::new(writer))
        };
        Self {
            place,
            lines,
            ahead: options.ahead,
            posted: 0,
        }
    }

    /// The lines that readers poll, from any thread.
    pub fn lines(&self) -> &Arc<LineTable> {
        &self.lines
    }

    /// Gives an input without waiting for its answer; waits only while the ring is full.
    ///
    /// # Errors
    /// [`Stopped`] when the writer is gone.
    pub fn post(&mut self, input: Input) -> Result<(), Stopped> {
        match &mut self.place {
            Place::Inline(writer) => {
                writer.execute(&input);
                Ok(())
            }
            Place::Threaded(remote) => {
                self.posted += 1;
                let sent = remote.send(Message::Post(input));
                if self.posted >= self.ahead {
                    remote.start();
                }
                sent.then_some(()).ok_or(Stopped)
            }
        }
    }

    /// Gives an input and waits for its answer; [`Refusal::Poisoned`] when the writer is gone.
    pub fn call(&mut self, input: Input) -> Answer {
        match &mut self.place {
            Place::Inline(writer) => writer.execute(&input),
            Place::Threaded(remote) => {
                let answer = remote
                    .send(Message::Call(input))
                    .then(|| remote.answer())
                    .flatten();
                answer.unwrap_or(Answer::Refused(Refusal::Poisoned))
            }
        }
    }

    /// Looks at the state after everything given so far.
    ///
    /// # Errors
    /// [`Stopped`] when the writer is gone.
    pub fn ask<T: Send + 'static>(
        &mut self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        match &mut self.place {
            Place::Inline(writer) => Ok(look(writer.state())),
            Place::Threaded(remote) => {
                let (give, take) = mpsc::sync_channel(1);
                let message = Message::Ask(Box::new(move |state| {
                    // The asker may have given up; nobody else wants the value.
                    let _ = give.send(look(state));
                }));
                if !remote.send(message) {
                    return Err(Stopped);
                }
                remote.start();
                loop {
                    match take.recv_timeout(PATIENCE) {
                        Ok(answer) => return Ok(answer),
                        // The message stays in the ring of a writer that stopped before it.
                        Err(RecvTimeoutError::Timeout) if !remote.has_ended() => {}
                        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                            return Err(Stopped);
                        }
                    }
                }
            }
        }
    }

    /// Ends after everything given so far and gives the writer back.
    ///
    /// # Errors
    /// [`Stopped`] when the writer is gone.
    pub fn stop(self) -> Result<Writer<R>, Stopped> {
        match self.place {
            Place::Inline(writer) => Ok(*writer),
            Place::Threaded(mut remote) => remote.stop().ok_or(Stopped),
        }
    }
}
