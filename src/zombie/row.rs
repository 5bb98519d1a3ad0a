use serde::Serialize;

/// The rows of the table of verdicts, in its order: the first that fits is the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// A run, or the claim, is live.
    Live,
    /// Silence is not proven.
    Undecided,
    /// A: the active run is finished by its word.
    Finished,
    /// A: it is finished by evidence.
    FinishedByEvidence,
    /// B: the task names no run.
    NoActiveRun,
    /// B: it names one that is not its own.
    MissingRun,
    /// C: the lease is over.
    LeaseExpired,
    /// C: the newest sign of life is too old.
    StaleHeartbeat,
    /// C: there is no sign of life, and the worker is gone.
    WorkerGone,
    /// None of it can be told.
    Untold,
}

impl Row {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Live,
        Self::Undecided,
        Self::Finished,
        Self::FinishedByEvidence,
        Self::NoActiveRun,
        Self::MissingRun,
        Self::LeaseExpired,
        Self::StaleHeartbeat,
        Self::WorkerGone,
        Self::Untold,
    ];

    /// What is found where it fits.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Live => "a run of the task, or its claim, is live",
            Self::Undecided => "silence is not proven",
            Self::Finished => "the active run is finished by its word",
            Self::FinishedByEvidence => "the active run is finished by evidence",
            Self::NoActiveRun => "the task names no run, and its claim is silent",
            Self::MissingRun => "the task names a run that is not its own, and its claim is silent",
            Self::LeaseExpired => "the lease is over",
            Self::StaleHeartbeat => "the newest sign of life is too old",
            Self::WorkerGone => "there is no sign of life, and the worker is gone",
            Self::Untold => "none of it can be told",
        }
    }
}
