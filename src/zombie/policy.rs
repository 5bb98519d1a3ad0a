use std::time::Duration;

/// How long silence is borne before it counts as death.
///
/// The default is the contract's: 900 s without a heartbeat, the same grace for a claim that has no run yet,
/// and none at all for a task whose run has already ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A run is dead once its last sign of life is older than this.
    pub stale_after: Duration,
    /// A claim without a run is dead once its last sign of life is older than this. `None`: as `stale_after`.
    pub claim_grace: Option<Duration>,
    /// How long after its run's end a task may still be `running`. Zero: at once, without asking when it ended.
    pub settle: Duration,
}

impl Policy {
    /// The grace of a claim, in force.
    #[must_use]
    pub fn claim_grace(&self) -> Duration {
        self.claim_grace.unwrap_or(self.stale_after)
    }

    /// The same, but that a run may be silent for so long, if that is more; and a claim whose grace follows it.
    #[must_use]
    pub fn bearing(self, stale_after: Duration) -> Self {
        Self {
            stale_after: self.stale_after.max(stale_after),
            ..self
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            stale_after: Duration::from_secs(900),
            claim_grace: None,
            settle: Duration::ZERO,
        }
    }
}
