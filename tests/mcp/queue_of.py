"""Queues to sweep: zombies of 16 minutes' silence, in a database of Orchestra's."""

import datetime
import pathlib
import sqlite3

SCHEMA = pathlib.Path(__file__).parents[1] / "it" / "orchestra.sql"


def moment(minutes_ago):
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes_ago)
    return then.isoformat()


def zombies(path, ids):
    """A queue in which these tasks are zombies, and one more is alive."""
    with sqlite3.connect(path) as queue:
        queue.executescript(SCHEMA.read_text())
        queue.execute("INSERT INTO projects (id, name, created_at) VALUES ('p1', 'SciDEX', ?)", (moment(120),))
        for task in ids:
            add(queue, task, 16)
        add(queue, "alive", 1)
    queue.close()


def add(queue, task, silent):
    begun = moment(120)
    queue.execute(
        "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, started_at, updated_at)"
        " VALUES (?, 'p1', 'a title', 'running', ?, ?, ?, ?)",
        (task, f"run of {task}", begun, begun, begun),
    )
    queue.execute(
        "INSERT INTO task_runs (id, task_id, status, worker_id, started_at, last_heartbeat)"
        " VALUES (?, ?, 'running', 'worker-7', ?, ?)",
        (f"run of {task}", task, begun, moment(silent)),
    )


def beat(path, task):
    """Its worker was alive after all."""
    with sqlite3.connect(path) as queue:
        queue.execute("UPDATE task_runs SET last_heartbeat = ? WHERE task_id = ?", (moment(0), task))
    queue.close()


def reaped(path):
    """The tasks that were given back, by what the queue itself says."""
    with sqlite3.connect(path) as queue:
        rows = queue.execute("SELECT id FROM tasks WHERE status = 'open' ORDER BY id").fetchall()
    queue.close()
    return [task for (task,) in rows]
