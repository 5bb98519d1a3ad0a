#!/usr/bin/env python3
"""Sweeps a queue on a file system that is full, or nearly.

A small tmpfs holds the queue and a file that leaves so many bytes free: from nothing to more than a sweep needs, in
small steps, in WAL mode and with a rollback journal, in one transaction and in several, at rest, with a log left by a
crash, and beside another connection. Then one with room for bytes, but for no more files. Then the dry runs, with the
temporary folder on the full disk too.

Whatever the room:
  - the sweep succeeds, or it fails with 74 (the disk is full), or with another exit code that `--help` lists where the
    cause is not room; one line on standard error says so, and names the room where it is that;
  - every transaction is there whole or not at all, and the summary says what is there;
  - a dry run changes nothing;
  - once there is room, the next sweep completes the work.

It takes the right to mount: root's, or in a namespace of its own anybody's, where the system grants that. Without it,
it says SKIPPED and does nothing; then failing_io.py, which limits the size of files, has the only writes cut short.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

sys.dont_write_bytecode = True  # no litter in the repository

import calls
import world
from failing_io import PATIENCE, judge_run
from stage import Campaign, Stage, Variant, bare

VARIANTS = [
    Variant("wal"),
    Variant("wal", batches=3),
    Variant("wal", batches=3, neighbour=True),
    Variant("delete"),
    Variant("delete", batches=3),
]
CRASHED = [Variant("wal", crashed=True), Variant("delete", crashed=True)]
PAGE = 4096  # what a tmpfs gives at a time


@dataclass(frozen=True)
class Room:
    """What is left on the disk."""

    pages: int | None = None
    files: int | None = None

    def __str__(self):
        if self.files is not None:
            return f"with room for {self.files} more files"
        return f"with {self.pages * PAGE} bytes free"


@contextlib.contextmanager
def disk(folder, size, inodes=0):
    """A tmpfs of its own."""
    place = pathlib.Path(tempfile.mkdtemp(dir=folder))
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes={inodes},mode=0700", "campaign", place], check=True
    )
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()


def may_mount(*prefix):
    with tempfile.TemporaryDirectory() as folder:
        command = [*prefix, "sh", "-c", 'mount -t tmpfs campaign "$0" && umount "$0"', folder]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def fill(place, room):
    """Leaves so much room, to the page; returns the file that takes up the rest."""
    ballast = place / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        found = os.statvfs(place)
        if room.pages is not None:
            spare = found.f_bavail - room.pages
            if spare < 0:
                raise world.Violation(f"the disk is too small to have {room.pages} pages free")
            if spare:
                os.posix_fallocate(file.fileno(), 0, spare * PAGE)
        left = os.statvfs(place).f_bavail
        if room.pages is not None and left != room.pages:
            raise world.Violation(f"{left} pages are left, not {room.pages}")
    return ballast


def make_room(ballast):
    """Another thread's child may still have it open, until it becomes the program it was started for: it is emptied first."""
    os.truncate(ballast, 0)
    ballast.unlink()


@contextlib.contextmanager
def stage_on(campaign, stage, room):
    """The stage's queue on a disk with this much room, and its neighbour where it has one."""
    size = sum(file.stat().st_size for file in stage.template.parent.glob("template.db*"))
    # The root, the database with what lies beside it, the ballast.
    beside = len(list(stage.template.parent.glob("template.db*")))
    inodes = 0 if room.files is None else 2 + beside + room.files
    with disk(campaign.folder, 2 * size + 2_000_000, inodes) as place:
        work = world.copy(stage.template, place / "work.db")
        with stage.beside(work) as neighbour:
            ballast = fill(place, room)
            yield work, neighbour, ballast


def sweeps(campaign, variant, zombies, rooms, seed, ends, messages):
    """Sweeps with each amount of room."""
    began, violations = time.time(), campaign.violations
    stage = Stage(campaign, variant, zombies, zombies // 2, seed)
    here = collections.Counter()

    def sweep(room):
        with stage_on(campaign, stage, room) as (work, neighbour, ballast):
            run = world.sweep(campaign.binary, work, *stage.args, *PATIENCE, timeout=60)
            here[run.end] += 1
            messages[f"{run.end}: {bare(run.stderr)}"] += 1
            wrong = judge_fullness(run)
            make_room(ballast)
            look_at = work
            if room.files is not None:
                # A disk that takes no more files is no place to look at a queue.
                look_at = world.copy(work, pathlib.Path(tempfile.mkdtemp(dir=campaign.folder)) / "work.db")

            def judge(reaped):
                return wrong + judge_run(stage, run, campaign.documented, room, reaped)

            return stage.look(look_at, neighbour, run, judge)

    done = campaign.each(f"{variant},", rooms, sweep)
    # To recover from a journal gives room, as much as it took.
    expected = stage.ends if rooms[0].pages is not None and variant != CRASHED[1] else set()
    if expected - done.keys():
        campaign.violated(variant, f"no disk was large enough, or none too small: {dict(done)}")
    ends.update(here)
    told = ", ".join(f"{count}x {times}" for count, times in sorted(done.items(), key=str))
    print(
        f"{variant}: {len(rooms)} disks; {', '.join(f'{end}: {times}' for end, times in sorted(here.items()))}; "
        f"transactions committed: {told}; {campaign.violations - violations} violations, {time.time() - began:.0f} s",
        flush=True,
    )
    return len(rooms)


def judge_fullness(run):
    """Whether a failure for want of room is called that."""
    if run.code in (0, 74):
        return []
    return [f"{run.end} on a full disk, where 74 is documented for that: {run.stderr.strip()!r}"]


def dry_runs(campaign, variant, zombies, rooms, seed, ends, messages):
    """Dry runs with each amount of room; the temporary folder is on the same disk."""
    began, violations = time.time(), campaign.violations
    stage = Stage(campaign, variant, zombies, zombies // 2, seed)
    here = collections.Counter()

    def dry_run(room):
        with stage_on(campaign, stage, room) as (work, _, _):
            before = world.files(work)
            env = {**os.environ, "TMPDIR": str(work.parent)}
            run = world.sweep(campaign.binary, work, "--dry-run", *PATIENCE, timeout=60, env=env)
            here[run.end] += 1
            messages[f"dry run, {run.end}: {bare(run.stderr)}"] += 1
            wrong = world.judge_run(run, campaign.documented) + world.judge_dry_run(stage.built, run)
            wrong += world.judge_files(before, world.files(work))
            left = sorted(set(os.listdir(work.parent)) - {"ballast"} - {"work.db" + suffix for suffix in before})
            if left and not variant.neighbour:
                wrong.append(f"left behind: {left}")
            if not variant.crashed and run.code != 0:
                wrong.append(f"{run.end}, although a dry run takes no room: {run.stderr.strip()!r}")
            if wrong:
                raise world.Violation("; ".join(wrong))

    campaign.each(f"dry run, {variant},", rooms, dry_run)
    ends.update(here)
    print(
        f"dry run, {variant}: {len(rooms)} disks; "
        f"{', '.join(f'{end}: {times}' for end, times in sorted(here.items()))}; "
        f"{campaign.violations - violations} violations, {time.time() - began:.0f} s",
        flush=True,
    )
    return len(rooms)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="a sample, in less than a minute")
    parser.add_argument("--zombies", type=int, help="how many [default: 200; quick: 60]")
    parser.add_argument("--seed", type=int, default=1, help="of the rows [default: 1]")
    parser.add_argument("--jobs", type=int, default=4, help="how many at a time [default: 4]")
    parser.add_argument("--messages", action="store_true", help="show what the sweeper said")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    if not may_mount():
        namespace = ["unshare", "--map-root-user", "--mount"]
        if shutil.which("unshare") and may_mount(*namespace):
            os.execvp(namespace[0], [*namespace, sys.executable, *sys.argv])
        world.skipped("a full disk takes a file system of its own, and nothing can be mounted here")
        return 0
    quick, zombies = args.quick, args.zombies or (60 if args.quick else 200)
    variants = VARIANTS
    if calls.available():
        variants = VARIANTS + CRASHED
    else:
        world.skipped("the variants after a crash take strace, which is not here or may not trace")

    began, points, ends, messages = time.time(), 0, collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory(prefix="full-disk-") as folder:
        campaign = Campaign(binary, folder, args.jobs)
        for variant in variants:
            # A page changed takes one of the log or of the journal; the log's index, and what is new, take some too.
            most = zombies + 80
            pages = range(0, most, most // 5) if quick else [*range(0, 24), *range(24, most, 3)]
            rooms = [Room(pages=pages) for pages in [*pages, most]]
            try:
                points += sweeps(campaign, variant, zombies, rooms, args.seed, ends, messages)
                files = [Room(files=files) for files in (0, 1)]
                if not variant.neighbour and not variant.crashed:
                    points += sweeps(campaign, variant, zombies, files, args.seed, ends, messages)
                few = [Room(pages=pages) for pages in (0, 1, 2, 5, 9, 40, most)]
                points += dry_runs(campaign, variant, zombies, few[::3] if quick else few, args.seed, ends, messages)
            except world.Violation as error:
                campaign.violated(variant, error)
    if args.messages:
        for message, times in sorted(messages.items()):
            print(f"{times:4}x {message}")
    told = ", ".join(f"{end}: {times}" for end, times in sorted(ends.items()))
    print(f"{points} disks; {told}; {campaign.violations} violations, {time.time() - began:.0f} s")
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
