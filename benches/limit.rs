//! The limit that the sweep is measured against: the smallest correct program for the same work, on the same SQLite, for
//! the one schema that it knows. It has no options, no report, and no word for what it does not understand. Its events
//! say what the sweep's say.

use std::collections::HashMap;

use rusqlite::{Connection, Error, Params, Result, Row, TransactionBehavior};

/// Now, and the moment before which a sign of life is stale.
const MOMENTS: &str = "
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-900 seconds')";

/// The zombies, in the order of the table: row, id, active run, and what the event says.
const FIND: &str = r#"
SELECT t.rowid, t.id, t.active_run_id,
       printf('{"reason":"%s","condition":"%s","run_id":"%s","run_status":"%s","sign_of_life":"%s","age_s":%.6f,'
              || '"threshold_s":900.0,"released":{"task":{"assigned_slot":"%s","assigned_worker":"%s","workspace_path":"%s",'
              || '"lease_expires_at":"%s"},"runs":["%s"]},"overwritten":{"task":{"status":"running","updated_at":"%s"%s},'
              || '"runs":[{"id":"%s","status":"%s"}]},"actor":"limit","sweeper":{"name":"limit","version":"0.1.0"}}',
              CASE WHEN t.active_run_id = '' THEN 'no_active_run' WHEN r.id IS NULL THEN 'missing_run'
                   WHEN r.status IN ('completed', 'failed', 'aborted', 'abandoned') THEN 'run_' || r.status
                   ELSE 'stale_heartbeat' END,
              CASE WHEN r.id IS NULL THEN 'B' WHEN r.status IN ('completed', 'failed', 'aborted', 'abandoned') THEN 'A' ELSE 'C' END,
              t.active_run_id, r.status, max(coalesce(r.last_heartbeat, ''), coalesce(r.started_at, ''), coalesce(t.last_heartbeat, '')),
              unixepoch() - unixepoch(max(coalesce(r.last_heartbeat, ''), coalesce(r.started_at, ''), coalesce(t.last_heartbeat, ''))),
              t.assigned_slot, t.assigned_worker, t.workspace_path, t.lease_expires_at, r.id, t.updated_at,
              iif(t.task_type = 'recurring', ',"next_eligible_at":' || coalesce('"' || t.next_eligible_at || '"', 'null'), ''),
              r.id, r.status)
FROM tasks AS t LEFT JOIN task_runs AS r ON r.id = t.active_run_id AND r.task_id = t.id
WHERE t.status = 'running'
  AND CASE WHEN r.id IS NULL AND max(coalesce(t.last_heartbeat, ''), coalesce(t.started_at, ''), t.updated_at) >= ?1 THEN false
           WHEN r.status NOT IN ('completed', 'failed', 'aborted', 'abandoned')
                AND max(coalesce(r.last_heartbeat, ''), r.started_at, coalesce(t.last_heartbeat, '')) >= ?1 THEN false
           ELSE NOT EXISTS (SELECT 1 FROM task_runs AS o WHERE o.task_id = t.id
                            AND o.status NOT IN ('completed', 'failed', 'aborted', 'abandoned')
                            AND max(coalesce(o.last_heartbeat, ''), o.started_at) >= ?1) END"#;

const HELD: &str = "
SELECT t.rowid, w.rowid FROM workspaces AS w
JOIN tasks AS t ON t.id = coalesce(w.task_id, (SELECT r.task_id FROM task_runs AS r WHERE r.id = w.run_id))";

const TASK: &str = "
UPDATE tasks SET status = 'open', active_run_id = '', assigned_slot = '', assigned_worker = '', workspace_path = '',
                 lease_expires_at = NULL, updated_at = ?3,
                 next_eligible_at = iif(task_type = 'recurring', ?3, next_eligible_at)
WHERE rowid = ?1 AND status = 'running' AND active_run_id = ?2";

/// Without a list for IN, of which SQLite makes a table, anew for each task.
const RUNS: &str = "
UPDATE task_runs SET status = 'abandoned', completed_at = coalesce(completed_at, ?2)
WHERE task_id = ?1 AND status <> 'completed' AND status <> 'failed' AND status <> 'aborted' AND status <> 'abandoned'";

const WORKSPACE: &str = "
UPDATE workspaces SET task_id = NULL, run_id = NULL, status = 'free', released_at = ?2 WHERE rowid = ?1";

const EVENT: &str = "
INSERT INTO task_events (task_id, event_type, actor, payload, created_at)
VALUES (?1, 'zombie_reaped', 'limit', ?2, ?3)";

type Zombie = (i64, String, String, String);

fn main() -> Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let mut conn = Connection::open(path)?;
    let (now, limit): (String, String) = conn.query_row(MOMENTS, [], |row| row.try_into())?;
    let version = data_version(&conn)?;
    let mut zombies = rows::<Zombie>(&conn, FIND, [&limit])?;
    let mut reaped = 0;
    if !zombies.is_empty() {
        let write = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if data_version(&write)? != version {
            zombies = rows(&write, FIND, [&limit])?;
        }
        let held: HashMap<i64, i64> = rows(&write, HELD, [])?.into_iter().collect();
        let (mut task, mut runs) = (write.prepare(TASK)?, write.prepare(RUNS)?);
        let (mut workspace, mut event) = (write.prepare(WORKSPACE)?, write.prepare(EVENT)?);
        for (row, id, run, payload) in &zombies {
            if task.execute((row, run, &now))? == 0 {
                continue;
            }
            runs.execute((id, &now))?;
            if let Some(held) = held.get(row) {
                workspace.execute((held, &now))?;
            }
            event.execute((id, payload, &now))?;
            reaped += 1;
        }
        drop((task, runs, workspace, event));
        write.commit()?;
    }
    println!("{reaped}");
    Ok(())
}

fn data_version(conn: &Connection) -> Result<i64> {
    conn.query_row("PRAGMA data_version", [], |row| row.get(0))
}

fn rows<T>(conn: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<T>>
where
    T: for<'r> TryFrom<&'r Row<'r>, Error = Error>,
{
    let mut query = conn.prepare(sql)?;
    query.query_map(parameters, |row| T::try_from(row))?.collect()
}
