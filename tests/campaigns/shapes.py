"""Queues of other shapes than Orchestra's, to kill sweeps of: small ones, whose zombies are known beforehand.

One is a single table in which a condition tells what runs; the other has runs that no task names. Neither has events, so
what is reaped is told by the rows themselves. What a reap must do is written down here once more, in Python.
"""

import contextlib
import pathlib
import sqlite3
import tempfile
from dataclasses import dataclass

import world

NONE = "events.table = ''\nworkspaces.table = ''\nprojects.table = ''\n"


@dataclass(frozen=True)
class Condition:
    """One table, without a word for what runs."""

    name = "one table, by a condition"
    tables = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, body TEXT, reserved_at TEXT, done_at TEXT, tries INTEGER NOT NULL)"
    profile = f"""{NONE}runs.table = ''
[tasks]
table = 'jobs'
running_where = 't.reserved_at IS NOT NULL AND t.done_at IS NULL'
clear = ['reserved_at']
increment = ['tries']
[tasks.columns]
id = 'id'
started = 'reserved_at'
ended = 'done_at'
"""

    @staticmethod
    def fill(conn, job, at, kind):
        reserved, done = {"zombie": (at, None), "live": (at, None), "done": (at, at), "waits": (None, None)}[kind]
        row = (job, "x" * (job % 300), reserved, done, job % 3)
        conn.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", row)

    @staticmethod
    def reap(rows, job, now):
        row = rows["jobs"][job]
        row["reserved_at"], row["tries"] = None, row["tries"] + 1


@dataclass(frozen=True)
class NoPointer:
    """Runs that no task names."""

    name = "runs without a pointer"
    tables = """
CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, changed_at TEXT);
CREATE TABLE attempts (id INTEGER PRIMARY KEY, job INTEGER, state TEXT, beat_at TEXT, begun_at TEXT, ended_at TEXT);
CREATE INDEX attempts_of_job ON attempts (job);
"""
    profile = f"""{NONE}
[tasks]
table = 'jobs'
clear = []
[tasks.columns]
id = 'id'
status = 'state'
active_run = []
heartbeat = []
started = []
updated = 'changed_at'
[tasks.words]
running = 'working'
open = 'ready'
[runs]
table = 'attempts'
[runs.columns]
id = 'id'
task = 'job'
status = 'state'
heartbeat = 'beat_at'
started = 'begun_at'
ended = 'ended_at'
[runs.words]
running = 'working'
finished = ['done', 'failed']
abandoned = 'lost'
"""

    @staticmethod
    def fill(conn, job, at, kind):
        state = {"done": "done", "waits": "ready"}.get(kind, "working")
        conn.execute("INSERT INTO jobs VALUES (?, ?, ?)", (job, state, at))
        attempts = [("failed", at, at)]
        if kind in ("zombie", "live"):
            attempts += [("working", at, None)] * (1 + job % 2)
        for attempt, beat, ended in attempts:
            row = (job, attempt, beat, at, ended)
            conn.execute("INSERT INTO attempts (job, state, beat_at, begun_at, ended_at) VALUES (?, ?, ?, ?, ?)", row)

    @staticmethod
    def reap(rows, job, now):
        rows["jobs"][job] |= {"state": "ready", "changed_at": now}
        for attempt in rows["attempts"].values():
            if attempt["job"] == job and attempt["state"] == "working":
                attempt |= {"state": "lost", "ended_at": now}


SHAPES = (Condition(), NoPointer())


class Queue:
    """A queue in its first state, and what a sweep of it must come to."""

    def __init__(self, folder, shape, journal, zombies, now):
        self.shape, self.now = shape, now
        folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.template, self.profile = folder / "template.db", folder / "profile.toml"
        self.profile.write_text(shape.profile)
        old, fresh = world.stamp(now - 4 * world.STALE_AFTER_S), world.stamp(now)
        self.zombies = []
        with contextlib.closing(sqlite3.connect(self.template)) as conn:
            conn.executescript(shape.tables)
            conn.execute(f"PRAGMA journal_mode = {journal}")
            with conn:
                for job in range(1, zombies * 2 + 1):
                    kind = ("zombie", "live", "zombie", ("done", "waits")[job // 4 % 2])[job % 4]
                    shape.fill(conn, job, fresh if kind == "live" else old, kind)
                    if kind == "zombie":
                        self.zombies.append(job)
        self.before = world.dump(self.template)

    def judge(self, after, since, until):
        """Which zombies are reaped, each whole, while nothing else differs."""
        rows = {table: {key: dict(row) for key, row in of.items()} for table, of in self.before.items()}
        now = world._Now(since, until, world.ZULU)
        reaped = [job for job in self.zombies if after["jobs"].get(job) != self.before["jobs"][job]]
        for job in reaped:
            self.shape.reap(rows, job, now)
        verdict = world.Verdict(reaped, [])
        world._compare(rows, after, verdict.violations.append)
        return verdict.require(self.shape.name)

    def sweep(self, campaign, path, *args, prefix=()):
        return world.sweep(campaign.binary, path, "--profile", self.profile, *args, prefix=prefix)

    def look(self, campaign, work, run, args):
        """What must hold after a kill. Returns how many zombies it left reaped: all, none or some."""
        second = world.copy(work, work.with_name("second.db"))  # what the crash left, for the sweeper to recover
        wrong = world.integrity(work)
        if wrong:
            raise world.Violation("; ".join(wrong))
        reaped = self.judge(world.dump(work), run.began, run.ended).reaped
        if reaped != self.zombies[: len(reaped)]:
            raise world.Violation(f"{len(reaped)} are reaped, which are not the first")
        left = [job for job in self.zombies if job not in reaped]
        files = world.files(second)
        dry = self.told(self.sweep(campaign, second, "--dry-run"), left)
        wrong = world.judge_files(files, world.files(second))
        if wrong or dry["transactions"] != 0:
            raise world.Violation(f"a dry run: {dry['transactions']} transactions; {'; '.join(wrong)}")
        for path in (second, work):
            after = self.sweep(campaign, path, *args)
            self.told(after, left)
            wrong = world.integrity(path)
            if wrong or self.judge(world.dump(path), run.began, after.ended).reaped != self.zombies:
                raise world.Violation(f"the next sweep left zombies; {'; '.join(wrong)}")
        return "none" if not reaped else "some" if left else "all"

    @staticmethod
    def told(run, expected):
        """The summary of a sweep that ended well and names these."""
        if run.code != 0 or run.summary is None:
            raise world.Violation(f"{run.end}: {run.stderr!r:.300}")
        ids = list(map(str, expected))
        if run.summary["task_ids"] != ids:
            raise world.Violation(f"the summary names {run.summary['reaped']}, where {len(ids)} were left")
        return run.summary
