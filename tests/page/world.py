"""Queues for the page to show: an ordinary one, one of many tasks, and one that means harm."""

import contextlib
import datetime
import os
import pathlib
import random
import sqlite3
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECTS = {"p1": "SciDEX", "p2": "Lattice"}

# What people call their work.
WORDS = (
    "align-genomes embed-abstracts fold-kinases score-hypotheses refresh-atlas debate-tau watch-preprints plot-bands"
    " relax-lattice nightly-phonons monte-carlo fit-potential import-trials publish-digest check-citations draft-wiki"
    " port-mesher rank-targets dedupe-corpus index-figures"
).split()

# Would end a tag, an attribute or a statement, turn the line around, or be obeyed by what shows it.
HOSTILE = [
    "<script>document.title='taken'</script>",
    "\"'><img src=x onerror=\"document.title='taken'\">",
    "</title></style></textarea><svg onload=document.title='taken'>",
    "javascript:document.title='taken'",
    "&lt;b&gt;&#x3c;script&#x3e;",
    "שלום-עולם-٣٤",
    "evil\u202egnp.exe",
    "\u2066\u2067isolated",
    "🧟‍♀️🧬👩🏽‍🔬🏳️‍🌈",
    "a\nb\tc\x1b[31mred\x07",
    "nul\x00inside",
    "../../etc/passwd?task=x&project=y#z%00",
    "'; DROP TABLE tasks; --",
    "x" * 1_000_000,
    "長い" * 1_200,
]


def ago(seconds, now=None):
    now = now or datetime.datetime.now(datetime.timezone.utc)
    return (now - datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def new(path):
    conn = sqlite3.connect(path)
    conn.executescript((ROOT / "tests/it/orchestra.sql").read_text())
    conn.executemany(
        "INSERT INTO projects (id, name, created_at) VALUES (?, ?, ?)", [(id, name, ago(9e6)) for id, name in PROJECTS.items()]
    )
    return conn


def task(conn, id, *, project="p1", kind="one_shot", heartbeat=60, run="running", started=None, slot=None, now=None):
    """A task that runs; `heartbeat` is how long ago somebody was heard of; without a `run` it is a claim."""
    started = ago(heartbeat + 600 if started is None else started, now)
    pointer = "" if run is None else f"run-{id[:40]}-{started}"
    conn.execute("DELETE FROM tasks WHERE id = ?", (id,))
    conn.execute(
        "INSERT INTO tasks (id, project_id, title, status, task_type, active_run_id, assigned_slot, created_at, started_at,"
        " updated_at) VALUES (?, ?, '', 'running', ?, ?, ?, ?, ?, ?)",
        (id, project, kind, pointer, slot or "", ago(9e6), started, started),
    )
    if run is not None:
        ended = None if run in ("running", "starting") else ago(heartbeat, now)
        beat = "yesterday" if heartbeat is None else ago(heartbeat, now)
        conn.execute(
            "INSERT INTO task_runs (id, task_id, status, slot, started_at, last_heartbeat, completed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (pointer, id, run, slot or "", started, beat, ended),
        )


def ordinary(path, sweeper):
    """Two projects, a month of reaps, a slot group that has just died."""
    chance = random.Random(7)
    with contextlib.closing(new(path)) as conn:
        month(conn, path, sweeper, chance)
        for place, name in enumerate(WORDS[:14]):
            silence = [4, 11, 19, 26, 38, 52, 75, 118, 161, 240, 372, 505, 683, 834][place]
            task(conn, f"{name}-{20 + place}", project=chance.choice(list(PROJECTS)), heartbeat=silence, slot=f"slot-{place:02}")
        task(conn, "fold-kinases-7", heartbeat=1320, slot="slot-21")
        task(conn, "relax-lattice-3", project="p2", heartbeat=1345, slot="slot-22")
        task(conn, "publish-digest-31", heartbeat=1420, run="completed", slot="slot-23", started=4000)
        task(conn, "import-trials-2", heartbeat=1390, run="failed", slot="slot-24", started=4000)
        task(conn, "draft-wiki-12", heartbeat=1560, run=None, started=1560, slot="slot-25")
        task(conn, "port-mesher-1", project="p2", heartbeat=60, slot="slot-26")
        conn.execute(
            "UPDATE task_runs SET started_at = 'yesterday', last_heartbeat = 'yesterday' WHERE task_id = 'port-mesher-1'"
        )
        conn.commit()


def month(conn, path, sweeper, chance):
    """Has the sweeper reap a few on most days of the last month, and what was reaped come to an end."""
    today = datetime.datetime.now(datetime.timezone.utc)
    for day in range(29, -1, -1):
        now = today - datetime.timedelta(days=day, hours=chance.choice([3, 7, 11]))
        count = chance.choice([0, 0, 1, 1, 2, 3, 5]) if day != 9 else 14
        names = [f"{chance.choice(WORDS)}-{chance.randrange(40, 99)}" for _ in range(count)]
        for name in names:
            how = chance.choice(["running", "running", "running", "completed", None])
            heartbeat = chance.randrange(950, 2400)
            task(conn, name, project=chance.choice(list(PROJECTS)), heartbeat=heartbeat, run=how, now=now, started=heartbeat + 900)
        conn.commit()
        if not names:
            continue
        at = now.strftime("@%Y-%m-%d %H:%M:%S")
        ran = subprocess.run(
            ["faketime", "-f", at, sweeper, "--db", path], capture_output=True, text=True, env={**os.environ, "TZ": "UTC"}
        )
        if ran.returncode:
            raise SystemExit(f"the sweep of a day failed: {ran.stderr}")
        for name in names:
            begun, ended = ago(-600, now), ago(-3000, now)
            status = chance.choice(["completed"] * 4 + ["failed"])
            conn.execute(
                "INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat, completed_at) VALUES (?, ?, ?, ?, ?, ?)",
                (f"again-{name}-{day}", name, status, begun, ended, ended),
            )
            conn.execute(
                "UPDATE tasks SET status = ?, active_run_id = '', updated_at = ? WHERE id = ?",
                ("done" if status == "completed" else "failed", ended, name),
            )
        conn.commit()


def many(path, count):
    """So many tasks at work, each heard of at another moment, and one zombie."""
    with contextlib.closing(new(path)) as conn:
        for place in range(count):
            task(conn, f"task-{place:05}", heartbeat=place * 600 / count)
        # To the microsecond, so that each is silent for another time.
        conn.execute(
            "UPDATE task_runs SET last_heartbeat = replace(last_heartbeat, 'Z', printf('.%06dZ', 999999 - rowid))"
        )
        task(conn, "dead", heartbeat=2000)
        conn.commit()


def hostile(path):
    """Names that would break a careless page, alive and dead."""
    with contextlib.closing(new(path)) as conn:
        conn.execute("UPDATE projects SET name = ? WHERE id = 'p2'", ("</option><script>document.title='taken'</script>\u202e",))
        for place, name in enumerate(HOSTILE):
            task(conn, name, project="p2", heartbeat=2000 if place % 2 else 100, slot="<b>\u202eslot</b>")
            task(conn, f"{name} ", project="p2", heartbeat=100 if place % 2 else 2000)
        conn.execute(
            "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, updated_at)"
            " VALUES ('<i>undecided', 'p2', '', 'running', '<u>run', ?, ?)",
            (ago(9e6), ago(9e6)),
        )
        conn.execute(
            "INSERT INTO task_runs (id, task_id, status, started_at, last_heartbeat) VALUES ('<u>run', '<i>undecided', 'running',"
            " '<script>document.title=1</script>', '<img src=x>')"
        )
        conn.commit()
