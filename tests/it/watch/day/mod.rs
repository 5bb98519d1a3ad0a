//! A day of a small fleet that a watch looks after, in simulated time, on a real database.
//!
//! Workers claim tasks, begin runs, beat each 45 s, end their runs and, in a transaction of its own, their tasks; some die
//! at any point of that. Meanwhile the machine is suspended, the watch alone is stopped, the clock is set forth and back, and
//! nobody can write, as the database is locked, gone or full. Then it is held:
//!
//! 1. no task is reaped whose worker lives and has not ended its run;
//! 2. where nothing befell them, a task comes back as soon as it is dead by the policy, and 1.5 s at the latest;
//! 3. every task whose worker died comes back, whatever befell them.
//!
//! ```sh
//! ZOMBIE_DAYS=100 cargo test --test it watch::day -- --nocapture     # a hundred days
//! ZOMBIE_DAY_SEED=7 cargo test --test it watch::day -- --nocapture   # one day again
//! ```

mod fleet;
mod trouble;

use std::time::Duration;

use chrono::TimeDelta;
use rusqlite::Connection;
use zombie_sweeper::watch::{Moment, Next, Watch};
use zombie_sweeper::{Policy, SweepOptions, rusqlite, sweep_zombie_tasks};

use crate::simulation::dice::Dice;
use crate::world::{NOW, ORCHESTRA};
use fleet::Fleet;
use trouble::{Kind, Troubles};

/// Simulated time, in microseconds since the story began.
type Micros = i64;

const SECOND: Micros = 1_000_000;
const MINUTE: Micros = 60 * SECOND;
const HOUR: Micros = 60 * MINUTE;

/// How long a story lasts, and how long it is quiet at its end, so that the last dead can be found.
const DAY: Micros = 24 * HOUR;
const QUIET: Micros = 4 * HOUR;

const STALE_AFTER: Micros = 900 * SECOND;
const SETTLE: Micros = 10 * SECOND;

/// How much later than it could be a task may come back.
const LATE: Micros = 3 * SECOND / 2;

/// The machine: what its clocks show, and what is wrong with it.
#[derive(Default)]
struct Machine {
    now: Micros,
    /// How far the wall clock is ahead.
    ahead: Micros,
}

impl Machine {
    fn moment(&self) -> Moment {
        Moment {
            wall: NOW + TimeDelta::microseconds(self.now + self.ahead),
            since_boot: Duration::from_micros(u64::try_from(self.now).unwrap() + 5_000_000),
        }
    }

    fn wall(&self) -> String {
        self.moment().wall.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
    }
}

/// What came of a day.
#[derive(Debug, Default)]
struct Told {
    reaped: usize,
    in_time: usize,
    waited: usize,
    looks: usize,
    troubles: usize,
}

struct Day {
    machine: Machine,
    fleet: Fleet,
    troubles: Troubles,
    watch: Watch,
    conn: Connection,
    seen: i64,
    /// When the watch wakes.
    wakes: Micros,
    told: Told,
}

impl Day {
    fn of(seed: u64, folder: &std::path::Path) -> Self {
        let path = folder.join("queue.db");
        let connect = || {
            let conn = Connection::open(&path).unwrap();
            conn.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
            )
            .unwrap();
            conn.busy_timeout(Duration::ZERO).unwrap();
            conn
        };
        connect().execute_batch(ORCHESTRA).unwrap();
        let machine = Machine::default();
        Self {
            fleet: Fleet::new(connect(), Dice::new(seed)),
            troubles: Troubles::new(connect(), Dice::new(!seed)),
            watch: Watch::new(Duration::from_secs(1), machine.moment()),
            conn: connect(),
            machine,
            seen: 0,
            wakes: 0,
            told: Told::default(),
        }
    }

    fn tell(mut self) -> Told {
        while self.machine.now < DAY + QUIET {
            self.troubles.is_over_at(DAY);
            let next = self.fleet.next_at().min(self.wakes).min(self.troubles.next_at());
            self.machine.now = self.machine.now.max(next);
            if self.troubles.next_at() <= next {
                self.befall();
            } else if self.fleet.next_at() <= next {
                self.fleet.act(&self.machine, self.troubles.lets_write());
            } else {
                self.watch();
            }
        }
        let left = self.fleet.dead();
        assert!(left.is_empty(), "never found: {left:?}");
        self.told.troubles = self.troubles.count();
        self.told
    }

    /// Trouble begins or ends.
    fn befall(&mut self) {
        match self.troubles.turn(&self.machine) {
            Kind::Suspended(time) => {
                // Sleepers sleep on when the machine wakes, for as long as they had to.
                self.machine.now += time;
                self.fleet.sleep_on(time);
                self.wakes += time;
                self.troubles.note_until(self.machine.now);
            }
            Kind::Stopped(time) => self.wakes = self.wakes.max(self.machine.now + time),
            Kind::ClockSet(ahead) => self.machine.ahead = ahead,
            Kind::CannotWrite => {
                let is_on = !self.troubles.lets_write() && self.troubles.is_full();
                self.conn.pragma_update(None, "query_only", is_on).unwrap();
            }
        }
    }

    /// One turn of the watch.
    fn watch(&mut self) {
        let at = self.machine.moment();
        let version = data_version(&self.conn);
        match self.watch.next(at, version != self.seen) {
            Next::Rest(rest) => {
                let rest = i64::try_from(rest.as_nanos().div_ceil(1_000)).unwrap();
                assert!((1..=SECOND).contains(&rest), "it rests for {rest} µs");
                self.wakes = self.machine.now + rest;
            }
            Next::Look if self.troubles.is_gone() => self.watch.failed(at),
            Next::Look => self.look(at, version),
        }
    }

    fn look(&mut self, at: Moment, version: i64) {
        self.told.looks += 1;
        let micros = |time: Micros| Duration::from_micros(time.unsigned_abs());
        let options = SweepOptions::at(at.wall).policy(Policy {
            stale_after: micros(STALE_AFTER),
            claim_grace: None,
            settle: micros(SETTLE),
        });
        let options = self.watch.options(&options, at);
        self.seen = version;
        match sweep_zombie_tasks(&mut self.conn, &options) {
            Err(_) => self.watch.failed(at),
            Ok(report) => {
                self.watch.looked(at, Duration::from_millis(2), &report);
                self.told.waited += report.waiting;
                for reap in &report.reaps {
                    self.reaped(&reap.task_id.to_string(), &reap.reason.to_string());
                }
            }
        }
    }

    fn reaped(&mut self, task: &str, reason: &str) {
        let now = self.machine.now;
        let trouble = self.troubles.last_before(now);
        let found = self.fleet.reaped(task, now);
        let Some(dead) = found else {
            assert!(
                self.fleet.has_ended_its_run(task),
                "{task} was reaped ({reason}) while its worker lives, at {} min; {trouble:?}",
                now / MINUTE
            );
            return;
        };
        self.told.reaped += 1;
        let due = dead.silent_since + if dead.has_ended { SETTLE } else { STALE_AFTER };
        if self.troubles.is_quiet(dead.silent_since - 4 * MINUTE, now) {
            assert!(
                (due..=due + LATE).contains(&now),
                "{task} ({reason}) was due at {due} µs, and came back at {now} µs"
            );
            self.told.in_time += 1;
        }
    }
}

fn data_version(conn: &Connection) -> i64 {
    conn.pragma_query_value(None, "data_version", |row| row.get(0))
        .unwrap()
}

/// A day by its seed.
fn tell(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let told = Day::of(seed, folder.path()).tell();
    println!("{seed}: {told:?}");
    assert!(
        told.reaped > 20 && told.in_time > 5 && told.waited > 0 && told.troubles > 10,
        "the day was too tame: {told:?}"
    );
}

#[test]
fn no_live_task_is_reaped_and_each_dead_one_comes_back_whatever_befalls_machine_and_clock() {
    let number = |name, otherwise| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (first, days): (u64, u64) = (number("ZOMBIE_DAY_SEED", 0), number("ZOMBIE_DAYS", 1));
    (first..first + days).for_each(tell);
}
