//! A sweep that whoever asked for it calls off: it ends as at a signal does one, and what is under way is rolled back, but the
//! process goes on.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

thread_local! {
    /// What the sweep of this thread heeds: SQLite's handler of locks is given nothing else to go by.
    static HEEDED: RefCell<Option<CalledOff>> = const { RefCell::new(None) };
}

/// Tells whether it was called off.
#[derive(Clone)]
pub(crate) struct CalledOff(Arc<dyn Fn() -> bool + Send + Sync>);

impl CalledOff {
    pub(crate) fn by(is_so: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_so))
    }

    /// The same, and for another reason.
    pub(crate) fn or(&self, is_so: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let first = self.clone();
        Self::by(move || first.is_so() || is_so())
    }

    pub(crate) fn is_so(&self) -> bool {
        (self.0)()
    }

    /// What this thread does heeds it until what is returned is dropped.
    pub(crate) fn heed(&self) -> Heeding {
        HEEDED.set(Some(self.clone()));
        Heeding(PhantomData)
    }
}

/// Stays with the thread that heeds.
pub(crate) struct Heeding(PhantomData<*const ()>);

impl Drop for Heeding {
    fn drop(&mut self) {
        HEEDED.set(None);
    }
}

/// Whether what this thread does was called off.
pub(crate) fn is_this_so() -> bool {
    HEEDED.with_borrow(|heeded| heeded.as_ref().is_some_and(CalledOff::is_so))
}
