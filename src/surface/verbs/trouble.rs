//! What the queue does not answer is said in the log as well: once when that begins, and once when it is over, however many ask.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::surface::exit::Exit;
use crate::surface::{failure, wait};

/// After so long without another one like it, a failure is said anew: nobody has asked meanwhile, or it was over and nobody saw.
const FORGOTTEN: Duration = Duration::from_secs(10 * 60);

/// What fails now.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Vec<Failing>>);

/// Failures of one kind.
#[derive(Debug)]
struct Failing {
    kind: Exit,
    /// The verbs that met it: that another one is well says nothing of these.
    verbs: Vec<&'static str>,
    /// When it began and was met last, by the clock that only runs.
    begun: Duration,
    met: Duration,
}

impl Trouble {
    /// Hears how a verb has ended.
    pub(super) fn hear<T>(&self, verb: &'static str, ended: Result<&T, &anyhow::Error>) {
        match ended {
            Ok(_) => self.is_well(verb),
            Err(error) if is_of_the_queue(error) => self.fails(verb, error),
            Err(_) => {} // as whoever asked was told
        }
    }

    fn fails(&self, verb: &'static str, error: &anyhow::Error) {
        let (kind, now) = (failure::exit(error), wait::running());
        let mut failing = self.failing();
        failing.retain(|failing| now.saturating_sub(failing.met) < FORGOTTEN);
        if let Some(known) = failing.iter_mut().find(|failing| failing.kind == kind) {
            known.met = now;
            if !known.verbs.contains(&verb) {
                known.verbs.push(verb);
            }
            return;
        }
        failing.push(Failing {
            kind,
            verbs: vec![verb],
            begun: now,
            met: now,
        });
        tracing::warn!(
            "the queue does not answer `{verb}`; each who asks is told, and the log again once it is over: {}",
            failure::text(error)
        );
    }

    fn is_well(&self, verb: &'static str) {
        let mut failing = self.failing();
        let over = failing.extract_if(.., |failing| failing.verbs.contains(&verb));
        if let Some(begun) = over.map(|over| over.begun).min() {
            // No more than people want to know.
            let lasted = Duration::from_secs(wait::running().saturating_sub(begun).as_secs());
            let lasted = humantime::format_duration(lasted);
            tracing::warn!("the queue answers `{verb}` again, after {lasted}");
        }
    }

    fn failing(&self) -> MutexGuard<'_, Vec<Failing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is the queue that fails, and not whoever asks, nor a signal that ends all.
fn is_of_the_queue(error: &anyhow::Error) -> bool {
    let of_the_queue = matches!(
        failure::exit(error),
        Exit::Busy | Exit::Data | Exit::NoInput | Exit::Unavailable | Exit::Io | Exit::NoPermission
    );
    of_the_queue && !failure::is_conflict(error)
}
