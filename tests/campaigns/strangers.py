"""Clients that no server wishes for. After each of them it must serve the next honest one.

Each is a function of the server, a source of chance, and how much of it; it returns what is to be said and what is wrong.
"""

import contextlib
import json
import random
import resource
import select
import socket
import string
import time
import urllib.parse

import server as serving

# What a header may take, and what it may take to notice.
HEADER_S, NOTICE_S = 5, 4
# As many as it serves at a time.
CONNECTIONS = 256
BODY = 64 * 1024


def is_well(server, within_s):
    """Sentences where it does not answer the next honest client in time."""
    took = server.await_answer(within_s, "/v1/plan?limit=5", token="read")
    if took is None:
        return [f"no plan within {within_s} s: {server.get('/v1/plan?limit=5', timeout=5)}"]
    return []


def open_(sock):
    """Whether the other side still holds this connection."""
    try:
        if not select.select([sock], [], [], 0)[0]:
            return True
        return bool(sock.recv(65536)) and open_(sock)
    except OSError:
        return False


@contextlib.contextmanager
def connections(server, count):
    """So many, as far as they come about at once."""
    socks = []
    try:
        for _ in range(count):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", server.port))
            socks.append(sock)
        yield socks
    finally:
        for sock in socks:
            sock.close()


def slow(server, _rng, count):
    """a byte of a header a second"""
    wrong, data = [], server.head("GET", "/v1/plan", "read")
    with connections(server, count) as socks:
        began = time.monotonic()
        # Where there are more than it takes at a time, the last have their turn after the first.
        for at in range((count // CONNECTIONS + 1) * (HEADER_S + 1) + NOTICE_S):
            for sock in socks:
                with contextlib.suppress(OSError):
                    sock.send(data[at : at + 1])
            # While there is room beside them, nobody else notices.
            if count < CONNECTIONS and (took := time_of(server)) > 2:
                wrong.append(f"with {count} of them an honest client waited {took:.1f} s")
            time.sleep(max(0, began + at + 1 - time.monotonic()))
            left = sum(open_(sock) for sock in socks)
            if left == 0:
                break
        took = time.monotonic() - began
        if left:
            wrong.append(f"{left} of {count} are still there after {took:.0f} s")
        wrong += is_well(server, HEADER_S + NOTICE_S)
    return f"{count} connections, the last let go after {took:.0f} s", wrong


def time_of(server):
    began = time.monotonic()
    server.get("/v1/plan?limit=5")
    return time.monotonic() - began


def half_open(server, _rng, count):
    """nothing sent; half a body; answers that nobody reads; a side that is closed"""
    wrong = []
    begun = server.head("POST", "/v1/plans", "write", ["Content-Type: application/json", "Content-Length: 1000"]) + b"{"
    unread = server.head("GET", "/v1/plan?limit=1000", "read")
    with connections(server, count) as mute, connections(server, count) as halves, connections(server, count) as deaf:
        time.sleep(0.2)
        for sock in halves:
            sock.send(begun)
        for sock in deaf:
            with contextlib.suppress(OSError):
                sock.send(unread * 50)
        if (took := time_of(server)) > 2:
            wrong.append(f"an honest client waited {took:.1f} s beside {3 * count} that stall")
        began = time.monotonic()
        kinds = {"mute": mute, "half a body": halves, "deaf": deaf}
        while time.monotonic() < began + 30 and any(open_(sock) for sock in mute + halves):
            time.sleep(0.2)
        took = time.monotonic() - began
        for kind in ("mute", "half a body"):
            if left := sum(open_(sock) for sock in kinds[kind]):
                wrong.append(f"{left} connections of the sort {kind!r} are still there after {took:.0f} s")
    with contextlib.closing(server.connect()) as sock:
        sock.sendall(server.head("GET", "/v1/plan?limit=5", "read"))
        sock.shutdown(socket.SHUT_WR)
        answer = serving.read_answer(sock)
        if answer.status != 200:
            wrong.append(f"one that is done sending got no answer: {answer}")
    return f"{count} of each; the last stalled one was let go after {took:.1f} s", wrong + is_well(server, 5)


def oversize(server, _rng, _count):
    """bodies, headers and addresses beyond all measure"""
    host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    as_json = ["Content-Type: application/json"]
    chunked = server.head("POST", "/v1/plans", "write", [*as_json, "Transfer-Encoding: chunked"])
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    body = server.head("POST", "/v1/plans", "write", [*as_json, f"Content-Length: {BODY + 1}"])
    told = server.head("POST", "/v1/plans", "write", [*as_json, f"Content-Length: {10**18}"])
    # What it is, the bytes, the statuses that may answer them; 0 is a connection that is closed.
    tries = [
        ("a body of 64 KiB and one byte", body + b" " * (BODY + 1), (413,)),
        ("a body of 4 MiB in chunks", chunked + chunk * 128 + b"0\r\n\r\n", (413,)),
        ("a body that is said to be endless", told + b"{", (413,)),
        ("a header of 8 MiB", b"GET /livez HTTP/1.1\r\n" + host + b"X: " + b"x" * 2**23 + b"\r\n\r\n", (0, 400, 431)),
        ("a million headers", b"GET /livez HTTP/1.1\r\n" + host + b"X: x\r\n" * 10**6 + b"\r\n", (0, 400, 431)),
        ("an address of 1 MiB", b"GET /" + b"x" * 2**20 + b" HTTP/1.1\r\n" + host + b"\r\n", (0, 400, 414, 431)),
        ("an id of 3 KiB", server.head("GET", "/v1/explain?task=" + "x" * 3072, "read", ["Connection: close"]), (422,)),
    ]
    wrong = []
    for what, data, allowed in tries:
        answer = server.send(data)
        if answer.status not in allowed:
            wrong.append(f"{what}: {answer}")
        wrong += [f"after {what}: {text}" for text in is_well(server, 3)]
    return f"{len(tries)} of them", wrong


def malformed(server, rng, count):
    """what is no HTTP, or none that two readers would read alike"""
    host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    ends = b"Connection: close\r\n\r\n"
    told = [
        b"GET /livez HTTP/1.1\r\n" + ends,
        b"GET /livez HTTP/1.1\r\n" + host + host + ends,
        b"GET /livez HTTP/1.1\r\nHost: evil.example\r\n" + ends,
        b"GET http://evil.example/livez HTTP/1.1\r\n" + host + ends,
        b"GET /livez\r\n\r\n",
        b"GET /%zz%00 HTTP/1.1\r\n" + host + ends,
        b"GET /livez HTTP/1.1\r\n" + host + b"X: a\r\n folded\r\n" + ends,
        b"GET /livez HTTP/1.1\r\n" + host + b"X : a\r\n" + ends,
        b"GET /livez HTTP/9.9\r\n" + host + ends,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(200),
        b"POST /v1/plans HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + ends + b"0\r\n\r\n",
        b"POST /v1/plans HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n" + ends + b"{}    ",
        b"POST /v1/plans HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n" + ends,
    ]
    honest = server.head("GET", "/v1/plan?limit=5", None, ["Connection: close"])
    for _ in range(count):
        data = bytearray(honest)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 4))
        told.append(bytes(data) + b"\r\n\r\n")
        told.append(rng.randbytes(rng.randint(1, 400)) + b"\r\n\r\n")
    wrong = []
    for data in told:
        answer = server.send(data, timeout=HEADER_S + NOTICE_S)
        is_timeout = b"imeout" in answer.body and answer.status == 0
        # Without a token nothing but the probes may answer well.
        is_probe = answer.status in (200, 204) and b"livez" in data and b"evil" not in data
        if is_timeout or not (is_probe or answer.status == 0 or 400 <= answer.status < 500 or answer.status == 505):
            wrong.append(f"{data[:200]!r}: {answer}")
    return f"{len(told)} requests", wrong + is_well(server, 3)


ALPHABET = string.ascii_letters + string.digits + "-_=+/.%\x00\n'\"<>{}[]é😀"


def garble(rng, text):
    """Something like it, and now and then nothing like it."""
    if not text or rng.random() < 0.3:
        return "".join(rng.choice(ALPHABET) for _ in range(rng.choice((0, 1, 8, 32, 33, 200, 4000))))
    letters = list(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(letters))
        letters[at : at + rng.randint(0, 2)] = rng.choice(ALPHABET)
    return "".join(letters)


def another(rng, plan):
    """One that looks just like it."""
    return "".join(rng.choice("0123456789abcdef") for _ in plan)


def forged(server, rng, count):
    """cursors and plans that were never given out"""
    wrong, seen = [], {}
    page = server.get("/v1/plan?limit=1").json() or {}
    for _ in range(count):
        cursor = garble(rng, page.get("next") or "")
        path = rng.choice(("/v1/plan", "/v1/history")) + "?limit=1&cursor=" + urllib.parse.quote(cursor, safe="")
        answer = server.get(path)
        seen[answer.status] = seen.get(answer.status, 0) + 1
        if answer.status not in (200, 404, 414, 422, 431):
            wrong.append(f"GET {path[:200]}: {answer}")
    kept = server.post("/v1/plans", {}, token="write")
    plan = (kept.json() or {}).get("plan_id", "")
    if kept.status != 201 or not plan:
        wrong.append(f"POST /v1/plans: {kept}")
    for _ in range(max(5, count // 10)):
        guess = garble(rng, plan) if rng.random() < 0.5 else another(rng, plan)
        answer = server.post("/v1/sweeps", {"plan_id": guess}, token="write")
        seen[answer.status] = seen.get(answer.status, 0) + 1
        if answer.status == 429:
            time.sleep(float(answer.headers.get("retry-after", 1)))
        elif guess != plan and answer.status not in (404, 422):
            wrong.append(f"a sweep of the plan {guess[:60]!r}: {answer}")
    for what in ("read", "mcp", None, "nobody's"):
        answer = server.post("/v1/sweeps", {"plan_id": plan}, token=what)
        if answer.status not in (401, 403):
            wrong.append(f"a sweep with the token {what}: {answer}")
    return "answers " + json.dumps(dict(sorted(seen.items()))), wrong + is_well(server, 3)


def crowd(server, _rng, count):
    """ten thousand at once, who say nothing"""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, count + 100), max(hard, count + 100)))
    count = min(count, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100)
    wrong = []
    with connections(server, count):
        time.sleep(2)
        if not server.is_alive():
            wrong.append(f"it is gone: {server.words()}")
    # What the kernel had accepted in its stead goes by at once, as it is closed.
    wrong += is_well(server, HEADER_S + NOTICE_S)
    return f"{count:,} connections, {server.peak_mib():.1f} MiB at most", wrong


SORTS = (slow, half_open, oversize, malformed, forged, crowd)
# How many of each.
MUCH = {slow: (200, 600), half_open: (60,), oversize: (1,), malformed: (200,), forged: (300,), crowd: (10_000,)}


def meet(server, seed, is_quick):
    """All of them, one after the other."""
    violations = []
    for sort in SORTS:
        for much in MUCH[sort]:
            if is_quick and sort in (malformed, forged):
                much //= 4
            said, wrong = sort(server, random.Random(seed), much)
            print(f"{sort.__doc__}: {said}", flush=True)
            violations += [f"{sort.__doc__}: {text}" for text in wrong]
    return violations
