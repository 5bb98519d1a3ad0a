use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use zombie_sweeper::store::{Queue, StoreError};
use zombie_sweeper::{Policy, SweepError, SweepOptions, SweepReport, rusqlite, sweep_zombie_tasks};

use super::clock::{Clocks, Stamp};
use super::contract::{self, Judgment, Zombie};
use super::database::{self, Refusal, STUBBORN};
use super::dice::Dice;
use super::failure::{Fallible, hold};
use super::fleet::{Fleet, Setup, is_busy};
use super::promises::{self, Doubt, Watch};
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
    /// The time between its two looks; the workers' beat is shorter.
    confirm: Duration,
    /// Whether it asks for how long the machine has been suspended.
    counts_suspends: bool,
    /// Whether its connection keeps foreign keys.
    keeps_foreign_keys: bool,
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
                Some(ready(database::open(path)?, setup)?)
            } else {
                None
            },
            stays,
            keeps_foreign_keys: stays && setup.schema.refusal == Some(Refusal::AtCommit),
            confirm: seconds(dice, &[0, 0, 60, 60, 90]),
            counts_suspends: dice.percent(50),
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
            None => Queue::at(&self.path, self.options.profile_in_use())
                .configured(|conn| {
                    conn.execute_batch("PRAGMA synchronous = OFF")?;
                    conn.busy_handler(Some(stage::waits))
                })
                .write(|conn| sweep_zombie_tasks(conn, &self.options)),
        };
        (self.conn, swept)
    }
}

fn ready(mut conn: Connection, setup: &Setup) -> Fallible<Connection> {
    conn.busy_handler(Some(stage::waits))?;
    let keeps_foreign_keys = setup.schema.refusal == Some(Refusal::AtCommit);
    conn.pragma_update(None, "foreign_keys", keeps_foreign_keys)?;
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
        mut interruption: Interruption,
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
            .dry_run(dry_run)
            .waiting(stage::look_twice);
        if let Some(profile) = self.setup.shape().profile() {
            options = options.profile(profile.clone());
        }
        if let Some(project) = sweeper.project {
            options = options.project(project);
        }
        let suspended_ms: i64 = self.suspends.iter().map(|(from, to)| to - from).sum();
        let confirms = interruption.on_stage;
        if confirms {
            options = options.confirm(sweeper.confirm);
            if sweeper.counts_suspends {
                options = options.suspended(Duration::from_millis(suspended_ms.try_into()?));
            }
        }
        let doubt = Doubt {
            always: confirms && !sweeper.confirm.is_zero(),
            suspended_ms: if confirms && sweeper.counts_suspends {
                suspended_ms
            } else {
                0
            },
        };
        let zombies = self.zombies(place, now);
        let prints = self.prints(&zombies, place, now);
        let undecided = self.undecided(place, now);
        interruption.holds_lock &= self.outage_until_ms.is_none();
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
            undecided,
            doubt,
            prints,
            wait: None,
            looked_twice: false,
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
            Err(SweepError::Partial { report, source }) if matches!(*source, SweepError::Interrupted) => {
                // One that nothing comes between does not wait.
                let would_wait = watch
                    .zombies
                    .values()
                    .any(|zombie| zombie.reason == "worker_gone");
                hold!(watch.wait.is_some() || would_wait, "stopped, and nobody said so");
                return self
                    .ended_early(&watch, Some(&report), "sweeps told to stop")
                    .map(|()| None);
            }
            Err(error) if (!self.watches.is_empty() || self.outage_until_ms.is_some()) && is_lock(&error) => {
                let report = match &error {
                    SweepError::Partial { report, .. } => Some(&**report),
                    _ => None,
                };
                return self
                    .ended_early(&watch, report, "sweeps that met a lock that stayed")
                    .map(|()| None);
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

    /// A sweep that could not go on: what it had committed by then it has said.
    fn ended_early(&mut self, watch: &Watch, report: Option<&SweepReport>, what: &str) -> Fallible {
        let reported = report.map(promises::reasons).unwrap_or_default();
        hold!(
            watch.dry_run || reported == watch.reaps,
            "the sweep ended early and reported {reported:?}, reaped {:?}",
            watch.reaps
        );
        self.note(|_| format!("  {what}, after {reported:?}"));
        self.ledger.count(what);
        self.agree("after a sweep that ended early")
    }

    /// The zombies of this moment that a sweeper is asked for.
    pub(super) fn zombies(&self, place: usize, now: Stamp) -> BTreeMap<String, Zombie> {
        let zombies = self
            .judged(place, now)
            .filter_map(|(task, judgment)| match judgment {
                Judgment::Zombie(zombie) => Some((task, zombie)),
                _ => None,
            });
        zombies.collect()
    }

    pub(super) fn undecided(&self, place: usize, now: Stamp) -> BTreeSet<String> {
        let judged = self.judged(place, now);
        let undecided = judged.filter(|(_, judgment)| *judgment == Judgment::Undecided);
        undecided.map(|(task, _)| task).collect()
    }

    fn judged(&self, place: usize, now: Stamp) -> impl Iterator<Item = (String, Judgment)> {
        let sweeper = &self.sweepers[place];
        let wanted = self.truth.tasks.values().filter(|task| sweeper.wants(task));
        wanted.filter_map(move |task| {
            let judgment = contract::judge(self.setup.shape(), &self.truth, task, &sweeper.policy, now)?;
            Some((task.id.clone(), judgment))
        })
    }

    /// Whether a reap of this task at this moment is refused, for a reason of its own.
    pub(super) fn refuses(&self, place: usize, task: &str, now: Stamp) -> bool {
        let is_stubborn = match self.setup.schema.refusal {
            None => false,
            Some(Refusal::AtCommit) => self.sweepers[place].keeps_foreign_keys,
            Some(_) => true,
        };
        if is_stubborn && self.truth.tasks[task].title == STUBBORN {
            return true;
        }
        if self.setup.schema.conflict.is_none() {
            return false;
        }
        // Two ends of abandoned runs would be the same.
        let mut reaped = self.truth.clone();
        let active = &self.truth.tasks[task].active_run_id;
        contract::reap(&mut reaped, task, Some(active), now);
        let abandoned = reaped.runs_of(task).filter(|run| run.status == "abandoned");
        let ends: Vec<_> = abandoned.map(|run| run.completed_at).collect();
        ends.iter().collect::<BTreeSet<_>>().len() < ends.len()
    }

    /// The watched sweep looks again, at a later moment.
    pub(super) fn turn_watch(&mut self) -> Stamp {
        let place = self.watches.last().unwrap().place;
        let host = self.sweepers[place].host;
        let (now, sign) = (self.clocks.read(host), self.clocks.sign(host));
        let watch = self.watches.last_mut().unwrap();
        (watch.now, watch.sign, watch.looked_twice) = (now, sign, true);
        now
    }
}

fn is_lock(error: &SweepError) -> bool {
    let code = |source: &rusqlite::Error| source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    match error.cause() {
        SweepError::Store(StoreError::Sqlite { source, .. } | StoreError::Reap { source, .. }) => {
            code(source)
        }
        SweepError::Store(StoreError::Open(error)) => {
            matches!(error, zombie_sweeper::store::OpenError::Busy(_))
        }
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
