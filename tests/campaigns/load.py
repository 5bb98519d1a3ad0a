"""A server that is asked more than anybody will ask it, on a large queue, while workers write.

Open loop: each question is due at its moment, whether those before it were answered or not, and an answer is timed from that
moment. So a server that stands still is charged with all who would have asked meanwhile.
"""

import collections
import contextlib
import multiprocessing
import random
import selectors
import socket
import sqlite3
import time
from dataclasses import dataclass

import server as serving
import world

WORKERS = 4
BEATS_PER_COMMIT = 10
REST_S = 0.01
PATH = "/v1/plan?limit=50"
P99_MS = 50
PEAK_MIB = 60
# Longest waits differ that much from minute to minute on a machine with other work.
NOISE_S = 0.1

TASKS = """
WITH RECURSIVE counter(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counter WHERE n < :tasks)
INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, started_at, updated_at)
SELECT printf('T-%06d', n), 'p1', 'Task number ' || n, 'running', printf('R-%06d', n), :at, :at, :at FROM counter
"""
RUNS = """
WITH RECURSIVE counter(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counter WHERE n < :tasks)
INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat)
SELECT printf('R-%06d', n), printf('T-%06d', n), 'running', :at, :at FROM counter
"""


def build(path, tasks):
    """A queue in which so many tasks run, all of them alive for as long as a campaign may take."""
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.executescript(world.SCHEMA.read_text())
        conn.execute("PRAGMA journal_mode = wal")
        conn.execute("INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-01-01T00:00:00Z')")
        for statement in (TASKS, RUNS):
            conn.execute(statement, {"tasks": tasks, "at": world.stamp(time.time())})
        conn.commit()


# Workers -----------------------------------------------------------------------------------------------------------


def be_a_worker(path, tasks, seed, ends, pipe):
    """Beats for some tasks in each commit until told to end; sends when each was asked for, and how long it took."""
    rng, waits, failed = random.Random(seed), [], []
    with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as conn:
        while not ends.is_set():
            began = time.monotonic()
            try:
                conn.execute("BEGIN IMMEDIATE")
                for _ in range(BEATS_PER_COMMIT):
                    beat = (world.stamp(time.time()), f"R-{rng.randint(1, tasks):06}")
                    conn.execute("UPDATE task_runs SET last_heartbeat = ? WHERE id = ?", beat)
                conn.execute("COMMIT")
            except sqlite3.Error as error:
                failed.append(str(error))
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
            waits.append((began, time.monotonic() - began))
            time.sleep(REST_S)
    pipe.send((waits, failed))


class Workers:
    """Processes that beat, all the while."""

    def __init__(self, path, tasks, seed):
        fork = multiprocessing.get_context("fork")
        self.ends, self.ways, self.processes = fork.Event(), [], []
        for number in range(WORKERS):
            ours, theirs = fork.Pipe(duplex=False)
            given = (path, tasks, seed + number, self.ends, theirs)
            self.processes.append(fork.Process(target=be_a_worker, args=given, daemon=True))
            self.ways.append(ours)
        for process in self.processes:
            process.start()

    def end(self):
        """Every wait of all of them, and what failed."""
        self.ends.set()
        found = [way.recv() for way in self.ways]
        for process in self.processes:
            process.join()
        return [wait for waits, _ in found for wait in waits], [error for _, failed in found for error in failed]


# Askers ------------------------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """What became of the questions: how long each waited, and what came that should not have."""

    took_s: list
    statuses: collections.Counter
    late_s: list
    connections: int

    def share(self, part):
        if not self.took_s:
            return float("inf")
        return sorted(self.took_s)[min(len(self.took_s) - 1, int(part * len(self.took_s)))]


class Asker:
    """One process, as many connections as it takes, kept alive."""

    def __init__(self, port, request):
        self.port, self.request = port, request
        self.selector = selectors.DefaultSelector()
        self.idle, self.asked = [], Asked([], collections.Counter(), [], 0)
        self.pending = 0

    def ask(self, due, again=False):
        """Sends one question, on a connection that is free or a new one."""
        while True:
            try:
                sock, is_new = self.connection(fresh=again)
            except OSError as error:
                self.asked.statuses[f"not let in: {error}"] += 1
                return
            try:
                sock.sendall(self.request)
                break
            except OSError as error:
                self.drop(sock)
                if is_new:
                    self.asked.statuses[repr(error)] += 1
                    return
        self.pending += 1
        self.selector.modify(sock, selectors.EVENT_READ, [due, bytearray(), is_new])

    def connection(self, fresh):
        if self.idle and not fresh:
            return self.idle.pop(), False
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=0.5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked.connections += 1
        self.selector.register(sock, selectors.EVENT_READ, None)
        return sock, True

    def drop(self, sock):
        self.selector.unregister(sock)
        sock.close()
        if sock in self.idle:
            self.idle.remove(sock)

    def hear(self, key):
        sock, question = key.fileobj, key.data
        try:
            more = sock.recv(262144)
        except OSError as error:
            more, said = b"", repr(error)
        else:
            said = "closed without an answer"
        if not more:
            self.drop(sock)
            if question:
                self.pending -= 1
                due, data, is_new = question
                # A connection that the server gave up just as it was taken again says nothing about the server.
                if data or is_new:
                    self.asked.statuses[said] += 1
                else:
                    self.ask(due, again=True)
            return
        if not question:
            self.asked.statuses["an answer to no question"] += 1
            self.drop(sock)
            return
        question[1].extend(more)
        found = serving.complete(question[1])
        if found:
            self.pending -= 1
            self.asked.took_s.append(time.monotonic() - question[0])
            self.asked.statuses[found[0].status] += 1
            self.selector.modify(sock, selectors.EVENT_READ, None)
            self.idle.append(sock)

    def run(self, rate, seconds, patience_s=10):
        """So many questions a second; what is not answered so long after the last is none."""
        began, sent, count = time.monotonic() + 0.1, 0, int(rate * seconds)
        last = began + count / rate
        while sent < count or self.pending:
            now = time.monotonic()
            while sent < count and (due := began + sent / rate) <= now:
                self.asked.late_s.append(time.monotonic() - due)
                self.ask(due)
                sent += 1
            now = time.monotonic()
            until = began + sent / rate if sent < count else last + patience_s
            if sent == count and now > until:
                self.asked.statuses["no answer"] += self.pending
                break
            for key, _ in self.selector.select(max(0, until - now)):
                self.hear(key)
        return self.asked


def ask(port, request, rate, seconds, pipe):
    pipe.send(Asker(port, request).run(rate, seconds))


def asking(port, request, rate, seconds):
    """The same in a process of its own, that nothing else holds up."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=ask, args=(port, request, rate, seconds, theirs))
    process.start()
    asked = ours.recv()
    process.join()
    return asked


# The part ----------------------------------------------------------------------------------------------------------


def play(binary, folder, tasks, rate, seconds, seed):
    """Returns what is to be said, and what is wrong."""
    path, wrong = folder / "load.db", []
    build(path, tasks)
    workers = Workers(path, tasks, seed)
    time.sleep(1)
    alone = [(time.monotonic(), time.sleep(seconds / 2), time.monotonic())]
    server = serving.Server(binary, path, folder, environment={"ZOMBIE_SWEEPER_STALE_AFTER": f"{world.STALE_AFTER_S}s"})
    first = server.get(PATH, timeout=30)
    if first.status != 200:
        raise world.Violation(f"GET {PATH}: {first}")
    began = time.monotonic()
    asked = asking(server.port, server.head("GET", PATH, "read"), rate, seconds)
    beside = (began, time.monotonic())
    peak = server.peak_mib()
    ended = server.end()
    wrong += server.wrong
    time.sleep(1)
    alone.append((time.monotonic(), time.sleep(seconds / 2), time.monotonic()))
    waits, failed = workers.end()

    without = [took for at, took in waits if any(start <= at < end for start, _, end in alone)]
    with_it = [took for at, took in waits if beside[0] <= at < beside[1]]
    others = {status: count for status, count in asked.statuses.items() if status != 200}
    if others:
        wrong.append(f"answers other than 200: {others}")
    if failed:
        wrong.append(f"{len(failed)} commits of workers failed: {failed[0]}")
    if len(first.body) > 100_000:
        wrong.append(f"a page of 50 has {len(first.body):,} bytes")
    if asked.share(0.99) * 1000 > P99_MS:
        wrong.append(f"the 99th of 100 answers took {asked.share(0.99) * 1000:.1f} ms, where {P99_MS} are allowed")
    if peak > PEAK_MIB:
        wrong.append(f"it took {peak:.1f} MiB, where {PEAK_MIB} are allowed")
    if max(with_it) > 2 * max(without) + NOISE_S:
        wrong.append(f"a worker waited {max(with_it):.3f} s, and {max(without):.3f} s without the server")
    wrong += world.integrity(path) + not_running(path, tasks)

    said = [
        f"{tasks:,} running, {sum(asked.statuses.values()):,} questions, {rate} a second, on {asked.connections} connections:"
        f" {asked.statuses[200]:,} answered",
        "p50 {:.1f} ms, p99 {:.1f} ms, longest {:.1f} ms".format(*(asked.share(part) * 1000 for part in (0.5, 0.99, 1)))
        + f"; asked late by {max(asked.late_s) * 1000:.1f} ms at most",
        f"workers: {len(with_it):,} commits beside it, longest wait {max(with_it) * 1000:.0f} ms, p99 {p99(with_it):.1f} ms;"
        f" {len(without):,} without, longest {max(without) * 1000:.0f} ms, p99 {p99(without):.1f} ms",
        f"memory {peak:.1f} MiB at most; ended {ended:.2f} s after SIGTERM",
    ]
    return said, wrong


def p99(waits):
    return sorted(waits)[int(0.99 * len(waits))] * 1000


def not_running(path, tasks):
    """All of them are alive, so all of them must run."""
    with contextlib.closing(sqlite3.connect(path)) as conn:
        (left,) = conn.execute("SELECT count(*) FROM tasks WHERE status = 'running'").fetchone()
    return [] if left == tasks else [f"{tasks - left} tasks of living workers were reaped"]
