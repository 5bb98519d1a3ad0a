"""Times in which nobody could beat, played beside a watch: workers fall silent that are not dead, and some that are.

A scene is a queue with workers that beat, some of whom die, and a watch. Then something happens that keeps everybody from
beating for longer than --stale-after, or seems to; and once it is over the living need three seconds more than the watch to
come back. No task of theirs is to be reaped, and all of the dead."""

import contextlib
import glob
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import traceback

import world
from watcher import BEAT_S, Clocks, Fleet, Watch, build, connect, run

LIVE = [f"live-{number}" for number in range(6)]
DYING = ["dying-0", "dying-1"]  # whose worker dies just before
EARLY = ["early-0", "early-1", "early-2"]  # dead when the watch begins
LATE = ["late-0", "late-1"]  # dead for long, and seen only after the break
STALE_AFTER_S, CONFIRM_S, SLOW_S = 10, 60, 3
# How long a watch may take beyond what it has to wait for: it rests up to a minute where it was in trouble.
PATIENCE_S = 75


class Scene:
    """One of them."""

    def __init__(self, binary, folder, library, seed):
        self.binary, self.folder, self.random = binary, folder, random.Random(seed)
        self.clocks = Clocks(folder, library)
        self.place = folder / "queue"
        self.place.mkdir()
        self.path = self.place / "queue.db"
        self.wrong, self.notes = [], []
        self.dead = {*DYING, *LATE, *EARLY}

    # What happens. Each begins with all at work and ends with all at work.

    args, prefix = (), ()
    # Whether what was reaped in the one file may be reaped once more in the other.
    is_restored = False

    def environment(self):
        return {}

    def happens(self):
        raise NotImplementedError

    # What all have in common.

    def prepare(self):
        """Before anybody is at work."""

    def play(self):
        self.prepare()
        build(self.path, LIVE + DYING)
        with connect(self.path) as conn:
            run(conn, EARLY, self.clocks.now() - 3600)
        self.fleet = Fleet(self.path, self.clocks, [LIVE[:3], LIVE[3:], DYING])
        self.watch = None
        try:
            time.sleep(3 * BEAT_S)
            self.begin()
            self.fleet.dies(2)
            self.happens()
            with connect(self.path) as conn:
                run(conn, LATE, self.clocks.now() - 3600)
            began = time.monotonic()
            if left := self.watch.await_reaps(self.dead, CONFIRM_S + STALE_AFTER_S + PATIENCE_S):
                self.wrong.append(f"these are dead, and not reaped: {sorted(left)}; it said {self.watch.words()!r}")
            self.notes.append(f"the dead were back {time.monotonic() - began:.0f} s later")
            time.sleep(3 * BEAT_S)
        finally:
            said = self.fleet.end()
            if self.watch:
                self.watch.end()
                self.wrong += self.watch.wrong
                if not self.is_restored:
                    self.wrong += self.watch.twice
        self.judge(said)

    def begin(self):
        """Starts the watch. To start is no break: who is silent for long is reaped at once."""
        self.start()
        if self.watch.await_reaps(EARLY, 20):
            self.wrong.append("who was silent when it began was not reaped at once")

    def start(self):
        args = ("--stale-after", f"{STALE_AFTER_S}s", *self.args)
        self.watch = Watch(self.binary, self.path, *args, prefix=self.prefix, environment=self.environment())

    def judge(self, said):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=rw", uri=True, timeout=30)) as conn:
            tables = world.dump_connection(conn)
        self.wrong += world.integrity(self.path)
        events = [row["task_id"] for row in tables["task_events"].values()]
        if fell := {*events, *self.watch.reaped} & {*LIVE} | {task for each in said for task in each["lost"]}:
            self.wrong.append(f"live tasks were reaped: {sorted(fell)}; the workers say {said}")
        if len(events) != len(set(events)) or not {*events} <= self.watch.reaped.keys():
            self.wrong.append(f"events of {sorted(events)}, lines of {sorted(self.watch.reaped)}")
        for row in tables["tasks"].values():
            expected = "running" if row["id"] in LIVE or row["id"] not in self.dead else "open"
            if row["status"] != expected:
                self.wrong.append(f"{row['id']} is {row['status']}, not {expected}")
        if len(said) != 2 or not all(each["beats"] > 5 for each in said):
            self.wrong.append(f"the workers say {said}")

    def see_silence(self):
        """Nothing would be proven where the living did not look dead."""
        with connect(self.path) as conn:
            beats = "SELECT max(julianday(last_heartbeat)) FROM task_runs WHERE task_id LIKE 'live-%'"
            newest = (conn.execute(beats).fetchone()[0] - 2440587.5) * 86400
        if self.clocks.now() - newest <= STALE_AFTER_S:
            self.wrong.append("the living were not silent for long enough: there was nothing to see")

    def comes_back(self):
        """The watch is first, and the living come slowly."""
        time.sleep(SLOW_S)
        self.see_silence()
        self.fleet.go_on()

    def is_well(self, said):
        """Waits until the watch, which had said so much before, has told of trouble and of its end, each kind once."""
        until = time.monotonic() + PATIENCE_S
        while not any("watched again" in line for _, line in self.watch.said[said:]) and time.monotonic() < until:
            time.sleep(0.05)
        lines = [line.partition(" WARN ")[2] for _, line in self.watch.said[said:]]
        if len(lines) not in (2, 3) or len(set(lines)) != len(lines) or "watched again" not in lines[-1]:
            self.wrong.append(f"it did not tell of trouble and its end once: {self.watch.words()!r}")

    def beside(self, suffix):
        return self.path.with_name(self.path.name + suffix)

    def files(self):
        return [file for suffix in ("", "-wal", "-shm") if (file := self.beside(suffix)).exists()]


class Nothing(Scene):
    """nothing happens"""

    def happens(self):
        if self.watch.await_reaps(DYING, STALE_AFTER_S + 20):
            self.wrong.append("without a break the dead are to be reaped when they are due")


class Suspended(Scene):
    """the machine is suspended, for twenty minutes"""

    def environment(self):
        return self.clocks.environment()

    def happens(self):
        self.fleet.stop()
        self.watch.stop()
        self.clocks.suspend(20 * 60)
        self.watch.tell(signal.SIGCONT)
        self.comes_back()


class SuspendedTwice(Suspended):
    """the machine is suspended, wakes for half a minute, and is suspended again"""

    def happens(self):
        for seconds in (20 * 60, 5 * 60):
            self.fleet.stop()
            self.watch.stop()
            self.clocks.suspend(seconds)
            self.watch.tell(signal.SIGCONT)
            self.comes_back()
            time.sleep(30 if seconds == 20 * 60 else 0)


class Woken(Scene):
    """the watch is started when the machine has just been woken"""

    prefix = ("unshare", "--time", "--boottime", "7200")

    def begin(self):
        self.fleet.stop()
        time.sleep(STALE_AFTER_S + 1)
        self.start()
        time.sleep(2)
        self.comes_back()

    def happens(self):
        pass


class ClockAhead(Scene):
    """the wall clock is set an hour ahead"""

    seconds = 3600

    def environment(self):
        (library,) = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[:1]
        return {"LD_PRELOAD": library, **self.clocks.faketime()}

    def happens(self):
        self.fleet.stop()
        self.clocks.step(self.seconds)
        self.comes_back()


class ClockBack(ClockAhead):
    """the wall clock is set an hour back"""

    seconds = -3600

    def happens(self):
        # Nobody looks dead at once: the signs of the dying lie ahead, and tell nothing for an hour.
        self.dead -= {*DYING}
        self.fleet.stop()
        self.clocks.step(self.seconds)
        time.sleep(SLOW_S)
        self.fleet.go_on()


class ClockBackAndForth(ClockAhead):
    """the wall clock is set an hour ahead, and back"""

    def happens(self):
        super().happens()
        time.sleep(20)
        if {*DYING} & self.watch.reaped.keys():
            self.wrong.append("the dying were reaped before a second look could confirm their silence")
        # The signs of the living are an hour ahead until they beat.
        self.fleet.stop()
        self.clocks.step(0)
        time.sleep(SLOW_S)
        self.fleet.go_on()


class Held(Scene):
    """the write lock is held for longer than it waits"""

    args = ("--busy-timeout", "500ms")

    def happens(self):
        said = len(self.watch.said)
        self.fleet.stop()
        with connect(self.path) as conn:
            conn.execute("BEGIN IMMEDIATE")
            time.sleep(STALE_AFTER_S + 6)
            conn.execute("ROLLBACK")
        self.is_well(said)
        self.comes_back()


class HeldWhileItWaits(Scene):
    """the write lock is let go while the watch waits for it"""

    args = ("--busy-timeout", "30s")

    def happens(self):
        self.fleet.stop()
        with connect(self.path) as conn:
            conn.execute("BEGIN IMMEDIATE")
            time.sleep(STALE_AFTER_S + 3)
            conn.execute("ROLLBACK")
        self.comes_back()


class Gone(Scene):
    """the database is moved away, and comes back"""

    def happens(self):
        said = len(self.watch.said)
        self.fleet.stop()
        away = self.folder / "away"
        away.mkdir()
        moved = [(file, away / file.name) for file in self.files()]
        for file, to in moved:
            file.rename(to)
        time.sleep(STALE_AFTER_S + 2)
        for file, to in reversed(moved):
            to.rename(file)
        self.is_well(said)
        self.comes_back()


class Corrupt(Scene):
    """the file is overwritten, and comes back"""

    def happens(self):
        said = len(self.watch.said)
        self.fleet.stop()
        with connect(self.path) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # By another process each time: no descriptor of ours may take our locks with it.
        good = self.folder / "good"
        overwrite = ["dd", "bs=4096", "conv=notrunc", "status=none"]
        subprocess.run([*overwrite, f"if={self.path}", f"of={good}"], check=True)
        subprocess.run([*overwrite, "if=/dev/urandom", f"of={self.path}", "count=3"], check=True)
        time.sleep(STALE_AFTER_S + 4)
        subprocess.run([*overwrite, f"if={good}", f"of={self.path}"], check=True)
        # What it has in its memory it need not read: then there was no trouble.
        if self.watch.await_word(said + 1, 5):
            self.is_well(said)
        self.comes_back()


class Full(Scene):
    """the disk is full"""

    def prepare(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "campaign", self.place], check=True)

    def play(self):
        try:
            super().play()
        finally:
            subprocess.run(["umount", "-l", self.place], check=False)

    def happens(self):
        # Somebody reads: the log can neither be folded in nor begun anew, and so no room is made.
        with connect(self.path) as conn:
            conn.execute("BEGIN")
            conn.execute("SELECT count(*) FROM tasks").fetchone()
            self.fill()

    def fill(self):
        said = len(self.watch.said)
        ballast = self.place / "ballast"
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass
        with connect(self.path) as conn, contextlib.suppress(sqlite3.OperationalError):
            for _ in range(1000):  # what is left of the last page
                conn.execute("UPDATE projects SET created_at = created_at")
        # Until its dead are due, and it finds no room for their reap.
        if not self.watch.await_word(said + 1, 4 * STALE_AFTER_S):
            self.wrong.append("a full disk was no trouble")
        time.sleep(STALE_AFTER_S)
        self.fleet.freeze()
        ballast.unlink()
        self.is_well(said)
        self.comes_back()


class Replaced(Scene):
    """a backup takes its place; the log and its index stay"""

    is_log_left, is_restored = True, True

    def happens(self):
        backup = self.folder / "backup.db"
        with connect(self.path) as conn:
            conn.execute(f"VACUUM INTO '{backup}'")
        with contextlib.closing(sqlite3.connect(backup, isolation_level=None)) as conn:
            conn.execute("PRAGMA journal_mode = WAL")
        time.sleep(STALE_AFTER_S + 1)
        self.fleet.stop()
        with connect(self.path) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.exchange(backup)
        self.comes_back()

    def exchange(self, backup):
        backup.rename(self.path)
        if not self.is_log_left:
            for suffix in ("-wal", "-shm"):
                self.beside(suffix).unlink(missing_ok=True)


class ReplacedWithLog(Replaced):
    """a backup takes its place; its log and index are removed"""

    is_log_left = False


class Restored(Replaced):
    """a backup is restored into it, while each silence is looked at twice"""

    args = ("--confirm", "20s")

    def begin(self):
        self.start()
        if self.watch.await_reaps(EARLY, 60):
            self.wrong.append("who was silent when it began was not reaped")

    def exchange(self, backup):
        with contextlib.closing(sqlite3.connect(backup)) as source, connect(self.path) as conn:
            source.backup(conn)


class Killed(Scene):
    """the watch is killed while all are silent, and started again, with each silence looked at twice"""

    args = ("--confirm", "20s")
    begin = Restored.begin

    def happens(self):
        self.fleet.stop()
        self.watch.process.kill()
        self.watch.process.wait()
        before = self.watch
        time.sleep(STALE_AFTER_S + 1)
        self.start()
        self.watch.reaped |= before.reaped
        self.comes_back()


SCENES = (
    Nothing,
    Suspended,
    SuspendedTwice,
    Woken,
    ClockAhead,
    ClockBack,
    ClockBackAndForth,
    Held,
    HeldWhileItWaits,
    Gone,
    Corrupt,
    Full,
    Replaced,
    ReplacedWithLog,
    Restored,
    Killed,
)


def play(scene, binary, library, seed):
    """One scene: what to print, and what is wrong."""
    with tempfile.TemporaryDirectory(prefix="watch-") as folder:
        played = scene(binary, pathlib.Path(folder), library, seed)
        try:
            played.play()
        except Exception:  # a scene that cannot be played is no proof
            played.wrong.append(traceback.format_exc())
        told = played.watch.words() if played.watch else ""
    return f"{scene.__doc__}: {'; '.join(played.notes)}; {len(played.wrong)} violations", played.wrong, told


def can(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def playable():
    """The scenes for which this machine has what they take; says what it lacks."""
    lacks = {}
    if not shutil.which("unshare") or not can("unshare", "--time", "--boottime", "60", "true"):
        lacks |= {Woken: "a machine that was suspended takes a time namespace, and none can be made here"}
    if not glob.glob("/usr/lib/*/faketime/libfaketime.so.1"):
        lacks |= dict.fromkeys((ClockAhead, ClockBack, ClockBackAndForth), "clocks are set by faketime, which is not installed")
    with tempfile.TemporaryDirectory() as folder:
        if can("mount", "-t", "tmpfs", "campaign", folder):
            subprocess.run(["umount", folder], check=True)
        else:
            lacks[Full] = "a full disk takes the right to mount"
    for why in sorted(set(lacks.values())):
        world.skipped(why)
    return [scene for scene in SCENES if scene not in lacks]
