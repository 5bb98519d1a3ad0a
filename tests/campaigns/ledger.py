#!/usr/bin/env python3
"""Kills a sweep, and lets it fail, at every system call by which it enters itself into the ledger.

A queue of a few zombies is swept with a ledger that is not there yet, that holds a sweep, and that is damaged. Once the queue
is closed, at each call in turn that makes, opens, writes, syncs, deletes, renames or locks a file

  - the sweep is killed (SIGKILL, before the call is carried out), or
  - the call fails: no such right, an I/O error, no room.

After each:
  - the queue is swept, whatever became of the ledger;
  - where the sweep was not killed, its exit code is 0 and its summary true, and where it is not in the ledger it says so;
  - the ledger is sound, and each sweep is in it whole or not at all; what was damaged is still there, under some name;
  - the next sweep enters itself, and has nothing to tell but of a ledger that is damaged still.
"""

import argparse
import collections
import contextlib
import pathlib
import signal
import sqlite3
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # no litter in the repository

import calls
import world
from stage import Campaign, sample

ZOMBIES = 5
FAULTS = ("EIO", "ENOSPC", "EACCES")
# Where one is not carried out for want of room or of a right, others are: that is for the disk to say.
FAILING = [name for name in (*calls.WRITES, *calls.OPENS, *calls.LOCKS) if name not in ("write", "writev")]


class Ledger:
    """A way in which a ledger is found, and a queue to sweep with it."""

    def __init__(self, campaign, found):
        self.campaign, self.found = campaign, found
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=campaign.folder))
        self.built = world.build(self.folder / "template.db", ZOMBIES, 3)
        self.bytes = None
        if found != "new":
            with self.place() as (queue, ledger):
                campaign.sweep(queue, "--ledger", ledger)
                self.bytes = ledger.read_bytes()
        if found == "damaged":
            self.bytes = b"x" * 64 + self.bytes[64:]

    def __str__(self):
        return f"ledger {self.found}"

    @contextlib.contextmanager
    def place(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            folder = pathlib.Path(folder)
            queue = world.copy(self.folder / "template.db", folder / "work.db")
            ledger = folder / "state" / "ledger.db"
            if self.bytes is not None:
                ledger.parent.mkdir(mode=0o700)
                ledger.touch(mode=0o600)
                ledger.write_bytes(self.bytes)
            yield queue, ledger

    def calls(self):
        """The calls from the first one that names the folder of the ledger."""
        with self.place() as (queue, ledger):
            found, run = calls.calls_of(self.campaign.binary, queue, "--ledger", ledger)
            world.judge_run(run, self.campaign.documented)
            first = next(place for place, call in enumerate(found) if "/state" in call.text)
            return found[first:]

    def look(self, queue, ledger, run):
        """What must hold after a mishap. Returns what became of the sweep's entry."""
        left = [zombie for zombie in self.built.zombies if zombie in running(queue)]
        if left:
            raise world.Violation(f"{len(left)} zombies are left: {run.end}")
        if run.signal is None and (run.code != 0 or run.summary is None):
            raise world.Violation(f"ended with {run.end}: {run.stderr!r}")
        if run.summary is not None and run.summary["reaped"] != ZOMBIES:
            raise world.Violation(f"its summary says {run.summary}")
        before = 1 if self.found == "begun" else 0
        again = self.campaign.sweep(queue, "--ledger", ledger)
        warnings = [said for said in again.summary["warnings"] if "not in the ledger" in said]
        if warnings:
            raise world.Violation(f"the next sweep says {warnings}")
        sweeps, reaps = entered(ledger)
        done = sweeps - before - 1
        if done not in (0, 1) or reaps != ZOMBIES * (before + done):
            raise world.Violation(f"{sweeps} sweeps and {reaps} reaps are entered, {before} before")
        told_of = run.summary is not None and any("not in the ledger" in said for said in run.summary["warnings"])
        if run.signal is None and (done == 0) != told_of and not (done == 1 and told_of):
            raise world.Violation(f"it is {'not ' * (1 - done)}entered, and it says {run.summary['warnings']}")
        if self.found == "damaged":
            kept = [file for file in ledger.parent.iterdir() if file.read_bytes() == self.bytes]
            if not kept:
                raise world.Violation("what was damaged is gone")
        return "entered" if done else "not entered"


def running(queue):
    with contextlib.closing(sqlite3.connect(queue)) as conn:
        return {task for (task,) in conn.execute("SELECT id FROM tasks WHERE status = 'running'")}


def entered(ledger):
    with contextlib.closing(sqlite3.connect(ledger)) as conn:
        [check] = conn.execute("PRAGMA integrity_check").fetchone()
        if check != "ok":
            raise world.Violation(f"the ledger: {check}")
        [reaped] = conn.execute("SELECT coalesce(sum(count), 0) FROM totals WHERE name = 'reaped'").fetchone()
        [reaps] = conn.execute("SELECT count(*) FROM reaps").fetchone()
        [sweeps] = conn.execute("SELECT count(*) FROM sweeps").fetchone()
        if reaped != reaps:
            raise world.Violation(f"{reaped} reaps are counted, and {reaps} entered")
        return sweeps, reaps


def shown(done):
    return ", ".join(f"{count} {what}" for what, count in sorted(done.items()))


def walk(campaign, ledger, mishap, most):
    """One mishap at each call in turn, or at `most` of them, spread evenly."""
    began, violations = time.time(), campaign.violations
    found = ledger.calls()
    if mishap != "signal=KILL":
        found = [call for call in found if call.name in FAILING]
    chosen = sample(found, most) if most else found

    def happens(call):
        with ledger.place() as (queue, path):
            prefix = calls.injecting(call, mishap)
            run = world.sweep(campaign.binary, queue, "--ledger", path, prefix=prefix)
            if mishap == "signal=KILL" and run.signal != signal.SIGKILL:
                raise world.Violation(f"was not killed, but ended with {run.end}")
            return ledger.look(queue, path, run)

    done = campaign.each(f"{ledger}, {mishap} at", chosen, happens)
    names = collections.Counter(call.name for call in chosen)
    print(
        f"{ledger}, {mishap}: {len(chosen)} of {len(found)} calls; {shown(done)}; "
        f"{campaign.violations - violations} violations, {time.time() - began:.0f} s\n"
        f"    {', '.join(f'{name} {count}' for name, count in names.most_common())}",
        flush=True,
    )
    return len(chosen)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="a sample, in a few seconds")
    parser.add_argument("--jobs", type=int, default=4, help="how many at a time: most of it is waiting [default: 4]")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    if not calls.available():
        world.skipped("it takes strace, which is not here or may not trace")
        return 0
    began, points = time.time(), 0
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        campaign = Campaign(binary, folder, args.jobs)
        for found in ("new", "begun", "damaged"):
            ledger = Ledger(campaign, found)
            for mishap in ("signal=KILL", *(f"error={fault}" for fault in FAULTS)):
                points += walk(campaign, ledger, mishap, 6 if args.quick else 0)
    print(f"{points} mishaps, {campaign.violations} violations, {time.time() - began:.0f} s")
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
