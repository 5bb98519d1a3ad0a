//! Who is handed the running tasks that a scan comes by.

use std::ops::ControlFlow;

use crate::zombie::{Plan, Suspect, Timestamp};

pub(super) trait Visitor {
    /// Whether one that is plainly live is to be handed over all the same: it has shown this sign of life, and perhaps a later one.
    fn wants(&self, sign: impl FnOnce() -> Option<Timestamp>) -> bool;

    /// Takes one, and says whether it has had enough.
    fn visit(&mut self, suspect: Suspect) -> ControlFlow<()>;
}

impl<F: FnMut(Suspect) -> ControlFlow<()>> Visitor for F {
    fn wants(&self, _sign: impl FnOnce() -> Option<Timestamp>) -> bool {
        false
    }

    fn visit(&mut self, suspect: Suspect) -> ControlFlow<()> {
        self(suspect)
    }
}

impl Visitor for &mut Plan {
    fn wants(&self, sign: impl FnOnce() -> Option<Timestamp>) -> bool {
        self.longest.as_ref().is_some_and(|longest| longest.wants(sign()))
    }

    fn visit(&mut self, suspect: Suspect) -> ControlFlow<()> {
        self.add(suspect)
    }
}
