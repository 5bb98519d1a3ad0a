//! Silence is borne for as long as was learned of each project and kind.

mod asked;
mod borne;
mod looks;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod lost;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub(crate) mod program;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod remembered;
mod silences;

use std::sync::Arc;
use std::time::Duration;

use zombie_sweeper::inspect::{Recalled, Recollection, learn};
use zombie_sweeper::zombie::{Labels, Learned};
use zombie_sweeper::{SweepOptions, SweepReport};

use crate::world::{NOW, World};

/// More runs than a bound needs.
const ENOUGH: u32 = 320;

/// So many minutes lie between the ends of two runs of a history.
const APART: u32 = 60;

/// The kinds of Orchestra's tasks.
const SLOW: &str = "recurring";
const QUICK: &str = "one_shot";

impl World {
    /// So many runs of a kind that ended one after the other, each after a silence of so many minutes; the latest an hour
    /// before this moment, as SQLite reads it.
    fn past_runs_until(self, now: &str, kind: &str, count: u32, silence: u32) -> Self {
        let task = format!("t-past-{kind}");
        let world = self.bare_task(&task).set("task_type", kind).status("done");
        let at = |minutes: &str| format!("strftime('%Y-%m-%dT%H:%M:%fZ', {now}, -({minutes}) || ' minutes')");
        let end = format!("n * {APART}");
        world.sql(&format!(
            "WITH RECURSIVE past (n) AS (SELECT {count} UNION ALL SELECT n - 1 FROM past WHERE n > 1)
             INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat, completed_at)
             SELECT 'past-{kind}-' || n, '{task}', 'completed', {}, {}, {} FROM past",
            at(&format!("{end} + {silence} + 5")),
            at(&format!("{end} + {silence}")),
            at(&end),
        ))
    }

    fn past_runs(self, kind: &str, count: u32, silence: u32) -> Self {
        let now = format!("'{}'", NOW.format("%Y-%m-%d %H:%M:%S"));
        self.past_runs_until(&now, kind, count, silence)
    }

    /// A task of this kind at work, whose run was heard of last so long ago.
    fn at_work(self, id: &str, kind: &str, heartbeat: &str) -> Self {
        let world = self.running(id).set("task_type", kind);
        world.run(format!("r-{id}")).heartbeat(heartbeat)
    }

    /// What is learned of it by a sweep that remembers nothing yet.
    fn learned(&self) -> Learned {
        self.learned_from(Recollection::default())
    }

    fn learned_from(&self, known: Recollection) -> Learned {
        let recalled = Recalled::Known(Box::new(known));
        learn(&self.conn, &SweepOptions::at(NOW), &recalled).unwrap()
    }

    /// Sweeps by what is learned.
    fn sweep_by(self, learned: Learned) -> (Self, SweepReport) {
        let mut world = self.options(|options| options.learned(Arc::new(learned)));
        let report = world.sweep();
        (world, report)
    }
}

fn labels(kind: &str) -> Labels {
    Labels {
        project: Some("SciDEX".into()),
        kind: Some(kind.into()),
    }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}
