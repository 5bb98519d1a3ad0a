"""The real server, on a queue of its own."""

import contextlib
import os
import pathlib
import re
import secrets
import subprocess
import tempfile
import time

SWEEPER = os.environ["ZOMBIE_SWEEPER"]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("ZOMBIE_SWEEPER", "ORCHESTRA_DB", "NOTIFY_SOCKET", "LISTEN_"))
}
# How long a program that is started may take to answer, in seconds: far longer than it does.
PATIENCE = 60


class Server:
    """Where it is, and what opens it."""

    def __init__(self, address, tokens, database):
        self.address, self.tokens, self.database = address, tokens, database

    def url(self, path="/"):
        return f"http://{self.address}{path}"

    def url_with(self, kind, path="/"):
        """With a token in the place of the password, as a person would type it into the browser's question."""
        return f"http://anybody:{self.tokens[kind]}@{self.address}{path}"


@contextlib.contextmanager
def serving(build, *options):
    """A server of the queue that `build` makes at the path that it is given."""
    with tempfile.TemporaryDirectory(prefix="zombie-sweeper-page-") as folder:
        folder = pathlib.Path(folder)
        database = folder / "orchestra.db"
        build(database)
        tokens = {kind: secrets.token_hex(32) for kind in ("read", "mcp", "write")}
        files = []
        for kind, token in tokens.items():
            path = folder / f"{kind}.token"
            path.touch(mode=0o600)
            path.write_text(token)
            files += ["--token-file", f"{kind}={path}"]
        command = [SWEEPER, "--db", database.name, "serve", "--listen", "127.0.0.1:0", "--no-watch", *files, *options]
        log = folder / "log"
        with log.open("w") as stderr, subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=stderr, stderr=stderr) as process:
            try:
                yield Server(address(process, log), tokens, database)
                said = log.read_text()
                for kind, token in tokens.items():
                    if token in said:
                        raise SystemExit(f"failed: the {kind} token is in the log")
            finally:
                process.terminate()


def address(process, log):
    """Where it says that it listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := re.search(r"http://([0-9.]+:[0-9]+)", log.read_text()):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"failed: the server does not answer: {log.read_text()}")
