use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::zombie::{Id, Moment, Reading, Signs, Suspect};

/// A time that stands in a column, as it is written and as it is read.
#[derive(Clone, Debug)]
pub struct WrittenSign {
    /// In whose row it stands.
    pub whose: Whose,
    /// What it says of it.
    pub part: Part,
    /// Table and column.
    pub column: Arc<str>,
    /// What stands there.
    pub value: String,
    /// What it is read as.
    pub reading: Reading,
    /// Whether it lies too far ahead of *now* to be believed.
    pub is_ahead: bool,
}

/// Whose row a sign stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The task's own.
    Task,
    /// That of a run with this key, which has this id.
    Run {
        /// What addresses the row.
        key: Id,
        /// The run's id.
        id: Id,
    },
    /// That of the worker with this name.
    Worker(Id),
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task => f.write_str("task"),
            Self::Run { id, .. } => write!(f, "run {id}"),
            Self::Worker(id) => write!(f, "worker {id}"),
        }
    }
}

/// What a column of times says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// That somebody was at work.
    Heartbeat,
    /// When it was started or claimed.
    Start,
    /// When the row was made.
    Creation,
    /// When the row was last changed.
    Update,
    /// When it ended.
    End,
    /// Up to when its holder may be silent.
    Lease,
    /// When a worker began its life.
    Life,
}

impl Part {
    /// What it is called in a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeat",
            Self::Start => "start",
            Self::Creation => "creation",
            Self::Update => "update",
            Self::End => "end",
            Self::Lease => "lease",
            Self::Life => "worker's start",
        }
    }
}

impl WrittenSign {
    /// The moment that it says, where that is believed.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        self.reading.moment().filter(|_| !self.is_ahead)
    }

    /// The signs of the suspect that this one was taken into; `None` where it stands in a row that no verdict asks.
    pub(super) fn taken_into<'s>(&self, suspect: &'s Suspect) -> Option<&'s Signs> {
        match &self.whose {
            Whose::Task => match self.part {
                Part::Heartbeat => Some(&suspect.task.heartbeat),
                Part::Start => Some(&suspect.task.started),
                Part::Update => Some(&suspect.task.updated),
                Part::End => Some(&suspect.task.ended),
                Part::Lease => Some(&suspect.task.lease),
                Part::Creation | Part::Life => None,
            },
            Whose::Run { key, .. } => {
                let mut rows = suspect.active.own().into_iter().chain(&suspect.others);
                let run = &rows.find(|row| row.key == *key)?.run;
                match self.part {
                    Part::Heartbeat => Some(&run.heartbeat),
                    Part::Start => Some(&run.started),
                    Part::Creation => Some(&run.created),
                    Part::End => Some(&run.ended),
                    Part::Lease => Some(&run.lease),
                    Part::Update | Part::Life => None,
                }
            }
            Whose::Worker(id) => {
                let worker = suspect
                    .workers()
                    .find(|worker| worker.id.by_value() == id.by_value())?;
                match self.part {
                    Part::Heartbeat => Some(&worker.heartbeat),
                    Part::Lease => Some(&worker.lease),
                    Part::Life => Some(&worker.started),
                    Part::Start | Part::Creation | Part::Update | Part::End => None,
                }
            }
        }
    }
}
