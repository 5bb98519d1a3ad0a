//! Silence that is looked at twice: a change between the looks proves life, whatever it says.

mod asked;
mod changes;
mod dry_runs;
mod outages;
mod suspended;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tempfile::TempDir;
use zombie_sweeper::SweepReport;

use crate::concurrency::{on_disk, rival};
use crate::world::{NOW, World};

const MINUTE: Duration = Duration::from_secs(60);
const A_MINUTE_LATER: DateTime<Utc> = DateTime::from_timestamp(NOW.timestamp() + 60, 0).unwrap();

/// An empty queue that others can open, and what keeps it.
fn queue() -> (Arc<TempDir>, World) {
    let (folder, world) = on_disk("WAL");
    (Arc::new(folder), world)
}

/// For how long a sweep has waited, each time.
type Waits = Arc<Mutex<Vec<Duration>>>;

/// While the sweep waits, this is committed by somebody else, and this is what time it is then.
fn with_change(folder: &Arc<TempDir>, world: World, change: &str, then: DateTime<Utc>) -> (Waits, World) {
    let (folder, change) = (Arc::clone(folder), change.to_owned());
    let waits = Waits::default();
    let seen = Arc::clone(&waits);
    let world = world.options(|options| {
        options.waiting(move |time| {
            seen.lock().unwrap().push(time);
            let rival = rival(&folder);
            // Whoever wants to write may do so at once.
            rival.busy_timeout(Duration::ZERO).unwrap();
            rival
                .execute_batch(&format!("BEGIN IMMEDIATE; {change}; COMMIT"))
                .unwrap();
            Some(then)
        })
    });
    (waits, world)
}

/// A sweep that was asked to look twice, a minute apart.
fn confirmed(world: World) -> World {
    world.options(|options| options.confirm(MINUTE))
}

/// What the report says of the time between the looks.
fn seconds_waited(report: &SweepReport) -> u64 {
    Duration::from_secs_f64(report.confirm_s).as_secs()
}
