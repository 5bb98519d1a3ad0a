"""The part that looks at the write lock where a sweep has the most to read under it: in queues of hard shapes, while a
worker commits in the midst of the sweep, so that it has to look again at what it found."""

import contextlib
import sqlite3
import statistics
import threading
import time
from dataclasses import dataclass

import locks
import measure
import programs
import queues
from report import Table, milliseconds

# What a sweep may take before it is told to end.
PATIENCE_S = 60
BEAT_S = 0.02
# So long after the look at the queue it asks for the lock: a beat falls between, and what was seen has to be seen again.
DELAY_S = 2 * BEAT_S

INDEXED = (
    "INDEX by_status ON tasks(status)",
    "INDEX of_task ON task_runs(task_id)",
    "INDEX by_task ON workspaces(task_id)",
    "INDEX by_run ON workspaces(run_id)",
)


@dataclass(frozen=True)
class Hard:
    """A queue of so many zombies, so many finished runs of each, so many tasks that ran once and are done, and so many
    workspaces: those of the zombies name their task, the others keep the task and the run that had them last."""

    zombies: int
    history: int = 0
    done: int = 0
    workspaces: int = 0
    task: str = "id TEXT PRIMARY KEY, active_run_id TEXT"
    run: str = "id TEXT PRIMARY KEY, task_id TEXT"
    run_id: str = "20000000 + n"
    holder: str = "task_id TEXT"
    indexes: tuple = INDEXED


ATTEMPTS = {"task": "id TEXT PRIMARY KEY, active_run_id INTEGER", "run": "run_id INTEGER, task_id TEXT", "run_id": "1"}

SHAPES = {
    "20 zombies, indexed": Hard(20, workspaces=20),
    "2,000 zombies, indexed": Hard(2_000, workspaces=20),
    "2,000 zombies, 50 old runs each, no index on the runs": Hard(
        2_000, 50, run="id TEXT, task_id TEXT", indexes=INDEXED[:1]
    ),
    "10,000 zombies, no index on the tasks' id": Hard(10_000, task="id TEXT, active_run_id TEXT"),
    "40 zombies, 100,000 old runs each, indexed": Hard(40, 100_000),
    "1 zombie, 1,000,000 workspaces that keep task and run, indexed": Hard(1, done=999_999, workspaces=1_000_000),
    "16,000 zombies with a workspace each, whose task id is a number": Hard(
        16_000, workspaces=16_000, holder="task_id INTEGER", indexes=INDEXED[:2]
    ),
    "8,000 zombies, runs numbered by attempt, index on the number": Hard(
        8_000, **ATTEMPTS, indexes=("INDEX by_number ON task_runs(run_id)",)
    ),
    "8,000 zombies, runs numbered by attempt, unique index on task and number": Hard(
        8_000, **ATTEMPTS, indexes=("UNIQUE INDEX attempts ON task_runs(task_id, run_id)",)
    ),
}

TABLES = """
CREATE TABLE tasks ({task}, status TEXT, updated_at TEXT);
CREATE TABLE task_runs ({run}, status TEXT, started_at TEXT, last_heartbeat TEXT, completed_at TEXT);
CREATE TABLE task_events (id INTEGER PRIMARY KEY, task_id TEXT, event_type TEXT, actor TEXT, payload TEXT, created_at TEXT);
CREATE TABLE workspaces (id INTEGER PRIMARY KEY, {holder}, run_id TEXT, status TEXT);
CREATE TABLE beats (count INTEGER);
INSERT INTO beats VALUES (0);
"""
COUNTER = "WITH RECURSIVE counter(n) AS (SELECT 1 WHERE :most > 0 UNION ALL SELECT n + 1 FROM counter WHERE n < :most)"
DAY = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 day')"

# Each with how many rows it makes. Ids are digits of equal length: what they are kept as is the columns' type.
ROWS = (
    (
        "INSERT INTO tasks SELECT 1000000 + n, iif(n <= :zombies, {run_id}, NULL),"
        " iif(n <= :zombies, 'running', 'done'), {day}",
        lambda hard: hard.zombies + hard.done,
    ),
    (
        "INSERT INTO task_runs SELECT 10000000 + n, 1000001 + n % :zombies, 'completed', {day}, {day}, {day}",
        lambda hard: hard.zombies * hard.history,
    ),
    (
        "INSERT INTO task_runs SELECT {run_id}, 1000000 + n, iif(n <= :zombies, 'running', 'completed'), {day}, {day},"
        " iif(n <= :zombies, NULL, {day})",
        lambda hard: hard.zombies + hard.done,
    ),
    (
        "INSERT INTO workspaces SELECT n, 1000000 + n, iif(n <= :zombies, NULL, {run_id}),"
        " iif(n <= :zombies, 'leased', 'free')",
        lambda hard: hard.workspaces,
    ),
)


def build(path, hard):
    """The queue of this shape, on disk, its log empty."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;")
        conn.executescript(TABLES.format(**vars(hard)))
        (day,) = conn.execute(f"SELECT quote({DAY})").fetchone()
        for sql, most in ROWS:
            values = {"most": most(hard), "zombies": hard.zombies}
            conn.execute(f"{COUNTER} {sql.format(run_id=hard.run_id, day=day)} FROM counter", values)
        for index in hard.indexes:
            conn.execute(f"CREATE {index}")
        conn.execute("PRAGMA journal_mode = WAL")
    queues.settle(path)


@dataclass(frozen=True)
class Sweep:
    """One sweep beside a worker: its locks, how many it reaped, and the seconds of each of the worker's writes."""

    noted: locks.Noted
    reaped: int
    beats: list

    def longest(self, moment):
        return max((getattr(hold, moment) for hold in self.noted.holds), default=0)

    def transactions(self):
        return sum(hold.until_commit < hold.whole for hold in self.noted.holds)


def hard(bench):
    """The longest write lock of a sweep beside a worker, as seen from within: see locks.c for where a commit begins."""
    shim = programs.lock_holds()
    rivals = [programs.product(), *bench.beside]
    cells, rows = [], []
    for label, shape in SHAPES.items():
        path = bench.queues.folder / "hard.db"
        build(path, shape)
        cell = measure.Cell(label, vars(shape))
        for rival in rivals:
            sweeps = []
            while len(sweeps) < bench.rounds(3) and not any(sweep.noted.over for sweep in sweeps):
                sweeps.append(amid_beats(rival, path, shim))
            cell.seconds[rival.name] = [sweep.noted.seconds for sweep in sweeps]
            cell.seconds[f"{rival.name}: until commit"] = [sweep.longest("until_commit") for sweep in sweeps]
            rows.append([label, rival.name, *told(sweeps)])
        cells.append(cell)
        path.unlink()
    waited = f"sweep, {DELAY_S * 1000:.0f} ms of it waiting for a commit"
    held = ["longest lock until its commit", "with the commit"]
    header = ["", "", waited, "reaped", "transactions", *held, "longest write of the worker"]
    return [Table("Write lock beside a worker", header, rows)], cells


def amid_beats(rival, path, shim):
    """One sweep of a queue that the fleet has open, that a worker writes to, and that is restored then."""
    with queues.fleet(path), beating(path) as beats:
        time.sleep(5 * BEAT_S)
        noted = locks.sweep_noted(rival, path, shim, PATIENCE_S, DELAY_S)
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as conn:
            (reaped,) = conn.execute("SELECT count(*) FROM task_events WHERE event_type = 'zombie_reaped'").fetchone()
    return Sweep(noted, reaped, beats)


def told(sweeps):
    """The median of what the sweeps took, and the worst of all else."""
    over = any(sweep.noted.over for sweep in sweeps)
    return [
        f"over {PATIENCE_S} s" if over else milliseconds(statistics.median(sweep.noted.seconds for sweep in sweeps)),
        f"{min(sweep.reaped for sweep in sweeps):,}",
        max(sweep.transactions() for sweep in sweeps),
        *(milliseconds(max(sweep.longest(moment) for sweep in sweeps)) for moment in ("until_commit", "whole")),
        milliseconds(max(took for sweep in sweeps for took in sweep.beats)),
    ]


@contextlib.contextmanager
def beating(path):
    """Has a worker commit all the while; the seconds of each of its writes."""
    over, took = threading.Event(), []

    def beat():
        with contextlib.closing(sqlite3.connect(path, timeout=2 * PATIENCE_S, isolation_level=None)) as conn:
            while not over.wait(BEAT_S):
                began = time.monotonic()
                conn.execute("UPDATE beats SET count = count + 1")
                took.append(time.monotonic() - began)

    worker = threading.Thread(target=beat)
    worker.start()
    try:
        yield took
    finally:
        over.set()
        worker.join()
