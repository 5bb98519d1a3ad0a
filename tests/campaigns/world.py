"""A task queue to run campaigns against: building it, looking at it, and judging what a sweep left of it.

A campaign builds a queue whose zombies are known beforehand, has something bad happen to a sweep of it, and then asks
`judge` what stands in the database: which zombies are reaped, and everything that is not as it should be. Nothing of
the sweeper is used for that; what a reap must do is written down here once more, in Python.

    built = build(path, zombies=300, healthy=200, journal="wal", seed=1)
    before = dump(path)
    run = sweep(binary, path, "--batch-size", "50")
    verdict = judge(built, before, dump(path), since=run.began, until=run.ended)
    verdict.reaped        # task ids, in the order of their events
    verdict.violations    # sentences; empty where all is well
    verdict.require()     # raises where there is a violation
"""

import contextlib
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from dataclasses import dataclass, field

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "it" / "orchestra.sql"
JOURNALS = ("wal", "delete")
FINISHED = ("completed", "failed", "aborted", "abandoned")
# So long that what is alive stays so for as long as a campaign may take, even where the machine is stopped meanwhile.
STALE_AFTER_S = 6 * 3600
os.environ["ZOMBIE_SWEEPER_STALE_AFTER"] = f"{STALE_AFTER_S}s"
GRACE_S = STALE_AFTER_S  # that of a claim, as nothing else is asked for


class Violation(AssertionError):
    """Something that must never be."""


# Moments -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A way to write a moment: what strftime makes of it, in whole seconds, and what it looks like."""

    written: str
    looks: re.Pattern

    def write(self, at):
        return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime(self.written)

    def read(self, text):
        """Seconds since the epoch; None where the text has another form."""
        if not isinstance(text, str) or not self.looks.fullmatch(text):
            return None
        if self.written == "%s":
            return int(text)
        at = datetime.datetime.strptime(text, self.written)
        return at.replace(tzinfo=datetime.timezone.utc).timestamp()


DATE, CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d"
ZULU = Form("%Y-%m-%dT%H:%M:%SZ", re.compile(f"{DATE}T{CLOCK}Z"))
SPACED = Form("%Y-%m-%d %H:%M:%S", re.compile(f"{DATE} {CLOCK}"))
FORMS = (
    ZULU,
    SPACED,
    Form("%Y-%m-%dT%H:%M:%S+00:00", re.compile(rf"{DATE}T{CLOCK}\+00:00")),
    Form("%Y-%m-%d %H:%M:%S.%f UTC", re.compile(rf"{DATE} {CLOCK}\.\d{{6}} UTC")),
    Form("%s", re.compile(r"\d{10}")),
)
os.environ["TZ"] = "UTC"  # which is what %s writes by
time.tzset()


def stamp(at):
    """A moment as this queue writes most of its own."""
    return ZULU.write(at)


# Building ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Zombie:
    """A task that a sweep must reap, and what the reap must find and release."""

    task_id: str
    kind: str
    reason: str
    condition: str
    run_id: str | None
    run_status: str | None
    recurring: bool
    sign_of_life: float
    threshold_s: int
    abandoned: tuple[str, ...]
    workspaces: tuple[str, ...]
    warned_of: frozenset[str]

    def run_status_of(self, run_id):
        """What stood in the status of a run that is abandoned."""
        return self.run_status if run_id == f"R-{self.task_id}" else "running"


@dataclass
class Built:
    """What was built: the description of the sweep to be expected."""

    path: pathlib.Path
    journal: str
    now: float
    zombies: dict[str, Zombie] = field(default_factory=dict)
    healthy: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    # Zombies that the queue does not let anybody reset.
    stubborn: dict[str, Zombie] = field(default_factory=dict)
    @property
    def warned_of(self):
        """What a sweep of it has to warn of: words and columns."""
        return frozenset().union(*(zombie.warned_of for zombie in self.zombies.values()))

    @property
    def running(self):
        """How many tasks are `running`: what a sweep of all projects scans."""
        return len(self.zombies) + len(self.healthy) + len(self.undecided) + len(self.stubborn)


# Per kind of zombie: its reason, its condition, the status of its active run (None: it has none).
ZOMBIES = {
    "completed": ("run_completed", "A", "completed"),
    "failed": ("run_failed", "A", "failed"),
    "aborted": ("run_aborted", "A", "aborted"),
    "abandoned": ("run_abandoned", "A", "abandoned"),
    "no run": ("no_active_run", "B", None),
    "blank run": ("no_active_run", "B", None),
    "missing run": ("missing_run", "B", None),
    "another's run": ("missing_run", "B", None),
    "silent": ("stale_heartbeat", "C", "running"),
    "never beat": ("stale_heartbeat", "C", "running"),
    "never began": ("stale_heartbeat", "C", "starting"),
    "silent twice": ("stale_heartbeat", "C", "running"),
    "finished but for another": ("run_failed", "A", "failed"),
    "lease over": ("lease_expired", "C", "running"),
    "ended by an unknown word": ("run_succeeded", "A", "succeeded"),
    "claimed anew": ("run_completed", "A", "completed"),
    "with history of unknown words": ("stale_heartbeat", "C", "running"),
    "unreadable but for its life": ("stale_heartbeat", "C", "running"),
}
# Zombies whose silence is not asked for, or whose own is none.
SETTLED = ("completed", "failed", "aborted", "abandoned", "finished but for another")
HEALTHY = (
    "beating",
    "task beats",
    "just started",
    "young claim",
    "beat ahead",
    "old run finished, new one beats",
    "lease ahead",
    "claimed over a kept pointer",
    "unknown word at work",
    "just ended by an unknown word",
    "unreadable, and another beats",
)
UNDECIDED = (
    "unreadable start",
    "unreadable beat beside a readable start",
    "unreadable lease",
    "beat too far ahead",
    "mute successor",
    "claimed anew, nobody knows when",
)
IDLE = ("open", "done", "failed", "blocked", "archived")


# Refuses to reset these, each in its own way: the statement, or the transaction with all that it has written.
STUBBORN = """
CREATE TRIGGER tasks_refuse BEFORE UPDATE OF status ON tasks WHEN old.title = 'stubborn 0' BEGIN
    SELECT RAISE(ABORT, 'this one stays');
END;
CREATE TRIGGER tasks_revolt BEFORE UPDATE OF status ON tasks WHEN old.title = 'stubborn 1' BEGIN
    SELECT RAISE(ROLLBACK, 'all stay');
END;
"""


def build(path, zombies=200, healthy=100, journal="wal", seed=1, now=None, stubborn=0):
    """Makes a queue at `path` with so many zombies, of every condition, among so many tasks whose workers live.

    Some undecided and idle tasks come on top, and `stubborn` zombies that cannot be reset. The same seed and `now` give
    the same rows. No log or journal is left.
    """
    if journal not in JOURNALS:
        raise ValueError(f"journal is one of {JOURNALS}, not {journal!r}")
    now = int(time.time() if now is None else now)
    built = Built(pathlib.Path(path), journal, now)
    rows = Rows(random.Random(seed), now)
    wanted = [("zombie", kind) for kind in _cycle(ZOMBIES, zombies)]
    wanted += [("healthy", kind) for kind in _cycle(HEALTHY, healthy)]
    wanted += [("undecided", kind) for kind in _cycle(UNDECIDED, max(len(UNDECIDED), healthy // 10))]
    wanted += [("idle", kind) for kind in _cycle(IDLE, healthy // 2)]
    wanted += [("stubborn", number) for number in range(stubborn)]
    rows.random.shuffle(wanted)
    names = [f"T-{number:06}" for number in range(len(wanted))]
    rows.random.shuffle(names)
    for task_id, (sort, kind) in zip(names, wanted):
        if sort == "zombie":
            built.zombies[task_id] = rows.zombie(task_id, kind)
        elif sort == "healthy":
            rows.healthy(task_id, kind)
            built.healthy.append(task_id)
        elif sort == "undecided":
            rows.undecided(task_id, kind)
            built.undecided.append(task_id)
        elif sort == "stubborn":
            built.stubborn[task_id] = rows.zombie(task_id, "silent", title=f"stubborn {kind % 2}")
        else:
            rows.idle(task_id, kind)
            built.idle.append(task_id)
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.executescript(SCHEMA.read_text() + STUBBORN * bool(stubborn))
        conn.execute(f"PRAGMA journal_mode = {journal}")
        with conn:
            rows.insert(conn)
    return built


def _cycle(kinds, count):
    kinds = list(kinds)
    return [kinds[number % len(kinds)] for number in range(count)]


class Rows:
    """The rows of a queue in the making."""

    def __init__(self, rng, now):
        self.random, self.now = rng, now
        self.tables = {"tasks": [], "task_runs": [], "task_events": [], "workspaces": []}
        self.add("task_runs", id="elsewhere", task_id="T-elsewhere", status="completed", started_at=self.ago(90000))
        self.task("T-elsewhere", "done", "elsewhere")

    def ago(self, seconds):
        return stamp(self.now - seconds)

    def old(self):
        return self.ago(self.random.randint(3 * STALE_AFTER_S, 100_000))

    def fresh(self):
        # Some of them ahead of the sweeper's clock.
        return self.ago(-self.random.randint(0, 50))

    def add(self, table, **row):
        self.tables[table].append(row)

    def task(self, task_id, status, active_run, recurring=False, **more):
        row = {
            "id": task_id,
            "project_id": self.random.choice(("p1", "p2")),
            "title": f"Task {task_id}: " + "work " * self.random.randint(0, 30),
            "status": status,
            "task_type": "recurring" if recurring else "one_shot",
            "frequency": "every-15-min" if recurring else "",
            "priority": self.random.randint(0, 100),
            "active_run_id": active_run,
            "created_at": self.ago(200_000),
            "started_at": self.ago(150_000),
            # Row by row as it comes; and recurring ones are due in a form of their own.
            "updated_at": self.random.choice(FORMS).write(self.now - 120_000),
            "next_eligible_at": (SPACED if recurring else ZULU).write(self.now + 5000),
        }
        if self.random.random() < 0.5:
            row["next_eligible_at"] = None
        self.add("tasks", **(row | more))
        for _ in range(self.random.randint(0, 2)):
            self.add(
                "task_events",
                task_id=task_id,
                event_type=self.random.choice(("claimed", "created", "zombie_reaped")),
                actor="orchestra",
                payload='{"note": "' + "x" * self.random.randint(0, 200) + '"}',
                created_at=self.ago(150_000),
            )

    def held(self, task_id):
        return {
            "assigned_slot": f"slot-{self.random.randint(1, 40)}",
            "assigned_worker": f"worker-{self.random.randint(1, 400)}",
            "workspace_path": f"/srv/workspaces/{task_id}",
            "lease_expires_at": self.ago(60_000),
        }

    def run(self, run_id, task_id, status, **more):
        row = {"started_at": self.ago(130_000), "slot": "slot-1", "worker_id": "worker-1"}
        if status in FINISHED:
            row["completed_at"] = self.ago(1000)
        self.add("task_runs", id=run_id, task_id=task_id, status=status, **(row | more))

    def workspace(self, workspace_id, task_id, run_id, status=None, released=None):
        held = task_id is not None or run_id is not None
        self.add(
            "workspaces",
            id=workspace_id,
            path=f"/srv/workspaces/{workspace_id}",
            slot="slot-1",
            task_id=task_id,
            run_id=run_id,
            status=status or ("leased" if held else "free"),
            leased_at=self.ago(100_000),
            released_at=released or self.random.choice(FORMS).write(self.now - 110_000),
        )

    def zombie(self, task_id, kind, **more):
        reason, condition, status = ZOMBIES[kind]
        run_id = f"R-{task_id}"
        active = {"no run": "", "blank run": "  ", "another's run": "elsewhere"}.get(kind, run_id)
        recurring = self.random.random() < 0.5
        warned_of = set()
        task = {"last_heartbeat": self.old(), "started_at": self.ago(150_000), **self.held(task_id), **more}
        run = {"started_at": self.ago(130_000), "last_heartbeat": self.old(), "completed_at": None}
        if status in FINISHED:
            run["completed_at"] = self.ago(1000)
        if kind in ("never beat", "never began"):
            run["last_heartbeat"] = None
        elif kind == "lease over":
            run["last_heartbeat"] = task["last_heartbeat"] = None
        elif kind == "ended by an unknown word":
            run["completed_at"] = self.ago(50_000)
            warned_of.add(status)
        elif kind == "claimed anew":
            run = {"started_at": self.ago(190_000), "last_heartbeat": None, "completed_at": self.ago(180_000)}
        elif kind == "unreadable but for its life":
            task["updated_at"] = "the other day"
            warned_of.add("tasks.updated_at")
        self.task(task_id, "running", active, recurring, **task)
        row = self.tables["tasks"][-1]
        abandoned = []
        if status is not None:
            self.run(run_id, task_id, status, **run)
            if status not in (*FINISHED, "succeeded"):
                abandoned.append(run_id)
            if status == "starting":
                warned_of.add(status)
        if kind in ("silent twice", "finished but for another"):
            for number in range(2):
                other = f"{run_id}-before-{number}"
                ended = (None, self.ago(70_000), "some day")[number + self.random.randint(0, 1)]
                self.run(other, task_id, "running", last_heartbeat=self.old(), completed_at=ended)
                abandoned.append(other)
        if kind == "with history of unknown words":
            # History: it keeps its word, whether it has an end or not.
            self.run(f"{run_id}-good", task_id, "succeeded", completed_at=self.ago(90_000))
            self.run(f"{run_id}-paused", task_id, "paused", started_at=self.ago(140_000))
            warned_of |= {"succeeded", "paused"}
        self.run(f"{run_id}-history", task_id, self.random.choice(FINISHED), started_at=self.ago(180_000))
        workspaces = []
        holders = [(task_id, run_id), (task_id, None), (None, f"{run_id}-history")]
        for number, (task, held_by) in enumerate(self.random.sample(holders, self.random.randint(0, 2))):
            workspaces.append(f"W-{task_id}-{number}")
            unreadable = self.random.random() < 0.1
            self.workspace(workspaces[-1], task, held_by, released="in spring" if unreadable else None)
            if unreadable:
                warned_of.add("workspaces.released_at")
        # Another task's, and one that is free already: neither is the zombie's to free.
        self.workspace(f"W-{task_id}-others", "T-elsewhere", run_id)
        self.workspace(f"W-{task_id}-past", task_id, run_id, status="free")
        return Zombie(
            task_id,
            kind,
            reason,
            condition,
            active.strip() or None,
            status,
            recurring,
            self.last_sign(kind, row, run if status else None),
            0 if kind in (*SETTLED, "lease over") else STALE_AFTER_S,
            tuple(sorted(abandoned)),
            tuple(sorted(workspaces)),
            frozenset(warned_of),
        )

    @staticmethod
    def last_sign(kind, task, run):
        """When somebody was last seen at work, as the event of the reap has to say it."""
        own = [run["last_heartbeat"], run["started_at"]] if run else []
        if kind in SETTLED:
            signs = [*own, run["completed_at"]]
        elif kind == "claimed anew":
            signs = [task["last_heartbeat"], task["started_at"]]
        elif kind == "ended by an unknown word":
            signs = [task["last_heartbeat"], task["started_at"], task["updated_at"], run["completed_at"]]
        elif run is None:
            signs = [task["last_heartbeat"], task["started_at"], task["updated_at"]]
        else:
            signs = [*own, task["last_heartbeat"]]
        return max(read(sign) for sign in signs if sign is not None)

    def healthy(self, task_id, kind):
        run_id = f"R-{task_id}"
        more = self.held(task_id)
        active, run = run_id, {"status": "running", "last_heartbeat": self.old()}
        if kind == "beating":
            run["last_heartbeat"] = self.fresh()
        elif kind == "task beats":
            more["last_heartbeat"] = self.fresh()
        elif kind == "just started":
            run = {"status": "starting", "started_at": self.fresh()}
        elif kind == "young claim":
            active, run = "", None
            more |= {"updated_at": self.fresh(), "lease_expires_at": None}
        elif kind == "beat ahead":
            run["last_heartbeat"] = self.ago(-40)
        elif kind == "lease ahead":
            run["last_heartbeat"] = None
            more["lease_expires_at"] = self.ago(-2 * STALE_AFTER_S)
        elif kind == "claimed over a kept pointer":
            run = {"status": "completed", "started_at": self.ago(190_000), "completed_at": self.ago(180_000)}
            more["started_at"] = self.fresh()
        elif kind == "unknown word at work":
            run = {"status": "warming", "last_heartbeat": self.fresh()}
        elif kind == "just ended by an unknown word":
            run = {"status": "succeeded", "completed_at": self.ago(100)}
        elif kind == "unreadable, and another beats":
            run["last_heartbeat"] = "ages ago"
            self.run(f"{run_id}-new", task_id, "running", last_heartbeat=self.fresh())
        else:
            run = {"status": "completed"}
            self.run(f"{run_id}-new", task_id, "running", last_heartbeat=self.fresh())
        self.task(task_id, "running", active, self.random.random() < 0.5, **more)
        if run is not None:
            self.run(run_id, task_id, **run)
        self.workspace(f"W-{task_id}", task_id, run_id)

    def undecided(self, task_id, kind):
        run_id = f"R-{task_id}"
        more, run = self.held(task_id), {"last_heartbeat": None}
        if kind == "unreadable start":
            run["started_at"] = "some time ago"
        elif kind == "unreadable beat beside a readable start":
            run["last_heartbeat"] = "not long ago"
        elif kind == "unreadable lease":
            more["lease_expires_at"] = "tomorrow"
        elif kind == "beat too far ahead":
            run["last_heartbeat"] = self.ago(-3 * STALE_AFTER_S)
        elif kind == "claimed anew, nobody knows when":
            run = {"status": "completed", "started_at": self.ago(190_000), "completed_at": self.ago(180_000)}
            more["started_at"] = "this morning"
        self.task(task_id, "running", run_id, **more)
        self.run(run_id, task_id, **({"status": "running"} | run))
        if kind == "mute successor":
            self.run(f"{run_id}-new", task_id, "running", started_at="")
        self.workspace(f"W-{task_id}", task_id, run_id)

    def idle(self, task_id, status):
        self.task(task_id, status, "", self.random.random() < 0.5)
        self.run(f"R-{task_id}", task_id, self.random.choice(FINISHED))
        # A run that nobody ended, of a task that does not run: no concern of a sweep.
        self.run(f"R-{task_id}-left", task_id, "running")
        self.workspace(f"W-{task_id}", None, None)

    def insert(self, conn):
        projects = [("p1", "SciDEX"), ("p2", "Other")]
        conn.executemany(f"INSERT INTO projects VALUES (?, ?, '{self.ago(300_000)}')", projects)
        for table, rows in self.tables.items():
            for row in rows:
                marks = ", ".join("?" * len(row))
                conn.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def read(text):
    """A moment in any of the forms."""
    return next(at for at in (form.read(text) for form in FORMS) if at is not None)


# Looking -----------------------------------------------------------------------------------------------------------


def dump(path):
    """Every row of every table: {table: {key: {column: value}}}, with the schema as a table of its own.

    Opens the database as an orchestrator would, so a log or a journal left by a crash is recovered by this.
    """
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=30)) as conn:
        return dump_connection(conn)


def dump_connection(conn):
    """The same, through a connection that is already open, in one transaction."""
    conn.row_factory = sqlite3.Row
    began = not conn.in_transaction
    if began:
        conn.execute("BEGIN")
    try:
        schema = [dict(row) for row in conn.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")]
        tables = {"sqlite_schema": {row["name"]: row for row in schema}}
        for row in schema:
            if row["type"] == "table":
                found = conn.execute(f'SELECT rowid AS "rowid", * FROM "{row["name"]}"')
                tables[row["name"]] = {each["rowid"]: dict(each) for each in found}
        return tables
    finally:
        if began:
            conn.execute("COMMIT")


def integrity(path):
    """What is wrong with the file itself: sentences, none where it is sound."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=30)) as conn:
            said = [row[0] for row in conn.execute("PRAGMA integrity_check")]
    except sqlite3.Error as error:
        return [f"integrity_check: {error}"]
    return [] if said == ["ok"] else [f"integrity_check: {line}" for line in said]


def files(path):
    """The database and what lies beside it: {suffix: bytes}."""
    path = pathlib.Path(path)
    beside = {suffix: path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")}
    return {suffix: file.read_bytes() for suffix, file in beside.items() if file.exists()}


def copy(path, to):
    """Copies a database with all that lies beside it."""
    path, to = pathlib.Path(path), pathlib.Path(to)
    for suffix in ("", "-wal", "-shm", "-journal"):
        file, target = path.with_name(path.name + suffix), to.with_name(to.name + suffix)
        if file.exists():
            shutil.copyfile(file, target)
        else:
            target.unlink(missing_ok=True)
    return to


# Judging -----------------------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What stands in a database after a sweep."""

    reaped: list[str]
    violations: list[str]

    def require(self, what=""):
        """Raises where there is a violation."""
        if self.violations:
            more = f" (and {len(self.violations) - 5} more)" if len(self.violations) > 5 else ""
            raise Violation(f"{what}: " * bool(what) + "; ".join(self.violations[:5]) + more)
        return self


def judge(built, before, after, since=None, until=None, actor="zombie-sweeper"):
    """Compares two dumps, and says which zombies were reaped in between and what is not as it should be.

    A zombie is reaped whole (its row, its runs, its workspaces, one event) or not at all; nothing else may differ.
    `since` and `until` bound the moments written, in seconds since the epoch.
    """
    verdict = Verdict([], [])
    wrong = verdict.violations.append
    new_events = {}
    for key, event in after["task_events"].items():
        if key in before["task_events"]:
            continue
        task_id = event["task_id"]
        if task_id not in built.zombies:
            wrong(f"an event of {task_id}, which is no zombie")
        elif task_id in new_events:
            wrong(f"a second event of {task_id}")
        else:
            new_events[task_id] = event
            verdict.reaped.append(task_id)
    reaped = {task_id: built.zombies[task_id] for task_id in verdict.reaped}

    expected = {table: {key: dict(row) for key, row in rows.items()} for table, rows in before.items()}
    now = _Now(since, until, ZULU)
    tasks = {row["id"]: key for key, row in before["tasks"].items()}
    runs = {row["id"]: key for key, row in before["task_runs"].items()}
    workspaces = {row["id"]: key for key, row in before["workspaces"].items()}
    for task_id, zombie in reaped.items():
        task = expected["tasks"][tasks[task_id]]
        task.update(status="open", active_run_id="", **EMPTY)
        task["updated_at"] = now.like(task["updated_at"], ZULU)
        if zombie.recurring:
            task["next_eligible_at"] = now.like(task["next_eligible_at"], SPACED)
        for run_id in zombie.abandoned:
            run = expected["task_runs"][runs[run_id]]
            run["status"] = "abandoned"
            run["completed_at"] = run["completed_at"] or now
        for workspace_id in zombie.workspaces:
            workspace = expected["workspaces"][workspaces[workspace_id]]
            workspace.update(task_id=None, run_id=None, status="free")
            workspace["released_at"] = now.like(workspace["released_at"], ZULU)
        _judge_event(new_events[task_id], zombie, before["tasks"][tasks[task_id]], now, actor, wrong)
    events = {key: row for key, row in after["task_events"].items() if key not in before["task_events"]}
    expected["task_events"] |= events
    if reaped:
        for row in expected["sqlite_sequence"].values():
            if row["name"] == "task_events":
                row["seq"] = max(expected["task_events"])
    _compare(expected, after, wrong)
    return verdict


# What a reap releases of the task, and what stands there afterwards.
EMPTY = {"assigned_slot": "", "assigned_worker": "", "workspace_path": "", "lease_expires_at": None}


class _Now:
    """Equal to every moment at which the sweep may have been, in one form."""

    def __init__(self, since, until, form):
        self.since, self.until, self.form = since, until, form

    def like(self, old, otherwise):
        """In the form of what stood there, else in this one; what is in no form stays."""
        form = next((form for form in FORMS if form.read(old) is not None), None)
        if form is None and old is not None:
            return old
        return _Now(self.since, self.until, form or otherwise)

    def __eq__(self, other):
        at = self.form.read(other)
        # Most forms have whole seconds, cut off.
        return at is not None and (self.since or at) - 1 <= at <= (self.until or at) + 1

    def __repr__(self):
        return f"a moment from {self.since} to {self.until} as {self.form.written}"


def _judge_event(event, zombie, task, now, actor, wrong):
    def expect(what, found, expected):
        if not expected == found:
            wrong(f"event of {zombie.task_id}, {zombie.kind}: {what} is {found!r}, not {expected!r}")

    expect("type", event["event_type"], "zombie_reaped")
    expect("actor", event["actor"], actor)
    expect("time", event["created_at"], now)
    overwritten = {"status": "running", "updated_at": task["updated_at"]}
    if zombie.recurring:
        overwritten["next_eligible_at"] = task["next_eligible_at"]
    try:
        payload = json.loads(event["payload"])
        released = payload["released"]
        sign = datetime.datetime.fromisoformat(payload["sign_of_life"].replace("Z", "+00:00")).timestamp()
        expect("reason", payload["reason"], zombie.reason)
        expect("condition", payload["condition"], zombie.condition)
        expect("run", payload["run_id"], zombie.run_id)
        expect("run status", payload["run_status"], zombie.run_status)
        expect("sign of life", sign, zombie.sign_of_life)
        expect("threshold", payload["threshold_s"], zombie.threshold_s)
        expect("released", released["task"], {column: task[column] for column in EMPTY if task[column]})
        expect("released runs", tuple(sorted(released["runs"])), zombie.abandoned)
        expect("released workspaces", released["workspaces"], len(zombie.workspaces))
        expect("what was overwritten", payload["overwritten"]["task"], overwritten)
        words = {run["id"]: run["status"] for run in payload["overwritten"]["runs"]}
        expect("the runs overwritten", words, {run: zombie.run_status_of(run) for run in zombie.abandoned})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        wrong(f"event of {zombie.task_id}: payload {event['payload']!r}: {error!r}")


def _compare(expected, after, wrong):
    for table in sorted(expected.keys() | after.keys()):
        rows, found = expected.get(table, {}), after.get(table, {})
        for key in sorted(rows.keys() | found.keys(), key=str):
            row, other = rows.get(key), found.get(key)
            if row is None or other is None:
                wrong(f"{table} {key}: {'a row too many' if row is None else 'gone'}")
                continue
            for column in row.keys() | other.keys():
                if not row.get(column) == other.get(column):
                    name = row.get("id", key)
                    wrong(f"{table} {name}: {column} is {other.get(column)!r}, not {row.get(column)!r}")


def prefix_of(reaped, batches):
    """How many whole batches were reaped, in their order; None where it is anything else."""
    left = list(reaped)
    for number, batch in enumerate(batches):
        if not left:
            return number
        if sorted(left[: len(batch)]) != sorted(batch):
            return None
        left = left[len(batch) :]
    return None if left else len(batches)


def batches_of(order, size):
    """The transactions that a sweep in this order is made of."""
    return [order[start : start + size] for start in range(0, len(order), size)]


# Running -----------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """A run of the sweeper that has ended."""

    args: list[str]
    code: int | None
    signal: int | None
    stdout: str
    stderr: str
    began: float
    ended: float
    summary: dict | None = None

    @property
    def end(self):
        """How it ended, in a word."""
        return f"exit {self.code}" if self.signal is None else signal.Signals(self.signal).name


def sweep(binary, path, *args, prefix=(), timeout=120, **popen):
    """Runs the sweeper on a database and waits for its end. `prefix` is a command to run it under."""
    command = [*map(str, prefix), str(binary), "--db", str(path), *map(str, args)]
    began = time.time()
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False, **popen
    )
    return finished(command, done.returncode, done.stdout, done.stderr, began)


def finished(command, returncode, stdout, stderr, began):
    """The same of a process that was waited for elsewhere."""
    run = Run(command, returncode, None, stdout, stderr, began, time.time())
    if returncode < 0:
        run.code, run.signal = None, -returncode
    with contextlib.suppress(ValueError):
        run.summary = json.loads(stdout)
    return run


def documented_exit_codes(binary):
    """The exit codes that `--help` lists."""
    text = subprocess.run([str(binary), "--help"], capture_output=True, text=True, check=True).stdout
    listed = text.partition("Exit codes:")[2]
    codes = {int(code) for code in re.findall(r"^ +(\d+)  ", listed, re.MULTILINE)}
    if 0 not in codes:
        raise Violation("--help lists no exit codes")
    return codes


def judge_run(run, documented, signals=()):
    """What is wrong with how a run ended: its end, its standard error and its standard output.

    A failure must have a documented exit code and one line on standard error; a success says nothing there.
    """
    wrong = []
    if run.signal is not None:
        if run.signal not in signals:
            wrong.append(f"died of {run.end}")
        return wrong
    if run.code not in documented:
        wrong.append(f"exit code {run.code}, which is documented nowhere")
    if "panicked" in run.stderr:
        wrong.append(f"panicked: {run.stderr!r}")
    lines = run.stderr.splitlines()
    if run.code in (0, 3):
        if lines:
            wrong.append(f"succeeded, but said on standard error: {lines[0]!r}")
        if run.summary is None:
            wrong.append(f"succeeded without a summary: {run.stdout!r:.80}")
    elif run.code == 1 and run.summary and not run.summary.get("failed"):
        wrong.append("exit 1, and nothing failed")
    elif len(lines) != 1 or not lines[0].startswith("error: "):
        wrong.append(f"exit {run.code} takes one error line on standard error, not {run.stderr!r}")
    if run.stdout and run.summary is None:
        wrong.append(f"standard output is no summary: {run.stdout!r:.80}")
    return wrong


def is_complete(run):
    """Whether a sweep came to its end: some zombies may have refused."""
    if run.signal is not None:
        return run.summary is not None and "error" not in run.summary
    return run.code in (0, 3) or (run.code == 1 and bool((run.summary or {}).get("failed")))


def judge_summary(built, run, reaped):
    """What the summary says that is not so. `reaped` is what this run reaped, as found in the database.

    Without a summary, nothing must have been reaped.
    """
    summary = run.summary
    if summary is None:
        return [f"{run.end} without a summary, but {len(reaped)} were reaped"] if reaped else []
    wrong = []

    def expect(key, value):
        if summary.get(key) != value:
            wrong.append(f"the summary's {key} is {summary.get(key)!r:.80}, in the database {value!r:.80}")

    expect("reaped", len(reaped))
    expect("task_ids", sorted(reaped))
    expect("reasons", {task_id: built.zombies[task_id].reason for task_id in reaped})
    expect("runs_abandoned", sum(len(built.zombies[task_id].abandoned) for task_id in reaped))
    expect("workspaces_freed", sum(len(built.zombies[task_id].workspaces) for task_id in reaped))
    if not bool(reaped) <= summary["transactions"] <= len(reaped):
        wrong.append(f"the summary says {summary['transactions']} transactions, with {len(reaped)} reaped")
    if {"confirm_s", "moved_on", "warnings"} - summary.keys() or "zombies" in summary:
        wrong.append(f"the summary has the keys {sorted(summary)}")
    failed = {each["task_id"] for each in summary["failed"]}
    if failed - built.stubborn.keys():
        wrong.append(f"these are said to have failed: {sorted(failed)[:5]}")
    if is_complete(run):
        expect("scanned", built.running)
        expect("healthy", len(built.healthy))
        if sorted(each["task_id"] for each in summary["undecided"]) != sorted(built.undecided):
            wrong.append("the summary's undecided tasks are not those")
        if failed != built.stubborn.keys():
            wrong.append("the summary's failed tasks are not those")
        unsaid = {what for what in built.warned_of if what not in " ".join(summary["warnings"])}
        if unsaid:
            wrong.append(f"no warning of {sorted(unsaid)}: {summary['warnings']}")
    elif "error" not in summary:
        wrong.append(f"{run.end}, but the summary names no error")
    return wrong


def judge_dry_run(built, run, reaped_before=()):
    """What a dry run that succeeded says that is not so."""
    if not is_complete(run):
        return []
    summary = run.summary or {}
    # What a trigger refuses it may foretell, or not.
    failed = {each["task_id"] for each in summary.get("failed", [])}
    left = {
        task: zombie
        for task, zombie in (built.zombies | built.stubborn).items()
        if task not in reaped_before and task not in failed
    }
    wrong = []
    if failed - built.stubborn.keys():
        wrong.append(f"these are said to fail: {sorted(failed)[:5]}")
    if summary.get("dry_run") is not True or summary.get("transactions") != 0:
        wrong.append("the summary is not that of a dry run")
    if summary.get("task_ids") != sorted(left):
        wrong.append(f"the dry run would reap {summary.get('reaped')}, of {len(left)} zombies left")
    evidence = {each["task_id"]: each for each in summary.get("zombies", [])}
    if (len(left) <= 1000) != ("zombies" in summary) or (evidence and evidence.keys() != left.keys()):
        wrong.append(f"the dry run shows the evidence on {len(evidence)} of {len(left)} zombies")
    for task_id, said in evidence.items():
        zombie = left.get(task_id)
        found = (said["reason"], said["condition"], said["run_id"], said["threshold_s"])
        if zombie and found != (zombie.reason, zombie.condition, zombie.run_id, zombie.threshold_s):
            wrong.append(f"the dry run's evidence on {task_id} is {said}")
    return wrong


def judge_files(before, after):
    """What a dry run did to the files, which must be nothing. The index of a log (-shm), where there is one, is its
    readers' to write to; its content is no data."""
    wrong = []
    for suffix in sorted(before.keys() | after.keys()):
        if suffix == "-wal" and "-shm" in before and not after.get(suffix, b"") and suffix not in before:
            continue  # an index without its log: whoever looks into it makes the log, empty
        if suffix not in before:
            wrong.append(f"made a file *{suffix} of {len(after[suffix])} bytes")
        elif suffix not in after:
            wrong.append(f"deleted the file *{suffix}")
        elif before[suffix] != after[suffix] and suffix != "-shm":
            wrong.append(f"changed the file *{suffix or '.db'}")
    return wrong


# A campaign's own business ------------------------------------------------------------------------------------------


def find_binary(parser, given):
    """The sweeper to test, as an absolute path; an error of usage where there is none."""
    default = pathlib.Path(__file__).resolve().parent.parent.parent / "target" / "release" / "zombie-sweeper"
    binary = pathlib.Path(given or default).resolve()
    if not binary.is_file():
        parser.error(f"no sweeper at {binary}: build it with `cargo build --release`, or name one with --binary")
    return binary


def skipped(why):
    """Says loudly that a part of the campaign was not run."""
    print(f"SKIPPED: {why}", flush=True)
