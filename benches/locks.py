"""The parts that look at what others notice of a sweep: its write lock, and how long writers wait for it."""

import contextlib
import json
import shutil
import signal
import sqlite3
import statistics
import subprocess
import time
from dataclasses import dataclass

import measure
import programs
import queues
from queues import Shape
from report import Table, milliseconds

WRITERS = 4


def lock(bench):
    """How long the write lock is held, as seen from within, at the calls that take it and let it go."""
    shim = programs.lock_holds()
    rivals = [programs.product(), programs.limit()]
    shapes = {
        "20 zombies among 1,000,000 tasks, indexed": Shape(1_000_000, 20, 20),
        "20 zombies among 1,000,000 tasks, no index": Shape(1_000_000, 20, 20, index=False),
        "100,000 zombies among 100,000 tasks": Shape(100_000, 100_000, 100_000),
    }
    cells, rows = [], []
    for label, shape in shapes.items():
        path = bench.queues.queue(shape)
        cell = measure.Cell(label, vars(shape), {rival.name: [] for rival in rivals})
        for _ in range(bench.rounds(15 if shape.zombies == 20 else 5)):
            for rival in rivals:
                with queues.fleet(path):
                    holds = sweep_noted(rival, path, shim).holds
                cell.seconds[rival.name].append([hold.whole for hold in holds])
        cells.append(cell)
        for name, rounds in cell.seconds.items():
            longest = statistics.median(max(holds) for holds in rounds)
            total = statistics.median(sum(holds) for holds in rounds)
            times = statistics.median(len(holds) for holds in rounds)
            rows.append([label, name, f"{times:.0f}", milliseconds(longest), milliseconds(total)])
    cells.append(never_asked_for(bench, rivals[0]))
    last = [[name, milliseconds(cells[-1].median(name))] for name in cells[-1].seconds]
    return [
        Table("Write lock", ["", "", "taken", "longest", "in all"], rows),
        Table("Write lock, healthy", ["20 running among 1,000 tasks, no zombie", "time"], last),
    ], cells


@dataclass(frozen=True)
class Hold:
    """For how many seconds the write lock was held, and how many of them had passed when the commit began."""

    whole: float
    until_commit: float


@dataclass(frozen=True)
class Noted:
    """What a sweep took, and whether it was told to end; each hold of the write lock, none where it had to be killed."""

    seconds: float
    over: bool
    holds: list


def sweep_noted(rival, path, shim, patience_s=None, delay_s=0):
    """One sweep whose locks are noted, and which asks for the first of them later by a delay. It is told to end when
    patience does."""
    notes = path.with_name("holds.txt")
    notes.write_text("")
    environment = {**measure.ENVIRONMENT, "LD_PRELOAD": shim, "LOCK_HOLDS": str(notes), "LOCK_DELAY": f"{delay_s * 1e6:.0f}"}
    began = time.perf_counter()
    process = subprocess.Popen(rival.on(path), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    over = False
    while True:
        try:
            _, said = process.communicate(timeout=patience_s)
            break
        except subprocess.TimeoutExpired:
            process.kill() if over else process.terminate()
            over = True
    seconds = time.perf_counter() - began
    if process.returncode != 0 and not over:
        raise measure.Failed(f"{rival.name} ended with {process.returncode}: {said.decode()}")
    holds = [Hold(*map(float, line.split())) for line in notes.read_text().splitlines()]
    return Noted(seconds, over, holds)


def never_asked_for(bench, product):
    """Sweeps of a healthy queue whose write lock another holds throughout. One that asked for it would wait 5 s."""
    shape = Shape(1_000, 20)
    path = bench.queues.queue(shape)

    def beside_a_writer():
        with queues.fleet(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            return measure.timed(product.on(path))

    contenders = {
        "nobody holds the write lock": lambda: measure.restored(product, path),
        "another holds it throughout": beside_a_writer,
    }
    return measure.side_by_side("healthy", contenders, bench.rounds(21), shape)


def writers(bench):
    """Workers send heartbeats while half of the running tasks are reaped."""
    product, limit = programs.product(), programs.limit()
    shape = Shape(200_000, 200_000, 100_000)
    cells, rows = [], []
    plays = {"zombie-sweeper": product, "limit: one transaction": limit, "zombie-sweeper, nobody writes": product}
    told = {name: [] for name in plays}
    for _ in range(bench.rounds(5)):
        for name, rival in plays.items():
            told[name].append(amid_heartbeats(rival, bench.queues.queue(shape), 0 if "nobody" in name else WRITERS))
    for name, plays in told.items():
        cell = measure.Cell(name, vars(shape), {"sweep": [play.seconds for play in plays]})
        cell.seconds["waits"] = waits = [sorted(play.waits) for play in plays]
        cells.append(cell)
        row = [name, milliseconds(cell.median("sweep"))]
        if waits[0]:
            each = sorted(wait for play in waits for wait in play)
            row += [
                len(each),
                sum(play.failed for play in plays),
                milliseconds(statistics.median(play[-1] for play in waits)),
                milliseconds(each[-1]),
                milliseconds(each[len(each) * 99 // 100]),
            ]
        else:
            row += ["–"] * 5
        rows.append(row)
    header = ["", "sweep", "writes", "failed", "longest wait", "worst of all rounds", "p99"]
    return [Table("Writers", header, rows)], cells


class Play:
    """One sweep among writers: its seconds, and what each write that met it took."""

    def __init__(self, seconds, waits, failed):
        self.seconds, self.waits, self.failed = seconds, waits, failed


def amid_heartbeats(rival, queue, count):
    """One sweep of a copy of the queue while so many workers send heartbeats."""
    path = shutil.copyfile(queue, queue.with_name("copy.db"))
    queues.settle(path)
    # One more has it open, so that none is the last to leave, who folds the log in.
    with contextlib.closing(sqlite3.connect(path)) as idle:
        idle.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        workers = [start_worker(path, number) for number in range(count)]
        time.sleep(0.3)
        began = time.monotonic()
        seconds = measure.timed(rival.on(path))
        ended = time.monotonic()
        time.sleep(0.2)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        writes = [write for worker in workers for write in json.loads(worker.communicate()[0])]
        reaped = idle.execute("SELECT count(*) FROM task_events WHERE event_type = 'zombie_reaped'").fetchone()[0]
    if reaped != 100_000:
        raise queues.Changed(f"{rival.name} reaped {reaped} of 100000 zombies among writers")
    met = [write for write in writes if write[0] < ended and write[0] + write[1] > began]
    return Play(seconds, [took for _, took, _ in met], sum(not done for *_, done in met))


def start_worker(path, number):
    command = [programs.PYTHON, str(programs.HERE / "heartbeats.py"), str(path), str(number), str(WRITERS)]
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    worker.stdout.readline()
    return worker
