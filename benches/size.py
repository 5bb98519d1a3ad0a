"""What the release binary weighs, and which crate brings how much of it."""

import collections
import os
import re
import subprocess

import programs
from report import Table

SYMBOL = re.compile(r"[0-9a-f]+ ([0-9a-f]+) \w (.*)")
# The first crate that a Rust symbol names: `<clap::Arg as core::fmt::Debug>::fmt` is clap's.
CRATE = re.compile(r"([a-z_][a-z0-9_]*)(?:\[[0-9a-f]+\])?::")


def size(bench):
    stripped = os.path.getsize(programs.sweeper())
    names = ["nm", "--size-sort", "--print-size", "--demangle", programs.unstripped_sweeper()]
    by_crate = collections.Counter()
    for bytes_, name in SYMBOL.findall(subprocess.run(names, stdout=subprocess.PIPE, check=True, text=True).stdout):
        by_crate[owner(name)] += int(bytes_, 16)
    # Unwind tables, relocations, and read-only data that has no name of its own.
    by_crate["what bears no name"] = stripped - by_crate.total()
    small = {crate for crate, bytes_ in by_crate.items() if bytes_ < 10 * 1024}
    by_crate["all others"] = sum(by_crate.pop(crate) for crate in small)
    rows = [["**the binary, stripped**", kib(stripped), ""]]
    rows += [[crate, kib(bytes_), f"{bytes_ / stripped:.1%}"] for crate, bytes_ in by_crate.most_common()]
    return [Table("Size", ["", "size", "share"], rows)], []


def owner(name):
    crate = CRATE.search(name)
    if crate is None:
        return "SQLite, and other C"
    if crate[1] in ("alloc", "core", "std", "gimli", "addr2line", "miniz_oxide", "rustc_demangle", "hashbrown", "memchr", "object"):
        return "Rust's standard library"
    return crate[1]


def kib(bytes_):
    return f"{bytes_ / 1024:,.0f} KiB"
