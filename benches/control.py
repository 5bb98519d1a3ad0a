"""The script that a user would write: sqlite3, row by row, the same writes. Usage: control.py DATABASE"""

import json
import sqlite3
import sys
from datetime import datetime, timedelta, timezone

FINISHED = ("completed", "failed", "aborted", "abandoned")
STALE_AFTER = timedelta(minutes=15)


def why(task, now):
    """Why a running task is a zombie; None where it is none."""
    if task["run_status"] in FINISHED:
        return "run_" + task["run_status"]
    if task["run_id"] is None:
        signs, reason = (task["last_heartbeat"], task["started_at"], task["updated_at"]), "no_active_run"
    else:
        signs, reason = (task["run_heartbeat"], task["run_started"], task["last_heartbeat"]), "stale_heartbeat"
    seen = max(datetime.fromisoformat(sign) for sign in signs if sign)
    return reason if now - seen > STALE_AFTER else None


def sweep(conn, now):
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    reasons = {}
    with conn:
        tasks = conn.execute(
            """
            SELECT t.*, r.id AS run_id, r.status AS run_status, r.last_heartbeat AS run_heartbeat,
                   r.started_at AS run_started
            FROM tasks t LEFT JOIN task_runs r ON r.id = t.active_run_id
            WHERE t.status = 'running'
            """
        ).fetchall()
        for task in tasks:
            reason = why(task, now)
            if reason is None:
                continue
            conn.execute(
                """
                UPDATE task_runs SET status = 'abandoned', completed_at = coalesce(completed_at, ?)
                WHERE id = ? AND status NOT IN ('completed', 'failed', 'aborted', 'abandoned')
                """,
                (stamp, task["run_id"]),
            )
            recurring = task["task_type"] == "recurring"
            conn.execute(
                """
                UPDATE tasks SET status = 'open', active_run_id = '', assigned_slot = '', assigned_worker = '',
                    workspace_path = '', lease_expires_at = NULL, updated_at = ?, next_eligible_at = ?
                WHERE id = ? AND status = 'running' AND active_run_id = ?
                """,
                (stamp, stamp if recurring else task["next_eligible_at"], task["id"], task["active_run_id"]),
            )
            conn.execute(
                "UPDATE workspaces SET task_id = NULL, run_id = NULL, status = 'free', released_at = ? WHERE task_id = ?",
                (stamp, task["id"]),
            )
            payload = {"reason": reason, "run_id": task["run_id"], "sign_of_life": task["run_heartbeat"]}
            conn.execute(
                """
                INSERT INTO task_events (task_id, event_type, actor, payload, created_at)
                VALUES (?, 'zombie_reaped', 'control', ?, ?)
                """,
                (task["id"], json.dumps(payload), stamp),
            )
            reasons[task["id"]] = reason
    return {"reaped": len(reasons), "task_ids": sorted(reasons), "reasons": reasons}


conn = sqlite3.connect(sys.argv[1])
conn.row_factory = sqlite3.Row
print(json.dumps(sweep(conn, datetime.now(timezone.utc))))
