//! What of it: questions about a queue. Each asks the store for facts in one read transaction, reckons with them, and returns
//! a report that can be serialized. None of them writes.

mod explain;
mod explanation;
mod history;
mod on_record;
mod timeline;

pub use explain::explain;
pub use explanation::{
    Change, ChangedRow, ExplainedRun, ExplainedSign, ExplainedTask, Explanation, Fits, Happened, HeldPlace,
    RowExplained,
};
pub use history::{DayOfReaps, History, HistoryOptions, ReapInHistory, Source, history};
pub use on_record::ReapOnRecord;

use crate::zombie::Timestamp;

/// Seconds from one moment to another; negative where it is the earlier one.
#[expect(
    clippy::cast_precision_loss,
    reason = "a time in microseconds fits in 53 bits for 285 years"
)]
fn seconds_since(later: Timestamp, earlier: Timestamp) -> f64 {
    later.micros_since(earlier) as f64 / 1e6
}
