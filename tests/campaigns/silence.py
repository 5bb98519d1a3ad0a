#!/usr/bin/env python3
"""Has workers fall silent that are not dead, and looks whether a sweep takes them for it.

Real workers, each a process that beats for its tasks five times a second, as real workers do: WAL, BEGIN IMMEDIATE,
patience, writes fenced by the run's status. Among their tasks lie some whose workers died long ago. Then, for longer
than --stale-after, nobody can beat:
  - suspended: every worker is stopped (SIGSTOP), and goes on (SIGCONT) when the sweep has begun;
  - held: another connection holds the write lock (BEGIN IMMEDIATE), and lets go when the sweep has begun;
  - held on: it lets go only when the sweep would look for the second time.

Without --confirm, live tasks fall: that is so, and shown, as a campaign in which nothing happens proves nothing. With
--confirm, longer than the beat and what it takes to wake up, none does. With and without, and also where nothing
happens at all:
  - every task of a dead worker is reaped, once, and its event is there;
  - a worker loses its task exactly where an event says so, and otherwise none of its heartbeats;
  - nothing else differs, and the sweep holds no lock while it waits: the workers beat on.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # no litter in the repository

import world

WORKERS, TASKS_EACH, DEAD = 6, 4, 20
STALE_AFTER_S, BEAT_S, CONFIRM_S = 2, 0.2, 2
SCENES = ("nothing", "suspended", "held", "held on")


def connect(path):
    return contextlib.closing(sqlite3.connect(path, timeout=60, isolation_level=None))


def stamp(at):
    """A moment to the millisecond, as a beat every fifth of a second wants it."""
    return world.stamp(int(at))[:-1] + f".{int(at * 1000) % 1000:03}Z"


def build(path):
    """A queue with the tasks of the living and of the dead."""
    with connect(path) as conn:
        conn.executescript(world.SCHEMA.read_text())
        conn.execute("BEGIN")
        conn.execute("INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-01-01T00:00:00Z')")
        now = time.time()
        for number in range(WORKERS * TASKS_EACH + DEAD):
            is_dead = number >= WORKERS * TASKS_EACH
            task_id, at = f"{'dead' if is_dead else 'live'}-{number:03}", stamp(now - 3600 * is_dead)
            conn.execute(
                "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, started_at, updated_at)"
                " VALUES (?1, 'p1', 'work', 'running', 'R-' || ?1, ?2, ?2, ?2)",
                (task_id, at),
            )
            conn.execute(
                "INSERT INTO task_runs (id, task_id, started_at, last_heartbeat) VALUES ('R-' || ?1, ?1, ?2, ?2)",
                (task_id, at),
            )
        conn.execute("COMMIT")


def be_a_worker(path, tasks, log):
    """Beats until it is told to end (SIGTERM), and says then what it lost and when it was last heard."""
    ends = []
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    lost, last, beats = [], {}, 0
    with connect(path) as conn:
        while not ends:
            at = stamp(time.time())
            conn.execute("BEGIN IMMEDIATE")
            for task_id in tasks:
                beat = "UPDATE task_runs SET last_heartbeat = ? WHERE id = ? AND status = 'running'"
                if conn.execute(beat, (at, f"R-{task_id}")).rowcount:
                    last[task_id] = at
                elif task_id not in lost:
                    lost.append(task_id)
            conn.execute("COMMIT")
            beats += 1
            time.sleep(BEAT_S)
    log.write_text(json.dumps({"lost": lost, "last": last, "beats": beats}))


class Scene:
    """One queue, its workers, one sweep."""

    def __init__(self, binary, folder, what, confirm):
        self.binary, self.folder, self.what, self.confirm = binary, folder, what, confirm
        self.path = folder / "silence.db"
        self.violations = []

    def play(self):
        build(self.path)
        context, self.workers = multiprocessing.get_context("fork"), []
        for number in range(WORKERS):
            tasks = [f"live-{each:03}" for each in range(number * TASKS_EACH, (number + 1) * TASKS_EACH)]
            log = self.folder / f"{number}.json"
            worker = context.Process(target=be_a_worker, args=(self.path, tasks, log))
            worker.start()
            self.workers.append((worker, log))
        try:
            time.sleep(5 * BEAT_S)
            run = getattr(self, self.what.replace(" ", "_"))()
            time.sleep(3 * BEAT_S)
        finally:
            for worker, _ in self.workers:
                self.tell(signal.SIGCONT, worker)
                worker.terminate()
            for worker, _ in self.workers:
                worker.join(60)
                if worker.exitcode is None:
                    worker.kill()
                if worker.exitcode != 0:
                    self.violations.append(f"a worker ended with {worker.exitcode}")
        return self.judge(run)

    @staticmethod
    def tell(what, worker):
        if worker.is_alive():
            os.kill(worker.pid, what)

    def begin(self):
        """Starts the sweep, and waits until it has read, or a while."""
        command = [str(self.binary), "--db", str(self.path), "--stale-after", f"{STALE_AFTER_S}s"]
        command += ["--busy-timeout", "60s"] + ["--confirm", f"{CONFIRM_S}s"] * self.confirm
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return command, time.time(), subprocess.Popen(command, text=True, **pipes)

    @staticmethod
    def end(command, began, process):
        stdout, stderr = process.communicate(timeout=60)
        return world.finished(command, process.returncode, stdout, stderr, began)

    def nothing(self):
        return self.end(*self.begin())

    def suspended(self):
        for worker, _ in self.workers:
            self.stop(worker)
        time.sleep(STALE_AFTER_S + 1)
        sweep = self.begin()
        time.sleep(0.5)
        for worker, _ in self.workers:
            self.tell(signal.SIGCONT, worker)
        return self.end(*sweep)

    def stop(self, worker):
        """Stops it between two beats: one that has the write lock would stop the sweep, too, and prove nothing."""
        with connect(self.path) as conn:
            conn.execute("BEGIN IMMEDIATE")
            self.tell(signal.SIGSTOP, worker)
            conn.execute("ROLLBACK")

    def held_on(self):
        return self.held(CONFIRM_S + 1)

    def held(self, still=0.5):
        with connect(self.path) as conn:
            conn.execute("BEGIN IMMEDIATE")
            time.sleep(STALE_AFTER_S + 1)
            sweep = self.begin()
            time.sleep(still)
            conn.execute("COMMIT")
        return self.end(*sweep)

    def judge(self, run):
        """What fell, and what is wrong."""
        wrong, summary = self.violations.append, run.summary or {}
        if run.code != 0 or run.stderr:
            wrong(f"{run.end}: {run.stderr}")
        tables = world.dump(self.path)
        self.violations += world.integrity(self.path)
        events = [row["task_id"] for row in tables["task_events"].values()]
        fell = {task_id for task_id in events if task_id.startswith("live-")}
        dead = sorted(task_id for task_id in events if task_id.startswith("dead-"))
        if len(set(events)) != len(events) or sorted(events) != summary.get("task_ids"):
            wrong(f"the events are of {len(events)} tasks, the summary's of {summary.get('reaped')}")
        if len(dead) != DEAD:
            wrong(f"{len(dead)} of {DEAD} dead tasks are reaped")
        if summary.get("confirm_s") != CONFIRM_S * self.confirm:
            wrong(f"confirm_s is {summary.get('confirm_s')}")
        said = [json.loads(log.read_text()) for _, log in self.workers if log.exists()]
        lost = {task_id for each in said for task_id in each["lost"]}
        if lost != fell:
            wrong(f"the workers lost {sorted(lost)}, the sweep reaped {sorted(fell)}")
        last = {task_id: at for each in said for task_id, at in each["last"].items()}
        for row in tables["task_runs"].values():
            task_id = row["task_id"]
            if task_id in last and row["last_heartbeat"] != last[task_id]:
                wrong(f"a heartbeat of {task_id} is lost: {row['last_heartbeat']}, not {last[task_id]}")
            is_reaped = task_id in fell or task_id in dead
            if (row["status"] == "abandoned") != is_reaped:
                wrong(f"the run of {task_id} is {row['status']}")
        for row in tables["tasks"].values():
            is_reaped = row["id"] in fell or row["id"] in dead
            if (row["status"], row["active_run_id"] != "") != (("open", False) if is_reaped else ("running", True)):
                wrong(f"{row['id']} is {row['status']}, with the run {row['active_run_id']!r}")
        if fell and (self.confirm or self.what == "nothing"):
            wrong(f"{len(fell)} live tasks were reaped")
        if self.confirm and run.ended - run.began < CONFIRM_S:
            wrong(f"the sweep waited for {run.ended - run.began:.2f} s only")
        self.beats = sum(each["beats"] for each in said)
        return fell


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="once each, in half a minute")
    parser.add_argument("--rounds", type=int, help="how often each is played [default: 8; quick: 1]")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    rounds = args.rounds or (1 if args.quick else 8)

    began, violations = time.time(), 0
    live = WORKERS * TASKS_EACH
    for what in SCENES:
        for confirm in (False, True):
            fallen, beats, wrong = [], 0, []
            for _ in range(rounds):
                with tempfile.TemporaryDirectory(prefix="silence-") as folder:
                    scene = Scene(binary, pathlib.Path(folder), what, confirm)
                    fallen.append(len(scene.play()))
                    beats += scene.beats
                    wrong += scene.violations
            if what != "nothing" and not confirm and not any(fallen):
                wrong.append("no live task fell, although nothing was asked that would keep one: there was nothing to see")
            violations += len(wrong)
            for text in wrong[:10]:
                print(f"VIOLATION: {what}, {'with' if confirm else 'without'} --confirm: {text}")
            print(
                f"{what}, {'with' if confirm else 'without'} --confirm: {rounds} sweeps, of {live} live tasks each "
                f"{sum(fallen)} in all were reaped, of {DEAD} dead ones all; {beats} heartbeats; {len(wrong)} violations",
                flush=True,
            )
    print(f"{violations} violations, {time.time() - began:.0f} s")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
