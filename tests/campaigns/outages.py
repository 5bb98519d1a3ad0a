"""What becomes of the database under a server, and whether it is well afterwards, without a restart.

While it lasts, who has a token is told 503 and why; a stranger is told 503 and nothing more. No task of a living worker is
ever reaped, and what dies afterwards is.
"""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time

import server as serving
import watcher
import world

# What dies as it begins, and can be seen but not reaped.
MEANWHILE = "due-meanwhile"
LIVE = [f"live-{number}" for number in range(20)]
# Until all is as before: a look of the server's, and one of the watch's, which looks twice after a break.
WELL_WITHIN_S = 20
REAPED_WITHIN_S = 100


def die(conn, tasks):
    """These ran, and their runs have ended; nobody told the tasks."""
    watcher.run(conn, tasks, time.time())
    marks = ", ".join("?" * len(tasks))
    conn.execute("UPDATE task_runs SET status = 'completed', completed_at = started_at"
                 f" WHERE task_id IN ({marks})", tasks)


class Outage:
    """One kind of it, on a queue and a server of its own."""

    journal = "wal"
    # Whether it can be looked at meanwhile, and whether it can be swept.
    is_seen = False
    is_swept = False

    def __init__(self, binary, folder, lasts_s):
        self.binary, self.folder, self.lasts_s = binary, pathlib.Path(folder), lasts_s
        self.place = self.folder / "place"
        self.place.mkdir()
        self.prepare()
        self.path = self.place / "queue.db"
        watcher.build(self.path, LIVE, self.journal)
        self.wrong, self.dead, self.told = [], [], []

    def prepare(self):
        """What the place needs before the queue is built in it."""

    def files(self):
        return [file for file in self.place.iterdir() if file.name.startswith("queue.db")]

    def begins(self):
        raise NotImplementedError

    def ends(self):
        raise NotImplementedError

    def note(self, what, answer, allowed):
        if answer.status not in allowed:
            self.wrong.append(f"{what}: {answer}")
        self.told.append((what, answer.status, answer.detail()))
        if answer.status >= 500 and not answer.detail():
            self.wrong.append(f"{what}: no reason: {answer}")

    def ask_meanwhile(self, server):
        """What is answered while it lasts."""
        time.sleep(1.5)  # no answer is older than a second
        self.note("GET /v1/plan", server.get("/v1/plan", timeout=30), (200,) if self.is_seen else (503,))
        swept = server.post("/v1/sweeps", {}, timeout=60)
        # One at a time: the watch may be at it just then, and wait.
        self.note("POST /v1/sweeps", swept, (200,) if self.is_swept else (409, 503))
        if server.get("/livez", token=None).status != 200:
            self.wrong.append("it is not alive meanwhile")
        ready = server.get("/readyz", token=None, timeout=30)
        if ready.status not in ((200, 503) if self.is_seen else (503,)):
            self.wrong.append(f"/readyz meanwhile: {ready}")
        reason = next((detail for _, status, detail in self.told if status == 503 and detail), None)
        hidden = [self.path.name, str(self.path.parent), *([reason] if reason else [])]
        if any(text.encode() in ready.body for text in hidden):
            self.wrong.append(f"a stranger is told why: {ready}")

    def play(self):
        environment = {"ZOMBIE_SWEEPER_STALE_AFTER": f"{world.STALE_AFTER_S}s", "ZOMBIE_SWEEPER_CONFIRM": "2s"}
        server = serving.Server(self.binary, self.path, self.folder, "--settle", "1s", environment=environment)
        self.note("GET /v1/plan before", server.get("/v1/plan"), (200,))
        began = time.monotonic()
        self.begins()
        try:
            self.ask_meanwhile(server)
            time.sleep(max(0, began + self.lasts_s - time.monotonic()))
        finally:
            self.ends()
        took = server.await_answer(WELL_WITHIN_S, "/v1/plan", token="read")
        ready = server.await_answer(WELL_WITHIN_S, "/readyz", token=None)
        if took is None or ready is None:
            self.wrong.append(f"not well {WELL_WITHIN_S} s later: {server.get('/v1/plan')}; {server.get('/readyz')}")
        self.dead = [f"dead-{number}" for number in range(5)]
        with watcher.connect(self.path) as conn:
            die(conn, self.dead)
        reaped = self.await_reaps(server)
        ended = server.end()
        self.wrong += server.wrong + self.judge()
        return (
            f"{self.__doc__}: well {took or -1:.1f} s after it, the dead of afterwards reaped after {reaped:.1f} s,"
            f" ended within {ended:.2f} s"
        )

    def statuses(self):
        with watcher.connect(self.path) as conn:
            return dict(conn.execute("SELECT id, status FROM tasks"))

    def await_reaps(self, server):
        began = time.monotonic()
        while time.monotonic() < began + REAPED_WITHIN_S:
            found = self.statuses()
            if all(found[task] == "open" for task in self.dead):
                break
            time.sleep(0.1)
        else:
            self.wrong.append(f"the watch reaps no more: {server.words()}")
        plan = server.get("/v1/plan").json() or {}
        return time.monotonic() - began if plan else -1

    def judge(self):
        wrong = world.integrity(self.path)
        found = self.statuses()
        if lost := [task for task in LIVE if found[task] != "running"]:
            wrong.append(f"tasks of living workers were reaped: {lost}")
        with watcher.connect(self.path) as conn:
            told = [row[0] for row in conn.execute("SELECT task_id FROM task_events WHERE event_type = 'zombie_reaped'")]
        if sorted(told) != sorted(self.dead):
            wrong.append(f"events of reaps: {sorted(told)}")
        return wrong


class Gone(Outage):
    """the database is moved away, and comes back"""

    def begins(self):
        self.away = self.folder / "away"
        self.away.mkdir()
        self.moved = [(file, self.away / file.name) for file in self.files()]
        for file, to in self.moved:
            file.rename(to)

    def ends(self):
        for file, to in reversed(self.moved):
            to.rename(file)


class FolderGone(Outage):
    """its folder is moved away, and comes back"""

    def begins(self):
        self.place.rename(self.folder / "elsewhere")

    def ends(self):
        (self.folder / "elsewhere").rename(self.place)


class Garbage(Gone):
    """something that is no database stands in its place"""

    def begins(self):
        super().begins()
        self.path.write_bytes(b"this is no database, and never was\n" * 1000)

    def ends(self):
        self.path.unlink()
        super().ends()


class Replaced(Outage):
    """another database takes its place, and stays"""

    is_seen = is_swept = True

    def begins(self):
        other = self.folder / "other"
        other.mkdir()
        watcher.build(other / "queue.db", [*LIVE, "of-the-other"], self.journal)
        with watcher.connect(other / "queue.db") as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for file in self.files():
            file.unlink()
        (other / "queue.db").rename(self.path)

    def ask_meanwhile(self, server):
        time.sleep(1.5)
        server.await_answer(WELL_WITHIN_S, "/v1/plan", token="read")
        super().ask_meanwhile(server)
        scanned = (server.get("/v1/plan").json() or {}).get("scanned")
        if scanned != len(LIVE) + 1:
            self.wrong.append(f"it answers from the old database: {scanned} running")

    def ends(self):
        pass


class Locked(Outage):
    """the database is locked for all others"""

    journal = "delete"

    def begins(self):
        self.conn = sqlite3.connect(self.path, isolation_level=None)
        self.conn.execute("BEGIN EXCLUSIVE")

    def ends(self):
        self.conn.execute("ROLLBACK")
        self.conn.close()


class WriteLocked(Locked):
    """the write lock is held, and there is something to reap"""

    journal = "wal"
    is_seen = True

    def begins(self):
        self.conn = sqlite3.connect(self.path, isolation_level=None)
        die(self.conn, [MEANWHILE])
        # At once: what has just ended is no zombie yet for a watch that lets it settle.
        self.conn.execute("BEGIN IMMEDIATE")

    def judge(self):
        self.dead = [*self.dead, MEANWHILE]
        return super().judge()


class Full(Outage):
    """the disk is full, and there is something to reap"""

    is_seen = True

    def prepare(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "campaign", self.place], check=True)

    def begins(self):
        self.reader = sqlite3.connect(self.path, isolation_level=None)
        # Somebody reads: the log can neither be folded in nor begun anew, and so no room is made.
        self.reader.execute("BEGIN")
        self.reader.execute("SELECT count(*) FROM tasks").fetchone()
        self.ballast = self.place / "ballast"
        with watcher.connect(self.path) as conn:
            die(conn, [MEANWHILE])
            with open(self.ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(bytes(4096)):
                    pass
            with contextlib.suppress(sqlite3.OperationalError):
                for _ in range(1000):  # what is left of the last page
                    conn.execute("UPDATE projects SET created_at = created_at")

    def ends(self):
        self.reader.close()
        self.ballast.unlink()

    def judge(self):
        self.dead = [*self.dead, MEANWHILE]
        return super().judge()

    def play(self):
        try:
            return super().play()
        finally:
            subprocess.run(["umount", "-l", self.place], check=False)


OUTAGES = (Gone, FolderGone, Garbage, Replaced, Locked, WriteLocked, Full)


def suffer(outage, binary, folder, lasts_s):
    """Plays one; returns what is to be said, what is wrong, and what was told meanwhile."""
    place = pathlib.Path(folder) / outage.__name__
    place.mkdir()
    scene = outage(binary, place, lasts_s)
    try:
        said = scene.play()
    except (RuntimeError, sqlite3.Error, OSError) as error:
        return f"{outage.__doc__}: {error!r}", [*scene.wrong, repr(error)], scene.told
    finally:
        if os.path.ismount(scene.place):
            subprocess.run(["umount", "-l", scene.place], check=False)
        shutil.rmtree(place, ignore_errors=True)
    return said, scene.wrong, scene.told
