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
