"""What the campaign of `watch` is played with: a queue, workers that beat, a watch that is listened to, clocks that can be set.

    clocks = Clocks(folder)
    fleet = Fleet(path, clocks)          # real processes that beat for their tasks
    watch = Watch(binary, path, clocks, "--settle", "1s")
    watch.reaped                         # task id → when the line came that says so, by the campaign's own clock
    watch.end()                          # SIGTERM; how long it took
"""

import contextlib
import json
import mmap
import multiprocessing
import os
import pathlib
import signal
import sqlite3
import struct
import subprocess
import threading
import time

import world

BEAT_S = 0.3
HERE = pathlib.Path(__file__).resolve().parent


def connect(path, timeout=60):
    """One that never makes a file: the database may be elsewhere just now."""
    return contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=timeout, isolation_level=None))


def stamp(at):
    """A moment to the millisecond."""
    return world.stamp(int(at))[:-1] + f".{int(at * 1000) % 1000:03}Z"


# Clocks ------------------------------------------------------------------------------------------------------------


def build_clocks(folder):
    """The library that sets a program's clocks."""
    library = folder / "libclocks.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(HERE / "clocks.c")], check=True)
    return library


class Clocks:
    """How far the machine's clocks are ahead of the true time, for all who are shown them."""

    def __init__(self, folder, library=None):
        self.library, self.file = library, folder / "clocks"
        self.file.write_bytes(struct.pack("qq", 0, 0))
        with open(self.file, "r+b") as file:
            self.ahead = mmap.mmap(file.fileno(), 16)
        self.stepped = folder / "faketime"
        self.step(0)

    def now(self):
        return time.time() + struct.unpack_from("q", self.ahead)[0] / 1e9

    def suspend(self, seconds):
        """The machine has slept: both clocks are ahead, by no time that anybody was awake."""
        for place in (0, 8):
            (was,) = struct.unpack_from("q", self.ahead, place)
            struct.pack_into("q", self.ahead, place, was + int(seconds * 1e9))

    def step(self, seconds):
        """The wall clock is set: read by those who run under faketime, and by the workers."""
        struct.pack_into("q", self.ahead, 0, int(seconds * 1e9))
        beside = self.stepped.with_suffix(".new")
        beside.write_text(f"{seconds:+d}\n")
        beside.rename(self.stepped)

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "CLOCKS": str(self.file)}

    def faketime(self):
        """The same by somebody else's hand. It leaves the clock since boot alone."""
        return {
            "FAKETIME_TIMESTAMP_FILE": str(self.stepped),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


# The queue ---------------------------------------------------------------------------------------------------------


def build(path, live, journal="wal"):
    """A queue in which nothing runs yet but for these tasks, whose runs have just beaten."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.executescript(world.SCHEMA.read_text())
        conn.execute(f"PRAGMA journal_mode = {journal}")
        conn.execute("INSERT INTO projects VALUES ('p1', 'SciDEX', '2026-01-01T00:00:00Z')")
        run(conn, live, time.time())


def run(conn, tasks, at):
    """Has these tasks run, by a worker last heard of at that moment."""
    conn.execute("BEGIN IMMEDIATE")
    for task_id in tasks:
        conn.execute(
            "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, started_at, updated_at)"
            " VALUES (?1, 'p1', 'work', 'running', 'R-' || ?1, ?2, ?2, ?2)",
            (task_id, stamp(at)),
        )
        conn.execute(
            "INSERT INTO task_runs (id, task_id, started_at, last_heartbeat) VALUES ('R-' || ?1, ?1, ?2, ?2)",
            (task_id, stamp(at)),
        )
    conn.execute("COMMIT")


# Workers -----------------------------------------------------------------------------------------------------------


def be_a_worker(path, tasks, clocks, log):
    """Beats until it is told to end (SIGTERM), through whatever becomes of the database, and says then what it lost."""
    ends = []
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    lost, last, beats, troubles, conn, opened = [], {}, 0, 0, None, None
    while not ends:
        try:
            file = os.stat(path)
            if (file.st_dev, file.st_ino) != opened:
                if conn:
                    conn.close()
                conn = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=60, isolation_level=None)
                opened = (file.st_dev, file.st_ino)
            conn.execute("BEGIN IMMEDIATE")
            at = stamp(clocks.now())
            for task_id in tasks:
                beat = "UPDATE task_runs SET last_heartbeat = ? WHERE id = ? AND status = 'running'"
                if conn.execute(beat, (at, f"R-{task_id}")).rowcount:
                    last[task_id] = at
                elif task_id not in lost:
                    lost.append(task_id)
            conn.execute("COMMIT")
            beats += 1
        except (sqlite3.Error, OSError):
            troubles += 1
            with contextlib.suppress(sqlite3.Error, AttributeError):
                conn.close()
            conn, opened = None, None
        time.sleep(BEAT_S)
    log.write_text(json.dumps({"lost": lost, "beats": beats, "troubles": troubles}))


class Fleet:
    """Workers at work, each on tasks of its own."""

    def __init__(self, path, clocks, tasks):
        self.path, self.logs, context = path, [], multiprocessing.get_context("fork")
        self.workers = []
        for number, each in enumerate(tasks):
            log = path.parent / f"worker-{number}.json"
            worker = context.Process(target=be_a_worker, args=(path, each, clocks, log))
            worker.start()
            self.workers.append(worker)
            self.logs.append(log)

    def stop(self):
        """Stops each between two beats: one that has the write lock would stop everybody, and prove nothing."""
        with connect(self.path) as conn:
            conn.execute("BEGIN IMMEDIATE")
            self.freeze()
            conn.execute("ROLLBACK")

    def freeze(self):
        """Stops each, and it is known that none of them has the write lock."""
        for worker in self.workers:
            os.kill(worker.pid, signal.SIGSTOP)
        for worker in self.workers:
            os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self):
        for worker in self.workers:
            os.kill(worker.pid, signal.SIGCONT)

    def dies(self, number):
        """One of them, and what it works on is nobody's."""
        worker = self.workers.pop(number)
        with connect(self.path) as conn:
            conn.execute("BEGIN IMMEDIATE")
            worker.kill()
            worker.join(60)
            conn.execute("ROLLBACK")
        self.logs.pop(number)

    def end(self):
        """What each of them says."""
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGCONT)
            worker.terminate()
        for worker in self.workers:
            worker.join(60)
            if worker.exitcode is None:
                worker.kill()
        return [json.loads(log.read_text()) for log in self.logs if log.exists()]


# The watch ---------------------------------------------------------------------------------------------------------


class Watch:
    """`zombie-sweeper watch` at work, and what it has said so far."""

    def __init__(self, binary, path, *args, prefix=(), environment=()):
        command = [*map(str, prefix), str(binary), "watch", "--db", str(path), *map(str, args)]
        # Nothing of this shell's: each option has a variable.
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("ZOMBIE_SWEEPER_")}
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, env=inherited | dict(environment), **pipes)
        self.reaped, self.said, self.wrong, self.twice = {}, [], [], []
        self.readers = [threading.Thread(target=read, daemon=True) for read in (self.read_lines, self.read_log)]
        for reader in self.readers:
            reader.start()

    def read_lines(self):
        for line in self.process.stdout:
            at = time.time()
            try:
                summary = json.loads(line)
                for task_id in summary["task_ids"]:
                    if task_id in self.reaped:
                        self.twice.append(f"{task_id} is said to be reaped twice")
                    self.reaped[task_id] = at
            except (ValueError, KeyError) as error:
                self.wrong.append(f"no summary: {line!r}: {error!r}")

    def read_log(self):
        for line in self.process.stderr:
            self.said.append((time.time(), line.rstrip()))

    def await_reaps(self, tasks, seconds):
        """Waits until each of them is said to be reaped; those that are not, after so long."""
        until = time.monotonic() + seconds
        while (left := set(tasks) - self.reaped.keys()) and time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.05)
        return left

    def await_word(self, count, seconds):
        """Waits until it has said so many lines on standard error."""
        until = time.monotonic() + seconds
        while len(self.said) < count and time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.05)
        return len(self.said) >= count

    def tell(self, what):
        self.process.send_signal(what)

    def stop(self):
        self.tell(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def end(self):
        """Has it end; how long that took."""
        began = time.monotonic()
        if self.process.poll() is not None:
            self.wrong.append(f"it ended by itself with {self.process.returncode}: {self.words()}")
        else:
            self.tell(signal.SIGCONT)
            self.tell(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.wrong.append("SIGTERM did not end it within 20 s")
                self.process.kill()
                self.process.wait()
            if self.process.returncode != 0:
                self.wrong.append(f"SIGTERM ended it with {self.process.returncode}: {self.words()}")
        took = time.monotonic() - began
        for reader in self.readers:
            reader.join(20)
        return took

    def words(self):
        return " / ".join(line for _, line in self.said)
