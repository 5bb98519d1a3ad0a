//! What a verb's failure comes to over HTTP. Who reads it has shown a token, and may know the reason.

use std::time::Duration;

use axum::http::StatusCode;

use super::problem::Problem;
use crate::surface::exit::Exit;
use crate::surface::failure;

/// A failure that several requests may be told of.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    exit: Exit,
    text: String,
}

impl From<&anyhow::Error> for Failed {
    fn from(error: &anyhow::Error) -> Self {
        Self {
            exit: failure::exit(error),
            text: failure::text(error),
        }
    }
}

impl Failed {
    /// One that nobody foresaw, of which the log says more.
    pub(crate) fn unforeseen() -> Self {
        Self {
            exit: Exit::Failure,
            text: "something went wrong here; the log says what".to_owned(),
        }
    }

    /// What happened, for who may know.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self.exit {
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

    pub(crate) fn problem(&self) -> Problem {
        match self.exit {
            Exit::Busy => Problem::try_again(self.status(), &self.text, Duration::from_secs(1)),
            _ => Problem::new(self.status(), &self.text),
        }
    }
}

impl From<&Failed> for Problem {
    fn from(failed: &Failed) -> Self {
        failed.problem()
    }
}
