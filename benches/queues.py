"""Builds queues to sweep, in SQL inside SQLite; opens them as a fleet does; counts what a sweep left."""

import contextlib
import os
import pathlib
import sqlite3
from dataclasses import dataclass

SCHEMA = pathlib.Path(__file__).parent.parent / "src/surface/cli/demo/orchestra.sql"

# As many as a fleet has slots.
WORKSPACES = 20

COUNTER = "WITH RECURSIVE counter(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counter WHERE n < :tasks)"

# What a task is when nobody works on it.
TASKS = """
INSERT INTO tasks (rowid, id, project_id, title, status, task_type, frequency, created_at, started_at, updated_at)
SELECT n, {task_id}, 'p1', 'Task number ' || n || ' of many, with a title of usual length',
       CASE WHEN n % 20 = 0 THEN 'failed' WHEN n % 20 < 4 THEN 'open' ELSE 'done' END,
       iif(n % 4 = 0, 'recurring', 'one_shot'), iif(n % 4 = 0, 'daily', ''), {day}, {day}, {day}
FROM counter
"""
RUNS = """
, attempts(k) AS (VALUES (1) UNION ALL SELECT k + 1 FROM attempts WHERE k < :history)
INSERT INTO task_runs (rowid, id, task_id, status, worker_id, slot, started_at, last_heartbeat, completed_at)
SELECT (k - 1) * :tasks + n, {run_id}, {task_id}, 'completed', 'worker-' || (n % 20), 'slot-' || (n % 20), {day}, {day}, {day}
FROM attempts CROSS JOIN counter
"""
EVENTS = """
INSERT INTO task_events (task_id, event_type, actor, created_at) SELECT {task_id}, 'claimed', 'supervisor', {day} FROM counter
"""
SLOTS = """
INSERT INTO workspaces (id, path, slot) SELECT 'workspace-' || n, '/srv/workspaces/' || n, 'slot-' || n FROM counter
WHERE n <= :workspaces
"""
# Run k of task n. In the order of the tables, as counted keys are, or scattered, as random ones are.
COUNTED = {"task_id": "printf('task-%08d', n)", "run_id": "printf('run-%02d-%08d', k, n)"}
SCATTERED = {
    name: f"printf('%08x-%04x-4%03x-8000-%012x', {n} * 2654435761 % 4294967296, {n} % 65521, {n} % 4093, {n})"
    for name, n in (("task_id", "n"), ("run_id", "(k * :tasks + n)"))
}
DAY = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 day', '-' || (n % 86400) || ' seconds')"

# The running tasks, spread evenly over the table, and the zombies evenly among them.
CHOSEN = """
CREATE TEMP TABLE chosen AS
WITH RECURSIVE place(i) AS (SELECT 0 WHERE :running > 0 UNION ALL SELECT i + 1 FROM place WHERE i + 1 < :running)
SELECT 1 + i * :tasks / :running AS n, i, (i + 1) * :zombies / :running > i * :zombies / :running AS dead,
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now',
                iif((i + 1) * :zombies / :running > i * :zombies / :running, '-' || (7200 + i % 3600) || ' seconds', '0 seconds')
       ) AS beat,
       strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-6 hours') AS start
FROM place
"""
STATE = """
DROP TABLE IF EXISTS temp.chosen;
CREATE TEMP TABLE former AS SELECT rowid AS n FROM tasks WHERE status = 'running';
UPDATE workspaces SET task_id = NULL, run_id = NULL, status = 'free', leased_at = NULL;
UPDATE task_runs SET status = 'completed', completed_at = started_at
WHERE rowid IN (SELECT (:history - 1) * :tasks + n FROM former);
UPDATE tasks SET status = 'done', active_run_id = '', assigned_slot = '', assigned_worker = '', workspace_path = '',
                 lease_expires_at = NULL
WHERE rowid IN (SELECT n FROM former);
DROP TABLE former;
""" + CHOSEN + """;
UPDATE task_runs SET status = 'running', started_at = start, last_heartbeat = beat, completed_at = NULL
FROM chosen WHERE task_runs.rowid = (:history - 1) * :tasks + n;
UPDATE tasks SET status = 'running', active_run_id = (SELECT id FROM task_runs AS r WHERE r.rowid = (:history - 1) * :tasks + n),
                 assigned_slot = 'slot-' || (i % 20), assigned_worker = 'worker-' || (i % 20),
                 workspace_path = '/srv/workspaces/' || (i % 20), lease_expires_at = beat, last_heartbeat = beat,
                 started_at = start, updated_at = beat
FROM chosen WHERE tasks.rowid = n;
UPDATE workspaces SET task_id = t.id, run_id = t.active_run_id, status = 'leased', leased_at = start
FROM chosen JOIN tasks AS t ON t.rowid = n WHERE workspaces.rowid = 1 + i;
"""

# Everything that a reap sets, counted. A program that does less than its part, or more, leaves other counts. Of the runs
# only the newest of each task are counted: the older ones are as many as there is patience.
CENSUS = """
SELECT (SELECT count(*) FROM task_events WHERE event_type = 'zombie_reaped') AS events,
       sum(status = 'running') AS running, sum(status = 'open') AS open, sum(active_run_id <> '') AS active_run_id,
       sum(assigned_slot <> '') AS assigned_slot, sum(assigned_worker <> '') AS assigned_worker,
       sum(workspace_path <> '') AS workspace_path, count(lease_expires_at) AS lease_expires_at,
       count(next_eligible_at) AS next_eligible_at, sum(updated_at > last_heartbeat) AS updated_at,
       (SELECT sum(status = 'abandoned') FROM task_runs WHERE rowid > :older) AS abandoned,
       (SELECT count(completed_at) FROM task_runs WHERE rowid > :older) AS ended,
       (SELECT sum(status = 'free') FROM workspaces) AS free, (SELECT count(task_id) FROM workspaces) AS task_id,
       (SELECT count(run_id) FROM workspaces) AS run_id, (SELECT count(released_at) FROM workspaces) AS released_at
FROM tasks
"""


@dataclass(frozen=True)
class Shape:
    """A queue: so many tasks, so many of them running, so many of these with a dead worker."""

    tasks: int
    running: int
    zombies: int = 0
    index: bool = True
    history: int = 1
    scattered: bool = False


class Queues:
    """The queues built so far: one file for each table size, brought into the state that a measurement wants."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.built = {}

    def queue(self, shape):
        """The queue of this shape, on disk, its log folded in. Live workers have just sent their heartbeat."""
        key = (shape.tasks, shape.history, shape.scattered)
        path = self.built.get(key) or self.folder / f"queue-{len(self.built)}.db"
        ids = SCATTERED if shape.scattered else COUNTED
        values = {**vars(shape), "workspaces": WORKSPACES}
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
            if key not in self.built:
                conn.executescript(SCHEMA.read_text())
            conn.executescript(
                "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                "PRAGMA cache_size = -500000; PRAGMA temp_store = MEMORY;"
            )
            if key not in self.built:
                conn.execute("INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-01-01T00:00:00Z')")
                conn.execute("DROP INDEX idx_task_runs_task")
                for sql in (TASKS, RUNS, EVENTS, SLOTS):
                    conn.execute(COUNTER + sql.format(**ids, day=DAY), values)
                conn.execute("CREATE INDEX idx_task_runs_task ON task_runs(task_id)")
                self.built[key] = path
            for sql in STATE.split(";"):
                conn.execute(sql, values)
            conn.execute("DROP INDEX IF EXISTS idx_tasks_status")
            if shape.index:
                conn.execute("CREATE INDEX idx_tasks_status ON tasks(status)")
            conn.execute("PRAGMA journal_mode = WAL")
        settle(path)
        return path

    def forget(self, shape):
        """Makes room on the disk."""
        self.built.pop((shape.tasks, shape.history, shape.scattered)).unlink()


def settle(path):
    """Has the disk catch up, so that it is not at it when a sweep waits for its own syncs."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


class Changed(Exception):
    """The queue is not as it should be."""


@contextlib.contextmanager
def fleet(path):
    """Has the queue open elsewhere, as an orchestrator has, and restores it in the end.

    This reader began when the log was empty, so that no checkpoint can move anything into the file: whatever is written
    meanwhile stands in the log alone, and goes with it. It cannot write, so its own end folds nothing in either.
    """
    before = os.stat(path)
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    with contextlib.closing(reader):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        yield
    for suffix in ("-wal", "-shm"):
        pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)
    after = os.stat(path)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Changed(f"{path} was written to behind its log")


def census(path, shape):
    """What stands in the queue by now."""
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with contextlib.closing(conn):
        conn.row_factory = sqlite3.Row
        return dict(conn.execute(CENSUS, {"older": (shape.history - 1) * shape.tasks}).fetchone())


def check(name, shape, before, after):
    """Whether a sweep did all of its work."""
    held = sum(
        (i + 1) * shape.zombies // shape.running > i * shape.zombies // shape.running
        for i in range(min(WORKSPACES, shape.running))
    )
    zombies = shape.zombies
    recurring = after["next_eligible_at"]  # the same for all rivals: the caller compares
    gains = {"events": zombies, "open": zombies, "updated_at": zombies, "abandoned": zombies, "ended": zombies}
    losses = ("running", "active_run_id", "assigned_slot", "assigned_worker", "workspace_path", "lease_expires_at")
    gains |= dict.fromkeys(losses, -zombies)
    gains |= {"free": held, "released_at": held, "task_id": -held, "run_id": -held, "next_eligible_at": recurring}
    wrong = {key: after[key] - before[key] for key in gains if after[key] - before[key] != gains[key]}
    if wrong:
        raise Changed(f"{name} on {shape}: {wrong}, where it should be { {key: gains[key] for key in wrong} }")
    return recurring
