//! What had become of a reaped task when a certain time was over, as far as times in the rows tell.

use super::{Aftermath, Outcome, PastReap, Run, TaskNow, Timestamp};

/// What had become of a task by a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stood {
    /// What it was; `None` where nothing tells.
    pub outcome: Option<Outcome>,
    /// Whether that is how things stood at that moment. Else it is how they stand now.
    pub is_of_then: bool,
}

impl Aftermath {
    /// What had become of the task by `until`, where `again` is its next reap and `next` the run that came next.
    #[must_use]
    pub fn by(
        &self,
        reap: &PastReap,
        again: Option<Timestamp>,
        next: Option<&Run>,
        until: Timestamp,
        now: Timestamp,
    ) -> Stood {
        let then = |outcome| Stood {
            outcome: Some(outcome),
            is_of_then: true,
        };
        let of_now = |is_of_then| Stood {
            outcome: self.of(reap, again, next, now).outcome,
            is_of_then,
        };
        let again_by_then = again.filter(|again| *again <= until);
        let is_again = again_by_then.is_some();
        let Some(run) = next else {
            return match again {
                Some(_) => of_now(is_again),
                None => of_now(self.has_stood_since(until)),
            };
        };
        if run.start().newest.is_some_and(|start| start.at > until) {
            return then(if reap.is_parked {
                Outcome::Parked
            } else {
                Outcome::Waiting
            });
        }
        if !run.is_unfinished(now) {
            return match run.ended.newest {
                Some(end) if end.at <= until => Stood {
                    outcome: self.of(reap, again_by_then, next, now).outcome,
                    is_of_then: true,
                },
                Some(_) if is_again => then(Outcome::Again),
                Some(_) => then(Outcome::AtWork),
                None => of_now(false),
            };
        }
        match again {
            Some(_) if is_again => then(Outcome::Again),
            Some(_) => then(Outcome::AtWork),
            None => of_now(self.task == TaskNow::AtWork),
        }
    }

    /// Whether the task stands as it stood at that moment: it says when its row was written last.
    fn has_stood_since(&self, at: Timestamp) -> bool {
        self.task != TaskNow::Gone && self.written.is_some_and(|written| written <= at)
    }
}
