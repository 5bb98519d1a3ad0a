"""Runs that end one after the other, by commits of every kind, beside a watch: none is missed, and each task is back in time."""

import contextlib
import random
import sqlite3
import tempfile
import threading
import time

import pathlib
import world
from watcher import Watch, connect, run, stamp

SYNCHRONOUS = {"FULL": 2, "NORMAL": 1}
LATE_S = 1.5


class Metronome:
    """How late this machine wakes somebody who asked for ten milliseconds: nobody can be asked to be faster."""

    def __enter__(self):
        self.worst, self.ends = 0.0, threading.Event()
        self.thread = threading.Thread(target=self.tick, daemon=True)
        self.thread.start()
        return self

    def tick(self):
        while not self.ends.is_set():
            began = time.monotonic()
            time.sleep(0.01)
            self.worst = max(self.worst, time.monotonic() - began - 0.01)

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


def end_runs(path, tasks, synchronous, rng, commits):
    """A writer: each of its commits ends a run. Notes when it was made."""
    with connect(path) as conn:
        conn.execute(f"PRAGMA synchronous = {synchronous}")
        for task_id in tasks:
            # Close together mostly, and now and then so far apart that it is the last for a while.
            time.sleep(rng.choice((0, 0.002, 0.01, 0.02)) if rng.random() < 0.97 else rng.uniform(0.9, 2.2))
            conn.execute("BEGIN IMMEDIATE")
            ended = time.time()
            conn.execute(
                "UPDATE task_runs SET status = 'completed', completed_at = ? WHERE id = ?", (stamp(ended), f"R-{task_id}")
            )
            conn.execute("COMMIT")
            commits[task_id] = time.time()


def play(binary, name, journal, synchronous, count, settle, seed):
    """One writer and one watch: what to print, and what is wrong."""
    rng, commits, wrong = random.Random(seed), {}, []
    with tempfile.TemporaryDirectory(prefix="watch-") as folder:
        path = pathlib.Path(folder) / "queue.db"
        tasks = [f"T-{number:05}" for number in range(count)]
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
            conn.executescript(world.SCHEMA.read_text())
            conn.execute(f"PRAGMA journal_mode = {journal}")
            conn.execute("INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-01-01T00:00:00Z')")
            run(conn, [*tasks, "beside"], time.time())
        args = ("--stale-after", "6h") + (("--settle", f"{settle}s") if settle else ())
        watch = Watch(binary, path, *args)
        try:
            time.sleep(1)
            with Metronome() as metronome:
                end_runs(path, tasks, SYNCHRONOUS[synchronous], rng, commits)
                missed = watch.await_reaps(tasks, (settle or 10) + 20)
        finally:
            took = watch.end()
        wrong += watch.wrong + watch.twice
        if missed:
            wrong.append(f"{len(missed)} of {count} ended runs were missed, such as that of {min(missed)}")
        if watch.said:
            wrong.append(f"it said on standard error: {watch.words()}")
        if took > 1 + LATE_S + metronome.worst:
            wrong.append(f"SIGTERM ended it after {took:.2f} s")
        tables = world.dump(path)
        events = sorted(row["task_id"] for row in tables["task_events"].values())
        if events != sorted(watch.reaped):
            wrong.append(f"{len(events)} events, and {len(watch.reaped)} tasks in its lines")
        left = {row["id"] for row in tables["tasks"].values() if row["status"] != "open"}
        if left != missed | {"beside"}:
            wrong.append(f"these tasks are not open: {sorted(left)[:5]}")
        wrong += world.integrity(path)
    late = sorted(watch.reaped[task] - commits[task] for task in tasks if task in watch.reaped)
    if late:
        if late[-1] > (settle or 10) + LATE_S + 2 * metronome.worst:
            wrong.append(f"a task was back only {late[-1]:.2f} s after its run ended")
        if late[0] < (settle or 10) - 0.1:
            wrong.append(f"a task was back {late[0]:.2f} s after its run ended: the settle is {settle or 10} s")
    said = f"{name}: {count} runs ended, seed {seed}; " + (
        f"back after {late[len(late) // 2]:.2f} s (half), {late[-1]:.2f} s (all)" if late else "none back"
    )
    return f"{said}; the machine was late by {metronome.worst * 1000:.0f} ms; {len(wrong)} violations", wrong


WRITERS = (
    ("synchronous FULL", "wal", "FULL"),
    ("synchronous NORMAL", "wal", "NORMAL"),
    ("rollback journal", "delete", "FULL"),
)
