//! What is read as a timestamp, what is not, and that what is written reads back.

mod dates;
mod drivers;
mod local;
mod numbers;
mod precision;
mod reading;
mod writing;
mod zones;

use zombie_sweeper::rusqlite;
use zombie_sweeper::zombie::{Calendar, Reading, Style, TimeZone, Written};

use crate::world::{NOW, World};

/// The calendar of a queue at the moment of every sweep.
fn calendar(zone: TimeZone) -> Calendar {
    Calendar::new(NOW.into(), zone)
}

fn read(calendar: Calendar, written: &Written) -> (Reading, Option<Style>) {
    match written {
        Written::Text(text) => calendar.text(text.as_bytes()),
        Written::Integer(number) => calendar.integer(*number),
        Written::Real(number) => calendar.real(*number),
    }
}

/// A run that says of its life what its heartbeat says, in a column that keeps numbers numbers and texts texts; the task
/// tells nothing else.
fn heard_of(heartbeat: impl rusqlite::ToSql) -> World {
    World::new()
        .running("t1")
        .set("updated_at", "")
        .run("r1")
        .redeclare("task_runs", "last_heartbeat TEXT", "last_heartbeat")
        .set("started_at", "")
        .set("last_heartbeat", heartbeat)
}

fn assert_is_a_minute_ago(heartbeat: impl rusqlite::ToSql + Copy, shown: &str) {
    let minute = |seconds| {
        heard_of(heartbeat)
            .options(|options| options.stale_after(std::time::Duration::from_secs(seconds)))
            .sweep()
    };
    assert_eq!(minute(61).healthy, 1, "{shown}");
    assert_eq!(minute(58).reaps.len(), 1, "{shown}");
}

fn assert_is_unreadable(heartbeat: impl rusqlite::ToSql, shown: &str) {
    let report = heard_of(heartbeat).sweep();
    assert_eq!(report.undecided.len(), 1, "{shown}: {report:?}");
    let named = |warning: &String| warning.starts_with("task_runs.last_heartbeat: 1 not readable");
    assert!(report.warnings.iter().any(named), "{shown}: {report:?}");
}

/// Neither a sign of life nor worth a warning.
fn assert_says_nothing(heartbeat: impl rusqlite::ToSql, shown: &str) {
    let report = heard_of(heartbeat).sweep();
    assert_eq!(report.undecided.len(), 1, "{shown}: {report:?}");
    assert!(report.warnings.is_empty(), "{shown}: {report:?}");
}
