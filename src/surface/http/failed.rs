//! What a verb's failure comes to over HTTP. Who reads it has shown a token, and may know the reason.

use std::time::Duration;

use axum::http::StatusCode;
use zombie_sweeper::in_full;

use super::problem::{Mistake, Problem, Step};
use crate::surface::exit::Exit;
use crate::surface::failure;
use crate::surface::plans::NotKept;
use crate::surface::verbs::{Misfit, ProjectGone};

/// A failure that several requests may be told of.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    status: StatusCode,
    is_busy: bool,
    text: String,
    /// What happened, without what to do about it.
    cause: String,
}

impl From<&anyhow::Error> for Failed {
    fn from(error: &anyhow::Error) -> Self {
        let exit = failure::exit(error);
        Self {
            status: if failure::is_conflict(error) {
                StatusCode::CONFLICT
            } else if error.is::<Misfit>() || error.is::<ProjectGone>() {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                status(exit)
            },
            is_busy: exit == Exit::Busy,
            text: failure::text(error),
            cause: in_full(error.as_ref()),
        }
    }
}

fn status(exit: Exit) -> StatusCode {
    match exit {
        // A task or project that the database does not know.
        Exit::Usage => StatusCode::NOT_FOUND,
        Exit::Busy
        | Exit::Data
        | Exit::NoInput
        | Exit::Unavailable
        | Exit::Io
        | Exit::NoPermission
        | Exit::Interrupted
        | Exit::Terminated => StatusCode::SERVICE_UNAVAILABLE,
        Exit::Swept | Exit::Failure | Exit::ZombiesFound => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Failed {
    /// One that nobody foresaw, of which the log says more.
    pub(crate) fn unforeseen() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            is_busy: false,
            text: "something went wrong here; the log says what".to_owned(),
            cause: "something went wrong here".to_owned(),
        }
    }

    /// What was asked could not be told in time.
    pub(super) fn too_late() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            is_busy: true,
            text: "the queue could not be looked at in time: others are looking at it, or it is slow"
                .to_owned(),
            cause: "the queue could not be looked at in time".to_owned(),
        }
    }

    /// What happened, for who may know.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn problem(&self) -> Problem {
        if self.is_busy {
            Problem::try_again(self.status, &self.text, Duration::from_secs(1))
        } else {
            Problem::new(self.status, &self.text)
        }
    }
}

impl From<&NotKept> for Problem {
    fn from(why: &NotKept) -> Self {
        match why {
            NotKept::TooLarge { .. } => {
                let mistake = Mistake::new("too_large", [Step::from("body")], why.to_string());
                Self::mistakes(vec![mistake])
            }
            NotKept::NoChance(_) => {
                tracing::error!("{why}");
                Self::bare(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl Failed {
    /// The same of a sweep of a plan, which is gone: to try it again is no use.
    pub(crate) fn of_a_plan_used_up(&self) -> Problem {
        let said = format!(
            "{}; this plan is used up: make another once that is over",
            self.cause
        );
        Problem::new(self.status, said)
    }
}

impl From<&Failed> for Problem {
    fn from(failed: &Failed) -> Self {
        failed.problem()
    }
}
