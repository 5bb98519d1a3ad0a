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
    /// Whether it can be read, but lies too far ahead of *now* to be believed.
    pub ahead: bool,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.ahead {
            "which lies further ahead of now than can be"
        } else {
            "which is not understood as a time"
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
        let ahead = match reading {
            Reading::Absent => return,
            Reading::At(moment) if moment.at <= horizon => {
                self.newest = newest([self.newest, Some(moment)]);
                return;
            }
            Reading::At(_) => true,
            Reading::Unreadable => false,
        };
        self.unreadable = Some(Box::new(Unread {
            column: Arc::clone(column),
            value: value(),
            ahead,
        }));
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
