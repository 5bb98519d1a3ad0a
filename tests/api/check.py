"""Starts a server on a queue whose workers die all the time, and holds it to its document. See run."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

PROGRAM = os.environ["ZOMBIE_SWEEPER"]
EXAMPLES = os.environ.get("EXAMPLES", "200")
HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "openapi.json"


def queue(folder: Path) -> Path:
    """The demo's queue."""
    database = folder / "orchestra.db"
    scratch = folder / "demo"
    scratch.mkdir()
    subprocess.run(
        [PROGRAM, "demo", "--keep"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    (made,) = scratch.glob("*/orchestra.db")
    with sqlite3.connect(made) as source, sqlite3.connect(database) as target:
        source.backup(target)
    return database


def die_again(database: Path, ended: threading.Event) -> None:
    """Puts the queue back to where its workers had just died, once a second."""
    before = database.with_name("before.db")
    shutil.copy(database, before)
    connection = sqlite3.connect(database, timeout=30, isolation_level=None)
    connection.execute("ATTACH ? AS before", (str(before),))
    while not ended.wait(1):
        connection.execute("BEGIN IMMEDIATE")
        for table in ("tasks", "task_runs", "workspaces"):
            connection.execute(f"REPLACE INTO main.{table} SELECT * FROM before.{table}")
        connection.execute("COMMIT")
    connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url: str, token: str) -> bytes:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def start(folder: Path, database: Path) -> tuple[subprocess.Popen, str, str]:
    address = f"127.0.0.1:{free_port()}"
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    environment.pop("STATE_DIRECTORY", None)
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [PROGRAM, "serve", "--no-watch", "--db", database, "--listen", address, "--park-after", "3"],
        env=environment,
        stdout=log,
        stderr=log,
    )
    for _ in range(100):
        time.sleep(0.1)
        try:
            urllib.request.urlopen(f"http://{address}/livez", timeout=1).read()
            break
        except OSError:
            assert server.poll() is None, (folder / "log").read_text()
    token = (folder / "state" / "zombie-sweeper" / "write.token").read_text().strip()
    return server, f"http://{address}", token


def validate(path: Path) -> bool:
    return subprocess.run([sys.executable, "-m", "openapi_spec_validator", path]).returncode == 0


def withstand(url: str, token: str) -> bool:
    command = [
        "schemathesis",
        f"--config-file={HERE / 'schemathesis.toml'}",
        "run",
        f"{url}/openapi.json",
        "--checks=all",
        f"--max-examples={EXAMPLES}",
        "--continue-on-failure",
        "--generation-database=none",
        "--no-color",
        f"--header=Authorization: Bearer {token}",
    ]
    return subprocess.run(command).returncode == 0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        database = queue(folder)
        server, url, token = start(folder, database)
        ended = threading.Event()
        dying = threading.Thread(target=die_again, args=(database, ended))
        dying.start()
        try:
            served = folder / "openapi.json"
            served.write_bytes(fetch(f"{url}/openapi.json", token))
            same = json.loads(served.read_bytes()) == json.loads(DOCUMENT.read_bytes())
            if not same:
                print("the document that is served is not that of docs/", file=sys.stderr)
            valid = validate(served) and validate(DOCUMENT)
            withstood = withstand(url, token)
            lives = server.poll() is None
        finally:
            ended.set()
            dying.join()
            server.terminate()
            code = server.wait(timeout=10)
        log = (folder / "log").read_text()
        calm = "panic" not in log and token not in log
        if not (lives and code in (0, 143) and calm):
            print(f"the server ended with {code}, and said:\n{log}", file=sys.stderr)
        with sqlite3.connect(database) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        good = same and valid and withstood and lives and calm and sound == "ok"
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
