"""The script that a user would write: sqlite3, row by row, the same rules, writes and events. Usage: control.py DATABASE"""

import json
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

FINISHED = ("completed", "failed", "aborted", "abandoned")
HELD = ("assigned_slot", "assigned_worker", "workspace_path", "lease_expires_at")
STALE_AFTER = timedelta(minutes=15)


def newest(*signs):
    return max((datetime.fromisoformat(sign) for sign in signs if sign), default=None)


def judge(task, others, now):
    """Reason, condition and last sign of life of a zombie; None where the task is none."""
    if any(now - newest(run["last_heartbeat"], run["started_at"]) <= STALE_AFTER for run in others):
        return None
    beat = newest(task["run_heartbeat"], task["run_started"], task["last_heartbeat"])
    if task["run_status"] in FINISHED:
        return "run_" + task["run_status"], "A", beat
    if task["run_id"] is not None:
        return ("stale_heartbeat", "C", beat) if now - beat > STALE_AFTER else None
    touched = newest(task["last_heartbeat"], task["started_at"], task["updated_at"])
    reason = "missing_run" if task["active_run_id"] else "no_active_run"
    return (reason, "B", touched) if now - touched > STALE_AFTER else None


def reap(conn, task, others, verdict, now):
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    reason, condition, seen = verdict
    runs = {run["id"]: run["status"] for run in others}
    if task["run_id"] is not None and task["run_status"] not in FINISHED:
        runs[task["run_id"]] = task["run_status"]
    for run_id in runs:
        conn.execute(
            "UPDATE task_runs SET status = 'abandoned', completed_at = coalesce(completed_at, ?) WHERE id = ?",
            (stamp, run_id),
        )
    recurring = task["task_type"] == "recurring"
    written = ("status", "updated_at", "next_eligible_at") if recurring else ("status", "updated_at")
    conn.execute(
        """
        UPDATE tasks SET status = 'open', active_run_id = '', assigned_slot = '', assigned_worker = '',
            workspace_path = '', lease_expires_at = NULL, updated_at = ?, next_eligible_at = ?
        WHERE id = ? AND status = 'running' AND active_run_id = ?
        """,
        (stamp, stamp if recurring else task["next_eligible_at"], task["id"], task["active_run_id"]),
    )
    freed = conn.execute(
        "UPDATE workspaces SET task_id = NULL, run_id = NULL, status = 'free', released_at = ? WHERE task_id = ?",
        (stamp, task["id"]),
    ).rowcount
    payload = {
        "reason": reason,
        "condition": condition,
        "run_id": task["run_id"],
        "run_status": task["run_status"],
        "sign_of_life": seen and seen.isoformat(),
        "age_s": seen and (now - seen).total_seconds(),
        "threshold_s": STALE_AFTER.total_seconds(),
        "released": {"task": {name: task[name] for name in HELD if task[name]}, "runs": list(runs), "workspaces": freed},
        "overwritten": {
            "task": {name: task[name] for name in written},
            "runs": [{"id": id, "status": status} for id, status in runs.items()],
        },
        "actor": "control",
        "sweeper": {"name": "control", "version": "0.1.0"},
    }
    conn.execute(
        """
        INSERT INTO task_events (task_id, event_type, actor, payload, created_at)
        VALUES (?, 'zombie_reaped', 'control', ?, ?)
        """,
        (task["id"], json.dumps(payload), stamp),
    )


def sweep(conn, now):
    reasons = {}
    with conn:
        tasks = conn.execute(
            """
            SELECT t.*, r.id AS run_id, r.status AS run_status, r.last_heartbeat AS run_heartbeat,
                   r.started_at AS run_started
            FROM tasks t LEFT JOIN task_runs r ON r.id = t.active_run_id AND r.task_id = t.id
            WHERE t.status = 'running'
            """
        ).fetchall()
        for task in tasks:
            others = conn.execute(
                """
                SELECT * FROM task_runs WHERE task_id = ? AND id IS NOT ?
                    AND status NOT IN ('completed', 'failed', 'aborted', 'abandoned')
                """,
                (task["id"], task["run_id"]),
            ).fetchall()
            verdict = judge(task, others, now)
            if verdict is not None:
                reap(conn, task, others, verdict, now)
                reasons[task["id"]] = verdict[0]
    return {"reaped": len(reasons), "task_ids": sorted(reasons), "reasons": reasons}


conn = sqlite3.connect(sys.argv[1])
conn.row_factory = sqlite3.Row
print(json.dumps(sweep(conn, datetime.now(timezone.utc))))
