"""A `zombie-sweeper serve` at work, and what a campaign asks of it over bare sockets.

    server = Server(binary, path, folder)
    server.get("/v1/plan").status             # with the token that reads
    server.get("/readyz", token=None)         # as a stranger
    server.post("/v1/sweeps", {}, token="write")
    server.peak_mib()
    server.end()                              # SIGTERM; how long it took
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

KINDS = ("read", "mcp", "write")
# How long it may take to end, clients or not.
ENDS_WITHIN_S = 5


@dataclass
class Answer:
    """What came back; status 0 where nothing did, with the reason as the body."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def detail(self):
        """What a problem says that it is."""
        found = self.json()
        return found.get("detail") if isinstance(found, dict) else None

    def __str__(self):
        return f"{self.status} {self.body[:300]!r}"


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def complete(data):
    """The first answer in the data, whole, and how many bytes it took; None where some are still to come."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = bytes(data[:end]).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status, at = int(first.split()[1]), end + 4
    if headers.get("transfer-encoding") == "chunked":
        body = bytearray()
        while True:
            line = data.find(b"\r\n", at)
            if line < 0:
                return None
            size = int(bytes(data[at:line]).split(b";")[0], 16)
            if len(data) < line + 2 + size + 2:
                return None
            body += data[line + 2 : line + 2 + size]
            at = line + 2 + size + 2
            if size == 0:
                return Answer(status, headers, bytes(body)), at
    size = int(headers.get("content-length", 0))
    if len(data) < at + size:
        return None
    return Answer(status, headers, bytes(data[at : at + size])), at + size


def read_answer(sock):
    """One answer from a socket, whatever it is; status 0 where the other side is done or silent before it is whole."""
    data = bytearray()
    try:
        while (found := complete(data)) is None:
            more = sock.recv(65536)
            if not more:
                return Answer(0, body=b"closed after " + bytes(data[:200]))
            data += more
    except (OSError, ValueError) as error:
        return Answer(0, body=f"{error!r} after {bytes(data[:200])!r}".encode())
    return found[0]


class Server:
    """The process, its tokens, and what it says on standard error."""

    def __init__(self, binary, path, folder, *args, environment=()):
        self.port = free_port()
        state = folder / "state"
        state.mkdir(exist_ok=True, mode=0o700)
        command = [str(binary), "serve", "--db", str(path), "--listen", f"127.0.0.1:{self.port}", *map(str, args)]
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("ZOMBIE_SWEEPER_")}
        env = inherited | {"STATE_DIRECTORY": str(state)} | dict(environment)
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, errors="replace", env=env, **pipes)
        self.said, self.wrong = [], []
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        if not self.await_answer(30):
            self.process.kill()
            raise RuntimeError(f"it does not answer: {self.words()}")
        self.tokens = {kind: (state / f"{kind}.token").read_text().strip() for kind in KINDS}

    def read_log(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip())

    def words(self):
        return " / ".join(self.said[-20:])

    def await_answer(self, seconds, path="/livez", status=200, token=None):
        """Asks until it answers so; how long that took, None where it never does."""
        began = time.monotonic()
        while time.monotonic() < began + seconds and self.process.poll() is None:
            if self.get(path, token=token, timeout=5).status == status:
                return max(time.monotonic() - began, 0.001)
            time.sleep(0.05)
        return None

    def connect(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def head(self, method, path, token, more=()):
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept: application/json", *more]
        if token:
            lines.append(f"Authorization: Bearer {self.tokens.get(token, token)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, data, timeout=10):
        """Sends these bytes on a connection of their own, and reads an answer."""
        try:
            with contextlib.closing(self.connect(timeout)) as sock:
                # A server that has heard enough answers and closes: what it answered is to be read all the same.
                with contextlib.suppress(ConnectionError):
                    sock.sendall(data)
                return read_answer(sock)
        except OSError as error:
            return Answer(0, body=repr(error).encode())

    def get(self, path, token="read", timeout=10):
        return self.send(self.head("GET", path, token, ["Connection: close"]), timeout)

    def post(self, path, body, token="write", timeout=30, more=()):
        data = json.dumps(body).encode()
        lines = ["Connection: close", "Content-Type: application/json", f"Content-Length: {len(data)}", *more]
        return self.send(self.head("POST", path, token, lines) + data, timeout)

    def peak_mib(self):
        status = open(f"/proc/{self.process.pid}/status", encoding="ascii").read()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def is_alive(self):
        return self.process.poll() is None

    def end(self):
        """Has it end; how long that took."""
        began = time.monotonic()
        if not self.is_alive():
            self.wrong.append(f"it ended by itself with {self.process.returncode}: {self.words()}")
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(ENDS_WITHIN_S + 15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        took = time.monotonic() - began
        if took > ENDS_WITHIN_S:
            self.wrong.append(f"SIGTERM ended it after {took:.1f} s only")
        if self.process.returncode != 0:
            self.wrong.append(f"SIGTERM ended it with {self.process.returncode}: {self.words()}")
        self.reader.join(5)
        leaked = [kind for kind, token in self.tokens.items() if token in "\n".join(self.said)]
        if leaked:
            self.wrong.append(f"its log tells the token {leaked}")
        panics = [line for line in self.said if "panicked" in line]
        self.wrong += panics[:3]
        return took
