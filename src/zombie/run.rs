use std::sync::Arc;

use super::{Id, Signs, Timestamp, Worker};

/// What the verdict asks of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: Id,
    /// What its status says.
    pub state: RunState,
    /// Its place in the order of the rows, where they have one: a later run stands behind an earlier one.
    pub place: Option<i64>,
    /// Its heartbeats.
    pub heartbeat: Signs,
    /// Its starts.
    pub started: Signs,
    /// Its creation, which stands in for a start where there is none.
    pub created: Signs,
    /// Its ends.
    pub ended: Signs,
    /// Its leases.
    pub lease: Signs,
    /// The worker that it names.
    pub worker: Option<Arc<Worker>>,
}

/// What the status of a run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// One of the running words.
    Running,
    /// One of the finished words, this one.
    Finished(Arc<str>),
    /// Neither: this word, or none. Whether it is finished is for its evidence to say.
    Unknown(Arc<str>),
}

impl Run {
    /// What counts as its start.
    #[must_use]
    pub fn start(&self) -> &Signs {
        if self.started.is_none() {
            &self.created
        } else {
            &self.started
        }
    }

    /// Whether it shows no sign of life, readable or not.
    #[must_use]
    pub fn is_mute(&self) -> bool {
        self.heartbeat.is_none() && self.start().is_none()
    }

    /// Whether all its signs of life can be read.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let signs = [&self.heartbeat, self.start(), &self.lease];
        signs.iter().all(|signs| signs.unreadable.is_none())
    }

    /// Whether it is finished by evidence: its status is neither a finished nor a running word, and it has an end, no
    /// later than *now*, that no heartbeat or start of its own follows.
    #[must_use]
    pub fn is_finished_by_evidence(&self, now: Timestamp) -> bool {
        let RunState::Unknown(_) = self.state else {
            return false;
        };
        let signs = [&self.heartbeat, self.start()];
        self.ended.newest.is_some_and(|end| {
            end.at <= now
                && self.ended.unreadable.is_none()
                && signs.iter().all(|signs| {
                    signs.unreadable.is_none() && !signs.newest.is_some_and(|sign| sign.is_after(end))
                })
        })
    }

    /// Whether it may still be at work.
    #[must_use]
    pub fn is_unfinished(&self, now: Timestamp) -> bool {
        match self.state {
            RunState::Running => true,
            RunState::Finished(_) => false,
            RunState::Unknown(_) => !self.is_finished_by_evidence(now),
        }
    }

    /// Whether its status is history that a reap keeps, whatever the verdict: a finished word, or an unknown one with an
    /// end, or that of a run which the task does not even name.
    #[must_use]
    pub fn keeps_its_status(&self, is_active: bool) -> bool {
        match self.state {
            RunState::Running => false,
            RunState::Finished(_) => true,
            RunState::Unknown(_) => !is_active || !self.ended.is_none(),
        }
    }
}
