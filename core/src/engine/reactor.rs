//! What runs on the writer's thread after each input: a paper venue, strategies.

use crate::bars::Bar;
use crate::book::{Command, Entry, PriceTick, State};

/// Something that has just happened.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    /// A price was accepted.
    Price(&'a PriceTick),
    /// A bar closed, and its price was accepted.
    Bar(&'a Bar),
    /// An event was applied.
    Event(&'a Entry),
}

/// Reacts to what happens with commands that are executed before the next input.
///
/// It must be a function of what it has seen, or inline, threaded and repeated runs differ.
pub trait Reactor: Send + 'static {
    /// Looks at `happening` and adds commands.
    fn react(&mut self, state: &State, happening: Happening<'_>, commands: &mut Vec<Command>);
}

/// Never reacts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Reactor for Quiet {
    fn react(&mut self, _: &State, _: Happening<'_>, _: &mut Vec<Command>) {}
}
