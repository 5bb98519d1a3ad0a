use super::{Holds, Queue};
use crate::Choices;

/// Up to two triggers.
pub(super) fn add(queue: &mut Queue, schema: &mut Choices<'_>) {
    let _ = queue.conn.execute_batch("CREATE TABLE main.log (a, b)");
    for (place, decision) in [schema.byte(), schema.byte()].into_iter().enumerate() {
        let Some((sql, is_passive)) = trigger(queue, place, decision) else {
            continue;
        };
        if queue.conn.execute_batch(&sql).is_ok() {
            queue.is_passive &= is_passive;
            queue.is_yielding &= is_passive;
        }
    }
}

/// Its SQL, and whether it does no more than keep a log.
fn trigger(queue: &Queue, place: usize, decision: u8) -> Option<(String, bool)> {
    let (tasks, runs, events, workspaces) = (&queue.tasks, &queue.runs, &queue.events, &queue.workspaces);
    let [task, status, active] =
        [Holds::TaskId, Holds::TaskStatus, Holds::ActiveRun].map(|holds| tasks.quoted(holds));
    let (t, r, e, w) = (
        tasks.quoted_name(),
        runs.quoted_name(),
        events.quoted_name(),
        workspaces.quoted_name(),
    );
    let (run_status, event_task, kind) = (
        runs.quoted(Holds::RunStatus),
        events.quoted(Holds::TaskId),
        events.quoted(Holds::EventType),
    );
    let passive = [
        (
            format!("AFTER UPDATE ON {t}"),
            format!("INSERT INTO log VALUES (old.{task}, new.{status})"),
        ),
        (
            format!("AFTER INSERT ON {e}"),
            format!("INSERT INTO log VALUES (\"text\", new.{event_task})"),
        ),
        (
            format!("BEFORE UPDATE OF {run_status} ON {r}"),
            "INSERT INTO log SELECT a, b FROM log LIMIT 1".into(),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            "UPDATE log SET a = random(), b = changes()".into(),
        ),
    ];
    let active = [
        (
            format!("BEFORE UPDATE ON {t}"),
            "SELECT RAISE(ABORT, 'no')".into(),
        ),
        (
            format!("BEFORE UPDATE ON {t} WHEN old.{task} = 't1'"),
            "SELECT RAISE(IGNORE)".into(),
        ),
        (
            format!("AFTER UPDATE ON {t} WHEN old.{task} = 't1'"),
            "SELECT RAISE(FAIL, 'no')".into(),
        ),
        (
            format!("AFTER UPDATE ON {r}"),
            "SELECT RAISE(ROLLBACK, 'no')".into(),
        ),
        (format!("BEFORE UPDATE ON {r}"), "SELECT RAISE(IGNORE)".into()),
        (format!("BEFORE UPDATE ON {w}"), "SELECT RAISE(IGNORE)".into()),
        (format!("BEFORE INSERT ON {e}"), "SELECT RAISE(IGNORE)".into()),
        (
            format!("BEFORE INSERT ON {e} WHEN new.{event_task} = 't2'"),
            "SELECT RAISE(ROLLBACK, 'no')".into(),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            format!("UPDATE {t} SET {status} = 'running'"),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            format!("UPDATE {t} SET {active} = 'r1' WHERE {task} <> new.{task}"),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            format!("UPDATE {t} SET {status} = 'open'"),
        ),
        (
            format!("BEFORE UPDATE ON {t}"),
            format!("DELETE FROM {t} WHERE {task} = new.{task}"),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            format!("DELETE FROM {t} WHERE {task} <> new.{task}"),
        ),
        (format!("AFTER UPDATE ON {t}"), format!("DELETE FROM {r}")),
        (
            format!("AFTER UPDATE ON {t}"),
            format!("UPDATE {r} SET {run_status} = 'completed'"),
        ),
        (format!("AFTER INSERT ON {e}"), format!("DELETE FROM {e}")),
        (
            format!("AFTER INSERT ON {e}"),
            format!("UPDATE {e} SET {kind} = 'seen'"),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            "SELECT no_such_function(1)".into(),
        ),
        (
            format!("AFTER UPDATE ON {t}"),
            "SELECT * FROM no_such_table".into(),
        ),
    ];
    let decision = usize::from(decision);
    let (when, then, is_passive) = match decision {
        0..64 => return None,
        64..128 => (
            &passive[decision % passive.len()].0,
            &passive[decision % passive.len()].1,
            true,
        ),
        _ => (
            &active[decision % active.len()].0,
            &active[decision % active.len()].1,
            false,
        ),
    };
    Some((
        format!("CREATE TRIGGER main.g{place} {when} BEGIN {then}; END"),
        is_passive,
    ))
}
