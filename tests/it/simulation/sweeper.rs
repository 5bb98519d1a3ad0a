use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use zombie_sweeper::store::sweep_database;
use zombie_sweeper::{Policy, SweepError, SweepOptions, SweepReport, rusqlite, sweep_zombie_tasks};

use super::clock::{Clocks, Stamp};
use super::contract;
use super::database;
use super::dice::Dice;
use super::failure::{Fallible, hold};
use super::fleet::{Fleet, Setup, is_busy};
use super::promises::Watch;
use super::stage::{self, Interruption};
use super::truth::Task;

/// Somebody who sweeps now and then, always with the same options.
pub(super) struct Sweeper {
    host: usize,
    /// Of a process that stays; the others open the database anew each time.
    conn: Option<Connection>,
    stays: bool,
    pub(super) policy: Policy,
    pub(super) batch_size: NonZeroUsize,
    project: Option<&'static str>,
    pub(super) actor: String,
}

/// What it takes to run a sweep while its fleet is in other hands.
pub(super) struct Engine {
    conn: Option<Connection>,
    path: PathBuf,
    options: SweepOptions,
}

impl Sweeper {
    pub(super) fn new(place: usize, setup: &Setup, path: &Path, dice: &mut Dice) -> Fallible<Self> {
        let seconds = |dice: &mut Dice, choice: &[u64]| Duration::from_secs(dice.pick(choice).unwrap());
        let stays = dice.percent(70);
        Ok(Self {
            host: dice.below(Clocks::HOSTS),
            conn: if stays {
                Some(ready(database::open(path)?)?)
            } else {
                None
            },
            stays,
            policy: Policy {
                stale_after: seconds(dice, &[900, 900, 900, 900, 600, 300, 60, 0]),
                claim_grace: dice.percent(40).then(|| seconds(dice, &[30, 300, 1800])),
                settle: seconds(dice, &[0, 0, 0, 5, 120]),
            },
            batch_size: if setup.small_batches {
                NonZeroUsize::new(1 + dice.below(2)).unwrap()
            } else {
                SweepOptions::BATCH_SIZE
            },
            project: dice.pick(&[None, None, Some("A"), Some("p-B")]).unwrap(),
            actor: format!("sweeper-{place}"),
        })
    }

    pub(super) fn wants(&self, task: &Task) -> bool {
        self.project
            .is_none_or(|project| task.project_id.ends_with(&project[project.len() - 1..]))
    }
}

impl Engine {
    pub(super) fn run(mut self) -> (Option<Connection>, Result<SweepReport, SweepError>) {
        let swept = match &mut self.conn {
            Some(conn) => sweep_zombie_tasks(conn, &self.options),
            None => sweep_database(
                &self.path,
                self.options.profile_in_use(),
                |conn| {
                    conn.execute_batch("PRAGMA synchronous = OFF")?;
                    conn.busy_handler(Some(stage::waits))
                },
                |conn| sweep_zombie_tasks(conn, &self.options),
            ),
        };
        (self.conn, swept)
    }
}

fn ready(mut conn: Connection) -> Fallible<Connection> {
    conn.busy_handler(Some(stage::waits))?;
    Ok(conn)
}

impl Fleet {
    /// A sweep that nothing comes between, unless it is one that came between itself.
    pub(super) fn sweep_in_peace(&mut self, place: usize, dry_run: bool) -> Fallible<Option<SweepReport>> {
        let engine = self.begin_sweep(place, dry_run, Interruption::none())?;
        let (conn, swept) = engine.run();
        self.end_sweep(conn, swept)
    }

    pub(super) fn begin_sweep(
        &mut self,
        place: usize,
        dry_run: bool,
        interruption: Interruption,
    ) -> Fallible<Engine> {
        self.agree("before a sweep")?;
        let sweeper = &self.sweepers[place];
        let now = self.clocks.read(sweeper.host);
        let running = self.truth.tasks.values().filter(|task| task.is_running());
        let running_before = running.filter(|task| sweeper.wants(task)).count();
        let sign = self.clocks.sign(sweeper.host);
        let mut options = SweepOptions::at(now.date_time())
            .policy(sweeper.policy)
            .batch_size(sweeper.batch_size)
            .actor(sweeper.actor.clone())
            .dry_run(dry_run);
        if let Some(project) = sweeper.project {
            options = options.project(project);
        }
        let zombies = self.zombies(place, now);
        if interruption.holds_lock {
            hold!(
                !is_busy(self.lock_holder.execute_batch("BEGIN IMMEDIATE"))?,
                "nobody held the lock, and it could not be taken"
            );
        }
        self.note(|fleet| {
            let sweeper = &fleet.sweepers[place];
            let dry = if dry_run { " would" } else { "" };
            format!(
                "{}{dry} sweep at {now} {:?}, batches of {}, project {:?}, {interruption:?}; zombies: {zombies:?}",
                sweeper.actor, sweeper.policy, sweeper.batch_size, sweeper.project
            )
        });
        self.ledger.count(if dry_run { "dry runs" } else { "sweeps" });
        self.watches.push(Watch {
            place,
            now,
            sign,
            dry_run,
            commits_before: self.commits,
            running_before,
            still: zombies.clone(),
            zombies,
            reaps: BTreeMap::new(),
            batches: 0,
            runs_abandoned: 0,
            workspaces_freed: 0,
            asked_for_lock: 0,
            interruption,
        });
        Ok(Engine {
            conn: self.sweepers[place].conn.take(),
            path: self.path.clone(),
            options,
        })
    }

    /// `None` where a sweep in the midst of another one met its lock.
    pub(super) fn end_sweep(
        &mut self,
        conn: Option<Connection>,
        swept: Result<SweepReport, SweepError>,
    ) -> Fallible<Option<SweepReport>> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.settle_batch()?;
        if self.watches.len() == 1 && !self.lock_holder.is_autocommit() {
            self.lock_holder.execute_batch("ROLLBACK")?;
        }
        let watch = self.watches.pop().unwrap();
        if self.sweepers[watch.place].stays {
            self.sweepers[watch.place].conn = conn;
        }
        let report = match swept {
            Ok(report) => report,
            Err(error) if !self.watches.is_empty() && is_lock(&error) => {
                hold!(
                    watch.reaps.is_empty(),
                    "the sweep failed, and had reaped {:?}",
                    watch.reaps
                );
                self.note(|_| "  but the database is locked".to_owned());
                self.ledger.count("sweeps that met the lock of another sweep");
                self.agree("after a sweep that met a lock")?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        self.note(|_| format!("swept: {:?}", watch.reaps));
        self.check_report(&watch, &report)?;
        self.agree("after a sweep")?;
        if self.setup.fenced {
            self.is_sane()?;
        }
        Ok(Some(report))
    }

    /// The zombies of this moment that a sweeper is asked for, and why.
    pub(super) fn zombies(&self, place: usize, now: Stamp) -> BTreeMap<String, String> {
        let sweeper = &self.sweepers[place];
        let wanted = self.truth.tasks.values().filter(|task| sweeper.wants(task));
        let zombies = wanted.filter_map(|task| {
            let reason = contract::reason(&self.truth, task, &sweeper.policy, now)?;
            Some((task.id.clone(), reason))
        });
        zombies.collect()
    }
}

fn is_lock(error: &SweepError) -> bool {
    let code = |source: &rusqlite::Error| source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    match error.cause() {
        SweepError::Sqlite { source, .. } | SweepError::Reap { source, .. } => code(source),
        SweepError::Open(error) => matches!(error, zombie_sweeper::store::OpenError::Busy(_)),
        _ => false,
    }
}

impl Fleet {
    pub(super) fn is_sweeping(&self, place: usize) -> bool {
        self.watches.iter().any(|watch| watch.place == place)
    }

    /// What a sweeper's clock shows, and what it bears.
    pub(super) fn look_of(&self, place: usize) -> (Stamp, Policy) {
        let sweeper = &self.sweepers[place];
        (self.clocks.read(sweeper.host), sweeper.policy)
    }
}
