"""Runs programs side by side and times them, each from exec to exit."""

import functools
import os
import random
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass, field

import queues

DEV_NULL = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
# Nothing of this shell's reaches the sweeper, whose options may all stand in the environment.
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


class Failed(Exception):
    """A program under test did not succeed."""


@dataclass(frozen=True)
class Rival:
    """A program that sweeps the queue whose path is appended to its command."""

    name: str
    command: tuple

    def on(self, path):
        return [*self.command, str(path)]


@dataclass
class Cell:
    """What was measured of one case: the seconds of each program, round by round."""

    label: str
    shape: dict
    seconds: dict = field(default_factory=dict)
    peak_kib: dict = field(default_factory=dict)

    def median(self, name):
        return statistics.median(self.seconds[name])

    def ratio(self, name, to):
        """The ratio of the medians, and the median of the ratios of each round."""
        rounds = zip(self.seconds[name], self.seconds[to])
        return self.median(name) / self.median(to), statistics.median(one / other for one, other in rounds)


def timed(command):
    """Seconds from exec to exit. What it prints goes nowhere."""
    began = time.perf_counter()
    process = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=DEV_NULL)
    _, status, _ = os.wait4(process, 0)
    took = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise Failed(f"{' '.join(command)} ended with {code}")
    return took


def peak_kib(peak, command):
    """The most memory that a command is resident with."""
    run = subprocess.run([peak, *command], env=ENVIRONMENT, capture_output=True, text=True)
    if run.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {run.returncode}: {run.stderr.strip()}")
    return int(run.stdout)


def side_by_side(label, contenders, rounds, shape=None):
    """Every contender once a round, in an order drawn anew: what disturbs the machine disturbs them all alike.

    `contenders`: name → what to call for its seconds.
    """
    cell = Cell(label, vars(shape) if shape else {}, {name: [] for name in contenders})
    for _ in range(rounds):
        for name in random.sample(list(contenders), len(contenders)):
            cell.seconds[name].append(contenders[name]())
    return cell


def sweeps(label, rivals, path, shape, rounds, peak):
    """The rivals on one queue, which the fleet has open, and which is restored after every sweep.

    Each sweeps once before that, for its memory, and for a look at what it leaves; that warms the caches, too.
    """
    memory = {}
    recurring = set()
    for rival in rivals:
        with queues.fleet(path):
            before = queues.census(path, shape)
            memory[rival.name] = peak_kib(peak, rival.on(path))
            after = queues.census(path, shape)
        recurring.add(queues.check(rival.name, shape, before, after))
    if len(recurring) > 1:
        raise queues.Changed(f"the rivals made {recurring} recurring tasks eligible on {shape}")

    contenders = {rival.name: functools.partial(restored, rival, path) for rival in rivals}
    cell = side_by_side(label, contenders, rounds, shape)
    cell.peak_kib = memory
    return cell


def restored(rival, path):
    """One sweep of a queue that the fleet has open, and that is restored then."""
    with queues.fleet(path):
        return timed(rival.on(path))


def alone(label, rivals, path, shape, rounds):
    """The rivals on copies of a queue that nobody else has open: each folds the log in when it closes."""
    copy = path.with_name("alone.db")

    def sweep(rival):
        shutil.copyfile(path, copy)
        queues.settle(copy)
        took = timed(rival.on(copy))
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        return took

    return side_by_side(label, {rival.name: functools.partial(sweep, rival) for rival in rivals}, rounds, shape)
