use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::{Connection, Row};
use zombie_sweeper::rusqlite;

use super::failure::{Fallible, hold};
use super::shape::Shape;
use super::truth::{Event, Run, Task, Truth, WorkerRow, Workspace};
use crate::world::ORCHESTRA;

/// What kind of queue it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema {
    pub(super) shape: Shape,
    /// A write-ahead log, not a rollback journal.
    pub(super) wal: bool,
    /// What becomes of a row of runs that repeats the end of an abandoned one of the task.
    pub(super) conflict: Option<Conflict>,
    /// How it refuses to reset a stubborn task.
    pub(super) refusal: Option<Refusal>,
}

/// A conflict clause: it deletes the other row, skips this one, or undoes the whole transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conflict {
    Replace,
    Ignore,
    Rollback,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Abort,
    Fail,
    /// The whole transaction is undone.
    Rollback,
    /// The event is swallowed without a word.
    Ignore,
    /// A constraint that is looked at when the transaction is committed, by whoever keeps foreign keys.
    AtCommit,
}

impl Conflict {
    const ALL: [Option<Self>; 4] = [
        None,
        Some(Self::Replace),
        Some(Self::Ignore),
        Some(Self::Rollback),
    ];
}

impl Refusal {
    fn trigger(self) -> String {
        let (when, then) = match self {
            Self::Abort => ("BEFORE", "SELECT RAISE(ABORT, 'stubborn')"),
            Self::Fail => ("AFTER", "SELECT RAISE(FAIL, 'stubborn')"),
            Self::Rollback => ("AFTER", "SELECT RAISE(ROLLBACK, 'stubborn')"),
            Self::Ignore => ("BEFORE", "SELECT RAISE(IGNORE)"),
            Self::AtCommit => ("AFTER", "INSERT INTO debts VALUES ('nobody')"),
        };
        format!(
            "CREATE TABLE debts (owed_to TEXT REFERENCES projects(id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER refuses {when} INSERT ON task_events
             WHEN new.event_type = 'zombie_reaped'
              AND EXISTS (SELECT 1 FROM tasks WHERE id = new.task_id AND title = '{STUBBORN}')
             BEGIN {then}; END"
        )
    }
}

/// The title of a task that refuses to be reset, where the queue is of that kind.
pub(super) const STUBBORN: &str = "a stubborn one";

/// Empty queues: with a write-ahead log and with a rollback journal, with each conflict clause, of each shape.
static EMPTY: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let journals = ["WAL", "DELETE"].into_iter();
    journals
        .flat_map(|journal| kinds().map(move |(conflict, shape)| empty(journal, conflict, shape)))
        .collect()
});

/// Conflict clauses are of Orchestra's shape alone.
fn kinds() -> impl Iterator<Item = (Option<Conflict>, Shape)> {
    let of_orchestra = Conflict::ALL
        .into_iter()
        .map(|conflict| (conflict, Shape::Orchestra));
    of_orchestra.chain(Shape::ALL.into_iter().skip(1).map(|shape| (None, shape)))
}

fn empty(journal: &str, conflict: Option<Conflict>, shape: Shape) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(ORCHESTRA).unwrap();
    let clause = match conflict {
        None => String::new(),
        Some(conflict) => format!("UNIQUE ON CONFLICT {conflict:?}"),
    };
    conn.execute_batch(&format!(
        "ALTER TABLE tasks ADD COLUMN result TEXT NOT NULL DEFAULT '';
         ALTER TABLE tasks ADD COLUMN heartbeat_at TEXT;
         DROP TABLE task_runs;
         CREATE TABLE task_runs (
             id TEXT PRIMARY KEY, task_id TEXT NOT NULL REFERENCES tasks(id), status TEXT NOT NULL DEFAULT 'running',
             worker_id TEXT NOT NULL DEFAULT '', slot TEXT NOT NULL DEFAULT '', started_at TEXT, last_heartbeat TEXT,
             completed_at TEXT, error TEXT, heartbeat_at TEXT, lease_expires_at TEXT,
             abandoned_once TEXT AS (CASE WHEN status = 'abandoned' THEN task_id || ' ' || completed_at END) {clause}
         );
         CREATE INDEX idx_task_runs_task ON task_runs(task_id);
         INSERT INTO projects VALUES ('p-A', 'A', '2026-01-01'), ('p-B', 'B', '2026-01-01');
         {}
         PRAGMA journal_mode = {journal}",
        shape.sql()
    ))
    .unwrap();
    conn.close().unwrap();
    std::fs::read(&path).unwrap()
}

pub(super) fn create(path: &Path, schema: Schema) -> Fallible {
    let kind = kinds().position(|kind| kind == (schema.conflict, schema.shape));
    let place = kind.unwrap() + if schema.wal { 0 } else { kinds().count() };
    std::fs::write(path, &EMPTY[place])?;
    if let Some(refusal) = schema.refusal {
        open(path)?.execute_batch(&refusal.trigger())?;
    }
    Ok(())
}

/// A connection of an actor that does not wait for locks: whoever meets one tries again at a later step.
pub(super) fn connect(path: &Path) -> Fallible<Rc<Connection>> {
    open(path).map(Rc::new)
}

/// Checkpoints come often, so that they come between all the other things.
pub(super) fn open(path: &Path) -> Fallible<Connection> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(Duration::ZERO)?;
    conn.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 40; PRAGMA foreign_keys = OFF",
    )?;
    Ok(conn)
}

/// All rows but the events up to this one.
pub(super) fn read(conn: &Connection, shape: Shape, known_event: i64) -> Fallible<Truth> {
    let mut found = Truth {
        tasks: tasks(conn)?,
        ..Truth::default()
    };
    if shape.has_runs() {
        found.runs = keyed(all(conn, "task_runs", 13, run)?, |run| &run.id);
        found.workspaces = keyed(all(conn, "workspaces", 8, workspace)?, |workspace| &workspace.id);
    }
    if shape.has_workers() {
        found.workers = keyed(all(conn, "workers", 4, worker)?, |worker| &worker.name);
    }
    if shape.has_events() {
        found.events = events_after(conn, known_event)?;
    }
    Ok(found)
}

pub(super) fn tasks(conn: &Connection) -> Fallible<BTreeMap<String, Task>> {
    Ok(keyed(all(conn, "tasks", 20, task)?, |task| &task.id))
}

/// The projects, which nobody ever touches.
pub(super) fn projects(conn: &Connection) -> Fallible<String> {
    let sql = "SELECT group_concat(id || name || created_at) FROM (SELECT * FROM projects ORDER BY id)";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

pub(super) fn events_after(conn: &Connection, known_event: i64) -> Fallible<Vec<Event>> {
    let mut events = conn.prepare("SELECT * FROM task_events WHERE id > ?1 ORDER BY id")?;
    let events = events.query_map([known_event], |row| {
        Ok(Event {
            id: row.get(0)?,
            task_id: row.get(1)?,
            event_type: row.get(2)?,
            actor: row.get(3)?,
            payload: row.get(4)?,
            created_at: row.get(5)?,
        })
    })?;
    Ok(events.collect::<rusqlite::Result<_>>()?)
}

fn all<T>(
    conn: &Connection,
    table: &str,
    columns: usize,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Fallible<Vec<T>> {
    let mut rows = conn.prepare(&format!(
        "SELECT {}* FROM {table}",
        if table == "task_runs" { "rowid, " } else { "" }
    ))?;
    hold!(
        rows.column_count() == columns,
        "the columns of {table} have changed"
    );
    let rows = rows.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn keyed<T>(rows: Vec<T>, key: impl Fn(&T) -> &String) -> BTreeMap<String, T> {
    rows.into_iter().map(|row| (key(&row).clone(), row)).collect()
}

fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        id: row.get(0)?,
        project_id: row.get(1)?,
        title: row.get(2)?,
        status: row.get(3)?,
        task_type: row.get(4)?,
        frequency: row.get(5)?,
        priority: row.get(6)?,
        active_run_id: row.get(7)?,
        assigned_slot: row.get(8)?,
        assigned_worker: row.get(9)?,
        workspace_path: row.get(10)?,
        lease_expires_at: row.get(11)?,
        last_heartbeat: row.get(12)?,
        next_eligible_at: row.get(13)?,
        created_at: row.get(14)?,
        started_at: row.get(15)?,
        updated_at: row.get(16)?,
        completed_at: row.get(17)?,
        result: row.get(18)?,
        heartbeat_at: row.get(19)?,
    })
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        place: row.get(0)?,
        id: row.get(1)?,
        task_id: row.get(2)?,
        status: row.get(3)?,
        worker_id: row.get(4)?,
        slot: row.get(5)?,
        started_at: row.get(6)?,
        last_heartbeat: row.get(7)?,
        completed_at: row.get(8)?,
        error: row.get(9)?,
        heartbeat_at: row.get(10)?,
        lease_expires_at: row.get(11)?,
    })
}

fn worker(row: &Row<'_>) -> rusqlite::Result<WorkerRow> {
    Ok(WorkerRow {
        name: row.get(0)?,
        beat_at: row.get(1)?,
        started_at: row.get(2)?,
        state: row.get(3)?,
    })
}

fn workspace(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    Ok(Workspace {
        id: row.get(0)?,
        path: row.get(1)?,
        slot: row.get(2)?,
        task_id: row.get(3)?,
        run_id: row.get(4)?,
        status: row.get(5)?,
        leased_at: row.get(6)?,
        released_at: row.get(7)?,
    })
}
