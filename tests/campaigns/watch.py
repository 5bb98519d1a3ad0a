#!/usr/bin/env python3
"""Has a watch stand by while runs end, and while everything happens that keeps workers from beating.

Commits: a writer ends one run after the other, with synchronous FULL, with NORMAL, and with a rollback journal; close together
mostly, and now and then a second or two apart. No ended run is missed, each task is back within --settle and 1.5 s (and as
late as this machine wakes anybody), none before.

Breaks: real workers beat, some die, and then, for longer than --stale-after, nobody can: the machine is suspended (its clocks are
moved by clocks.c), the wall clock is set (by faketime), the write lock is held, or let go just then; the database is gone, overwritten, full,
replaced by a backup, with its log and without; the watch was started right after a suspend, or killed meanwhile. No task of the
living is reaped, all of the dead are, trouble is told once and its end once. What is needed and not here (unshare --time, faketime,
the right to mount) says SKIPPED. The scenes are played side by side.
"""

import argparse
import concurrent.futures
import multiprocessing
import pathlib
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # no litter in the repository

import breaks
import commits
import watcher
import world


def part_commits(binary, count, seed, at_once):
    """Every kind of writer, so many at once: one, where what the one does is to be no noise to the other."""
    violations = []
    plays = [(name, journal, synchronous, count, 1) for name, journal, synchronous in commits.WRITERS]
    plays.append(("with the settle that watch has unless told", "wal", "FULL", max(10, count // 20), None))
    with concurrent.futures.ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("fork")) as pool:
        played = [pool.submit(commits.play, binary, *each, seed) for each in plays]
        for each, (name, *_) in zip(played, plays):
            said, wrong = each.result()
            violations += [f"{name}: {text}" for text in wrong]
            print(said, flush=True)
    return violations


def part_breaks(binary, scenes, rounds, seed, is_verbose):
    violations = []
    with tempfile.TemporaryDirectory(prefix="watch-") as folder:
        library = watcher.build_clocks(pathlib.Path(folder))
        fork = multiprocessing.get_context("fork")
        for number in range(rounds):
            with concurrent.futures.ProcessPoolExecutor(len(scenes), mp_context=fork) as pool:
                played = [pool.submit(breaks.play, scene, binary, library, seed + number) for scene in scenes]
                for each, scene in zip(played, scenes):
                    said, wrong, told = each.result()
                    violations += [f"{scene.__doc__}: {text}" for text in wrong]
                    print(said + f"\n    {told}" * is_verbose, flush=True)
    return violations


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="100 commits of each kind, each break once: two minutes")
    parser.add_argument("--only", metavar="PART", help="commits, breaks, or the name of a scene's class in breaks.py")
    parser.add_argument("--commits", type=int, help="of each kind of writer [default: 1000; quick: 100]")
    parser.add_argument("--rounds", type=int, help="of the breaks [default: 5; quick: 1]")
    parser.add_argument("--seed", type=int, help="of the moments [default: by chance]")
    parser.add_argument("--verbose", action="store_true", help="show what the watch said on standard error")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    seed = random.randrange(1_000_000) if args.seed is None else args.seed
    parts = {"commits", "breaks"} | {scene.__name__ for scene in breaks.SCENES}
    if args.only and args.only not in parts:
        parser.error(f"--only takes one of {', '.join(sorted(parts))}")

    began, violations = time.time(), []
    print(f"seed {seed}", flush=True)
    if args.only in (None, "commits"):
        violations += part_commits(binary, args.commits or (100 if args.quick else 1000), seed, 4 if args.quick else 1)
    if args.only != "commits":
        scenes = [scene for scene in breaks.playable() if args.only in (None, "breaks", scene.__name__)]
        violations += part_breaks(binary, scenes, args.rounds or (1 if args.quick else 5), seed, args.verbose)
    for text in violations[:30]:
        print(f"VIOLATION: {text}")
    print(f"{len(violations)} violations, seed {seed}, {time.time() - began:.0f} s")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
