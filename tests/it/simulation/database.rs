use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::{Connection, Row};
use zombie_sweeper::rusqlite;

use super::failure::{Fallible, hold};
use super::truth::{Event, Run, Task, Truth, Workspace};
use crate::world::ORCHESTRA;

/// An empty queue, with a write-ahead log and with a rollback journal.
static EMPTY: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    ["WAL", "DELETE"].map(|journal| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(ORCHESTRA).unwrap();
        conn.execute_batch(&format!(
            "ALTER TABLE tasks ADD COLUMN result TEXT NOT NULL DEFAULT '';
             INSERT INTO projects VALUES ('p-A', 'A', '2026-01-01'), ('p-B', 'B', '2026-01-01');
             PRAGMA journal_mode = {journal}"
        ))
        .unwrap();
        conn.close().unwrap();
        std::fs::read(&path).unwrap()
    })
});

pub(super) fn create(path: &Path, wal: bool) {
    let [with_log, with_journal] = &*EMPTY;
    std::fs::write(path, if wal { with_log } else { with_journal }).unwrap();
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
pub(super) fn read(conn: &Connection, known_event: i64) -> Fallible<Truth> {
    Ok(Truth {
        tasks: keyed(all(conn, "tasks", 19, task)?, |task| &task.id),
        runs: keyed(all(conn, "task_runs", 9, run)?, |run| &run.id),
        workspaces: keyed(all(conn, "workspaces", 8, workspace)?, |workspace| &workspace.id),
        events: events_after(conn, known_event)?,
    })
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
    let mut rows = conn.prepare(&format!("SELECT * FROM {table}"))?;
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
    })
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        task_id: row.get(1)?,
        status: row.get(2)?,
        worker_id: row.get(3)?,
        slot: row.get(4)?,
        started_at: row.get(5)?,
        last_heartbeat: row.get(6)?,
        completed_at: row.get(7)?,
        error: row.get(8)?,
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
