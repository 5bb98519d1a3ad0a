"""The part that looks at what a watch costs while it stands by."""

import contextlib
import pathlib
import signal
import sqlite3
import subprocess
import time

import measure
import programs
from locks import start_worker
from queues import Shape
from report import Table, kib

WINDOW_S = 60
# What it may take: of a core, and of memory.
REST = ("1,000 running, at rest", Shape(10_000, 1_000), 0, 0.001, 12 * 1024)
BUSY = ("100,000 running, a worker commits every 5 ms", Shape(100_000, 100_000), 1, 0.05, None)


def watch(bench):
    """A watch over a minute in which there is nothing to reap."""
    product, cells, rows = programs.sweeper(), [], []
    for label, shape, workers, most_cpu, most_kib in (REST, BUSY):
        path = bench.queues.queue(shape)
        with contextlib.closing(sqlite3.connect(path)) as idle:
            idle.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            beating = [start_worker(path, number) for number in range(workers)]
            share, peak = stands_by(product, path)
            for worker in beating:
                worker.send_signal(signal.SIGTERM)
                worker.communicate()
        bench.queues.forget(shape)
        cells.append(measure.Cell(label, vars(shape), {"of a core": [share]}, {"watch": peak}))
        rows.append([label, f"{share * 100:.3f} %", f"{most_cpu * 100} %", kib(peak), kib(most_kib) if most_kib else ""])
        if share > most_cpu or most_kib and peak > most_kib:
            raise measure.Failed(f"{label}: {share * 100:.3f} % of a core, {kib(peak)}")
    return [Table("Standing by", ["", "of a core", "at most", "memory", "at most"], rows)], cells


def stands_by(product, path):
    """Which part of a core a watch takes over a minute, from five seconds after its start, and the most memory since then."""
    command = [product, "watch", "--db", str(path)]
    process = subprocess.Popen(command, env=measure.ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        time.sleep(5)
        before, began = on_a_core(process), time.monotonic()
        time.sleep(WINDOW_S)
        share = (on_a_core(process) - before) / (time.monotonic() - began)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        (peak,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    finally:
        process.terminate()
        said, log = process.communicate()
    if process.returncode != 0 or said or log:
        raise measure.Failed(f"the watch ended with {process.returncode}: {log.decode()}{said.decode():.200}")
    return share, peak


def on_a_core(process):
    """Seconds that its threads have run so far, to the nanosecond."""
    threads = pathlib.Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
