use std::fmt;
use std::sync::Arc;

use super::{Moment, Reading, Timestamp, short};

/// What the columns of one role say of a row, taken together: the newest moment counts, and one that cannot be read is
/// remembered, as it may be newer still.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// The newest moment that can be read.
    pub newest: Option<Moment>,
    /// A value that cannot.
    pub unreadable: Option<Box<Unread>>,
}

/// A value that is no moment to go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Table and column.
    pub column: Arc<str>,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What keeps a value from being a moment to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its form.
    Form,
    /// It can be read, but lies too far ahead of *now* to be believed.
    Ahead,
    /// It is the length of a lease, and no number of seconds.
    Length,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.flaw {
            Flaw::Form => "which is not understood as a time",
            Flaw::Ahead => "which lies further ahead of now than can be",
            Flaw::Length => "which is not understood as a number of seconds",
        };
        write!(f, "{} is {}, {what}", self.column, short(&self.value))
    }
}

impl Signs {
    /// Takes in what one column says. A moment beyond the horizon counts as unreadable.
    pub fn add(
        &mut self,
        reading: Reading,
        horizon: Timestamp,
        column: &Arc<str>,
        value: impl FnOnce() -> String,
    ) {
        let flaw = match reading {
            Reading::Absent => return,
            Reading::At(moment) if moment.at <= horizon => {
                self.newest = newest([self.newest, Some(moment)]);
                return;
            }
            Reading::At(_) => Flaw::Ahead,
            Reading::Unreadable => Flaw::Form,
        };
        self.doubt(column, value(), flaw);
    }

    /// Takes in a value that is no moment to go by.
    pub fn doubt(&mut self, column: &Arc<str>, value: String, flaw: Flaw) {
        self.unreadable = Some(Box::new(Unread {
            column: Arc::clone(column),
            value,
            flaw,
        }));
    }

    /// These and others, taken together.
    #[must_use]
    pub fn and(self, others: &Self) -> Self {
        Self {
            newest: newest([self.newest, others.newest]),
            unreadable: self.unreadable.or_else(|| others.unreadable.clone()),
        }
    }

    /// Whether no column says anything.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.newest.is_none() && self.unreadable.is_none()
    }
}

/// The newest of these.
pub(super) fn newest(moments: impl IntoIterator<Item = Option<Moment>>) -> Option<Moment> {
    moments.into_iter().flatten().max_by_key(|moment| moment.at)
}
