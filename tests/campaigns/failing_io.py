#!/usr/bin/env python3
"""Makes the system calls of a sweep fail, one after the other, and looks at what the sweeper does and says.

The walk: every call that writes, syncs, truncates, creates or deletes a file fails, once, or from then on: with EIO,
ENOSPC, EDQUOT; or it returns 0, as if nothing had fitted. The same for what reads, opens, locks and maps, with the
errors that these know. Then the same walk over a dry run.

A limit on the size of files (RLIMIT_FSIZE), from nothing to more than is needed, in odd steps, so that writes are cut
short for real; with SIGXFSZ ignored (an error, EFBIG) and not (the system then ends the process: that is its doing).

A moving floor: while the sweep stands still at some call, its database is deleted, replaced by another, or its whole
directory is renamed or deleted.

Whatever happens:
  - no panic and no death by a signal that was not sent; an exit code that `--help` lists;
  - a failure says why in one line on standard error; a success says nothing there;
  - every transaction is there whole or not at all, and nothing else differs;
  - the summary says what is in the database, no more and no less; without one, nothing was written. A sweep that
    cannot print its summary says just that;
  - a dry run changes no byte, and what it says, if it says something, is right;
  - the next sweep, with nothing in its way, reaps the rest, each once.

A write cut short that then goes on would take a count changed on its way into the kernel, which strace cannot do: an
injected `retval` means that nothing was written although the caller is told otherwise, which no system does. So short
writes come from the limit here, and from the full disk in full_disk.py.
"""

import argparse
import collections
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial

sys.dont_write_bytecode = True  # no litter in the repository

import calls
import world
from stage import Campaign, CutShort, Stage, Variant, bare, sample

VARIANTS = [
    Variant("wal"),
    Variant("wal", batches=2, neighbour=True),
    Variant("delete"),
    Variant("delete", batches=2),
    Variant("wal", crashed=True),
    Variant("delete", crashed=True),
    Variant("wal", stubborn=True),
]
DRY_VARIANTS = [*(variant for variant in VARIANTS if variant.batches == 1 and not variant.stubborn), Variant("wal", logged=True)]
PATIENCE = ["--busy-timeout", "100ms"]

# Which calls can fail with what.
WRITE_FAULTS = ["error=EIO", "error=ENOSPC", "error=EDQUOT"]
FAULTS = (
    dict.fromkeys(calls.WRITES, WRITE_FAULTS)
    | dict.fromkeys(["write", "pwrite64"], [*WRITE_FAULTS, "retval=0"])
    | dict.fromkeys(calls.READS, ["error=EIO", "error=EINTR"])
    | dict.fromkeys(calls.OPENS, ["error=EIO", "error=ENOSPC", "error=EMFILE", "error=EACCES"])
    | dict.fromkeys(calls.LOCKS, ["error=EIO", "error=ENOLCK", "error=EAGAIN"])
    | dict.fromkeys(calls.MAPS, ["error=ENOMEM"])
    | dict.fromkeys(calls.LOOKS, ["error=EIO", "error=EACCES"])
)
# What stays as it is: a broken disk, a full disk, no memory. Locks that never work make SQLite try for ten seconds.
LASTING = ("error=EIO", "error=ENOSPC", "error=ENOMEM")
SHORT_LIVED = (*calls.LOCKS, *calls.LOOKS)


@dataclass(frozen=True)
class Fault:
    """A call that fails."""

    call: calls.Call
    what: str
    onwards: bool

    def __str__(self):
        return f"{self.what}{' from then on' * self.onwards} at {self.call}"

    @property
    def sort(self):
        return f"{self.call.name} {self.what}{' onwards' * self.onwards}"

    @property
    def prints(self):
        """Whether it hits the summary on its way out."""
        return self.call.name in ("write", "writev") and self.call.text.startswith("1, ")


def judge_run(stage, run, documented, fault, reaped):
    """How the run ended, and whether what it said is so."""
    prints = isinstance(fault, Fault) and fault.prints
    if prints and run.code == 74:
        # The sweep is done, and cannot say so. Where standard error fails too, the exit code is all there is.
        wrong = [] if len(reaped) == len(stage.built.zombies) else [f"{len(reaped)} are reaped"]
        said = f"{len(reaped)} tasks reaped, committed in "
        if not fault.onwards and not ("failed to print the summary" in run.stderr and said in run.stderr):
            wrong.append(f"the summary is lost, and the message does not say what was committed: {run.stderr!r}")
        return wrong
    wrong = world.judge_run(run, documented)
    if world.is_complete(run) and len(reaped) != len(stage.built.zombies):
        wrong.append(f"succeeded, and {len(reaped)} of {len(stage.built.zombies)} zombies are reaped")
    said = world.judge_summary(stage.built, run, reaped)
    if said:
        said.append(f"{len(reaped)} are reaped; {run.stderr.strip()!r}")
    return wrong + said


class Tally:
    """How the runs ended."""

    def __init__(self):
        self.ends, self.messages, self.points = collections.Counter(), {}, 0

    def add(self, run, fault):
        self.ends[run.end] += 1
        for line in run.stderr.splitlines():
            self.messages.setdefault((run.end, bare(line)), collections.Counter())[fault] += 1

    def count(self, other):
        """Adds the figures of another."""
        self.points += other.points
        self.ends += other.ends
        for said, faults in other.messages.items():
            self.messages.setdefault(said, collections.Counter()).update(faults)

    def print_messages(self):
        """What the sweeper said, and upon what."""
        for (end, line), faults in sorted(self.messages.items()):
            upon = ", ".join(f"{fault} {count}x" for fault, count in faults.most_common(4))
            more = f" and {len(faults) - 4} others" if len(faults) > 4 else ""
            print(f"{end}: {line}\n        upon {upon}{more}")

    def __str__(self):
        return ", ".join(f"{end}: {count}" for end, count in sorted(self.ends.items()))


def report(what, tally, violations, began):
    print(f"{what}: {tally.points} faults; {tally}; {violations} violations, {time.time() - began:.0f} s", flush=True)


def faults_of(found, most):
    """Every call with everything that can befall it, or a sample."""
    faults = [
        Fault(call, what, onwards)
        for call in found
        for what in FAULTS[call.name]
        for onwards in (False, True)
        if not onwards or (what in LASTING and call.name not in SHORT_LIVED)
    ]
    if not most or len(faults) <= most:
        return faults
    step = len(faults) / most
    return [faults[int(number * step)] for number in range(most)]


def walk(campaign, variant, zombies, most, seed, total):
    """Lets each call of a sweep fail in turn."""
    began, violations, tally = time.time(), campaign.violations, Tally()
    stage = Stage(campaign, variant, zombies, zombies // 2, seed)
    args = [*stage.args, *PATIENCE]
    found = stage.calls(*args, names=FAULTS)
    faults = faults_of(found, most)

    def fail(fault):
        with stage.queue() as (work, neighbour):
            prefix = calls.injecting(fault.call, fault.what, fault.onwards)
            run = world.sweep(campaign.binary, work, *args, prefix=prefix, timeout=30)
            tally.add(run, fault.sort)
            return stage.look(
                work, neighbour, run, partial(judge_run, stage, run, campaign.documented, fault)
            )

    campaign.each(f"{variant},", faults, fail)
    tally.points = len(faults)
    total.count(tally)
    report(f"{variant}: {len(found)} calls", tally, campaign.violations - violations, began)


def walk_dry(campaign, variant, zombies, most, seed, total):
    """Lets each call of a dry run fail in turn."""
    began, violations, tally = time.time(), campaign.violations, Tally()
    stage = Stage(campaign, variant, zombies, zombies // 2, seed)
    args = ["--dry-run", *PATIENCE]
    with stage.queue() as (work, _):
        found, _ = calls.calls_of(campaign.binary, work, *args, names=FAULTS, env=own_tmp(work))
    faults = faults_of(found, most)

    def fail(fault):
        with stage.queue() as (work, _):
            before = world.files(work)
            prefix = calls.injecting(fault.call, fault.what, fault.onwards)
            run = world.sweep(campaign.binary, work, *args, prefix=prefix, timeout=30, env=own_tmp(work))
            tally.add(run, fault.sort)
            wrong = [] if fault.prints else world.judge_run(run, campaign.documented)
            wrong += world.judge_dry_run(stage.built, run)
            wrong += world.judge_files(before, world.files(work))
            left = os.listdir(own_tmp(work)["TMPDIR"])
            # A deletion that fails leaves what it was to delete; it looks into the folder, by these.
            deletion = ("unlink", "unlinkat", "rmdir", *calls.OPENS, *calls.LOCKS, *calls.LOOKS)
            if left and fault.call.name not in deletion:
                wrong.append(f"left behind in the temporary folder: {left}")
            if run.code != 0 and run.stdout and not fault.prints:
                wrong.append(f"failed with a summary: {run.stdout:.80}")
            if wrong:
                raise world.Violation("; ".join(wrong))

    campaign.each(f"dry run, {variant},", faults, fail)
    tally.points = len(faults)
    total.count(tally)
    report(f"dry run, {variant}: {len(found)} calls", tally, campaign.violations - violations, began)


def own_tmp(work):
    """A temporary folder of this run's own, to see what is left in it."""
    folder = work.parent / "tmp"
    folder.mkdir(exist_ok=True)
    return {**os.environ, "TMPDIR": str(folder)}


# Sets the limit and becomes the sweeper.
LIMITED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass(frozen=True)
class Limit:
    """A limit on the size of files."""

    size: int
    ignored: bool

    def __str__(self):
        return f"files of at most {self.size} bytes, SIGXFSZ {'ignored' if self.ignored else 'deadly'}"


def limit(campaign, variant, zombies, steps, seed, total):
    """Sweeps with a limit on the size of files."""
    began, violations, tally = time.time(), campaign.violations, Tally()
    stage = Stage(campaign, variant, zombies, zombies // 2, seed)
    args = [*stage.args, *PATIENCE]
    most = int(len(stage.template.read_bytes()) * 1.5)
    # Odd sizes: a page is cut in two.
    sizes = [1, 20, 33_000, *(number * most // steps + 1234 for number in range(steps)), 4 * most]
    limits = [Limit(size, ignored) for size in sizes for ignored in (True, False)]

    def sweep(limit):
        with stage.queue() as (work, neighbour):
            action = "SIG_IGN" if limit.ignored else "SIG_DFL"
            prefix = [sys.executable, "-I", "-S", "-c", LIMITED, limit.size, action]
            run = world.sweep(campaign.binary, work, *args, prefix=prefix, timeout=30)
            tally.add(run, "a limit")

            def judge(reaped):
                if run.signal is not None:
                    return world.judge_run(run, campaign.documented, () if limit.ignored else (signal.SIGXFSZ,))
                return judge_run(stage, run, campaign.documented, limit, reaped)

            return stage.look(work, neighbour, run, judge)

    done = campaign.each(f"{variant},", limits, sweep)
    if stage.ends - done.keys():
        campaign.violated(variant, f"no limit was too small, or none was large enough: {dict(done)}")
    tally.points = len(limits)
    total.count(tally)
    report(f"limited file size, {variant}", tally, campaign.violations - violations, began)


@dataclass(frozen=True)
class Move:
    """What happens to the files while the sweep stands still."""

    what: str
    call: calls.Call
    before_commit: bool

    def __str__(self):
        return f"{self.what} at {self.call}"


# What a move must not lead to is a summary that claims what is not in the database at that place.
MOVES = ["database deleted", "all deleted", "database replaced", "all replaced", "folder renamed", "folder deleted"]


def move(what, work, other):
    """Does it."""
    beside = [work.with_name(work.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
    if what.startswith("all"):
        for file in beside:
            file.unlink(missing_ok=True)
    if what in ("database deleted", "all deleted"):
        work.unlink()
    elif what in ("database replaced", "all replaced"):
        os.replace(other, work)
    elif what == "folder renamed":
        work.parent.rename(work.parent.with_name("elsewhere"))
    else:
        shutil.rmtree(work.parent)


def moving_floor(campaign, variant, zombies, most, seed, total):
    """Has the files move while the sweep stands still at a call."""
    began, violations, tally = time.time(), campaign.violations, Tally()
    stage = Stage(campaign, variant, zombies, zombies // 2, seed)
    args = [*stage.args, *PATIENCE]
    found = stage.calls(*args)
    other = stage.template.with_name("other.db")
    other_built = world.build(other, 20, 20, variant.journal, seed + 1)
    other_before = world.dump(other)
    # Who replaces a database between its being opened and its log's gets the log of the old one beside the new: that
    # is so with every client of SQLite, and not played.
    if variant.journal == "wal":
        found = found[next(place for place, call in enumerate(found) if is_log(call)) :]
    last = commit(found, variant.journal)
    step = 3 if most == 1 else 1  # one call of each sort is more than a quick look takes
    moves = [Move(what, call, found.index(call) < last) for call in sample(found, most)[::step] for what in MOVES]

    def happen(step):
        with tempfile.TemporaryDirectory(dir=campaign.folder) as outer:
            folder = os.path.join(outer, "queue")
            os.mkdir(folder)
            work = world.copy(stage.template, pathlib.Path(folder) / "work.db")
            other_copy = world.copy(other, pathlib.Path(outer) / "other.db")
            run = stopped(campaign, work, args, step.call, partial(move, step.what, work, other_copy))
            tally.add(run, step.what)
            wrong = world.judge_run(run, campaign.documented)
            if step.what == "database replaced":
                # Its log or journal now lies beside another database. Whoever does this spoils that one, sweep or not.
                pass
            elif step.what == "all replaced":
                wrong += world.integrity(work)
                there = world.judge(other_built, other_before, world.dump(work), run.began, run.ended)
                wrong += there.violations
                said = (run.summary or {}).get("reaped", 0)
                if there.reaped and (len(there.reaped), said) != (len(other_built.zombies),) * 2:
                    wrong.append(f"{len(there.reaped)} reaped in the database put there, {said} said")
                elif not there.reaped and said and step.before_commit:
                    wrong.append(f"{said} said to be reaped, in a database that is no longer there")
            elif step.what == "folder renamed":
                wrong += judge_renamed(stage, run, pathlib.Path(outer) / "elsewhere" / "work.db")
            elif run.summary and run.summary["reaped"] and step.before_commit:
                wrong.append(f"{run.summary['reaped']} said to be reaped, in a database that was deleted")
            if wrong:
                raise world.Violation("; ".join(wrong[:5]))

    campaign.each(f"{variant},", moves, happen)
    tally.points = len(moves)
    total.count(tally)
    report(f"moving floor, {variant}", tally, campaign.violations - violations, began)


def commit(found, journal):
    """The place of the call after which a sweep in one transaction is committed: from there on its files may vanish
    without making it a liar."""
    if journal == "delete":
        return max(place for place, call in enumerate(found) if call.name == "unlink" and "-journal" in call.text)
    log = next(call.text.rpartition("= ")[2] for call in found if is_log(call))
    written = max(
        place for place, call in enumerate(found) if call.name == "pwrite64" and call.text.startswith(f"{log},")
    )
    # The log is synced once more when it is folded in.
    return next(place for place in range(written, len(found)) if found[place].name == "fsync")


def is_log(call):
    return call.name in calls.OPENS and "-wal" in call.text


def judge_renamed(stage, run, path):
    """The database is where it was renamed to, as the sweep says that it left it."""
    wrong = world.integrity(path)
    found = world.judge(stage.built, stage.before, world.dump(path), run.began, run.ended)
    if run.code != 0 and run.summary is None and "moved" in run.stderr:
        return wrong + found.violations
    stage.done(found.reaped, run)
    return wrong + found.violations + world.judge_summary(stage.built, run, found.reaped)


def stopped(campaign, work, args, call, happen):
    """Stops a sweep at a call, has something happen, and lets it go on."""
    with tempfile.NamedTemporaryFile(dir=campaign.folder, mode="r") as log:
        prefix = calls.injecting(call, "signal=STOP", log=log.name)
        command = [*prefix, str(campaign.binary), "--db", str(work), *map(str, args)]
        began = time.time()
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as process:
            said = ""
            while "--- stopped by SIGSTOP ---" not in said:
                if process.poll() is not None or time.time() > began + 20:
                    process.kill()
                    raise CutShort(f"did not stop at the call: {said!r:.200}")
                time.sleep(0.002)
                said += log.read()
            happen()
            line = next(line for line in said.splitlines() if "--- stopped by SIGSTOP ---" in line)
            os.kill(int(line.split()[0]), signal.SIGCONT)
            stdout, stderr = process.communicate(timeout=30)
    return world.finished(command, process.returncode, stdout, stderr, began)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="a sample, in less than a minute")
    parser.add_argument("--zombies", type=int, help="how many [default: 30; quick: 26]")
    parser.add_argument("--seed", type=int, default=1, help="of the rows [default: 1]")
    parser.add_argument("--jobs", type=int, default=4, help="how many at a time [default: 4]")
    parser.add_argument("--only", choices=("walk", "dry", "limit", "floor"), help="this part alone")
    parser.add_argument("--messages", action="store_true", help="show what the sweeper said, and upon what")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    quick, zombies = args.quick, args.zombies or (26 if args.quick else 30)

    began, total = time.time(), Tally()
    with tempfile.TemporaryDirectory(prefix="failing-io-") as folder:
        campaign = Campaign(binary, folder, args.jobs)

        def part(name, play, variants, *more):
            if args.only not in (None, name):
                return
            for variant in variants:
                try:
                    play(campaign, variant, zombies, *more, args.seed, total)
                except world.Violation as error:
                    campaign.violated(variant, error)

        if calls.available():
            part("walk", walk, VARIANTS, 14 if quick else 0)
            part("dry", walk_dry, DRY_VARIANTS, 8 if quick else 0)
            part("floor", moving_floor, VARIANTS[:4:2], 1 if quick else 20)
        else:
            world.skipped("the walks over system calls take strace, which is not here or may not trace")
        part("limit", limit, VARIANTS[:4], 3 if quick else 40)
    if args.messages:
        total.print_messages()
    print(f"{total.points} faults; {total}; {campaign.violations} violations, {time.time() - began:.0f} s")
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
