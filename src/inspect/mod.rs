//! Questions about a queue: each is asked of the store, reckoned without a database, and answered by a report.

mod doctor;

pub use doctor::{
    ClockReading, Code, Diagnosis, Finding, Living, LongestSilence, Memory, Schedule, Severity, Surroundings,
    SweeperSeen, Timer, Trial, Unit, doctor, doctor_without_queue,
};
#[cfg(feature = "cli")]
pub use doctor::{Tried, trial};
