//! What a model needs of the engine: the real service of one producer, on a thread of loom's.

use std::sync::Arc;

use crate::sync::Doorbell;

use super::producer::{Discipline, Producer, pair_with};
use super::thread::{Closing, Door, Service, Wait};
use super::{Reactor, Reader, Writer};

/// The bells of a writer and of its one producer.
#[derive(Debug)]
pub struct ModelBells {
    /// Where the writer sleeps.
    pub writer: Doorbell,
    /// Where the producer waits for an answer.
    pub producer: Doorbell,
}

impl Default for ModelBells {
    fn default() -> Self {
        Self {
            writer: Doorbell::new(),
            producer: Doorbell::new(),
        }
    }
}

/// The owner's producer of a writer, a reader, and what the writer's thread runs.
pub fn modelled<R: Reactor>(
    make: impl FnOnce(Arc<Doorbell>) -> Writer<R>,
    bells: ModelBells,
    (discipline, capacity): (Discipline, usize),
) -> (Producer, Reader, impl FnOnce() -> Writer<R> + Send) {
    let bell = Arc::new(bells.writer);
    let writer = make(Arc::clone(&bell));
    let ends = (Arc::clone(&bell), None);
    let (own, lane) = pair_with(discipline, capacity, ends, Arc::new(bells.producer));
    let (give, newcomers) = crate::sync::ring(1);
    let reader = writer.reader();
    let mut service = Service {
        writer,
        lanes: vec![lane],
        newcomers,
        _door: Closing(Arc::new(Door::open(give))),
        bell,
        wait: Wait::Park,
        has_owner: true,
    };
    let run = move || {
        service.run();
        service.writer
    };
    (own, reader, run)
}
