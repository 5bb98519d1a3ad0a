use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rusqlite::{Connection, ErrorCode};
use zombie_sweeper::rusqlite;

use super::clock::{Clocks, Stamp};
use super::database::{self, Conflict, Refusal, Schema};
use super::dice::Dice;
use super::failure::{Failure, Fallible, hold};
use super::ledger::Ledger;
use super::promises::Watch;
use super::shape::Shape;
use super::sweeper::Sweeper;
use super::truth::{Row, Truth};
use super::worker::Worker;

/// What unfenced workers do to what is no longer theirs.
pub(super) const REWRITTEN: &str = "harm: a finished run was finished again";
pub(super) const OVERWRITTEN: &str = "harm: the result of a later run was overwritten";
pub(super) const TAKEN: &str = "harm: the task was taken from a successor at work";

/// What sort of fleet it is; the seed decides, unless a test does.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a coin of its own")]
pub(super) struct Setup {
    pub(super) seed: u64,
    pub(super) schema: Schema,
    /// Whether workers check, before they write, that they still own the run.
    pub(super) fenced: bool,
    /// Whether a run and its task are finished in one transaction.
    pub(super) finish_in_one: bool,
    pub(super) clocks_jump: bool,
    /// Whether the machine sleeps at times, with all that runs on it, and for a while nobody can write.
    pub(super) suspends: bool,
    pub(super) outages: bool,
    /// Whether there are workers that write another column of heartbeats, or what nobody can read.
    pub(super) several_columns: bool,
    pub(super) odd_values: bool,
    /// Whether workers say how long they may be silent.
    pub(super) leases: bool,
    /// Whether runs have statuses that the profile does not know, with an end and without.
    pub(super) unknown_words: bool,
    /// Whether the next attempt may show nothing yet.
    pub(super) mute_successors: bool,
    /// Whether a task may name its last run until the next one begins.
    pub(super) keeps_pointers: bool,
    /// Whether anything happens in the midst of sweeps.
    pub(super) sweeps_in_peace: bool,
    /// Whether sweepers reap two or three tasks in one transaction, not thousands. They rest between batches, so such a
    /// story takes its time.
    pub(super) small_batches: bool,
    pub(super) workers: usize,
    pub(super) tasks: usize,
    pub(super) sweepers: usize,
}

impl Setup {
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let plain = Self::plain(&mut dice, seed);
        let refusal = [
            Refusal::Abort,
            Refusal::Fail,
            Refusal::Rollback,
            Refusal::Ignore,
            Refusal::AtCommit,
        ];
        let conflict = [Conflict::Replace, Conflict::Ignore, Conflict::Rollback];
        Self {
            schema: Schema {
                conflict: dice.pick(&conflict).filter(|_| dice.percent(40)),
                refusal: dice.pick(&refusal).filter(|_| dice.percent(30)),
                ..plain.schema
            },
            fenced: dice.percent(85),
            clocks_jump: dice.percent(40),
            suspends: dice.percent(30),
            outages: dice.percent(30),
            several_columns: dice.percent(30),
            odd_values: dice.percent(15),
            leases: dice.percent(30),
            unknown_words: dice.percent(30),
            mute_successors: dice.percent(20),
            keeps_pointers: dice.percent(30),
            small_batches: dice.percent(4),
            ..plain
        }
        .shaped(Shape::of(seed))
    }

    fn shaped(mut self, shape: Shape) -> Self {
        self.schema.shape = shape;
        if shape != Shape::Orchestra {
            self.schema.conflict = None;
        }
        if !shape.has_events() {
            self.schema.refusal = None;
        }
        self.leases |= shape == Shape::Leases;
        self
    }

    pub(super) fn shape(&self) -> Shape {
        self.schema.shape
    }

    /// Nothing odd about it: what befalls it are crashes and stalls.
    pub(super) fn plain(dice: &mut Dice, seed: u64) -> Self {
        Self {
            seed,
            schema: Schema {
                shape: Shape::Orchestra,
                wal: dice.percent(75),
                conflict: None,
                refusal: None,
            },
            fenced: true,
            finish_in_one: dice.percent(50),
            clocks_jump: false,
            suspends: false,
            outages: false,
            several_columns: false,
            odd_values: false,
            leases: false,
            unknown_words: false,
            mute_successors: false,
            keeps_pointers: false,
            sweeps_in_peace: false,
            small_batches: false,
            workers: 2 + dice.below(6),
            tasks: 2 + dice.below(6),
            sweepers: 1 + dice.below(3),
        }
    }
}

/// A supervisor and its workers, on one host.
pub(super) struct Group {
    pub(super) host: usize,
    /// The supervisor's connection, while it lives.
    pub(super) supervisor: Option<Rc<Connection>>,
}

/// What came of an actor's transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Committed,
    /// A guard did not fit: rolled back.
    Lost,
    /// Somebody else held a lock: rolled back, to be tried again.
    Busy,
}

/// Everybody at work on one database, and what must be true of it.
pub(super) struct Fleet {
    pub(super) setup: Setup,
    pub(super) path: PathBuf,
    pub(super) clocks: Clocks,
    pub(super) truth: Truth,
    pub(super) groups: Vec<Group>,
    pub(super) workers: Vec<Worker>,
    pub(super) sweepers: Vec<Sweeper>,
    /// The sweeps under way, the innermost last.
    pub(super) watches: Vec<Watch>,
    /// Looks at the database, and never writes.
    pub(super) observer: Rc<Connection>,
    /// Somebody who puts tasks in the queue, and resets them by hand.
    pub(super) operator: Rc<Connection>,
    /// Somebody whose transaction the sweep has to wait for.
    pub(super) lock_holder: Rc<Connection>,
    /// What keeps everybody from writing, and until when.
    pub(super) outage: Rc<Connection>,
    pub(super) outage_until_ms: Option<i64>,
    /// When nobody could write or the machine slept, from and to.
    pub(super) outages: Vec<(i64, i64)>,
    pub(super) suspends: Vec<(i64, i64)>,
    pub(super) commits: usize,
    /// SQLite's count of changes, and ours, when database and truth last agreed.
    agreed: (i64, usize),
    pub(super) ledger: Ledger,
    /// What happened, where somebody wants to know.
    pub(super) log: Option<Vec<String>>,
    /// The first failure in the midst of a sweep.
    pub(super) failure: Option<Failure>,
    /// The names of workers that are no more, each with its group.
    pub(super) names_left: Vec<(usize, String)>,
    /// How many workers and runs there have ever been.
    pub(super) hired: usize,
    pub(super) started: usize,
}

impl Fleet {
    pub(super) const GROUPS: usize = 2;

    pub(super) fn new(setup: &Setup, path: &Path, logged: bool) -> Fallible<Self> {
        database::create(path, setup.schema)?;
        let mut fleet = Self {
            setup: setup.clone(),
            path: path.to_owned(),
            clocks: Clocks::right(),
            truth: Truth::default(),
            groups: Vec::new(),
            workers: Vec::new(),
            sweepers: Vec::new(),
            watches: Vec::new(),
            observer: database::connect(path)?,
            operator: database::connect(path)?,
            lock_holder: database::connect(path)?,
            outage: database::connect(path)?,
            outage_until_ms: None,
            outages: Vec::new(),
            suspends: Vec::new(),
            commits: 0,
            agreed: (0, 0),
            ledger: Ledger::default(),
            log: logged.then(Vec::new),
            failure: None,
            names_left: Vec::new(),
            hired: 0,
            started: 0,
        };
        let mut dice = Dice::new(!setup.seed);
        for host in 0..Self::GROUPS {
            fleet.groups.push(Group {
                host,
                supervisor: Some(database::connect(path)?),
            });
        }
        for place in 0..setup.workers {
            fleet.hire(place % Self::GROUPS)?;
        }
        if setup.shape().has_runs() {
            fleet.furnish(3)?;
        }
        for _ in 0..setup.tasks {
            fleet.submit(&mut dice)?;
        }
        for _ in 0..setup.workers {
            fleet.claim(&mut dice)?;
        }
        for place in 0..setup.sweepers {
            let sweeper = Sweeper::new(place, setup, path, &mut dice)?;
            fleet.sweepers.push(sweeper);
        }
        Ok(fleet)
    }

    /// Time passes.
    pub(super) fn wait(&mut self, ms: i64) -> Fallible {
        self.clocks.elapsed_ms += ms;
        self.note(|_| format!("{ms} ms pass"));
        if self
            .outage_until_ms
            .is_some_and(|until| until <= self.clocks.elapsed_ms)
        {
            self.outage_until_ms = None;
            self.outage.execute_batch("ROLLBACK")?;
            self.note(|_| "everybody can write again".to_owned());
        }
        Ok(())
    }

    pub(super) fn host_of(&self, worker: usize) -> usize {
        self.groups[self.workers[worker].group].host
    }

    /// What the clock of a worker shows.
    pub(super) fn clock_of(&self, worker: usize) -> Stamp {
        self.clocks.read(self.host_of(worker))
    }

    /// One transaction of an actor on behalf of a run. What it wrote is true once it is committed.
    pub(super) fn transact(
        &mut self,
        conn: &Connection,
        run: &str,
        write: impl FnOnce(&Connection, &Truth) -> Fallible<Option<Vec<Row>>>,
    ) -> Fallible<Done> {
        if is_busy(conn.execute_batch("BEGIN IMMEDIATE"))? {
            return Ok(self.busy());
        }
        let Some(rows) = write(conn, &self.truth)? else {
            conn.execute_batch("ROLLBACK")?;
            return Ok(Done::Lost);
        };
        if is_busy(conn.execute_batch("COMMIT"))? {
            conn.execute_batch("ROLLBACK")?;
            return Ok(self.busy());
        }
        self.commits += 1;
        for row in rows {
            self.count_harm(run, &row)?;
            self.truth.put(row);
        }
        Ok(Done::Committed)
    }

    fn busy(&mut self) -> Done {
        self.ledger.count("met a lock");
        self.note(|_| "  but the database is locked".to_owned());
        Done::Busy
    }

    /// Harm is done to a row that is somebody else's: a finished run, a successor's task, a later run's result. Fenced
    /// workers do none.
    fn count_harm(&mut self, run: &str, row: &Row) -> Fallible {
        let harm = match row {
            Row::Run(new) => {
                let old = self.truth.runs.get(&new.id);
                old.is_some_and(|old| old.is_finished() && old.status != new.status)
                    .then_some(REWRITTEN)
            }
            Row::Task(new) => self.truth.tasks.get(&new.id).and_then(|old| {
                let had_successor =
                    old.is_running() && !old.active_run_id.is_empty() && old.active_run_id != run;
                if !run.is_empty() && new.result != old.result && old.result.as_str() > run {
                    Some(OVERWRITTEN)
                } else if !run.is_empty() && had_successor && new.active_run_id.is_empty() {
                    Some(TAKEN)
                } else {
                    None
                }
            }),
            Row::Workspace(_) | Row::Worker(_) | Row::NoWorker(_) | Row::Event(_) => None,
        };
        if let Some(harm) = harm {
            self.ledger.count(harm);
            self.note(|_| format!("  {harm}, by {run}"));
            hold!(!self.setup.fenced, "{harm}, by {run}, which is fenced");
        }
        Ok(())
    }

    /// Whether nobody, sweeps included, has committed since database and truth last agreed.
    pub(super) fn nothing_new(&self) -> Fallible<bool> {
        Ok(self.agreed == (self.data_version()?, self.commits))
    }

    fn data_version(&self) -> Fallible<i64> {
        Ok(self
            .observer
            .pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// The database holds what is true, row by row.
    pub(super) fn agree(&mut self, when: &str) -> Fallible {
        if self.nothing_new()? {
            return Ok(());
        }
        let known = self.truth.last_event_id();
        let found = database::read(&self.observer, self.setup.shape(), known)?;
        hold!(
            found.events.is_empty(),
            "{when}: events that nobody wrote: {:?}",
            found.events
        );
        same(when, &self.truth.tasks, &found.tasks)?;
        same(when, &self.truth.runs, &found.runs)?;
        same(when, &self.truth.workspaces, &found.workspaces)?;
        same(when, &self.truth.workers, &found.workers)?;
        self.agreed = (self.data_version()?, self.commits);
        Ok(())
    }

    /// What must hold of the queue at any time, as long as its workers are fenced.
    pub(super) fn is_sane(&self) -> Fallible {
        for task in self.truth.tasks.values() {
            hold!(
                task.is_running() || task.holds_nothing(),
                "a task that is not running holds something: {task:?}"
            );
        }
        for workspace in self.truth.workspaces.values() {
            let run = workspace.run_id.as_ref().map(|run| &self.truth.runs[run].task_id);
            let holder = workspace.task_id.as_ref().or(run);
            hold!(
                holder.is_none_or(|task| self.truth.tasks[task].is_running()),
                "a workspace is held for a task that is not running: {workspace:?}"
            );
        }
        Ok(())
    }

    /// The last look: every event as it was written, and a sound file.
    pub(super) fn is_sound(&mut self) -> Fallible {
        self.agree("at the end")?;
        if self.setup.shape().has_events() {
            let events = database::events_after(&self.observer, 0)?;
            hold!(events == self.truth.events, "the events have changed: {events:?}");
        }
        let projects = database::projects(&self.observer)?;
        hold!(
            projects == "p-AA2026-01-01,p-BB2026-01-01",
            "the projects have changed: {projects}"
        );
        let check: String = self
            .observer
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        hold!(check == "ok", "integrity check: {check}");
        Ok(())
    }

    pub(super) fn note(&mut self, what: impl FnOnce(&Self) -> String) {
        if let Some(mut log) = self.log.take() {
            let depth = "    ".repeat(self.watches.len());
            let after_s = self.clocks.elapsed_ms / 1000;
            log.push(format!(
                "{:>3}:{:02} {depth}{}",
                after_s / 60,
                after_s % 60,
                what(self)
            ));
            self.log = Some(log);
        }
    }
}

/// Whether a lock stood in the way.
pub(super) fn is_busy(result: rusqlite::Result<()>) -> Fallible<bool> {
    match result {
        Ok(()) => Ok(false),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn same<T: PartialEq + fmt::Debug>(
    when: &str,
    truth: &BTreeMap<String, T>,
    found: &BTreeMap<String, T>,
) -> Fallible {
    for id in truth.keys().chain(found.keys()) {
        let (expected, found) = (truth.get(id), found.get(id));
        hold!(
            expected == found,
            "{when}: expected {expected:?}\nbut found {found:?}"
        );
    }
    Ok(())
}
