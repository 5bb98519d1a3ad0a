"""Puts a server behind each proxy as docs/serving.md says, and looks at what comes through; see run --help."""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

sys.dont_write_bytecode = True  # no litter in the repository
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests" / "campaigns"))

import server as serving
import watcher

NAME = "sweeper.example"
PAGE = (ROOT / "docs" / "serving.md").read_text()
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


def block(language):
    """The one example of that language on the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return found


def changed(text, *changes):
    """The text with each of these put in the place of another, which must be there."""
    for was, put in changes:
        assert was in text, f"docs/serving.md has no {was!r} any more"
        text = text.replace(was, put)
    return text


class Proxy:
    """What speaks TLS in front of the server, and how it is called."""

    def __init__(self, command, port, certificate):
        self.port, self.trusted = port, ssl.create_default_context(cafile=certificate)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), self.connect():
                return
            time.sleep(0.05)
        self.process.kill()
        sys.exit(f"error: {command[0]} does not start: {self.process.stderr.read()}")

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=15)
        return self.trusted.wrap_socket(plain, server_hostname=NAME)

    def call(self, method, path, credentials=None, body=None, host=NAME, **more):
        with self.connect() as sock:
            sock.sendall(request(method, path, credentials, body, f"{host}:{self.port}", **more))
            return serving.read_answer(sock)

    def end(self):
        # Not told to: both would wait for streams that their server holds open.
        self.process.kill()
        self.process.wait()


def request(method, path, credentials, body, host, **more):
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Host": host, **({"Authorization": credentials} if credentials else {})}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": len(data)}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return f"{method} {path} HTTP/1.1\r\n".encode() + b"".join(
        f"{name}: {value}\r\n".encode() for name, value in headers.items()
    ) + b"\r\n" + data


def bearer(token):
    return f"Bearer {token}"


def basic(token):
    return "Basic " + base64.b64encode(f"anybody:{token}".encode()).decode()


def nginx(folder, port, to, certificate, key):
    site = changed(
        block("nginx"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8639", f"127.0.0.1:{to}"),
        ("/etc/ssl/sweeper.example.pem", str(certificate)),
        ("/etc/ssl/sweeper.example.key", str(key)),
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    written = folder / "nginx.conf"
    written.write_text(
        f"{user}daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    )
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(written)]


def caddy(folder, port, to, certificate, key):
    site = changed(
        block("caddyfile"),
        ("sweeper.example {", f"{NAME}:{port} {{\n    bind 127.0.0.1\n    tls {certificate} {key}"),
        ("127.0.0.1:8639", f"127.0.0.1:{to}"),
    )
    written = folder / "Caddyfile"
    written.write_text("{\n    admin off\n    auto_https disable_redirects\n}\n" + site)
    home = ["env", f"HOME={folder}", f"XDG_DATA_HOME={folder}", f"XDG_CONFIG_HOME={folder}"]
    return [*home, "caddy", "run", "--adapter", "caddyfile", "--config", str(written)]


def check(proxy, tokens):
    """What must come through, and what must not: sentences, none where all is well."""
    here = f"https://{NAME}:{proxy.port}"
    read, write, mcp = (tokens[kind] for kind in ("read", "write", "mcp"))
    full = b" " * (64 * 1024 + 1)
    tries = [
        ("a probe", 200, proxy.call("GET", "/livez")),
        ("no token", 401, proxy.call("GET", "/v1/plan")),
        ("a token that is none", 401, proxy.call("GET", "/v1/plan", bearer("x" * 43))),
        ("to read", 200, proxy.call("GET", "/v1/plan", bearer(read))),
        ("to read, as a browser", 200, proxy.call("GET", "/", basic(read), Accept="text/html")),
        ("the metrics", 200, proxy.call("GET", "/metrics", bearer(read))),
        ("MCP's token elsewhere", 403, proxy.call("GET", "/v1/plan", bearer(mcp))),
        ("to write with the token that reads", 403, proxy.call("POST", "/v1/plans", bearer(read), {})),
        ("to write", 201, proxy.call("POST", "/v1/plans", bearer(write), {})),
        ("to write from our page", 201, proxy.call("POST", "/v1/plans", bearer(write), {}, Origin=here)),
        ("from another page", 403, proxy.call("POST", "/v1/plans", basic(write), {}, Origin="https://evil.example")),
        ("from another scheme", 403, proxy.call("POST", "/v1/plans", basic(write), {}, Origin=here.replace("s:", ":", 1))),
        ("a body that is too large", 413, proxy.call("POST", "/v1/plans", bearer(write), full)),
    ]
    wrong = [f"{what}: expected {status}, found {answer}" for what, status, answer in tries if answer.status != status]
    other = proxy.call("GET", "/v1/plan", bearer(read), host="evil.example")
    # Caddy has no such site, and says so with an empty 200.
    if other.status == 200 and other.body:
        wrong.append(f"by another name: {other}")
    return wrong + check_stream(proxy, mcp)


def check_stream(proxy, token):
    """A stream of MCP that comes while it is open."""
    both = "application/json, text/event-stream"
    begun = proxy.call("POST", "/mcp", bearer(token), INITIALIZE, Accept=both)
    session = begun.headers.get("mcp-session-id")
    if begun.status != 200 or not session:
        return [f"MCP: {begun}"]
    with proxy.connect() as sock:
        more = {"Mcp_Session_Id": session, "MCP_Protocol_Version": "2025-11-25"}
        sock.sendall(request("GET", "/mcp", bearer(token), None, f"{NAME}:{proxy.port}", Accept="text/event-stream", **more))
        try:
            data = sock.recv(4096)
        except TimeoutError:
            return ["a stream of MCP is held back"]
    return [] if data.startswith(b"HTTP/1.1 200") else [f"a stream of MCP: {data[:200]!r}"]


def check_router(server):
    """docs/fastapi_router.py in an application of its own."""
    os.environ |= {"SWEEPER_URL": f"http://127.0.0.1:{server.port}", "SWEEPER_TOKEN": server.tokens["read"]}
    sys.path.append(str(ROOT / "docs"))
    import fastapi
    import fastapi_router
    import httpx

    app = fastapi.FastAPI()
    app.include_router(fastapi_router.router)

    async def ask():
        wrong = []
        inside = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=inside, base_url="http://app/sweeper/") as client, fastapi_router.server:
            plan, direct = await client.get("plan?limit=5"), server.get("/v1/plan?limit=5").json() or {}
            if plan.status_code != 200 or plan.json()["task_ids"] != direct.get("task_ids"):
                wrong.append(f"GET /sweeper/plan: {plan.status_code} {plan.text[:300]}")
            for path, status in (("plan?limit=no", 422), ("explain?task=nobody", 404), ("nothing", 404), ("..%2fmetrics", 404)):
                answer = await client.get(path)
                if answer.status_code != status or "detail" not in answer.json():
                    wrong.append(f"GET /sweeper/{path}: {answer.status_code} {answer.text[:300]}")
            kept = await client.post("plans", json={})
            if kept.status_code != 403:
                wrong.append(f"POST /sweeper/plans with the token that reads: {kept.status_code} {kept.text[:300]}")
            fastapi_router.server.headers["Authorization"] = bearer(server.tokens["write"])
            kept = await client.post("plans", json={"project": "SciDEX"})
            if kept.status_code != 201 or "plan_id" not in kept.json():
                wrong.append(f"POST /sweeper/plans: {kept.status_code} {kept.text[:300]}")
            else:
                read = await client.get(f"plans/{kept.json()['plan_id']}")
                if read.status_code != 200 or read.json()["plan_id"] != kept.json()["plan_id"]:
                    wrong.append(f"GET /sweeper/plans/ID: {read.status_code} {read.text[:300]}")
            fastapi_router.server.base_url = f"http://127.0.0.1:{serving.free_port()}"
            down = await client.post("sweeps", json={})
            if down.status_code != 502 or "cannot be reached" not in down.json()["detail"]:
                wrong.append(f"POST /sweeper/sweeps of a server that is down: {down.status_code} {down.text[:300]}")
            wrong.extend(await check_no_answer(client, fastapi_router.server))
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            app.openapi()
        wrong += [f"the application's openapi(): {warning.message}" for warning in said]
        return wrong

    return asyncio.run(ask())


async def check_no_answer(client, to):
    """A server that takes the request and goes away: nobody knows then what was done. The unit's would have answered in time."""
    waits = []

    async def asked(request):
        waits.append(request.extensions["timeout"]["read"])

    async def hang_up(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    to.event_hooks = {"request": [asked]}
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as gone:
        to.base_url = f"http://127.0.0.1:{gone.sockets[0].getsockname()[1]}"
        answer = await client.post("sweeps", json={})
    wrong = []
    if answer.status_code != 504 or "may have been done" not in answer.json()["detail"]:
        wrong.append(f"POST /sweeper/sweeps that nobody answers: {answer.status_code} {answer.text[:300]}")
    unit = (ROOT / "systemd/zombie-sweeper-serve.service").read_text()
    looks_twice = int(re.search(r"ZOMBIE_SWEEPER_CONFIRM=(\d+)s", unit)[1])
    if waits[0] is not None and waits[0] < 2 * looks_twice:
        wrong.append(f"POST /sweeper/sweeps is waited for {waits[0]} s; with the unit's --confirm it takes {looks_twice} s and more")
    return wrong


def check_prometheus(folder, token):
    """What Prometheus is to be told is what it understands."""
    file = folder / "token"
    file.write_text(token)
    written = folder / "prometheus.yml"
    written.write_text(changed(block("yaml"), ("/etc/prometheus/zombie-sweeper.token", str(file))))
    run = subprocess.run(["promtool", "check", "config", str(written)], capture_output=True, text=True, check=False)
    return [] if run.returncode == 0 else [f"promtool: {run.stdout}{run.stderr}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", action="append", default=[], help="what cannot be had here")
    without = parser.parse_args().without
    for what in without:
        print(f"SKIPPED: {what}, which cannot be had here")
    binary = os.environ["ZOMBIE_SWEEPER"]
    wrong = []
    with tempfile.TemporaryDirectory(prefix="serving-") as name:
        folder = pathlib.Path(name)
        path = folder / "queue.db"
        watcher.build(path, ["alive"])
        with watcher.connect(path) as conn:
            watcher.run(conn, ["dead"], time.time())
            conn.execute("UPDATE task_runs SET status = 'failed', completed_at = started_at WHERE task_id = 'dead'")
        certificate, key = folder / "cert.pem", folder / "key.pem"
        proxies = [proxy for proxy in (nginx, caddy) if not {proxy.__name__, "openssl"} & set(without)]
        if proxies:
            subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
            new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            subprocess.run([*new, "-days", "2", *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        for proxy in proxies:
            place = folder / proxy.__name__
            place.mkdir()
            port = serving.free_port()
            server = serving.Server(binary, path, place, "--no-watch", "--behind-tls", "--allowed-hosts", NAME)
            before = Proxy(proxy(place, port, server.port, certificate, key), port, certificate)
            found = check(before, server.tokens)
            before.end()
            server.end()
            print(f"{proxy.__name__}: {'as it should be' if not found else 'wrong'}", flush=True)
            wrong += [f"{proxy.__name__}: {text}" for text in found + server.wrong]
        server = serving.Server(binary, path, folder, "--no-watch")
        if "fastapi" not in without:
            wrong += [f"FastAPI: {text}" for text in check_router(server)]
        if "promtool" not in without:
            wrong += check_prometheus(folder, server.tokens["read"])
        server.end()
        wrong += server.wrong
    for text in wrong:
        print(f"WRONG: {text}")
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
