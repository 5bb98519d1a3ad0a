"""A worker process that sends heartbeats for its live runs until it is told to end (SIGTERM), and prints what each took.

Usage: heartbeats.py DATABASE NUMBER WORKERS
"""

import itertools
import json
import signal
import sqlite3
import sys
import time

path, number, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(True))
conn = sqlite3.connect(path, timeout=5, isolation_level=None)
live = conn.execute(
    "SELECT id FROM task_runs WHERE status = 'running' AND last_heartbeat > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-10 minutes')"
).fetchall()[number :: workers]
print("ready", flush=True)

writes = []
for (run_id,) in itertools.cycle(live):
    if over:
        break
    began = time.monotonic()
    try:
        conn.execute(
            "UPDATE task_runs SET last_heartbeat = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?", (run_id,)
        )
        done = True
    except sqlite3.OperationalError:
        done = False
    writes.append((began, time.monotonic() - began, done))
    time.sleep(0.005)
print(json.dumps(writes))
