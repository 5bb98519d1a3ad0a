//! What of it: questions about a queue. Each asks the store for facts in one read transaction, reckons with them, and returns
//! a report that can be serialized. None of them writes.

mod answer;
mod doctor;
mod explain;
mod explained_threshold;
mod explanation;
mod history;
mod learn;
mod longest;
mod on_record;
mod outcomes;
mod reaps;
mod seconds;
mod silences;
mod source;
mod timeline;

pub use doctor::{
    ClockReading, Code, Diagnosis, Finding, HoldingBack, Living, LongestSilence, Memory, Schedule, Severity,
    Surroundings, SweeperSeen, Timer, Trial, Unit, doctor, doctor_without_queue,
};
#[cfg(feature = "cli")]
pub use doctor::{Tried, trial};
pub use explain::explain;
pub use explained_threshold::ExplainedThreshold;
pub use explanation::{
    Change, ChangedRow, ExplainedRun, ExplainedSign, ExplainedTask, Explanation, Fits, Happened, HeldPlace,
    NamedWorker, ParkedTask, RowExplained,
};
pub use history::{DayOfReaps, History, HistoryOptions, ReapInHistory, history};
pub use learn::{Begun, CAP, Recalled, Recollection, learn};
pub use on_record::ReapOnRecord;
pub use outcomes::{
    Cost, Costs, Outcomes, OutcomesOptions, ReapsAlike, Silence, Suggestion, Trials, outcomes,
};
pub use silences::silences;
pub use source::Source;
