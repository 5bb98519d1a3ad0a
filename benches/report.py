"""Figures as text: Markdown tables to read, JSON to keep."""

import json
import os
import pathlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table to print. The first column is words, the others are figures."""

    title: str
    header: list
    rows: list

    def __str__(self):
        lines = [self.header, ["---", *["--:"] * (len(self.header) - 1)], *self.rows]
        return f"### {self.title}\n\n" + "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def milliseconds(seconds):
    value = seconds * 1000
    return f"{value:.2f} ms" if value < 10 else f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def kib(kib):
    return f"{kib / 1024:.1f} MiB"


def ratio(medians, rounds):
    """The ratio of the medians, and in brackets the median of the ratios of each round."""
    return f"{medians:.2f} ({rounds:.2f})"


def keep(path, part, cells):
    """Puts a part's figures into a file, beside those of the other parts."""
    path = pathlib.Path(path)
    kept = json.loads(path.read_text()) if path.exists() else {"parts": {}}
    kept["machine"] = machine()
    kept["parts"][part] = [vars(cell) for cell in cells]
    path.write_text(json.dumps(kept, indent=1) + "\n")


def machine():
    cpu = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown CPU"
    )
    return f"{os.cpu_count()} cores, {cpu}, Linux {os.uname().release}, load {os.getloadavg()[0]:.1f}"
