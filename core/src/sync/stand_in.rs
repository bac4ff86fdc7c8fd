//! In a model: a ring with the calls and the orderings of rtrb's, in atomics that loom sees.
//!
//! Invariants:
//!
//! 1. Who sees a value counted sees everything before its push; who sees room sees everything
//!    before the pop that made it.
//! 2. Who sees an end gone sees everything that it did.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::primitive::{AtomicUsize, Ordering};

#[derive(Debug)]
struct Shared<T> {
    /// Locked for no longer than a value takes to move; loom sees only the counters.
    values: Mutex<VecDeque<T>>,
    capacity: usize,
    pushed: AtomicUsize,
    popped: AtomicUsize,
    gone: AtomicUsize,
}

impl<T> Shared<T> {
    fn waiting(&self) -> usize {
        // SYNC: Acquire, partner of the Releases in push and pop.
        let (pushed, popped) = (
            self.pushed.load(Ordering::Acquire),
            self.popped.load(Ordering::Acquire),
        );
        pushed - popped
    }

    fn take(&self) -> Option<T> {
        let value = self
            .values
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        // SYNC: Release, partner of the Acquire in waiting.
        self.popped
            .fetch_add(usize::from(value.is_some()), Ordering::Release);
        value
    }

    fn is_abandoned(&self) -> bool {
        // SYNC: Acquire, partner of the Release in leave.
        self.gone.load(Ordering::Acquire) != 0
    }

    fn leave(&self) {
        // SYNC: Release, partner of the Acquire in is_abandoned.
        self.gone.fetch_add(1, Ordering::Release);
    }
}

#[derive(Debug)]
pub struct RingBuffer;

impl RingBuffer {
    pub fn new<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
        let shared = Arc::new(Shared {
            values: Mutex::new(VecDeque::new()),
            capacity,
            pushed: AtomicUsize::new(0),
            popped: AtomicUsize::new(0),
            gone: AtomicUsize::new(0),
        });
        (Producer(Arc::clone(&shared)), Consumer(shared))
    }
}

pub enum PushError<T> {
    Full(T),
}

#[derive(Debug)]
pub struct Producer<T>(Arc<Shared<T>>);

impl<T> Producer<T> {
    pub fn push(&mut self, value: T) -> Result<(), PushError<T>> {
        if self.slots() == 0 {
            return Err(PushError::Full(value));
        }
        let mut values = self.0.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.push_back(value);
        drop(values);
        // SYNC: Release, partner of the Acquire in waiting.
        self.0.pushed.fetch_add(1, Ordering::Release);
        Ok(())
    }

    pub fn slots(&self) -> usize {
        self.0.capacity - self.0.waiting()
    }

    pub fn is_abandoned(&self) -> bool {
        self.0.is_abandoned()
    }
}

impl<T> Drop for Producer<T> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

#[derive(Debug)]
pub struct Consumer<T>(Arc<Shared<T>>);

/// Values that are given out one by one.
pub struct Chunk<'a, T> {
    consumer: &'a Consumer<T>,
    values: Vec<T>,
}

impl<T> Consumer<T> {
    pub fn pop(&mut self) -> Result<T, ()> {
        match self.0.waiting() {
            0 => Err(()),
            _ => self.0.take().ok_or(()),
        }
    }

    pub fn slots(&self) -> usize {
        self.0.waiting()
    }

    pub fn is_empty(&self) -> bool {
        self.0.waiting() == 0
    }

    pub fn is_abandoned(&self) -> bool {
        self.0.is_abandoned()
    }

    /// Looked at: put back when the chunk is dropped. Given out: taken.
    pub fn read_chunk(&mut self, count: usize) -> Result<Chunk<'_, T>, ()> {
        let mut values = self.0.values.lock().unwrap_or_else(PoisonError::into_inner);
        let values = values.drain(..count).collect();
        Ok(Chunk {
            consumer: self,
            values,
        })
    }
}

impl<T> Chunk<'_, T> {
    pub fn as_slices(&self) -> (&[T], &[T]) {
        (&self.values, &[])
    }
}

impl<T> Drop for Chunk<'_, T> {
    fn drop(&mut self) {
        let shared = &self.consumer.0;
        let mut values = shared.values.lock().unwrap_or_else(PoisonError::into_inner);
        for value in self.values.drain(..).rev() {
            values.push_front(value);
        }
    }
}

impl<T> IntoIterator for Chunk<'_, T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(mut self) -> Self::IntoIter {
        let values = std::mem::take(&mut self.values);
        // SYNC: Release, partner of the Acquire in waiting.
        self.consumer
            .0
            .popped
            .fetch_add(values.len(), Ordering::Release);
        values.into_iter()
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        self.0.leave();
    }
}
