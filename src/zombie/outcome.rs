//! What became of a task after it was reaped: by the run that came next, else by the task.

use std::sync::Arc;

use serde::Serialize;

use super::{Id, Labels, PastReap, Run, RunState, Timestamp};

/// What became of a reaped task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Its next run did the work.
    Completed,
    /// Its next run ended, and did not.
    Failed,
    /// It was reaped again.
    Again,
    /// Its next run is under way.
    AtWork,
    /// It waits for its next run.
    Waiting,
    /// It was put aside.
    Parked,
    /// There is no such task any more.
    Gone,
}

/// What is found of a task some time after a reap.
#[derive(Clone, Debug)]
pub struct Aftermath {
    /// How it stands now.
    pub task: TaskNow,
    /// Its status, as found.
    pub status: Option<Id>,
    /// The words for a run that did its work; none where nobody says which they are.
    pub completed: Arc<[Arc<str>]>,
    /// The word for a run whose worker died.
    pub abandoned: Arc<str>,
    /// Whether runs have a status that such a word can stand in.
    pub runs_have_status: bool,
    /// When its row was written last, as far as it says.
    pub written: Option<Timestamp>,
    /// Its project and kind.
    pub labels: Labels,
    /// Whether it belongs to the project asked for.
    pub is_in_project: bool,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskNow {
    /// It is not there.
    Gone,
    /// It is at work.
    AtWork,
    /// It is open.
    Waiting,
    /// It is put aside.
    Parked,
    /// Its work was done.
    Completed,
    /// Its work was given up.
    Failed,
    /// Its status is a word that nobody told us.
    Unknown,
}

/// An outcome, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Became {
    /// What it is; `None` where nothing tells.
    pub outcome: Option<Outcome>,
    /// The run that came next.
    pub run: Option<Id>,
    /// The word that stands there: of that run, else of the task.
    pub word: Option<String>,
}

impl Aftermath {
    /// The word for a run whose worker died, where runs have a status.
    #[must_use]
    pub fn abandoned(&self) -> Option<&str> {
        self.runs_have_status.then_some(&*self.abandoned)
    }

    /// What became of the task after this reap, where `again` is its next one and `next` the run that came next.
    #[must_use]
    pub fn of(
        &self,
        reap: &PastReap,
        again: Option<Timestamp>,
        next: Option<&Run>,
        now: Timestamp,
    ) -> Became {
        let by_task = |outcome| Became {
            outcome,
            run: None,
            word: self.status.as_ref().map(ToString::to_string),
        };
        let Some(run) = next else {
            return by_task(match again {
                Some(_) => Some(Outcome::Again),
                None => self.of_task(reap),
            });
        };
        let (word, outcome) = match &run.state {
            RunState::Finished(word) => (Some(word), self.of_finished(word, again)),
            RunState::Unknown(word) if !run.is_unfinished(now) => (Some(word), None),
            RunState::Unknown(word) => (Some(word), self.of_unfinished(reap, again)),
            RunState::Running => (None, self.of_unfinished(reap, again)),
        };
        Became {
            outcome,
            run: Some(run.id.clone()),
            word: word.map(ToString::to_string),
        }
    }

    fn of_finished(&self, word: &Arc<str>, again: Option<Timestamp>) -> Option<Outcome> {
        if self.completed.contains(word) {
            return Some(Outcome::Completed);
        }
        if again.is_some() && *word == self.abandoned {
            return Some(Outcome::Again);
        }
        (!self.completed.is_empty() || *word == self.abandoned).then_some(Outcome::Failed)
    }

    fn of_unfinished(&self, reap: &PastReap, again: Option<Timestamp>) -> Option<Outcome> {
        match (again, self.task) {
            (Some(_), _) => Some(Outcome::Again),
            (None, TaskNow::AtWork) => Some(Outcome::AtWork),
            (None, _) => self.of_task(reap),
        }
    }

    fn of_task(&self, reap: &PastReap) -> Option<Outcome> {
        match self.task {
            TaskNow::Gone => Some(Outcome::Gone),
            TaskNow::AtWork => Some(Outcome::AtWork),
            TaskNow::Completed => Some(Outcome::Completed),
            TaskNow::Failed => Some(Outcome::Failed),
            TaskNow::Parked => Some(Outcome::Parked),
            TaskNow::Waiting => Some(Outcome::Waiting),
            TaskNow::Unknown => reap.is_parked.then_some(Outcome::Parked),
        }
    }
}
