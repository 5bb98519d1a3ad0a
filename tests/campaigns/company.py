#!/usr/bin/env python3
"""Lets sweepers and workers loose on one queue, all at once, and looks whether any of them came to harm.

First the company: four sweepers at a time, again and again, among eight workers that claim tasks, send heartbeats and
finish, as real workers do: WAL, a timeout of five seconds, BEGIN IMMEDIATE, writes fenced by the run's status. Some
leave the pointer to a finished run where it is, claim the task first and begin their run later, or end it with a word
that nobody told the sweeper. Some
die: while they work, while they finish, between the end of the run and that of the task, before their run begins, or
because they are killed at a random moment. Some fall silent for about as long as a sweeper waits, and come back with a
heartbeat while sweepers stand in line for the lock. Now and then hundreds of dead tasks appear at once.

Every worker logs what it is about to commit and what it has committed; triggers keep a journal of every change in the
order of the commits. From these, not from what was meant to happen:
  - every reap is one reset and one event, in one piece, by the sweeper whose summary says so;
  - no run was reaped that had, at the moment of the sweep, a committed sign of life no older than --stale-after;
  - every run that its worker left unfinished was reaped, once;
  - no worker failed with "database is locked", and none lost a heartbeat or an end that it had committed.

Then the locks, in WAL mode and with a rollback journal: a sweeper is stopped (SIGSTOP) while it holds the write lock.
Others give up as documented, workers wait or fail as SQLite does, and nobody loses anything; SIGCONT, and it ends well.
SIGTERM and SIGINT: rolled back, and exit 143 and 130.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import datetime
import itertools
import json
import multiprocessing
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # no litter in the repository

import world

SWEEPERS = 4
WORKERS = 8
TASKS = 40
STALE_AFTER_S = 2
BEAT_S = 0.2
WORKER_TIMEOUT_S = 5
UNKNOWN = "succeeded"  # a word that the sweeper does not know, so that the end of the run has to tell
# What becomes of a job, and how often.
FATES = (
    ["finish"] * 7
    + ["fail"] * 2
    + ["fall silent"] * 2
    + ["come back late"] * 3
    + ["die at work"] * 2
    + ["die while finishing"]
    + ["die half finished"] * 2
    + ["die before the run"] * 2
)

JOURNAL = """
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, task_id TEXT, run_id TEXT, old TEXT, new TEXT
);
CREATE TRIGGER journal_task AFTER UPDATE OF status ON tasks WHEN old.status IS NOT new.status BEGIN
    INSERT INTO journal VALUES (NULL, 'task', new.id, old.active_run_id, old.status, new.status);
END;
CREATE TRIGGER journal_run AFTER INSERT ON task_runs BEGIN
    INSERT INTO journal VALUES (NULL, 'run', new.task_id, new.id, NULL, new.status);
END;
CREATE TRIGGER journal_status AFTER UPDATE OF status ON task_runs WHEN old.status IS NOT new.status BEGIN
    INSERT INTO journal VALUES (NULL, 'run', new.task_id, new.id, old.status, new.status);
END;
CREATE TRIGGER journal_beat AFTER UPDATE OF last_heartbeat ON task_runs BEGIN
    INSERT INTO journal VALUES (NULL, 'beat', new.task_id, new.id, old.last_heartbeat, new.last_heartbeat);
END;
CREATE TRIGGER journal_event AFTER INSERT ON task_events WHEN new.event_type = 'zombie_reaped' BEGIN
    INSERT INTO journal VALUES (NULL, 'event', new.task_id, NULL, NULL, new.id);
END;
"""


def stamp(at=None):
    """A moment as this queue writes it, to the microsecond; now, unless it is said."""
    at = datetime.datetime.now(datetime.timezone.utc) if at is None else at
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def micros(text):
    """A moment as a number."""
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


# The workers --------------------------------------------------------------------------------------------------------


class Lost(Exception):
    """The run is no longer ours."""


class Worker:
    """One worker process. Lives until it dies, or until its time is over."""

    def __init__(self, path, log, name, until, heap):
        self.name, self.until, self.heap = name, until, heap
        self.random = random.Random(name)
        self.numbers = itertools.count(1)
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.conn = sqlite3.connect(path, timeout=WORKER_TIMEOUT_S, isolation_level=None)
        self.next_heap = time.monotonic() + 1

    def say(self, step, what, **more):
        """Writes one line of the log. It stands there, whatever becomes of the process."""
        os.write(self.log, (json.dumps({"step": step, "what": what, **more}) + "\n").encode())

    def work(self):
        fates = []
        while time.time() < self.until:
            if not fates:
                fates = self.random.sample(FATES, len(FATES))
            if self.heap and time.monotonic() > self.next_heap:
                self.accident()
                self.next_heap = time.monotonic() + 3
            try:
                self.job(fates.pop())
            except Lost:
                pass
            except sqlite3.OperationalError as error:
                self.say("failed", str(error))
                with contextlib.suppress(sqlite3.OperationalError):
                    self.conn.execute("ROLLBACK")

    def job(self, fate):
        if fate == "die before the run":
            self.claim(run=False)
            self.die(fate)
        if fate == "come back late":
            return self.come_back_late()
        task_id, run_id = self.claim()
        ends = time.monotonic() + self.random.uniform(0.2, 1.5)
        while time.monotonic() < ends:
            time.sleep(BEAT_S)
            self.beat(task_id, run_id, alone=self.random.random() < 0.7)
        if fate == "die at work":
            self.die(fate)
        if fate == "fall silent":
            time.sleep(STALE_AFTER_S * self.random.uniform(0.9, 1.2))
            self.beat(task_id, run_id, alone=False)
        return self.finish(task_id, run_id, fate)

    def come_back_late(self):
        """Takes the lock in time, and commits the heartbeats of several runs when they seem dead.

        The sweepers that began in between have read that, and wait behind the lock.
        """
        held = [self.claim() for _ in range(3)]
        self.beat_all(held)
        began = time.time()
        time.sleep(max(0, began + STALE_AFTER_S - self.random.uniform(0.05, 0.2) - time.time()))
        self.beat_all(held, slow=self.random.uniform(0.3, 0.6))
        for task_id, run_id in held:
            self.finish(task_id, run_id, "finish")

    def beat_all(self, held, slow=0.0):
        at = stamp(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=slow))
        with self.transaction("beats", slow, runs=[run_id for _, run_id in held], at=at):
            for _, run_id in held:
                self.change("UPDATE task_runs SET last_heartbeat = ? WHERE id = ? AND status = 'running'", at, run_id)

    def die(self, fate):
        self.say("dies", fate)
        os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def transaction(self, what, slow=0.0, **more):
        """BEGIN IMMEDIATE to COMMIT, with a line before and a line after."""
        self.say("trying", what, **more)
        began = time.monotonic()
        self.conn.execute("BEGIN IMMEDIATE")
        waited = time.monotonic() - began
        time.sleep(slow)
        try:
            yield
            began = time.monotonic()
            self.conn.execute("COMMIT")
            waited += time.monotonic() - began
        except Lost:
            self.conn.execute("ROLLBACK")
            self.say("lost", what, wait=waited, **more)
            raise
        self.say("did", what, wait=waited, **more)

    def change(self, sql, *values):
        """A write that must hit its row: else the run was taken from us."""
        if self.conn.execute(sql, values).rowcount != 1:
            raise Lost

    def claim(self, run=True):
        """Claims a task and begins a run of it: at once, or with a while in between, or never."""
        while True:
            task_id = f"T-{self.random.randrange(TASKS):03}"
            run_id = f"R-{self.name}-{next(self.numbers)}"
            at_once = run and self.random.random() < 0.7
            at = stamp()
            try:
                with self.transaction("claim", task=task_id, run=run_id if at_once else "", at=at):
                    # The pointer stays, to nothing or to a run that is finished.
                    self.change(
                        "UPDATE tasks SET status = 'running', assigned_worker = ?, started_at = ?,"
                        " last_heartbeat = NULL, updated_at = ? WHERE id = ? AND status IN ('open', 'done', 'failed')",
                        *(self.name, at, at, task_id),
                    )
                    self.conn.execute(
                        "UPDATE workspaces SET status = 'leased', task_id = ?, run_id = ?, leased_at = ? WHERE id = ?",
                        (task_id, run_id if at_once else None, at, f"W-{task_id}"),
                    )
                    if at_once:
                        self.begin(task_id, run_id, at, at)
                if run and not at_once:
                    time.sleep(self.random.uniform(0.1, 0.8))
                    begun = stamp()
                    with self.transaction("claim", task=task_id, run=run_id, at=begun):
                        self.begin(task_id, run_id, at, begun)
                return task_id, run_id
            except Lost:
                time.sleep(0.02)  # somebody else has it

    def begin(self, task_id, run_id, claimed, at):
        """Within a transaction: begins the run of a task that was claimed then."""
        self.change(
            "UPDATE tasks SET active_run_id = ? WHERE id = ? AND status = 'running' AND assigned_worker = ?"
            " AND started_at = ?",
            *(run_id, task_id, self.name, claimed),
        )
        self.conn.execute(
            "INSERT INTO task_runs (id, task_id, worker_id, started_at) VALUES (?, ?, ?, ?)",
            (run_id, task_id, self.name, at),
        )

    def beat(self, task_id, run_id, alone):
        sql = "UPDATE task_runs SET last_heartbeat = ? WHERE id = ? AND status = 'running'"
        if alone:
            at = stamp()
            self.say("trying", "beat", run=run_id, task=task_id, at=at)
            began = time.monotonic()
            changed = self.conn.execute(sql, (at, run_id)).rowcount
            wait = time.monotonic() - began
            self.say("did" if changed else "lost", "beat", run=run_id, task=task_id, at=at, wait=wait)
            if not changed:
                raise Lost
            return
        at = stamp()
        with self.transaction("beat", run=run_id, task=task_id, at=at):
            self.change(sql, at, run_id)
            self.change("UPDATE tasks SET last_heartbeat = ? WHERE id = ? AND active_run_id = ?", at, task_id, run_id)

    def finish(self, task_id, run_id, fate):
        status = "failed" if fate == "fail" else "completed"
        at = stamp()
        if fate == "die half finished":
            status = self.random.choice((status, UNKNOWN))
            with self.transaction("end", run=run_id, task=task_id, at=at, status=status):
                self.end_run(run_id, status, at)
            self.die(fate)
        with self.transaction("finish", run=run_id, task=task_id, at=at, status=status):
            self.end_run(run_id, status, at)
            pointer = self.random.choice(("", "", run_id))
            self.change(
                "UPDATE tasks SET status = ?, active_run_id = ?, assigned_worker = '', completed_at = ?,"
                " updated_at = ? WHERE id = ? AND active_run_id = ? AND status = 'running'",
                *("failed" if status == "failed" else "done", pointer, at, at, task_id, run_id),
            )
            self.conn.execute(
                "UPDATE workspaces SET status = 'free', task_id = NULL, run_id = NULL, released_at = ? WHERE id = ?",
                (at, f"W-{task_id}"),
            )
            if fate == "die while finishing":
                self.die(fate)

    def end_run(self, run_id, status, at):
        self.change(
            "UPDATE task_runs SET status = ?, completed_at = ? WHERE id = ? AND status = 'running'", status, at, run_id
        )

    def accident(self):
        """A crowd of workers dies unseen, an hour ago."""
        number = next(self.numbers)
        names = [f"{self.name}-{number}-{each}" for each in range(self.heap)]
        at = stamp(datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1))
        with self.transaction("heap", at=at, tasks=[f"H-{name}" for name in names], runs=[f"R-H-{name}" for name in names]):
            self.conn.executemany(
                "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, started_at, updated_at)"
                f" VALUES (?, 'p1', 'Of a heap', 'running', ?, '{at}', '{at}', '{at}')",
                [(f"H-{name}", f"R-H-{name}") for name in names],
            )
            self.conn.executemany(
                f"INSERT INTO task_runs (id, task_id, started_at) VALUES (?, ?, '{at}')",
                [(f"R-H-{name}", f"H-{name}") for name in names],
            )


def be_a_worker(*args):
    """What a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Worker(*args).work()


# The company --------------------------------------------------------------------------------------------------------


class Company:
    """Sweepers and workers on one queue, for some time."""

    def __init__(self, binary, folder, seconds, heap, seed):
        self.binary, self.path = binary, folder / "company.db"
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.seconds, self.heap, self.seed = seconds, heap, seed
        self.random = random.Random(seed)
        self.documented = world.documented_exit_codes(binary)
        self.rounds, self.births, self.kills = 0, 0, 0
        self.sweeping = []  # sweepers on their way
        self.runs = []  # those that have ended: (actor, run)
        self.violations = []

    def build(self):
        with contextlib.closing(sqlite3.connect(self.path)) as conn:
            conn.executescript(world.SCHEMA.read_text() + JOURNAL)
            at = stamp()
            with conn:
                conn.execute("INSERT INTO projects VALUES ('p1', 'SciDEX', ?)", (at,))
                for number in range(TASKS):
                    task_id = f"T-{number:03}"
                    conn.execute(
                        "INSERT INTO tasks (id, project_id, title, created_at, updated_at) VALUES (?, 'p1', ?, ?, ?)",
                        (task_id, f"Task {number}", at, at),
                    )
                    conn.execute("INSERT INTO workspaces (id, path) VALUES (?, '/srv')", (f"W-{task_id}",))
                conn.execute(
                    "INSERT INTO task_events (task_id, event_type, created_at) VALUES ('T-000', 'created', ?)", (at,)
                )

    def start_worker(self, slot, until):
        self.births += 1
        name = f"{self.seed}-{slot}-{self.births}"
        heap = self.heap if slot == 0 else 0
        args = (self.path, self.logs / f"{name}.jsonl", name, until, heap)
        # Forked while this process has one thread and no connection.
        process = multiprocessing.get_context("fork").Process(target=be_a_worker, args=args)
        process.start()
        return process

    def start_sweepers(self, *more):
        """Starts four sweepers at once."""
        self.rounds += 1
        for number in range(SWEEPERS):
            actor = f"sweeper-{self.rounds}-{number}"
            command = [str(self.binary), "--db", str(self.path), "--stale-after", f"{STALE_AFTER_S}s"]
            command += ["--actor", actor, *more]
            if not more and self.random.random() < 0.2:
                # Not too small: a sweep rests between its batches.
                command += ["--batch-size", str(self.heap // self.random.choice((2, 4)))]
            if not more and self.random.random() < 0.3:
                command += ["--project", "SciDEX"]
            stdout, stderr = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
            self.sweeping.append((actor, command, time.time(), process, stdout, stderr))

    def collect_sweepers(self, wait=False):
        """Takes note of the sweepers that have ended, or of all."""
        still, ended = [], []
        for sweeper in self.sweeping:
            actor, command, began, process, stdout, stderr = sweeper
            if process.poll() is None and time.time() - began > 120:
                process.kill()
                self.violations.append(f"{actor} did not end within 120 s")
            if wait:
                process.wait(120)
            if process.poll() is None:
                still.append(sweeper)
                continue
            with stdout, stderr:
                stdout.seek(0), stderr.seek(0)
                run = world.finished(command, process.returncode, stdout.read(), stderr.read(), began)
            ended.append((actor, run))
        self.sweeping = still
        self.runs += ended
        return ended

    def live(self):
        """Starts everybody, and replaces the dead until the time is over."""
        until = time.time() + self.seconds
        workers = [self.start_worker(slot, until) for slot in range(WORKERS)]
        next_kill = time.monotonic() + 2
        while time.time() < until:
            # The next four may come while others still stand in line for the lock.
            if len(self.sweeping) < 4 * SWEEPERS:
                self.start_sweepers()
            self.collect_sweepers()
            for slot, worker in enumerate(workers):
                if not worker.is_alive() and time.time() < until:
                    worker.join()
                    workers[slot] = self.start_worker(slot, until)
            if time.monotonic() > next_kill:
                self.random.choice(workers).kill()
                self.kills += 1
                next_kill = time.monotonic() + self.random.uniform(0.5, 2.5)
            time.sleep(self.random.uniform(0.1, 0.3))
        for worker in workers:
            worker.join(60)
            if worker.is_alive():
                self.violations.append("a worker did not come to its end within 60 s")
                worker.kill()
        # What lies there now is dead, or will be.
        self.collect_sweepers(wait=True)
        time.sleep(STALE_AFTER_S + 0.5)
        self.start_sweepers()
        self.collect_sweepers(wait=True)
        self.start_sweepers("--fail-on-zombies")
        for actor, run in self.collect_sweepers(wait=True):
            if run.code != 0:
                self.violations.append(f"{actor}: a sweep after the last one ended with {run.end}: {run.stdout}")

    def read_logs(self):
        """What the workers say: a list of lines each, in order."""
        logs = {}
        for file in sorted(self.logs.iterdir()):
            logs[file.stem] = [json.loads(line) for line in file.read_text().splitlines()]
        return logs


class Inquest:
    """What the workers know, what the sweepers say, and what stands in the database."""

    def __init__(self, company):
        self.company = company
        self.violations = company.violations + world.integrity(company.path)
        self.tables = world.dump(company.path)
        self.journal = [self.tables["journal"][seq] for seq in sorted(self.tables["journal"])]
        self.events = {
            row["id"]: row | {"payload": json.loads(row["payload"])}
            for row in self.tables["task_events"].values()
            if row["event_type"] == "zombie_reaped"
        }
        self.task_runs = {row["id"]: row for row in self.tables["task_runs"].values()}
        self.steps, self.waits, self.deaths = collections.Counter(), [0.0], collections.Counter()
        self.claims = {}  # claims that were begun, committed or not: run -> its first sign of life
        self.beats = collections.defaultdict(list)  # run -> heartbeats known to be committed, in order
        self.maybe = collections.defaultdict(list)  # run -> heartbeats that a death left open
        self.ends = {}  # run -> (status, time), known to be committed
        self.maybe_ends = {}
        self.unborn = collections.defaultdict(list)  # task -> claims without a run, known to be committed or open
        self.marginal = 0  # reaps whose verdict a moment's difference would have changed
        self.just_in_time = 0  # heartbeats that came after the limit, but before a sweeper
        self.kept = 0  # claims that died, with the pointer to the run before
        self.gap = 0  # the longest between two heartbeats of one run

    def wrong(self, text):
        self.violations.append(text)

    def read_workers(self):
        for name, lines in self.company.read_logs().items():
            open_step = None
            for line in lines:
                step, what = line["step"], line["what"]
                if step == "dies":
                    self.deaths[what] += 1
                    continue
                if step == "failed":
                    self.wrong(f"worker {name}: {what}, at {open_step}")
                if step == "trying":
                    open_step = line
                    continue
                if step in ("did", "lost"):
                    self.steps[f"{what} {step}"] += 1
                    self.waits.append(line["wait"])
                    open_step = None
                if step == "did":
                    self.did(line)
            if open_step is not None:
                self.left_open(open_step)

    def did(self, line):
        run_id, at = line.get("run"), line["at"]
        if line["what"] == "claim" and run_id:
            self.claims[run_id] = at
            if run_id not in self.task_runs:
                self.wrong(f"the claim of {run_id} is lost")
        elif line["what"] == "claim":
            self.unborn[line["task"]].append(at)
        elif line["what"] == "beat":
            self.beats[run_id].append(at)
        elif line["what"] == "beats":
            for each in line["runs"]:
                before = self.beats[each][-1:]
                self.just_in_time += bool(before) and micros(at) - micros(before[0]) > STALE_AFTER_S * 1_000_000
                self.beats[each].append(at)
        elif line["what"] in ("end", "finish"):
            self.ends[run_id] = (line["status"], at)
        elif line["what"] == "heap":
            for each in line["runs"]:
                self.claims[each] = at
                if each not in self.task_runs:
                    self.wrong(f"{each} of a heap is lost")

    def left_open(self, line):
        """A worker died at this step: nobody knows whether it is committed, but all of it or nothing."""
        self.steps["left open by a death"] += 1
        run_id, at = line.get("run"), line["at"]
        if line["what"] == "claim" and not run_id:
            self.unborn[line["task"]].append(at)
        elif line["what"] == "claim":
            self.claims[run_id] = at
        elif line["what"] == "beat":
            self.maybe[run_id].append(at)
        elif line["what"] == "beats":
            for each in line["runs"]:
                self.maybe[each].append(at)
        elif line["what"] in ("end", "finish"):
            self.maybe_ends[run_id] = (line["status"], at)
        elif line["what"] == "heap":
            there = [run for run in line["runs"] if run in self.task_runs]
            if there and len(there) != len(line["runs"]):
                self.wrong(f"half of a transaction is there: {len(there)} of {len(line['runs'])} runs")
            self.claims |= dict.fromkeys(there, at)

    def read_journal(self):
        """Resets and events: one to one, and each reap in one piece."""
        block, beaten = None, {}
        resets = abandoned_alone = 0
        status = collections.defaultdict(lambda: None)
        for entry in self.journal:
            what, task_id, run_id = entry["what"], entry["task_id"], entry["run_id"]
            if what == "task" and (entry["old"], entry["new"]) == ("running", "open"):
                resets += 1
                if block is not None and block[1] is None:
                    self.wrong(f"task {block[0]} was reset without an event")
                block = [task_id, None]
            elif what == "event":
                # The runs may be abandoned before or after the reset: what counts is that all of it is one piece.
                if block is None or block[0] != task_id or block[1] is not None:
                    self.wrong(f"event {entry['new']} of task {task_id} is without a reset of its own")
                else:
                    block[1] = entry["new"]
            elif what == "run":
                if status[run_id] not in (None, "running"):
                    self.wrong(f"run {run_id} was {status[run_id]}, and then {entry['new']}")
                status[run_id] = entry["new"]
                if entry["new"] == "abandoned":
                    abandoned_alone += 1
            elif what == "beat":
                if status[run_id] != "running":
                    self.wrong(f"run {run_id} was {status[run_id]}, and then had a heartbeat")
                beaten[run_id] = entry["new"]
            if block is not None and block[1] is None and task_id != block[0]:
                self.wrong(f"between the reset of task {block[0]} and its event, {what} of {task_id}")
        if resets != len(self.events):
            self.wrong(f"{resets} resets, but {len(self.events)} events")
        released = [run for event in self.events.values() for run in event["payload"]["released"]["runs"]]
        if len(released) != abandoned_alone or len(set(released)) != len(released):
            self.wrong(f"{abandoned_alone} runs were abandoned, but the events name {len(released)}")
        names = set(released)
        for run_id, row in self.task_runs.items():
            if (row["status"] == "abandoned") != (run_id in names):
                self.wrong(f"run {run_id} is {row['status']}, which the events do not bear out")

    def read_sweepers(self):
        by_actor = collections.defaultdict(list)
        for event in self.events.values():
            by_actor[event["actor"]].append(event)
        self.codes = collections.Counter()
        for actor, run in self.company.runs:
            self.codes[run.end] += 1
            for text in world.judge_run(run, self.company.documented):
                self.wrong(f"{actor}: {text}")
            if run.code not in (0, 75):
                self.wrong(f"{actor} ended with {run.end}: {run.stderr.strip()}")
            events = by_actor.pop(actor, [])
            found = {event["task_id"]: event["payload"]["reason"] for event in events}
            summary = run.summary or {"reaped": 0, "task_ids": [], "reasons": {}}
            if not len(events) == len(found) == summary["reaped"]:
                self.wrong(f"{actor} says that it reaped {summary['reaped']}, with {len(events)} events")
            if sorted(found) != summary["task_ids"] or found != summary["reasons"]:
                self.wrong(f"{actor}: the summary's tasks or reasons are not those of its events")
        for actor, events in by_actor.items():
            self.wrong(f"{len(events)} events by {actor}, who is no sweeper")

    def judge_reaps(self):
        """No life may have been there, and no zombie reaped twice."""
        limit = STALE_AFTER_S * 1_000_000
        committed = {(entry["run_id"], entry["new"]) for entry in self.journal if entry["what"] == "beat"}
        self.reasons, seen = collections.Counter(), collections.Counter()
        for event in self.events.values():
            payload, task_id = event["payload"], event["task_id"]
            reason, run_id, now = payload["reason"], payload["run_id"], micros(event["created_at"])
            self.reasons[reason] += 1
            if run_id:
                seen[run_id] += 1
            if reason == "no_active_run":
                signs = [at for at in self.unborn[task_id] if at == payload["sign_of_life"]]
                seen[task_id, payload["sign_of_life"]] += 1
            elif run_id not in self.claims:
                self.wrong(f"event {event['id']}: {run_id} is no run of any worker")
                continue
            else:
                signs = [self.claims[run_id], *self.beats[run_id]]
                signs += [at for at in self.maybe[run_id] if (run_id, at) in committed]
            if reason in ("stale_heartbeat", "no_active_run"):
                last = max(map(micros, signs), default=None)
                if last is None or last != micros(payload["sign_of_life"]):
                    self.wrong(f"event {event['id']} of {task_id} saw life at {payload['sign_of_life']}, not {signs[-1:]}")
                elif now - last <= limit:
                    self.wrong(
                        f"event {event['id']}: {task_id} was reaped at {event['created_at']}, "
                        f"{(now - last) / 1e6} s after its worker's last sign of life"
                    )
                else:
                    self.marginal += now - last <= limit * 1.25
            else:
                status, end = self.ends.get(run_id) or self.maybe_ends.get(run_id) or ("running", self.claims[run_id])
                if reason != f"run_{status}":
                    self.wrong(f"event {event['id']} of {task_id}: {reason}, but the worker left its run {status}")
                # Claimed anew, with the pointer to this run.
                claims = [micros(at) for at in self.unborn[task_id] if micros(end) < micros(at) <= now]
                self.kept += bool(claims)
                if now - max(claims, default=0) <= limit:
                    self.wrong(f"event {event['id']}: {task_id} was reaped {now - max(claims)} us after it was claimed")
                if status == UNKNOWN and now - micros(end) <= limit:
                    self.wrong(f"event {event['id']}: {task_id} was reaped {now - micros(end)} us after {status}")
        for what, times in seen.items():
            if times > 1:
                self.wrong(f"{what} was reaped {times} times")
        self.seen = seen

    def judge_workers(self):
        """Nothing committed may be lost, and nothing dead left lying."""
        for run_id, row in self.task_runs.items():
            beats = self.beats[run_id]
            allowed = {beats[-1] if beats else None, *self.maybe[run_id]}
            if row["last_heartbeat"] not in allowed:
                self.wrong(f"run {run_id}: the last heartbeat is {row['last_heartbeat']}, the worker's {allowed}")
            if run_id not in self.claims:
                self.wrong(f"run {run_id} is of no worker")
            stood = (row["status"], row["completed_at"])
            if run_id in self.ends and stood != self.ends[run_id]:
                self.wrong(f"run {run_id} is {stood}, but its worker ended it {self.ends[run_id]}")
            elif run_id not in self.ends and row["status"] != "abandoned" and stood != self.maybe_ends.get(run_id):
                self.wrong(f"run {run_id} is {stood}, and its worker never ended it")
            if row["status"] == "abandoned" and self.seen[run_id] != 1:
                self.wrong(f"run {run_id} was abandoned by {self.seen[run_id]} events")
        for run_id, beats in self.beats.items():
            gaps = [micros(later) - micros(earlier) for earlier, later in zip(beats, beats[1:])]
            self.gap = max([self.gap, *gaps])
        for task in self.tables["tasks"].values():
            if task["status"] == "running":
                self.wrong(f"task {task['id']} is still running after the last sweep")
            elif task["assigned_worker"] or (task["active_run_id"] and task["status"] == "open"):
                self.wrong(f"task {task['id']} is {task['status']}, but held by {task['assigned_worker']!r}")
        for workspace in self.tables["workspaces"].values():
            if workspace["status"] != "free" or workspace["task_id"] or workspace["run_id"]:
                self.wrong(f"workspace {workspace['id']} is still {workspace['status']}")
        # A campaign in which nothing happens proves nothing.
        for reason in ("stale_heartbeat", "no_active_run", "run_completed", *["run_succeeded"] * (self.company.seconds >= 30)):
            if not self.reasons[reason]:
                self.wrong(f"no task was reaped for {reason}: there was nothing to see")
        for step in ("beat did", "beat lost", "finish did"):
            if not self.steps[step]:
                self.wrong(f"no worker ever came to {step!r}: there was nothing to see")

    def report(self):
        self.read_workers()
        self.read_journal()
        self.read_sweepers()
        self.judge_reaps()
        self.judge_workers()
        company = self.company
        tasks = sum(run.summary["moved_on"] for _, run in company.runs if run.summary)
        print(
            f"company: {company.rounds} times {SWEEPERS} sweepers ({counts(self.codes)}), {company.births} workers, "
            f"{company.kills} of them killed\n"
            f"    workers: {counts(self.steps)}\n"
            f"    deaths: {counts(self.deaths)}\n"
            f"    longest wait of a worker {max(self.waits):.2f} s, longest gap between heartbeats {self.gap / 1e6:.2f} s\n"
            f"    {len(self.events)} reaps: {counts(self.reasons)}; {self.marginal} within a quarter of the limit, "
            f"{self.kept} claims over a kept pointer, {tasks} zombies that had moved on, {self.just_in_time} runs that came "
            f"back just in time\n"
            f"    {len(self.violations)} violations",
            flush=True,
        )
        return self.violations


def counts(counter):
    return ", ".join(f"{what} {count}" for what, count in sorted(counter.items(), key=lambda each: -each[1])) or "none"


# The locks ----------------------------------------------------------------------------------------------------------

# After how long a sweep lets go of the write lock, about.
HOLD_S = 0.03

# A worker's heartbeat, fenced, in a process of its own: says how many rows it changed or why it failed, and after
# how long.
HEARTBEAT = """
import json, sqlite3, sys, time
path, timeout, run_id, at = sys.argv[1:]
conn = sqlite3.connect(path, timeout=float(timeout), isolation_level=None)
began = time.monotonic()
try:
    conn.execute("BEGIN IMMEDIATE")
    sql = "UPDATE task_runs SET last_heartbeat = ? WHERE id = ? AND status = 'running'"
    said = conn.execute(sql, (at, run_id)).rowcount
    conn.execute("COMMIT")
except sqlite3.Error as error:
    said = str(error)
print(json.dumps([said, time.monotonic() - began]))
"""


class Locks:
    """What a sweeper does that is stopped or told to end while it holds the write lock."""

    def __init__(self, binary, folder, journal, zombies, seed):
        self.binary, self.journal = binary, journal
        self.template, self.path = folder / "template.db", folder / "locks.db"
        self.random = random.Random(seed)
        self.documented = world.documented_exit_codes(binary)
        self.built = world.build(self.template, zombies, zombies // 50, journal, seed)
        self.order, self.transactions = [], 0
        self.violations = []

    def wrong(self, text):
        self.violations.append(f"{self.journal}: {text}")

    def prepare(self, size):
        """A sweep that nothing happens to: what it takes, and the order of its transactions."""
        self.fresh()
        began = time.monotonic()
        run = world.sweep(self.binary, self.path, "--batch-size", size)
        self.duration = time.monotonic() - began
        found = world.judge(self.built, self.before, world.dump(self.path), run.began, run.ended).require()
        self.order = found.reaped
        self.transactions = max(self.transactions, run.summary["transactions"])

    def fresh(self):
        world.copy(self.template, self.path)
        self.before = world.dump(self.path)

    def probe(self):
        """Another connection, which never waits."""
        return contextlib.closing(sqlite3.connect(self.path, timeout=0, isolation_level=None))

    @staticmethod
    def is_locked(probe):
        try:
            probe.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            return True
        probe.execute("ROLLBACK")
        return False

    @contextlib.contextmanager
    def sweeper_with_lock(self, depth, *args, stop=True):
        """A sweeper that was caught with the lock in hand, so far into its transaction; stopped, or running on."""
        for _ in range(20):
            self.fresh()
            command = [str(self.binary), "--db", str(self.path), *map(str, args)]
            pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            with self.probe() as probe:
                began = time.time()
                process = subprocess.Popen(command, text=True, **pipes)
                try:
                    while process.poll() is None and not self.is_locked(probe):
                        time.sleep(0.0005)
                    time.sleep(depth)
                    if stop and process.poll() is None:
                        process.send_signal(signal.SIGSTOP)
                        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
                    if process.poll() is None and self.is_locked(probe):
                        probe.close()
                        yield process, command, began
                        return
                finally:
                    if process.poll() is None:
                        process.kill()
                    process.communicate()
            depth /= 2
        raise world.Violation("no sweeper could be caught with the lock in hand")

    def end(self, process, command, began, seconds=60):
        stdout, stderr = process.communicate(timeout=seconds)
        run = world.finished(command, process.returncode, stdout, stderr, began)
        self.violations += [f"{self.journal}: {text}" for text in world.judge_run(run, self.documented)]
        return run

    def heartbeat(self, timeout, run_id, at):
        command = [sys.executable, "-I", "-S", "-c", HEARTBEAT, str(self.path), str(timeout), run_id, at]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def stopped(self, size, patience):
        """SIGSTOP with the lock in hand; others come; SIGCONT."""
        zombies = sorted(zombie.task_id for zombie in self.built.zombies.values() if zombie.kind == "silent")
        lives = sorted(row["task_id"] for row in self.before["task_runs"].values() if row["id"][2:] in self.built.healthy)
        lives = [task for task in lives if self.row(f"R-{task}")["status"] == "running"]
        depth = self.random.uniform(0, HOLD_S / 2)
        with self.sweeper_with_lock(depth, "--batch-size", size) as (process, command, began):
            committed = self.committed()
            at = world.stamp(time.time())
            told = {f"R-{task}": at for task in self.random.sample(lives, 4) + self.random.sample(zombies, 4)}
            patient = {run_id: self.heartbeat(60, run_id, at) for run_id in told}
            others = [f"R-{task}" for task in lives[:4] + zombies[:4]]
            impatient = [self.heartbeat(patience, run_id, "never") for run_id in others]
            dry_run = ("--dry-run", "--busy-timeout", "1s")
            with concurrent.futures.ThreadPoolExecutor(SWEEPERS) as pool:
                calls = [("--busy-timeout", "1s", "--actor", f"late-{number}") for number in range(SWEEPERS - 1)]
                late = [pool.submit(world.sweep, self.binary, self.path, *call) for call in (dry_run, *calls)]
            dry, *late = [each.result() for each in late]
            self.judge_dry_run(dry, committed)
            for run in late:
                self.violations += [f"{self.journal}: {text}" for text in world.judge_run(run, self.documented)]
                if run.code != 75 or run.stdout or run.ended - run.began < 1:
                    self.wrong(f"a sweep against the lock: {run.end} after {run.ended - run.began:.2f} s, {run.stderr!r}")
            for worker in impatient:
                said, waited = json.loads(worker.communicate(timeout=60)[0])
                if said != "database is locked" or waited < patience * 0.9:
                    self.wrong(f"a worker against the lock: {said!r} after {waited:.2f} s")
            if process.poll() is not None:
                self.wrong("the stopped sweeper ended")
            for worker in patient.values():
                if worker.poll() is not None:
                    self.wrong(f"a patient worker ended while the lock was held: {worker.communicate()[0]}")
            process.send_signal(signal.SIGCONT)
            run = self.end(process, command, began)
            said = {run_id: json.loads(worker.communicate(timeout=90)[0])[0] for run_id, worker in patient.items()}
        came = [run_id for run_id, changed in said.items() if changed == 1]
        gone = [run_id for run_id, changed in said.items() if changed == 0]
        if run.code != 0 or len(came) + len(gone) != len(said):
            self.wrong(f"after SIGCONT: {run.end} {run.stderr!r}, workers {said}")
        # A heartbeat that came between two batches saves its task; every other dead one is reaped.
        expected = dict(self.before)
        expected["task_runs"] = {key: dict(row) for key, row in self.before["task_runs"].items()}
        saved = set()
        for row in expected["task_runs"].values():
            if row["id"] in came:
                row["last_heartbeat"] = at
                saved.add(row["task_id"])
        built = world.Built(self.built.path, self.journal, self.built.now)
        built.zombies = {task: zombie for task, zombie in self.built.zombies.items() if task not in saved}
        found = world.judge(built, expected, world.dump(self.path), began, run.ended)
        self.violations += [f"{self.journal}: {text}" for text in found.violations[:10] + world.integrity(self.path)]
        if sorted(found.reaped) != sorted(built.zombies):
            self.wrong(f"{len(found.reaped)} of {len(built.zombies)} are reaped in the end")
        if (run.summary or {}).get("task_ids") != sorted(found.reaped):
            self.wrong("the summary's tasks are not those reaped")
        missing = set(gone) - {f"R-{task}" for task in found.reaped}
        if missing:
            self.wrong(f"the heartbeats of {missing} were refused, but the tasks were not reaped")
        return f"exit {run.code}, {len(came)} workers came through and {len(gone)} had lost, dry run {dry.end}"

    def row(self, run_id):
        return next(row for row in self.before["task_runs"].values() if row["id"] == run_id)

    def committed(self):
        """What was reaped before the transaction that is open; nothing where even readers are locked out."""
        with self.probe() as probe, contextlib.suppress(sqlite3.OperationalError):
            events = probe.execute("SELECT task_id FROM task_events WHERE actor = 'zombie-sweeper'")
            return {task_id for (task_id,) in events}
        return set()

    def judge_dry_run(self, dry, committed):
        wrong = world.judge_run(dry, self.documented) + world.judge_dry_run(self.built, dry, committed)
        if dry.code != 0 and not (dry.code == 75 and self.journal == "delete"):
            wrong.append(f"{dry.end}: {dry.stderr!r}")
        self.violations += [f"{self.journal}: a dry run beside the lock: {text}" for text in wrong]

    def told_to_end(self, size, sent, stop, depth):
        """A signal with the lock in hand, so far into the transaction."""
        with self.sweeper_with_lock(depth, "--batch-size", size, stop=stop) as (process, command, began):
            start = time.monotonic()
            process.send_signal(sent)
            if stop:
                process.send_signal(signal.SIGCONT)
            run = self.end(process, command, began)
            took = time.monotonic() - start
        with self.probe() as probe:
            if self.is_locked(probe):
                self.wrong(f"{run.end}, and the lock is still held")
        found = world.judge(self.built, self.before, world.dump(self.path), began, run.ended)
        wrong = found.violations[:10] + world.integrity(self.path)
        wrong += world.judge_summary(self.built, run, found.reaped)
        code = 128 + sent
        # Where a transaction ends is a matter of time; that it ends with the zombie it began with is not.
        if found.reaped != self.order[: len(found.reaped)]:
            wrong.append(f"{run.end}, and {len(found.reaped)} are reaped, which are not the first")
        # A signal between the last transaction and the end may still be heeded.
        if run.code not in (0, code) or (run.code == 0 and len(found.reaped) != len(self.order)):
            wrong.append(f"{run.end}, with {len(found.reaped)} of {len(self.order)} reaped: {run.stderr!r}")
        if took > 10:
            wrong.append(f"{run.end}, {took:.1f} s after the signal")
        self.violations += [f"{self.journal}: {sent.name}: {text}" for text in wrong]
        return run.code, took

    def told_to_end_while_waiting(self):
        self.fresh()
        with self.probe() as probe:
            probe.execute("BEGIN IMMEDIATE")
            args = [str(self.binary), "--db", str(self.path), "--busy-timeout", "60s"]
            pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            began = time.time()
            process = subprocess.Popen(args, text=True, **pipes)
            time.sleep(max(0.5, self.duration * 2))
            process.send_signal(signal.SIGTERM)
            run = self.end(process, args, began, 30)
            probe.execute("ROLLBACK")
        if run.code != 143 or world.dump(self.path) != self.before:
            self.wrong(f"SIGTERM while it waits for the lock: {run.end}, {run.stderr!r}")

    def report(self, rounds, ends, patience):
        size = len(self.built.zombies)
        for each in (size, size // 2):
            self.prepare(each)
        said, codes, took = [], collections.Counter(), 0
        for number in range(rounds):
            try:
                said.append(self.stopped((size, size // 2)[number % 2], patience))
            except (world.Violation, subprocess.TimeoutExpired) as error:
                self.wrong(error)
        number = 0
        while number < ends or (number < 4 * ends and not codes[143]):
            sent = (signal.SIGTERM, signal.SIGTERM, signal.SIGINT)[number % 3]
            depth = self.random.uniform(0, self.duration * 0.6) if number % 3 else 0
            number += 1
            try:
                code, seconds = self.told_to_end((size, size // 2)[number % 2], sent, number % 4 < 2, depth)
                codes[code], took = codes[code] + 1, max(took, seconds)
            except (world.Violation, subprocess.TimeoutExpired) as error:
                self.wrong(error)
        self.told_to_end_while_waiting()
        if self.transactions < 2 and self.duration > 10 * HOLD_S:
            self.wrong(f"a sweep of {self.duration:.2f} s is one transaction")
        if not codes[143]:
            self.wrong("SIGTERM never met a sweeper at work: there was nothing to see")
        name = "WAL" if self.journal == "wal" else "rollback journal"
        print(
            f"locks, {name}: {size} zombies, a sweep takes {self.duration * 1000:.0f} ms and {self.transactions} transactions\n"
            f"    stopped and continued {rounds} times: {'; '.join(f'{count}x {each}' for each, count in collections.Counter(said).items())}\n"
            f"    told to end {number} times: {counts({f'exit {code}': count for code, count in codes.items()})}; "
            f"gone after {took:.2f} s at most\n"
            f"    {len(self.violations)} violations",
            flush=True,
        )
        return self.violations


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="a sample, in less than a minute")
    parser.add_argument("--only", choices=("company", "locks"), help="one of the two parts")
    parser.add_argument("--seconds", type=float, help="how long the company lives [default: 60; quick: 12]")
    parser.add_argument("--heap", type=int, help="tasks that die at once [default: 400; quick: 150]")
    parser.add_argument("--zombies", type=int, help="for the locks [default: 10000; quick: 2000]")
    parser.add_argument("--seed", type=int, help="of fates and moments [default: by chance]")
    parser.add_argument("--keep", metavar="DIR", help="leave databases and logs in this new folder")
    args = parser.parse_args()
    binary, quick = world.find_binary(parser, args.binary), args.quick
    seed = random.randrange(1_000_000) if args.seed is None else args.seed
    print(f"seed {seed}; processes keep no order: the same seed gives the same fates, not the same run", flush=True)

    began, violations = time.time(), []
    with contextlib.ExitStack() as stack:
        if args.keep:
            folder = pathlib.Path(args.keep).resolve()
            folder.mkdir(parents=True)
        else:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="company-")))
        if args.only != "locks":
            company = Company(binary, folder, args.seconds or (12 if quick else 60), args.heap or (150 if quick else 400), seed)
            company.build()
            company.live()
            violations += Inquest(company).report()
        if args.only != "company":
            for journal in world.JOURNALS:
                beside = folder / journal
                beside.mkdir()
                locks = Locks(binary, beside, journal, args.zombies or (2000 if quick else 10_000), seed)
                violations += locks.report(1 if quick else 4, 4 if quick else 18, 1 if quick else WORKER_TIMEOUT_S)
    for text in violations[:30]:
        print(f"VIOLATION: {text}")
    print(f"{len(violations)} violations, seed {seed}, {time.time() - began:.0f} s")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
