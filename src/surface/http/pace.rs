//! How fast somebody may write.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::tokens::Kind;

/// How many writes a second, in the long run.
const A_SECOND: f64 = 20.0;

/// How many at once.
const AT_ONCE: f64 = 60.0;

/// A bucket for each kind of token: who may only look takes nothing from who may reap.
#[derive(Default)]
pub(super) struct Paces {
    read: Pace,
    mcp: Pace,
    write: Pace,
}

impl Paces {
    pub(super) fn of(&self, kind: Kind) -> &Pace {
        match kind {
            Kind::Read => &self.read,
            Kind::Mcp => &self.mcp,
            Kind::Write => &self.write,
        }
    }
}

/// A bucket out of which each write takes one, and into which they drip.
pub(super) struct Pace(Mutex<Bucket>);

struct Bucket {
    left: f64,
    at: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new(Bucket {
            left: AT_ONCE,
            at: Instant::now(),
        }))
    }
}

impl Pace {
    /// Takes one; where there is none, says when there is.
    pub(super) fn take(&self) -> Result<(), Duration> {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let dripped = now.duration_since(bucket.at).as_secs_f64() * A_SECOND;
        bucket.left = (bucket.left + dripped).min(AT_ONCE);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / A_SECOND));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}
