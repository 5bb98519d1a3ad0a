"""Where a campaign's sweeps are played: one queue in a first state, as many copies of it as there are mishaps."""

import collections
import concurrent.futures
import contextlib
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import calls
import world

# Another connection: opens the queue, writes (what was there before), and does so again whenever it is told to.
NEIGHBOUR = """
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
conn.execute("PRAGMA wal_autocheckpoint = 0")
write = "UPDATE tasks SET priority = priority WHERE rowid = (SELECT min(rowid) FROM tasks)"
conn.execute(write)
print("ready", flush=True)
for line in sys.stdin:
    conn.execute(write)
    print("written", flush=True)
"""

# How often a mishap is played before its transactions are taken to end where they should not.
TRIES = 4
VIOLATIONS = (world.Violation, sqlite3.Error, subprocess.TimeoutExpired)


@dataclass(frozen=True)
class Variant:
    """A way to sweep."""

    journal: str
    batches: int = 1
    neighbour: bool = False
    crashed: bool = False
    logged: bool = False
    stubborn: bool = False

    def __str__(self):
        return ", ".join(
            [
                "WAL" if self.journal == "wal" else "rollback journal",
                "1 transaction" if self.batches == 1 else f"{self.batches} transactions",
                "beside another connection" if self.neighbour else "alone",
                *["after an earlier crash"] * self.crashed,
                *["with a log that tells of tasks done"] * self.logged,
                *["with rows that refuse"] * self.stubborn,
            ]
        )


class CutShort(Exception):
    """A transaction seems to have ended before it was full: so it does when its time is over, on a busy machine."""


class Campaign:
    """What is counted over all variants."""

    def __init__(self, binary, folder, jobs):
        self.binary, self.folder, self.jobs = binary, pathlib.Path(folder), jobs
        self.documented = world.documented_exit_codes(binary)
        self.violations = 0

    def violated(self, where, error):
        self.violations += 1
        print(f"VIOLATION: {where}: {error}", flush=True)

    def each(self, what, items, look):
        """Has each mishap happen, several at a time, and looks. Counts what `look` returns; notes the violations."""
        counts = collections.Counter()

        def one(item):
            cuts = []
            for _ in range(TRIES):
                try:
                    return look(item)
                except CutShort as error:
                    cuts.append(str(error))
                except VIOLATIONS as error:
                    self.violated(f"{what} {item}", error)
                    return None
            # Time cuts here and there; a transaction that ends where it should not ends there again.
            if len(set(cuts)) > 1:
                return "cut short"
            self.violated(f"{what} {item}", cuts[0])
            return None

        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            counts.update(pool.map(one, items))
        counts.pop(None, None)
        return counts

    def sweep(self, path, *args, refused=False, **more):
        """A sweep that must succeed, but for what is refused."""
        run = world.sweep(self.binary, path, *args, **more)
        wrong = world.judge_run(run, self.documented)
        if run.code != int(refused) or wrong:
            raise world.Violation(f"the next sweep: {run.end} {run.stderr!r}; {'; '.join(wrong)}")
        return run


class Stage:
    """A queue in its first state, and the sweep of it when nothing happens."""

    def __init__(self, campaign, variant, zombies, healthy, seed):
        self.campaign, self.variant = campaign, variant
        folder = pathlib.Path(tempfile.mkdtemp(dir=campaign.folder))
        self.template = folder / "template.db"
        stubborn = 4 if variant.stubborn else 0
        self.built = world.build(self.template, zombies, healthy, variant.journal, seed, stubborn=stubborn)
        self.args = ["--batch-size", -(-zombies // variant.batches)]
        if variant.logged:
            self.log()
            zombies = len(self.built.zombies)
        if variant.crashed:
            self.crash()
        self.before = world.dump(world.copy(self.template, folder / "work.db"))
        # The sweep that nothing happens to tells the order of the batches. Where a row refuses, or a transaction's time is
        # over too often, any number of zombies may be reaped after a mishap, as long as they are the first.
        for _ in range(TRIES):
            with self.queue() as (work, _):
                run = campaign.sweep(work, *self.args, refused=variant.stubborn)
                reaped = world.judge(self.built, self.before, world.dump(work), run.began, run.ended).require()
            self.order = reaped.reaped
            self.batches = world.batches_of(reaped.reaped, self.args[1])
            if variant.stubborn or run.summary["transactions"] != len(self.batches):
                self.batches = None
            if variant.stubborn or self.batches is not None:
                break
        wrong = world.judge_summary(self.built, run, reaped.reaped)
        if wrong or len(reaped.reaped) != zombies:
            raise world.Violation(f"the undisturbed sweep reaped {len(reaped.reaped)} of {zombies}: {wrong}")
        self.duration = run.ended - run.began

    def log(self):
        """Leaves the template with a log, and no index of it, by which every second zombie is none any more."""
        work = world.copy(self.template, self.template.with_name("work.db"))
        with contextlib.closing(sqlite3.connect(work, isolation_level=None)) as conn:
            conn.execute("BEGIN")
            for task_id in list(self.built.zombies)[::2]:
                conn.execute("UPDATE tasks SET status = 'done' WHERE id = ?", (task_id,))
                self.built.zombies.pop(task_id)
                self.built.idle.append(task_id)
            conn.execute("COMMIT")
            world.copy(work, self.template)
        self.template.with_name(self.template.name + "-shm").unlink()

    def crash(self):
        """Leaves the template as a crash late in a sweep leaves it: with a log or a journal to be recovered."""
        work = world.copy(self.template, self.template.with_name("work.db"))
        found, _ = calls.calls_of(self.campaign.binary, work, *self.args)
        if self.variant.journal == "wal":
            writes = [call for call in found if call.name == "pwrite64"]
            late = writes[len(writes) // 2]
        else:
            late = [call for call in found if call.name in ("unlink", "unlinkat")][0]
        world.copy(self.template, work)
        run = world.sweep(self.campaign.binary, work, *self.args, prefix=calls.injecting(late, "signal=KILL"))
        if run.signal != signal.SIGKILL:
            raise world.Violation(f"not killed at {late}")
        world.copy(work, self.template)
        beside = self.template.with_name("template.db-wal" if self.variant.journal == "wal" else "template.db-journal")
        if not beside.exists() or beside.stat().st_size == 0:
            raise world.Violation(f"a crash at {late} left no {beside.name}")

    def calls(self, *args, **more):
        """The calls of a sweep that nothing happens to, whose transactions end where they should."""
        for _ in range(TRIES):
            with self.queue() as (work, _):
                found, run = calls.calls_of(self.campaign.binary, work, *args, **more)
            if self.batches is None or run.summary["transactions"] == len(self.batches):
                return found
        raise world.Violation(f"its transactions end before they are full, {TRIES} times over")

    @contextlib.contextmanager
    def queue(self):
        """A fresh copy of the queue in a folder of its own, with its neighbour where it has one."""
        with tempfile.TemporaryDirectory(dir=self.campaign.folder) as folder:
            work = world.copy(self.template, pathlib.Path(folder) / "work.db")
            with self.beside(work) as neighbour:
                yield work, neighbour

    @contextlib.contextmanager
    def beside(self, work):
        """Another connection to this queue, where the variant has one."""
        if not self.variant.neighbour:
            yield None
            return
        command = [sys.executable, "-I", "-S", "-c", NEIGHBOUR, str(work)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            try:
                yield process
            finally:
                process.stdin.close()

    def look(self, work, neighbour, run, judge_run):
        """What must hold after a mishap. `judge_run(reaped)` says what is wrong with how the run ended, given what
        it reaped. Returns how many batches were committed."""
        campaign, built = self.campaign, self.built
        second = None
        if neighbour is None:
            # What the crash left, untouched, for the sweeper itself to recover.
            second = world.copy(work, work.with_name("second.db"))
        else:
            neighbour.stdin.write("write\n")
            neighbour.stdin.flush()
            if neighbour.stdout.readline() != "written\n":
                raise world.Violation("the other connection cannot write any more")
        wrong = world.integrity(work)
        if wrong:
            raise world.Violation("; ".join(wrong))
        found = world.judge(built, self.before, world.dump(work), run.began, run.ended).require(run.end)
        if found.reaped != self.order[: len(found.reaped)]:
            raise world.Violation(f"{len(found.reaped)} are reaped, which are not the first")
        done = self.done(found.reaped, run)
        wrong = judge_run(found.reaped)
        if wrong:
            raise world.Violation("; ".join(wrong))
        at_rest = second or work
        files = world.files(at_rest)
        dry = campaign.sweep(at_rest, "--dry-run", refused=self.variant.stubborn)
        wrong = world.judge_dry_run(built, dry, found.reaped)
        wrong += world.judge_files(files, world.files(at_rest))
        if wrong:
            raise world.Violation("a dry run: " + "; ".join(wrong))
        if second is not None:
            self.complete(second, run, found.reaped)
        self.complete(work, run, found.reaped)
        return done

    def done(self, reaped, run):
        """How many transactions are committed; none, some or all where nobody knows which they are."""
        if self.batches is None:
            return "none" if not reaped else "all" if len(reaped) == len(self.order) else "some"
        done = world.prefix_of(reaped, self.batches)
        if done is None:
            raise CutShort(f"{len(reaped)} are reaped, which are no whole transactions")
        said = run.summary["transactions"] if run.summary else done
        # Where all is done, a transaction that ended early leaves no trace.
        if said != done and not said > done == len(self.batches):
            raise CutShort(f"{done} transactions are committed, {said} are said to be: {run.stderr.strip()!r}")
        return done

    @property
    def ends(self):
        """What is done where nothing was done, and where all was."""
        return {"none", "all"} if self.batches is None else {0, len(self.batches)}

    def complete(self, path, run, reaped):
        """The next sweep reaps what is left, and says so."""
        after = self.campaign.sweep(path, *self.args, refused=self.variant.stubborn)
        wrong = world.integrity(path)
        found = world.judge(self.built, self.before, world.dump(path), run.began, after.ended)
        wrong += found.violations
        if sorted(found.reaped) != sorted(self.built.zombies):
            wrong.append(f"{len(found.reaped)} of {len(self.built.zombies)} zombies are reaped after the next sweep")
        left = sorted(set(found.reaped) - set(reaped))
        if after.summary["task_ids"] != left:
            wrong.append(f"the next sweep says that it reaped {after.summary['reaped']}, where {len(left)} were left")
        if wrong:
            raise world.Violation("the next sweep: " + "; ".join(wrong[:5]))


def sample(found, most):
    """The last call of each sort, and others spread evenly."""
    kept = set({call.name: call for call in found}.values())
    rest = [call for call in found if call not in kept]
    more = max(0, most - len(kept))
    kept.update(rest[number * len(rest) // more] for number in range(more))
    return [call for call in found if call in kept]


def told(done):
    return "after " + ", ".join(f"{kills} kills {count} committed" for count, kills in sorted(done.items(), key=str))


def bare(message):
    """A message without what differs from run to run: folders and tasks."""
    return re.sub(r"T-\d+", "T-…", re.sub(r"/\S*/", "", message.strip()))
