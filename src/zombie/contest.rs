//! Whether a reap for silence was contested: whether that very run was heard of again. It is evidence in one direction
//! alone. A worker that was locked out leaves no trace, so that no reap is ever called right: only unchallenged.

use super::{PastReap, Run, RunLeft, RunState, Signs, Timestamp};

/// What a run that was reaped for silence says of it afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contest {
    /// Its beat, its end or its status has changed since, and not by us.
    Contested {
        /// The latest moment since that it shows; `None` where its status alone tells.
        heard: Option<Timestamp>,
    },
    /// Nothing of it has changed.
    Unchallenged,
    /// Nothing tells: no such run is to be seen, it cannot be told from its successor, or it is not to be read.
    Untold,
}

impl Contest {
    /// What this run says of the reap that took it; `None` of a reap that was not for silence. `abandoned` is the word for a
    /// run whose worker died, where runs have a status.
    #[must_use]
    pub fn of(reap: &PastReap, run: Option<&Run>, abandoned: Option<&str>) -> Option<Self> {
        if !reap.is_of_silence() {
            return None;
        }
        let (Some(reaped), Some(run)) = (reap.moment(), run) else {
            return Some(Self::Untold);
        };
        let since = |signs: &Signs| signs.newest.filter(|sign| sign.is_after(reaped));
        if since(run.start()).is_some() {
            return Some(Self::Untold); // the row is its successor's
        }
        // A lease that is over was renewed where it lies behind the reap.
        let lease = (reap.reason == "lease_expired").then_some(&run.lease);
        // The end that we wrote is the reap's own moment.
        let signs = [Some(&run.heartbeat), Some(&run.ended), lease];
        let heard = signs.into_iter().flatten().filter_map(since);
        if let Some(heard) = heard.map(|sign| sign.at).max() {
            return Some(Self::Contested { heard: Some(heard) });
        }
        let is_readable = [&run.heartbeat, &run.ended]
            .iter()
            .all(|signs| signs.unreadable.is_none());
        Some(match is_changed(run, reap.run_left.as_ref(), abandoned) {
            Some(true) => Self::Contested { heard: None },
            Some(false) if is_readable => Self::Unchallenged,
            Some(false) | None => Self::Untold,
        })
    }

    /// Whether it is contested, where that can be told.
    #[must_use]
    pub fn is_contested(self) -> Option<bool> {
        match self {
            Self::Contested { .. } => Some(true),
            Self::Unchallenged => Some(false),
            Self::Untold => None,
        }
    }
}

/// Whether the run's status is another than the one that the reap left it with.
fn is_changed(run: &Run, left: Option<&RunLeft>, abandoned: Option<&str>) -> Option<bool> {
    let word = match &run.state {
        RunState::Running => return Some(true), // none is left running
        RunState::Finished(word) | RunState::Unknown(word) => &**word,
    };
    match (left, abandoned, &run.state) {
        (Some(RunLeft::As(left)), ..) => Some(word != left),
        // Where no status says how a run has ended, it has.
        (_, None, RunState::Finished(_)) => Some(false),
        (_, None, _) => None,
        // It may have had this word, and an end, before.
        (None, Some(abandoned), RunState::Unknown(_)) if word != abandoned => None,
        (_, Some(abandoned), _) => Some(word != abandoned),
    }
}
