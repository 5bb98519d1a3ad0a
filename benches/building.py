"""How long the builds take from an empty target folder, and what they weigh."""

import os
import pathlib
import resource
import subprocess
import tempfile
import time

import programs
from report import Table
from size import kib

BUILDS = (
    ("the README's first command", ("--profile", "quick"), "quick/zombie-sweeper"),
    ("the release", ("--release",), "release/zombie-sweeper"),
    ("the library alone, as a release", ("--release", "--lib", "--no-default-features"), None),
)


def build(_bench):
    rows = []
    for name, args, made in BUILDS:
        with tempfile.TemporaryDirectory(prefix="build-") as target:
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            command = ["cargo", "build", "--locked", "--quiet", "--target-dir", target, *args]
            subprocess.run(command, cwd=programs.HERE.parent, check=True)
            took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
            worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            weighs = kib(os.path.getsize(pathlib.Path(target) / made)) if made else "–"
            rows.append([f"{name}: `cargo build {' '.join(args)}`", f"{took:.0f} s", f"{worked:.0f} s", weighs])
    return [Table("Builds from an empty target folder", ["", "took", "of a core", "the binary"], rows)], []
