//! What became of a task after it was reaped: by the run that came next, else by the task.

use std::sync::Arc;

use serde::Serialize;

use super::{Id, PastReap, Run, RunState, Timestamp};

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
    /// Its latest runs.
    pub runs: Vec<Run>,
    /// The words for a run that did its work; none where nobody says which they are.
    pub completed: Arc<[Arc<str>]>,
    /// The word for a run whose worker died.
    pub abandoned: Arc<str>,
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
    /// What became of the task after this reap, where `again` is its next one.
    #[must_use]
    pub fn of(&self, reap: &PastReap, again: Option<Timestamp>, now: Timestamp) -> Became {
        let next = self.next_run(reap, again);
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

    /// The first run that began since: another than the one that was reaped, unless that has begun anew.
    fn next_run(&self, reap: &PastReap, again: Option<Timestamp>) -> Option<&Run> {
        let began = |run: &Run| run.start().newest;
        let is_since = |run: &&Run| {
            let is_other = reap.run_id.as_ref() != Some(&run.id);
            began(run).is_some_and(|start| {
                // One that is written to the second may have begun in the one in which the task was reaped.
                let up_to = start
                    .at
                    .plus(std::time::Duration::from_micros(start.unit_us.into()));
                let is_before_the_next = again.is_none_or(|again| start.at <= again);
                let is_after = start.at > reap.at || is_other && up_to > reap.at;
                is_after && is_before_the_next
            })
        };
        let since = self.runs.iter().filter(is_since);
        since.min_by_key(|run| began(run).map(|start| start.at))
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
