#!/usr/bin/env python3
"""Damages databases in thousands of ways, and looks whether the sweeper keeps its head.

Queues of several kinds (WAL and rollback journal, small pages and large, at rest, with a log, with a log and its index,
with a hot journal) have bits flipped, fields set to the worst, pointers bent, pages zeroed, swapped and repeated, files
cut off: anywhere, or aimed at the header, the schema, the freelist, interior pages, pointer maps, the log (its header,
its frames, its pages; with the checksums set right again, so that SQLite believes them), the journal.

Of each, `schema`, `--dry-run`, and then a sweep:
  - none panics, dies of a signal or hangs;
  - each ends with a documented exit code, says one line on standard error if it fails and nothing if not, and prints
    valid JSON if it succeeds;
  - a dry run and `schema` change no byte, make no file, and leave no copy behind;
  - a sweep that succeeds has written as many events as it says, and one that fails without a summary none; where the
    database was sound (the damage hit what does not matter), the dry run said the same, nothing else was written by a
    failure, the database is sound afterwards, and a second sweep finds nothing.

Each case has a number. The same seed and number make the same damage again: --case NUMBER.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass

sys.dont_write_bytecode = True  # no litter in the repository

import world

AT_ONCE = 2
TIMEOUT_S = 20
LOOK_S = 10
LOOK = "--look"
# The files that no reader may change. The index of a log (-shm) is rebuilt by whoever reads.
KEPT = ("", "-wal", "-journal")


# Queues to be damaged -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of database, as it lies there before the damage."""

    name: str
    journal: str
    page_size: int
    beside: str = ""
    auto_vacuum: int = 0


KINDS = [
    Kind("WAL, small pages", "wal", 512),
    Kind("WAL, large pages", "wal", 4096),
    Kind("WAL with a log", "wal", 1024, "-wal"),
    Kind("WAL with a log and its index", "wal", 512, "-wal -shm"),
    Kind("rollback journal, small pages", "delete", 512),
    Kind("rollback journal, pointer maps", "delete", 1024, auto_vacuum=2),
    Kind("rollback journal, hot", "delete", 1024, "-journal"),
]


def build(kind, folder, seed, now):
    """The files of a queue of this kind: {suffix: bytes}."""
    path = folder / "build.db"
    world.build(path, zombies=39, healthy=30, journal="delete", seed=seed, now=now)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute(f"PRAGMA page_size = {kind.page_size}")
        conn.execute(f"PRAGMA auto_vacuum = {kind.auto_vacuum}")
        conn.execute("VACUUM")
        # Pages that were in use once make the freelist.
        conn.execute("CREATE TABLE attic (text TEXT)")
        conn.execute("BEGIN")
        conn.executemany("INSERT INTO attic VALUES (?)", [("x" * 300,)] * (400 if kind.page_size == 512 else 60))
        conn.execute("COMMIT")
        conn.execute("DROP TABLE attic")
        conn.execute(f"PRAGMA journal_mode = {kind.journal}")
    whole = world.dump(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("PRAGMA cache_size = 4")
        if "-wal" in kind.beside:
            for number in range(4):
                work(conn, number, "COMMIT")
        if "-journal" in kind.beside:
            work(conn, 0, "")  # left open, and too large for the cache: the file is half-written
        files = world.files(path)
    for file in folder.iterdir():
        file.unlink()
    files = {suffix: data for suffix, data in files.items() if suffix == "" or suffix in kind.beside.split()}
    if sorted(files) != sorted(["", *kind.beside.split()]) or not all(files.values()):
        raise world.Violation(f"{kind.name}: what was built lies there as {list(files)}")
    if "-journal" in files:
        put(path, files)
        if world.dump(path) != whole or path.read_bytes() == files[""]:
            raise world.Violation("the journal is not hot")
        path.unlink()
    return files


def work(conn, number, end):
    """A transaction of the orchestrator."""
    conn.execute("BEGIN IMMEDIATE")
    conn.execute("UPDATE tasks SET title = title || ' again', priority = priority + 1 WHERE rowid % 4 = ?", (number,))
    conn.execute("UPDATE task_runs SET error = 'none' WHERE rowid % 3 = ?", (number % 3,))
    conn.execute(
        "INSERT INTO task_events (task_id, event_type, created_at) SELECT id, 'noted', created_at FROM tasks LIMIT 30"
    )
    if end:
        conn.execute(end)


def put(path, files):
    for suffix in ("", "-wal", "-shm", "-journal"):
        file = path.with_name(path.name + suffix)
        if suffix in files:
            file.write_bytes(files[suffix])
        else:
            file.unlink(missing_ok=True)


class Map:
    """Where what stands: of each target the spans (suffix, start, end), and the pointers to other pages."""

    def __init__(self, kind, files):
        data = files[""]
        self.size = kind.page_size
        self.pages = len(data) // self.size
        self.targets = collections.defaultdict(list)
        self.pointers = collections.defaultdict(list)  # target -> places (suffix, offset) of 4 bytes each
        self.data = data
        self.reached = set()
        self.add("header", "", 0, 100)
        self.tree(1, "schema")
        for root in self.roots():
            self.tree(root, None)
        self.freelist()
        if kind.auto_vacuum:
            # The first page of each group of them is page 2, and so on.
            for page in range(2, self.pages + 1, self.size // 5 + 1):
                self.page("pointer map", page)
        for page in range(1, self.pages + 1):
            if page not in self.reached:
                self.page("overflow", page)
        self.add("anywhere", "", 0, len(data))
        self.beside(files)

    def add(self, target, suffix, start, end):
        self.targets[target].append((suffix, start, end))

    def page(self, target, number):
        self.reached.add(number)
        self.add(target, "", (number - 1) * self.size, number * self.size)

    def number(self, offset, size=4):
        return int.from_bytes(self.data[offset : offset + size], "big")

    def roots(self):
        with contextlib.closing(sqlite3.connect(":memory:")) as conn:
            # Built as it is, it opens as it is; the log and the journal do not move the roots.
            clean = bytearray(self.data)
            clean[18:20] = b"\1\1"
            conn.deserialize(bytes(clean))
            return [row[0] for row in conn.execute("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")]

    def tree(self, page, target):
        if page in self.reached or not 1 <= page <= self.pages:
            return
        start = (page - 1) * self.size
        header = start + (100 if page == 1 else 0)
        interior = self.data[header] in (2, 5)
        name = target or ("interior pages" if interior else "leaf pages")
        self.page(name, page)
        if page == 1:
            self.targets[name][-1] = ("", 100, self.size)
        cells, pointers = self.number(header + 3, 2), header + (12 if interior else 8)
        # The head of a page, where a wrong bit does most.
        self.add("heads of pages", "", header, pointers + 2 * cells)
        if interior:
            places = [header + 8] + [start + self.number(pointers + 2 * cell, 2) for cell in range(cells)]
            self.pointers[name] += [("", place) for place in places]
            for place in places:
                self.tree(self.number(place), target)

    def freelist(self):
        self.add("freelist", "", 32, 40)
        self.pointers["freelist"] += [("", 32), ("", 36)]
        trunk = self.number(32)
        while trunk and trunk not in self.reached:
            start = (trunk - 1) * self.size
            leaves = self.number(start + 4)
            self.reached.add(trunk)
            self.add("freelist", "", start, start + 8 + 4 * leaves)
            self.pointers["freelist"] += [("", start + 4 * place) for place in range(2 + leaves)]
            self.reached |= {self.number(start + 8 + 4 * leaf) for leaf in range(leaves)}
            trunk = self.number(start)

    def beside(self, files):
        if wal := files.get("-wal"):
            self.add("log header", "-wal", 0, 32)
            for frame in range(32, len(wal), 24 + self.size):
                self.add("log frames", "-wal", frame, frame + 24)
                self.add("log pages", "-wal", frame + 24, frame + 24 + self.size)
                self.add("log pages, resealed", "-wal", frame + 24, frame + 24 + self.size)
                self.add("log frames, resealed", "-wal", frame, frame + 8)
                self.pointers["log frames, resealed"] += [("-wal", frame), ("-wal", frame + 4)]
                self.pointers["log pages, resealed"] += [("-wal", frame + 32)]
        if shm := files.get("-shm"):
            self.add("index of the log", "-shm", 0, min(len(shm), 256))
            self.add("index of the log", "-shm", 0, len(shm))
        if journal := files.get("-journal"):
            self.add("journal header", "-journal", 0, 28)
            self.pointers["journal header"] += [("-journal", place) for place in range(8, 28, 4)]
            for record in range(512, len(journal), self.size + 8):
                self.add("journal records", "-journal", record, record + self.size + 8)
                self.pointers["journal records"] += [("-journal", record), ("-journal", record + self.size + 4)]


# Damage -------------------------------------------------------------------------------------------------------------


class Damage:
    """What is done to the files of one case: decided by its seed and number alone."""

    def __init__(self, map_, files, rng, target):
        self.map, self.random, self.target = map_, rng, target
        self.files = {suffix: bytearray(data) for suffix, data in files.items()}
        self.said = []
        times = 1 if rng.random() < 0.7 else rng.randint(2, 4)
        for _ in range(times):
            self.once()
        if "resealed" in target:
            reseal(self.files["-wal"])

    def once(self):
        rng = self.random
        if self.target == "cut off":
            return self.cut_off()
        if self.target == "whole pages":
            return self.whole_page()
        pointers = self.map.pointers.get(self.target)
        if pointers and rng.random() < 0.4:
            suffix, offset = rng.choice(pointers)
            own = offset // self.map.size + 1
            pages = self.map.pages
            value = rng.choice((0, 1, 2, own, own, pages, pages + 1, rng.randint(1, pages), rng.randint(1, pages)))
            value = rng.choice((value, value, value, 0x7FFFFFFF, 0xFFFFFFFF))
            return self.write(suffix, offset, value.to_bytes(4, "big"), "pointer")
        suffix, start, end = rng.choice(self.map.targets[self.target])
        offset = rng.randrange(start, end)
        data = self.files[suffix]
        how = rng.choice(("bit", "bit", "bit", "bits", "byte", "field", "zeros", "noise", "elsewhere"))
        if how == "bit":
            return self.write(suffix, offset, bytes([self.at(suffix, offset) ^ 1 << rng.randrange(8)]), how)
        if how == "bits":
            for _ in range(rng.randint(2, 16)):
                offset = rng.randrange(start, end)
                self.write(suffix, offset, bytes([self.at(suffix, offset) ^ 1 << rng.randrange(8)]), "bit")
            return None
        if how == "byte":
            return self.write(suffix, offset, bytes([rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))]), how)
        if how == "field":
            size = rng.choice((2, 4, 8))
            worst = (0, 1, 256**size - 1, 256**size // 2 - 1, 256**size // 2, rng.randrange(256**size))
            return self.write(suffix, offset, rng.choice(worst).to_bytes(size, "big"), how)
        length = rng.randint(1, min(64, end - offset))
        if how == "zeros":
            return self.write(suffix, offset, bytes(length), how)
        if how == "noise":
            return self.write(suffix, offset, rng.randbytes(length), how)
        source = rng.randrange(max(1, len(data) - length))
        return self.write(suffix, offset, bytes(data[source : source + length]), how)

    def at(self, suffix, offset):
        data = self.files[suffix]
        return data[offset] if offset < len(data) else 0

    def write(self, suffix, offset, new, how):
        data = self.files[suffix]
        new = new[: max(0, len(data) - offset)]  # a file keeps its length, unless it is cut off
        data[offset : offset + len(new)] = new
        self.said.append(f"{how} at db{suffix}+{offset}: {new[:16].hex()}")

    def cut_off(self):
        rng = self.random
        left = [each for each, data in self.files.items() if data]
        if not left:
            return
        suffix = rng.choice(left)
        data = self.files[suffix]
        unit = {"": self.map.size, "-wal": self.map.size + 24, "-journal": self.map.size + 8}.get(suffix, 1024)
        how = rng.choice(("anywhere", "at a page", "in the head", "near the end", "longer"))
        if how == "longer":
            more = rng.choice((bytes(rng.randint(1, 3000)), rng.randbytes(rng.randint(1, 3000)), bytes(data[-unit:])))
            data += more
            self.said.append(f"db{suffix}: {len(more)} bytes more")
            return
        length = {
            "anywhere": rng.randrange(len(data)),
            "at a page": rng.randrange(len(data) // unit + 1) * unit,
            "in the head": rng.randrange(min(len(data), 600)),
            "near the end": max(0, len(data) - rng.randint(1, unit)),
        }[how]
        self.said.append(f"db{suffix}: cut off after {length} of {len(data)} bytes")
        del data[length:]

    def whole_page(self):
        rng, size = self.random, self.map.size
        suffix = rng.choice([each for each in ("", "", "-wal") if each in self.files])
        head, step = (32, size + 24) if suffix else (0, size)
        count = (len(self.files[suffix]) - head) // step
        one, other = head + rng.randrange(count) * step, head + rng.randrange(count) * step
        data, skip = self.files[suffix], step - size
        mine, others = bytes(data[one + skip : one + step]), bytes(data[other + skip : other + step])
        how = rng.choice(("zeroed", "ones", "noise", "repeated", "swapped"))
        new = {"zeroed": bytes(size), "ones": b"\xff" * size, "noise": rng.randbytes(size)}.get(how, others)
        self.write(suffix, one + skip, new, f"a page {how}")
        if how == "swapped":
            self.write(suffix, other + skip, mine, "a page swapped")


def reseal(wal):
    """Sets the checksums of a log right, so that SQLite reads what is in it."""
    size, order = int.from_bytes(wal[8:12], "big"), ">" if wal[3] & 1 else "<"

    def checksum(data, pair):
        first, second = pair
        for one, other in struct.iter_unpack(order + "II", data):
            first = (first + one + second) & 0xFFFFFFFF
            second = (second + other + first) & 0xFFFFFFFF
        return first, second

    pair = checksum(wal[:24], (0, 0))
    wal[24:32] = struct.pack(">II", *pair)
    for frame in range(32, len(wal) - 24 - size + 1, 24 + size):
        pair = checksum(wal[frame : frame + 8], pair)
        pair = checksum(wal[frame + 24 : frame + 24 + size], pair)
        wal[frame + 16 : frame + 24] = struct.pack(">II", *pair)


# Looking ------------------------------------------------------------------------------------------------------------


@dataclass
class Look:
    """What SQLite can read of a database. None: nothing, or not in time. The dump is a digest of all rows."""

    sound: bool = False
    events: int | None = None
    dump: str | None = None


def look(path, actor):
    """Reads a database that may be anything."""
    seen = Look()
    ends = time.monotonic() + LOOK_S
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=5)) as conn:
            conn.text_factory = lambda text: text.decode(errors="surrogateescape")
            conn.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
            seen.sound = [row[0] for row in conn.execute("PRAGMA integrity_check")] == ["ok"]
            counting = "SELECT count(DISTINCT rowid) FROM task_events NOT INDEXED WHERE event_type = 'zombie_reaped'"
            seen.events = conn.execute(counting + " AND actor = ?", (actor,)).fetchone()[0]
            rows = repr(world.dump_connection(conn)).encode(errors="surrogateescape")
            seen.dump = hashlib.sha256(rows).hexdigest()
    except (sqlite3.Error, UnicodeDecodeError, MemoryError, OverflowError):
        pass
    return seen


def be_a_looker():
    """Reads databases, as told on standard input, and says on standard output what was seen."""
    for line in sys.stdin:
        print(json.dumps(asdict(look(*json.loads(line)))), flush=True)


class Looker:
    """A process that reads for us: the SQLite of this Python may be an old one, and crash of what is damaged."""

    def __init__(self):
        command = [sys.executable, __file__, LOOK]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def look(self, path, actor):
        """What is seen; None where the process died of it."""
        try:
            self.process.stdin.write(json.dumps([str(path), actor]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        return Look(**json.loads(line)) if line else None

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


# The campaign -------------------------------------------------------------------------------------------------------


class Campaign:
    """All cases of one seed."""

    def __init__(self, binary, folder, seed, now):
        self.binary, self.folder, self.seed, self.now = binary, folder, seed, now
        self.documented = world.documented_exit_codes(binary)
        self.stages = []
        for kind in KINDS:
            files = build(kind, folder, seed, now)
            map_ = Map(kind, files)
            targets = sorted(map_.targets) + ["cut off", "whole pages", "anywhere"]
            self.stages.append((kind, files, map_, targets))
        self.lock, self.lookers = threading.Lock(), {}
        self.ends = collections.defaultdict(collections.Counter)  # command -> end -> how often
        self.hit = collections.defaultdict(collections.Counter)  # target -> end of the sweep -> how often
        self.said, self.crashes = collections.Counter(), collections.Counter()
        self.cases = self.violations = self.sound = self.agreed = self.unjudged = 0
        self.slowest = 0.0

    def damage(self, number):
        kind, files, map_, targets = self.stages[number % len(self.stages)]
        target = targets[number // len(self.stages) % len(targets)]
        return kind, target, Damage(map_, files, random.Random(f"{self.seed}/{number}"), target)

    def place(self, name):
        """A folder of its own for each thread."""
        place = self.folder / f"{threading.get_ident()}-{name}"
        place.mkdir(exist_ok=True)
        return place

    def look(self, path, actor):
        """What can be read of a database, by a process of this thread's own."""
        name = threading.get_ident()
        if name not in self.lookers:
            self.lookers[name] = Looker()
        seen = self.lookers[name].look(path, actor)
        if seen is not None:
            return seen
        code = self.lookers.pop(name).end()
        with self.lock:
            self.crashes[f"Python's SQLite ended with {code}"] += 1
        return Look()

    def end(self):
        """Sends the readers home."""
        for looker in self.lookers.values():
            looker.end()

    def run(self, number, *args):
        """Runs the sweeper; returns the run, or None where it hung, and what is wrong with how it ended."""
        copies = self.place("tmp")
        path = self.place("case") / "queue.db"
        try:
            env = os.environ | {"TMPDIR": str(copies)}
            run = world.sweep(self.binary, path, *args, timeout=TIMEOUT_S, env=env)
        except subprocess.TimeoutExpired:
            return None, [f"did not end within {TIMEOUT_S} s"]
        except UnicodeDecodeError as error:
            return None, [f"printed what is no UTF-8: {error}"]
        wrong = world.judge_run(run, self.documented)
        if left := list(copies.iterdir()):
            wrong.append(f"left {left[0].name} behind")
        return run, wrong

    def case(self, number):
        """One case; returns what is wrong."""
        kind, target, damage = self.damage(number)
        path = self.place("case") / "queue.db"
        for file in path.parent.iterdir():
            file.unlink()
        put(path, damage.files)
        actor, wrong, runs = f"damage-{number}", [], {}
        for name, args in (("schema", ["schema"]), ("dry run", ["--dry-run"]), ("sweep", ["--actor", actor])):
            if name == "sweep":
                # What SQLite makes of it, in a copy.
                copy = world.copy(path, self.place("look") / "queue.db")
                before = self.look(copy, actor)
            run, said = self.run(number, *args)
            wrong += [f"{name}: {text}" for text in said]
            runs[name] = run
            if name != "sweep":
                wrong += [f"{name}: {text}" for text in self.changed(path, damage.files)]
        after = self.look(path, actor)
        with self.lock:
            self.cases += 1
            self.sound += before.sound
            for name, run in runs.items():
                end = run.end if run else "hung"
                self.ends[name][end] += 1
                if run:
                    self.slowest = max(self.slowest, run.ended - run.began)
                    if run.stderr:
                        text = re.sub(r"[\w./-]*queue\.db", "DB", run.stderr.strip())
                        self.said[f"{run.end} {re.sub(r'[0-9]+', 'N', text)}"] += 1
            self.hit[target][runs["sweep"].end if runs["sweep"] else "hung"] += 1
        if runs["sweep"]:
            wrong += self.judge(number, runs, before, after)
        return kind, target, damage, runs, wrong

    @staticmethod
    def changed(path, files):
        found = world.files(path)
        wrong = [f"changed db{suffix}" for suffix in KEPT if suffix in files and found.get(suffix) != files[suffix]]
        wrong += [f"made db{suffix}" for suffix in found if suffix not in files]
        return wrong + [f"deleted db{suffix}" for suffix in files if suffix not in found]

    def judge(self, number, runs, before, after):
        """What a sweep says against what stands in the database."""
        run, dry, wrong = runs["sweep"], runs["dry run"], []
        says = run.summary["reaped"] if run.summary else 0
        if after.events is None:
            return wrong
        if before.events == 0 and after.events != says:
            # In a broken tree even what was written may not be found again.
            if before.sound:
                wrong.append(f"sweep: {run.end} and {says} reaped, but {after.events} events more are there")
            else:
                with self.lock:
                    self.unjudged += 1
            if not run.summary:
                wrong.append(f"sweep: {run.end}, but {after.events} events were written")
        if not before.sound:
            return wrong
        if not after.sound:
            wrong.append(f"sweep: {run.end}, and the database, sound before, is broken")
        if not run.summary and before.dump != after.dump:
            wrong.append(f"sweep: {run.end}, but something was written")
        if run.summary and run.code == 0 and dry and dry.summary and dry.code == 0:
            with self.lock:
                self.agreed += 1
            keys = ("reaped", "task_ids", "reasons", "scanned", "healthy", "runs_abandoned", "workspaces_freed")
            differ = [key for key in keys if dry.summary[key] != run.summary[key]]
            if differ:
                wrong.append(f"the dry run and the sweep differ in {differ}")
        if run.code == 0:
            again, said = self.run(number)
            wrong += [f"second sweep: {text}" for text in said]
            if again and (again.code != 0 or (again.summary or {}).get("reaped") != 0):
                wrong.append(f"second sweep: {again.end}, {again.stdout or again.stderr}")
        return wrong

    def try_case(self, number):
        try:
            kind, target, damage, _, wrong = self.case(number)
        except Exception as error:  # a fault of this campaign must not pass for a success
            wrong, kind, target, damage = [f"the case failed: {error!r}"], None, "?", None
        if wrong:
            with self.lock:
                self.violations += 1
                if self.violations <= 30:
                    where = f"{kind.name}; {target}; {'; '.join(damage.said)[:300]}" if kind else "?"
                    print(f"VIOLATION: case {number} ({where})", flush=True)
                    for text in wrong[:5]:
                        print(f"    {text}", flush=True)
        return bool(wrong)

    def show(self, number, keep):
        """One case, at length."""
        kind, target, damage, runs, wrong = self.case(number)
        print(f"case {number}: {kind.name}; {target}")
        for text in damage.said:
            print(f"    {text}")
        for name, run in runs.items():
            print(f"{name}: {run.end if run else 'hung'}")
            if run:
                print(f"    {run.stdout.strip()[:1000]}\n    {run.stderr.strip()}")
        for text in wrong:
            print(f"VIOLATION: {text}")
        if keep:
            place = pathlib.Path(keep).resolve()
            place.mkdir(parents=True, exist_ok=True)
            put(place / "queue.db", damage.files)
            print(f"the damaged database is {place / 'queue.db'}")
        self.violations += bool(wrong)

    def report(self, verbose):
        for name, ends in self.ends.items():
            print(f"{name}: {histogram(ends)}")
        print("the sweep, by what was hit:")
        for target, ends in sorted(self.hit.items()):
            print(f"    {target}: {histogram(ends)}")
        print(
            f"{self.sound} databases were sound all the same, {self.agreed} of them compared with their dry run; in "
            f"{self.unjudged} broken ones the events cannot be counted; slowest run {self.slowest:.2f} s, largest "
            f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB"
        )
        for text, count in self.crashes.items():
            print(f"{text} on {count} of the databases, which says nothing of the sweeper (SQLite {sqlite3.sqlite_version})")
        if verbose:
            for text, count in self.said.most_common():
                print(f"    {count:6} {text}")


def histogram(ends):
    return ", ".join(f"{end}: {count}" for end, count in sorted(ends.items()))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="a sample, in less than a minute")
    parser.add_argument("--cases", type=int, help="how many [default: 2500; quick: 210]")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one [default: 0]")
    parser.add_argument("--seed", type=int, help="[default: by chance]")
    parser.add_argument("--now", type=int, help="the moment of the queue, in seconds since the epoch [default: now]")
    parser.add_argument("--case", type=int, help="only this one, and show it")
    parser.add_argument("--keep", metavar="DIR", help="with --case: leave the damaged database there")
    parser.add_argument("--verbose", action="store_true", help="list what was said on standard error")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    seed = random.randrange(1_000_000) if args.seed is None else args.seed
    now = int(time.time()) if args.now is None else args.now
    cases = args.cases or (210 if args.quick else 2500)
    began = time.time()
    print(f"--seed {seed} --now {now}", flush=True)
    with tempfile.TemporaryDirectory(prefix="damage-") as folder:
        campaign = Campaign(binary, pathlib.Path(folder), seed, now)
        if args.case is not None:
            campaign.show(args.case, args.keep)
            campaign.end()
            return 1 if campaign.violations else 0
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(campaign.try_case, range(args.first, args.first + cases)))
        campaign.end()
        campaign.report(args.verbose)
        # A campaign in which nothing happens proves nothing.
        for end in ("exit 0", "exit 65"):
            if not campaign.ends["sweep"][end]:
                campaign.violations += 1
                print(f"VIOLATION: no sweep ended with {end}: there was nothing to see")
        print(f"{campaign.cases} cases, {campaign.violations} violations, --seed {seed}, {time.time() - began:.0f} s")
        return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(be_a_looker() if sys.argv[1:] == [LOOK] else main())
