use std::sync::Arc;

use serde::Serialize;

use super::catalog::{ColumnInfo, TableInfo};
use crate::profile::{Constants, Hints, OpenWords};
use crate::zombie::TimeZone;

/// What the sweeper understood of a database: which table and column plays which role.
#[derive(Debug)]
pub struct Schema {
    pub(super) tasks: Tasks,
    /// Where there is none, each task is its own run.
    pub(super) runs: Option<Runs>,
    pub(super) workers: Option<Workers>,
    pub(super) events: Option<Events>,
    pub(super) workspaces: Option<Workspaces>,
    pub(super) projects: Option<Projects>,
    /// Whether the profile says itself that there are neither heartbeats nor leases.
    pub(super) says_starts_alone: bool,
    /// Of the timestamps that name none.
    pub(super) time_zone: TimeZone,
    /// What columns without a role may be called.
    pub(super) hints: Hints,
    pub(super) roles: Vec<Role>,
}

// Where several columns play a role, each of them counts; the first is the one that the profile names first.
#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) at_work: AtWork,
    /// Where there is none, the run begun last is meant.
    pub(super) active_run: Option<ColumnInfo>,
    /// What names the worker; only where workers have rows of their own.
    pub(super) worker: Option<ColumnInfo>,
    pub(super) project: ProjectColumns,
    pub(super) recurring: Recurring,
    pub(super) heartbeat: Vec<ColumnInfo>,
    pub(super) started: Vec<ColumnInfo>,
    pub(super) updated: Vec<ColumnInfo>,
    /// Of a task that is its own run.
    pub(super) ended: Vec<ColumnInfo>,
    pub(super) lease: Leases,
    pub(super) next_eligible: Option<ColumnInfo>,
    /// What a reap empties, the lease included; none of them is the id, the status, the active run or of the key.
    pub(super) clear: Vec<ColumnInfo>,
    pub(super) set: Constants,
    /// What a reap sets to now for the profile's sake.
    pub(super) stamp: Vec<ColumnInfo>,
    /// What a reap adds one to.
    pub(super) increment: Vec<ColumnInfo>,
    /// What must be true of a task that is looked at, as SQL on `t` that may stand behind an AND.
    pub(super) condition: Option<String>,
    pub(super) open: OpenWords,
    /// The word of a task that is not to be tried again; none where a condition tells what runs.
    pub(super) parked: Option<String>,
    /// What a task is called whose work was done, and one whose work was given up.
    pub(super) completed: Vec<String>,
    pub(super) failed: Vec<String>,
}

/// What tells the rows at work from the rest.
#[derive(Debug)]
pub(super) enum AtWork {
    /// One of these words in this column.
    Words(ColumnInfo, Vec<String>),
    /// A condition, as SQL that may stand anywhere.
    Where(String),
}

/// What says up to when a holder may be silent.
#[derive(Debug, Default)]
pub(super) struct Leases {
    /// The moments themselves.
    pub(super) moments: Vec<ColumnInfo>,
    /// A start, and how many seconds it lasts from there.
    pub(super) span: Option<[ColumnInfo; 2]>,
}

impl Leases {
    pub(super) fn columns(&self) -> impl Iterator<Item = &ColumnInfo> {
        self.moments.iter().chain(self.span.iter().flatten())
    }

    /// What is emptied where a lease is let go of: how long it would last is a setting, and stays.
    pub(super) fn held(&self) -> Vec<ColumnInfo> {
        let starts = self.span.iter().map(|[start, _]| start);
        self.moments.iter().chain(starts).cloned().collect()
    }
}

/// How a task names its project: by name, by id, or either.
#[derive(Debug)]
pub(super) struct ProjectColumns {
    pub(super) name: Option<ColumnInfo>,
    pub(super) id: Option<ColumnInfo>,
}

/// How a recurring task is told from a one-shot.
#[derive(Debug)]
pub(super) enum Recurring {
    Never,
    Kind(ColumnInfo, String),
    Flag(ColumnInfo),
}

#[derive(Debug)]
pub(super) struct Runs {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) task: ColumnInfo,
    /// Where a condition tells the unfinished ones, there may be none; one that there is says how a run ended.
    pub(super) status: Option<ColumnInfo>,
    /// The condition that an unfinished run fulfils, where no word does; as SQL that may stand anywhere.
    pub(super) running_where: Option<String>,
    pub(super) heartbeat: Vec<ColumnInfo>,
    pub(super) started: Vec<ColumnInfo>,
    /// Stands in for a start where no other has a value.
    pub(super) created: Option<ColumnInfo>,
    pub(super) ended: Vec<ColumnInfo>,
    pub(super) lease: Leases,
    pub(super) worker: Option<ColumnInfo>,
    pub(super) clear: Vec<ColumnInfo>,
    pub(super) set: Constants,
    pub(super) running: Vec<String>,
    pub(super) finished: Vec<Arc<str>>,
    /// Of these, what a run is called that did its work; none where the profile does not say.
    pub(super) completed: Vec<Arc<str>>,
    pub(super) abandoned: String,
}

/// Processes that have rows of their own.
#[derive(Debug)]
pub(super) struct Workers {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) heartbeat: Vec<ColumnInfo>,
    pub(super) started: Vec<ColumnInfo>,
    pub(super) lease: Leases,
    pub(super) status: Option<ColumnInfo>,
    /// The statuses of a worker that is no more.
    pub(super) gone: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Events {
    pub(super) table: TableInfo,
    /// The key, where a fresh UUID has to fill it.
    pub(super) uuid: Option<ColumnInfo>,
    pub(super) task: ColumnInfo,
    pub(super) kind: ColumnInfo,
    pub(super) actor: Option<ColumnInfo>,
    pub(super) payload: Option<ColumnInfo>,
    pub(super) time: Option<ColumnInfo>,
    pub(super) run: Option<ColumnInfo>,
    pub(super) set: Constants,
    pub(super) reaped: String,
    /// Whether nobody but us writes events of that type: it is the built-in word, and none of the queue's own.
    pub(super) reaped_is_ours: bool,
    pub(super) parked: String,
    pub(super) unparked: String,
}

#[derive(Debug)]
pub(super) struct Workspaces {
    pub(super) table: TableInfo,
    pub(super) task: Option<ColumnInfo>,
    pub(super) run: Option<ColumnInfo>,
    pub(super) status: Option<ColumnInfo>,
    pub(super) released: Option<ColumnInfo>,
    pub(super) free: String,
}

#[derive(Debug)]
pub(super) struct Projects {
    pub(super) table: TableInfo,
    pub(super) id: ColumnInfo,
    pub(super) name: ColumnInfo,
}

/// One role, and what plays it in the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// The profile's section and key, such as `tasks.heartbeat`.
    pub role: String,
    /// Table and column, such as `tasks.last_heartbeat`, or several behind each other; `None` where the database has none.
    pub column: Option<String>,
    /// The names of the columns, without the table's; none for a table.
    #[serde(skip)]
    pub(super) columns: Vec<String>,
}

impl Schema {
    /// Whether nothing but a start or a last change can show that somebody is at work: there is no column of heartbeats, and
    /// none of leases. Then whoever works for longer than `stale_after` is taken for dead.
    #[must_use]
    pub fn shows_starts_alone(&self) -> bool {
        !self.shows_life() && self.shows_starts()
    }

    /// Whether nothing at all can show that somebody is at work, so that no silence is ever proven.
    #[must_use]
    pub fn shows_nothing(&self) -> bool {
        !self.shows_life() && !self.shows_starts()
    }

    fn shows_starts(&self) -> bool {
        let of_tasks = !self.tasks.started.is_empty() || !self.tasks.updated.is_empty();
        let of_runs = self.runs.as_ref();
        of_tasks || of_runs.is_some_and(|runs| !runs.started.is_empty() || runs.created.is_some())
    }

    fn shows_life(&self) -> bool {
        let of_runs = self.runs.as_ref().map(|runs| (&runs.heartbeat, &runs.lease));
        let of_workers = self.workers.as_ref();
        let of_workers = of_workers.map(|workers| (&workers.heartbeat, &workers.lease));
        let of_tasks = (&self.tasks.heartbeat, &self.tasks.lease);
        let mut all = std::iter::once(of_tasks).chain(of_runs).chain(of_workers);
        all.any(|(heartbeat, lease)| !heartbeat.is_empty() || lease.columns().next().is_some())
    }

    /// Every role of the profile, in its order, and what plays it.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }
}

impl Schema {
    /// The tables that a reap writes.
    pub(super) fn tables_written(&self) -> impl Iterator<Item = &TableInfo> {
        let workspaces = self.workspaces.as_ref().map(|workspaces| &workspaces.table);
        let runs = self.runs.as_ref().map(|runs| &runs.table);
        let events = self.events.as_ref().map(|events| &events.table);
        std::iter::once(&self.tasks.table)
            .chain(runs)
            .chain(events)
            .chain(workspaces)
    }
}

impl Tasks {
    /// The column of the status, where words tell what runs.
    pub(super) fn status(&self) -> Option<&ColumnInfo> {
        match &self.at_work {
            AtWork::Words(status, _) => Some(status),
            AtWork::Where(_) => None,
        }
    }

    /// The words of a task at work; none where a condition tells.
    pub(super) fn running(&self) -> &[String] {
        match &self.at_work {
            AtWork::Words(_, words) => words,
            AtWork::Where(_) => &[],
        }
    }

    /// The condition that tells what runs, where no word does.
    pub(super) fn running_where(&self) -> Option<&str> {
        match &self.at_work {
            AtWork::Words(..) => None,
            AtWork::Where(condition) => Some(condition),
        }
    }
}

impl Events {
    /// The columns that an event of ours fills; that of a run with the empty value where there is none.
    pub(super) fn written(&self) -> impl Iterator<Item = &ColumnInfo> {
        let needed = [&self.task, &self.kind];
        let found = [&self.uuid, &self.actor, &self.payload, &self.time, &self.run];
        needed.into_iter().chain(found.into_iter().flatten())
    }
}
