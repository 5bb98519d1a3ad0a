//! When a watch looks, and which silence it acts on.

mod beside;
mod breaks;
mod day;
mod due;
mod rests;
mod silence;

use std::time::Duration;

use chrono::TimeDelta;
use zombie_sweeper::watch::{Moment, Next, Watch};
use zombie_sweeper::{SweepOptions, SweepReport};

use crate::world::{NOW, World};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How long ago the machine booted when a story begins.
const BOOTED: Duration = Duration::from_secs(100_000);

/// So many seconds after the story began.
fn after(seconds: f64) -> Moment {
    let passed = Duration::from_secs_f64(seconds);
    Moment {
        wall: NOW + TimeDelta::from_std(passed).unwrap(),
        since_boot: BOOTED + passed,
    }
}

/// A queue and its watch. Time passes as it is told.
struct Story {
    world: World,
    watch: Watch,
    options: SweepOptions,
    at: Moment,
}

impl Story {
    /// Begins now, with a watch that has not looked yet.
    fn of(world: World) -> Self {
        Self::with_interval(world, 1.0)
    }

    fn with_interval(world: World, seconds: f64) -> Self {
        let at = after(0.0);
        Self {
            world,
            watch: Watch::new(Duration::from_secs_f64(seconds), at),
            options: SweepOptions::at(NOW).waiting(|_| panic!("a look of a watch never waits")),
            at,
        }
    }

    fn options(mut self, options: impl FnOnce(SweepOptions) -> SweepOptions) -> Self {
        self.options = options(self.options);
        self
    }

    /// A look that takes no time.
    fn look(&mut self) -> SweepReport {
        self.look_for(0.0)
    }

    /// One that takes so many seconds.
    fn look_for(&mut self, seconds: f64) -> SweepReport {
        let options = self.watch.options(&self.options, self.at);
        let report = self.world.sweep_with(&options);
        self.at = later(self.at, seconds);
        self.watch
            .looked(self.at, Duration::from_secs_f64(seconds), &report);
        report
    }

    fn next(&mut self, has_changed: bool) -> Next {
        self.watch.next(self.at, has_changed)
    }

    /// Time passes in which nobody calls the watch.
    fn gap(&mut self, seconds: f64) {
        self.at = later(self.at, seconds);
    }

    /// The wall clock is set.
    fn set_clock(&mut self, seconds: i64) {
        self.at.wall += TimeDelta::seconds(seconds);
    }

    /// Rests as it is told until it is to look, and returns how many seconds that took. The database is said to have
    /// changed from the first question on, or never.
    fn rest(&mut self, has_changed: bool) -> f64 {
        let begun = self.at.since_boot;
        while let Next::Rest(rest) = self.next(has_changed) {
            assert!(
                !rest.is_zero() && rest <= Duration::from_secs(1),
                "it rests for {rest:?}"
            );
            self.at = later(self.at, rest.as_secs_f64());
        }
        self.at.since_boot.saturating_sub(begun).as_secs_f64()
    }

    /// The same, to the nearest second.
    fn rest_s(&mut self, has_changed: bool) -> u64 {
        Duration::from_secs_f64(self.rest(has_changed) + 0.5).as_secs()
    }

    /// Rests and looks for so many seconds, while the database changes all the time or never, and returns what was reaped.
    fn watch_for(&mut self, seconds: u64, has_changed: bool) -> Vec<String> {
        let end = self.at.since_boot + Duration::from_secs(seconds);
        let mut reaped = Vec::new();
        while self.at.since_boot < end {
            match self.next(has_changed) {
                Next::Rest(rest) => self.at = later(self.at, rest.as_secs_f64()),
                Next::Look => {
                    let report = self.look();
                    reaped.extend(report.reaps.iter().map(|reap| reap.task_id.to_string()));
                }
            }
        }
        reaped
    }
}

fn later(at: Moment, seconds: f64) -> Moment {
    let passed = Duration::from_secs_f64(seconds);
    Moment {
        wall: at.wall + TimeDelta::from_std(passed).unwrap(),
        since_boot: at.since_boot + passed,
    }
}

/// A queue with a run whose worker was last heard of so long ago.
fn silent(heartbeat: &str) -> World {
    World::new().running("t1").run("r1").heartbeat(heartbeat)
}
