"""The parts of the benchmark that compare whole sweeps. Each yields tables and the cells behind them."""

import subprocess

import measure
import programs
from queues import Shape
from report import Table, kib, milliseconds, ratio

INDEXED = {True: "indexed", False: "no index"}


def healthy(bench):
    """A fleet in which all is well: nearly every sweep."""
    rivals = [programs.product(), programs.limit(), programs.python()]
    shapes = {
        f"20 running among {tasks:,} tasks, {INDEXED[index]}": Shape(tasks, 20, index=index)
        for tasks in (1_000, 10_000, 100_000, 1_000_000)
        for index in (True, False)
    }
    shapes["1,000 running among 10,000 tasks, 20 runs of each"] = Shape(10_000, 1_000, history=20)
    shapes["1,000 running among 1,000 tasks, 20 runs of each"] = Shape(1_000, 1_000, history=20)
    shapes["100,000 running among 100,000 tasks"] = Shape(100_000, 100_000)
    cells = [bench.sweeps(label, rivals, shape, rounds=21) for label, shape in shapes.items()]
    return [compared("Healthy", cells)], cells


def zombies(bench):
    """All at once."""
    rivals = [programs.product(), programs.limit(), programs.python()]
    cells = [
        bench.sweeps(f"{count:,} zombies among {count:,} tasks", rivals, Shape(count, count, count), rounds=15)
        for count in (20, 1_000, 100_000)
    ]
    return [compared("Zombies", cells)], cells


def alone(bench):
    """With the queue to itself, a sweep folds the log into the database when it is done."""
    rivals = [programs.product(), programs.limit(), programs.python()]
    cells = []
    for count in (1_000, 100_000):
        shape = Shape(count, count, count)
        path = bench.queues.queue(shape)
        label = f"{count:,} zombies among {count:,} tasks, nobody else connected"
        cells.append(measure.alone(label, rivals, path, shape, bench.rounds(15)))
    return [compared("Alone", cells)], cells


def growth(bench):
    """Cost over the number of zombies."""
    rivals = [programs.product(), programs.limit(), programs.python()]
    shapes = {f"{count:,}": Shape(count, count, count) for count in (1_000, 10_000, 100_000, 1_000_000)}
    shapes["100,000, ids at random"] = Shape(100_000, 100_000, 100_000, scattered=True)
    cells = []
    for label, shape in shapes.items():
        # A million in Python takes a minute and gigabytes, and says nothing more.
        most, rounds = (rivals[:2], 3) if shape.zombies == 1_000_000 else (rivals, 7)
        cells.append(bench.sweeps(label, most, shape, rounds))
    names = [rival.name for rival in rivals]
    rows = []
    for cell in cells:
        each = {name: cell.median(name) / cell.shape["zombies"] for name in cell.seconds}
        memory = [kib(cell.peak_kib[name]) if name in each else "–" for name in names]
        times = [f"{each[name] * 1e6:.1f} µs" if name in each else "–" for name in names]
        rows.append([cell.label, *times, ratio(*cell.ratio("zombie-sweeper", "limit")), *memory])
    header = ["zombies", *(f"{name}, each" for name in names), "× limit", *(f"{name}, memory" for name in names)]
    return [Table("Growth", header, rows)], cells


def grid(bench):
    """Every combination."""
    rivals = [programs.product(), programs.limit()]
    cells, rows = [], []
    for tasks in (1_000, 100_000, 1_000_000):
        for history in (1, 20):
            for running in (20, 1_000, 100_000):
                if running > tasks:
                    continue
                for zombies in (0, running // 2, running):
                    times = []
                    for index in (True, False):
                        shape = Shape(tasks, running, zombies, index, history)
                        cell = bench.sweeps(str(shape), rivals, shape, rounds=5)
                        cells.append(cell)
                        times += [milliseconds(cell.median("zombie-sweeper")), ratio(*cell.ratio("zombie-sweeper", "limit"))]
                    rows.append([f"{tasks:,}", history, f"{running:,}", f"{zombies:,}", *times])
            bench.queues.forget(shape)
    header = ["tasks", "runs each", "running", "zombies", "indexed", "× limit", "no index", "× limit"]
    return [Table("Grid", header, rows)], cells


def startup(bench):
    """What it costs to start at all."""
    contenders = {"zombie-sweeper --version": [programs.sweeper(), "--version"], "hello world": [programs.rust("hello")]}
    calls = {name: lambda command=command: measure.timed(command) for name, command in contenders.items()}
    cell = measure.side_by_side("start-up", calls, bench.rounds(101))
    rows = [[name, milliseconds(cell.median(name)), ratio(*cell.ratio(name, "hello world"))] for name in contenders]
    return [Table("Start-up", ["", "time", "× hello world"], rows)], [cell]


def peers(bench):
    """Rescuers of other queues, on their own schemas: their call alone, where ours is the whole process.

    apalis-sqlite updates the jobs whose worker has not been seen: one row each. No run, no event, no workspace.
    plainjob updates the jobs that have been under way too long, alive or not: one row each. No run, no event, no worker.
    """
    product, others = programs.product(), [programs.apalis(), programs.plainjob()]
    cells, rows = [], []
    for count in (1_000, 10_000, 100_000):
        shape = Shape(count, count, count)
        path = bench.queues.queue(shape)
        calls = {product.name: lambda path=path: measure.restored(product, path)}
        for other in others:
            calls[other.name] = lambda other=other, count=count: rescue(other, bench.queues.folder, count)
        cell = measure.side_by_side(f"{count:,}", calls, bench.rounds(15), shape)
        cells.append(cell)
        rows.append([cell.label, *(milliseconds(cell.median(name)) for name in calls)])
        rows[-1] += [f"{count / cell.median(name):,.0f}" for name in calls]
    header = ["jobs", *calls, *(f"{name}, a second" for name in calls)]
    return [Table("Peers", header, rows)], cells


def rescue(peer, folder, count):
    """Has a peer make its queue and put its jobs back; the seconds of its own call, which it prints."""
    path = folder / "peer.db"
    command = [*peer.command, str(path), str(count)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return float(told) / 1000


def compared(title, cells):
    rows = []
    for cell in cells:
        product, limit, python = (cell.median(name) for name in ("zombie-sweeper", "limit", "python"))
        faster = " (".join(f"{1 / value:.1f}" for value in cell.ratio("zombie-sweeper", "python")) + ")"
        cost = ratio(*cell.ratio("zombie-sweeper", "limit"))
        rows.append([cell.label, *map(milliseconds, (product, limit)), cost, milliseconds(python), faster])
    return Table(title, ["", "zombie-sweeper", "limit", "× limit", "python", "faster than python ×"], rows)
