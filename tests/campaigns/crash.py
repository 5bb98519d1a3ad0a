#!/usr/bin/env python3
"""Kills a sweep at every system call by which it writes, and at random moments, and looks at what is left.

First the walk: a sweep of some hundred zombies is killed (SIGKILL, before the call is carried out) at its first call
that opens, writes, syncs, truncates, deletes or locks a file, then at its second, and so on to the last. In WAL mode
and with a rollback journal, in one transaction and in several, alone and beside another connection, and on a queue
that a crash has been through already.

So is a sweep of queues of two other shapes, without events: one table in which a condition tells what runs, and runs that no
task names.

Then the draw: a sweep of many thousand zombies is killed at random moments.

After each kill:
  - the file is sound, and every transaction is there whole or not at all: the zombies reaped are the first so many
    batches of the sweep, or where a transaction ends by time the first so many, and nothing else in any table differs;
  - a summary that was printed is true;
  - a dry run reports the zombies left, and changes no byte of what the crash left;
  - the next sweep reaps exactly those, each with one event;
  - another connection, open all the time, can still write.

What it cannot do: kill between two writes to a memory mapping (SQLite's -shm file), or cut the power. A kill loses
nothing that was handed to the system, synced or not.
"""

import argparse
import collections
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial

sys.dont_write_bytecode = True  # no litter in the repository

import calls
import shapes
import world
from stage import TRIES, Campaign, CutShort, Stage, Variant, sample, told

VARIANTS = [
    Variant(journal, batches, neighbour)
    for journal in world.JOURNALS
    for batches in (1, 3)
    for neighbour in (False, True)
] + [Variant(journal, **more) for journal in world.JOURNALS for more in ({"crashed": True}, {"stubborn": True})]

DRAWN = [Variant(journal, batches, neighbour=batches > 1) for journal in world.JOURNALS for batches in (1, 5)]


def judge_summary(stage, run, reaped):
    """A summary that was printed in full must be true."""
    if run.summary is None:
        return []
    return world.judge_summary(stage.built, run, reaped)


def walk(campaign, variant, zombies, healthy, most, seed):
    """Kills at each call in turn, or at `most` of them, spread evenly."""
    began = time.time()
    stage = Stage(campaign, variant, zombies, healthy, seed)
    found = stage.calls(*stage.args)
    chosen = sample(found, most) if most else found

    def kill(call):
        with stage.queue() as (work, neighbour):
            run = world.sweep(campaign.binary, work, *stage.args, prefix=calls.injecting(call, "signal=KILL"))
            if run.signal != signal.SIGKILL and stage.batches is None and world.is_complete(run):
                return "not reached, and all"  # one transaction less, and as many calls
            if run.signal != signal.SIGKILL:
                raise CutShort(f"was not killed, but ended with {run.end}")
            return stage.look(work, neighbour, run, partial(judge_summary, stage, run))

    violations = campaign.violations
    done = campaign.each(f"{variant}, killed at", chosen, kill)
    if not most and stage.ends - done.keys() and campaign.violations == violations:
        campaign.violated(variant, f"no kill left the queue as it was, or none left it swept: {dict(done)}")
    names = collections.Counter(call.name for call in chosen)
    print(
        f"{variant}: {len(chosen)} of {len(found)} calls; {told(done)}; "
        f"{campaign.violations - violations} violations, {time.time() - began:.0f} s\n"
        f"    {', '.join(f'{name} {count}' for name, count in names.most_common())}",
        flush=True,
    )
    return len(chosen)


def draw(campaign, variant, zombies, rounds, seed):
    """Kills at random moments."""
    began = time.time()
    stage = Stage(campaign, variant, zombies, zombies // 20, seed)
    stage.batches = None  # so many zombies take longer than a transaction may: where one ends is a matter of time
    rng = random.Random(seed)
    killed = []

    def kill(after):
        with stage.queue() as (work, neighbour):
            command = [str(campaign.binary), "--db", str(work), *map(str, stage.args)]
            start = time.time()
            pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            with subprocess.Popen(command, text=True, **pipes) as process:
                timer = threading.Timer(after.seconds, process.kill)
                timer.start()
                stdout, stderr = process.communicate(timeout=120)
                timer.cancel()
                timer.join()
            run = world.finished(command, process.returncode, stdout, stderr, start)
            if run.signal == signal.SIGKILL:
                killed.append(after)
            elif not world.is_complete(run):
                raise world.Violation(f"ended with {run.end}: {stderr!r}")
            return stage.look(work, neighbour, run, partial(judge_summary, stage, run))

    violations = campaign.violations
    moments = [Moment(rng.uniform(0, stage.duration * 1.1)) for _ in range(rounds)]
    done = campaign.each(f"{variant}, {zombies} zombies, killed", moments, kill)
    print(
        f"{variant}, {zombies} zombies: {rounds} random moments within {stage.duration * 1100:.0f} ms, "
        f"{len(killed)} killed before the end; {told(done)}; "
        f"{campaign.violations - violations} violations, {time.time() - began:.0f} s",
        flush=True,
    )
    return rounds


def walk_shape(campaign, variant, zombies, most, _seed):
    """Kills a sweep of a queue of another shape at each call in turn, or at `most` of them."""
    began = time.time()
    queue = shapes.Queue(campaign.folder, variant.shape, variant.journal, zombies, int(began))
    args = ["--batch-size", -(-zombies // variant.batches)]

    def fresh(folder):
        return world.copy(queue.template, pathlib.Path(folder) / "work.db")

    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(dir=campaign.folder) as folder:
            work = fresh(folder)
            found, run = calls.calls_of(campaign.binary, work, "--profile", queue.profile, *args)
            summary = queue.told(run, queue.zombies)
            queue.judge(world.dump(work), run.began, run.ended)
        if summary["transactions"] == variant.batches:
            break  # on a busy machine one may end by its time
    chosen = sample(found, most) if most else found

    def kill(call):
        with tempfile.TemporaryDirectory(dir=campaign.folder) as folder:
            work = fresh(folder)
            run = queue.sweep(campaign, work, *args, prefix=calls.injecting(call, "signal=KILL"))
            if run.signal != signal.SIGKILL:
                raise CutShort(f"was not killed, but ended with {run.end}")
            return queue.look(campaign, work, run, args)

    violations = campaign.violations
    done = campaign.each(f"{variant}, killed at", chosen, kill)
    if not most and {"none", "all"} - done.keys() and campaign.violations == violations:
        campaign.violated(variant, f"no kill left the queue as it was, or none left it swept: {dict(done)}")
    print(
        f"{variant}: {len(chosen)} of {len(found)} calls; {told(done)}; "
        f"{campaign.violations - violations} violations, {time.time() - began:.0f} s",
        flush=True,
    )
    return len(chosen)


@dataclass(frozen=True)
class OfShape:
    """A way to sweep a queue of another shape."""

    shape: object
    journal: str
    batches: int

    def __str__(self):
        journal = "WAL" if self.journal == "wal" else "rollback journal"
        return f"{self.shape.name}, {journal}, {self.batches} transaction{'s' * (self.batches > 1)}"


OF_SHAPES = [
    OfShape(shape, journal, batches) for shape in shapes.SHAPES for journal in world.JOURNALS for batches in (1, 3)
]


@dataclass(frozen=True)
class Moment:
    """So long after the start."""

    seconds: float

    def __str__(self):
        return f"{self.seconds * 1000:.1f} ms after the start"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="a sample, in less than a minute")
    parser.add_argument("--zombies", type=int, help="in the walk [default: 200; quick: 60]")
    parser.add_argument("--many", type=int, help="zombies in the draw [default: 20000; quick: 1000]")
    parser.add_argument("--rounds", type=int, help="kills of each variant of the draw [default: 12; quick: 3]")
    parser.add_argument("--seed", type=int, default=1, help="of rows and moments [default: 1]")
    parser.add_argument("--jobs", type=int, default=4, help="how many at a time: most of it is waiting [default: 4]")
    parser.add_argument("--only", choices=("walk", "shapes", "draw"), help="this part alone")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    quick = args.quick
    zombies = args.zombies or (60 if quick else 200)
    many = args.many or (1000 if quick else 20_000)
    rounds = args.rounds if args.rounds is not None else (3 if quick else 12)

    began, points = time.time(), 0
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        campaign = Campaign(binary, folder, args.jobs)
        plays = []
        most = 9 if quick else 0
        if args.only in (None, "walk") and calls.available():
            plays += [(walk, variant, zombies, zombies * 2 // 3, most) for variant in VARIANTS]
        if args.only in (None, "shapes") and calls.available():
            plays += [(walk_shape, variant, zombies, most) for variant in OF_SHAPES]
        if args.only != "draw" and not calls.available():
            world.skipped("the walk over system calls takes strace, which is not here or may not trace")
        if args.only in (None, "draw"):
            plays += [(draw, variant, many, rounds) for variant in DRAWN]
        for play, variant, *more in plays:
            try:
                points += play(campaign, variant, *more, args.seed)
            except world.Violation as error:
                campaign.violated(variant, error)
    print(f"{points} kills, {campaign.violations} violations, {time.time() - began:.0f} s")
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
