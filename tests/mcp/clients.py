"""The client library for Python, as programs use it, against the program: both protocols, both ways to reach it."""

import argparse
import asyncio
import contextlib
import logging
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

import httpx2
import mcp_types as types
import queue_of
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

PROTOCOLS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
YES = types.ElicitResult(action="accept", content={"confirm": True})
NO = types.ElicitResult(action="decline")
UNTICKED = types.ElicitResult(action="accept", content={"confirm": False})
HOSTILE = "t`\n\n# Agreed already\u202e <script>alert(1)</script> " + "x" * 5000


class Person:
    """Whoever sits at the client."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def __call__(self, _context, params):
        self.asked.append(params)
        return self.answer() if callable(self.answer) else self.answer


class Stdio:
    """The program as a client starts it."""

    name = "standard streams"

    def __init__(self, binary, database):
        self.binary, self.database = binary, database

    @contextlib.asynccontextmanager
    async def client(self, mode, person=None, options=()):
        args = ["--db", str(self.database), "mcp", *options]
        server = StdioServerParameters(command=str(self.binary), args=args)
        async with Client(server, mode=mode, elicitation_callback=person) as client:
            yield client

    def close(self):
        pass

    kill = close


class Http:
    """A server that runs, and clients that come to it."""

    name = "HTTP"

    def __init__(self, binary, database, options=(), by=()):
        self.database = database
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = database.parent / f"state-{self.port}"
        self.url = f"http://127.0.0.1:{self.port}"
        command = [*by, str(binary), "--db", str(database), "serve", "--no-watch", "--listen", f"127.0.0.1:{self.port}"]
        self.log = open(database.parent / f"log-{self.port}", "w+")
        self.process = subprocess.Popen(
            [*command, *options], stderr=self.log, env={"XDG_STATE_HOME": str(self.folder), "PATH": "/usr/bin:/bin"}
        )
        for _ in range(600):
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.url}/livez").status_code == 200:
                    break
            time.sleep(0.05)
        self.token = (self.folder / "zombie-sweeper" / "mcp.token").read_text().strip()

    @contextlib.asynccontextmanager
    async def client(self, mode, person=None):
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{self.url}/mcp", http_client=http)
            async with Client(transport, mode=mode, elicitation_callback=person) as client:
                yield client

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.terminate()
        began = time.monotonic()
        code = self.process.wait(30)
        took = time.monotonic() - began
        self.log.seek(0)
        log = self.log.read()
        check(code == 0, f"it ended with {code}: {log}")
        check(took < 5, f"it took {took} s to end")
        check(self.token not in log, "the token stands in the log")


def check(is_so, otherwise):
    if not is_so:
        raise AssertionError(otherwise)


def text(result):
    return result.content[0].text


async def plan(client):
    result = await client.call_tool("plan", {})
    check(not result.is_error, text(result))
    return result.structured_content["plan_id"]


async def refuses(client, plan_id):
    """That it is not swept, as a result that a model can read."""
    result = await client.call_tool("sweep", {"plan_id": plan_id})
    check(result.is_error, text(result))
    return text(result)


# ------------------------------------------------------------------------------------------------ what is checked of each


async def speaks_the_protocol(way, mode):
    async with way.client(mode, Person(NO)) as client:
        check(client.protocol_version == PROTOCOLS[mode], client.protocol_version)
        tools = (await client.list_tools()).tools
        check([tool.name for tool in tools][:2] == ["plan", "sweep"], tools)
        # The library holds each answer to the schema of its tool.
        for tool, arguments in [
            ("plan", {}),
            ("explain", {"task": "t1"}),
            ("history", {}),
            ("outcomes", {"suggest": True}),
            ("doctor", {}),
            ("schema", {}),
        ]:
            result = await client.call_tool(tool, arguments)
            check(not result.is_error, f"{tool}: {text(result)}")
        result = await client.call_tool("plan", {"projekt": "x"})
        check(result.is_error and "expected one of `project`" in text(result), text(result))


async def a_no_reaps_nothing(way, mode):
    for answer in [NO, UNTICKED, types.ElicitResult(action="cancel"), types.ElicitResult(action="accept")]:
        person = Person(answer)
        async with way.client(mode, person) as client:
            plan_id = await plan(client)
            check("nothing was reaped" in await refuses(client, plan_id), "it says so")
            check("there is no plan" in await refuses(client, plan_id), "the plan is used up")
            check(len(person.asked) == 1, person.asked)
    check(queue_of.reaped(way.database) == [], "reaped all the same")


async def who_cannot_ask_is_refused(way, mode):
    async with way.client(mode) as client:
        plan_id = await plan(client)
        check("--allow-unconfirmed" in await refuses(client, plan_id), "it says how")
    check(queue_of.reaped(way.database) == [], "reaped all the same")


async def what_is_forged_or_of_another_is_refused(way, mode):
    async with way.client(mode, Person(YES)) as client:
        check("there is no plan" in await refuses(client, "0" * 32), "forged")
        if mode == "legacy" or isinstance(way, Stdio):
            async with way.client(mode, Person(YES)) as other:
                plan_id = await plan(other)
                check("there is no plan" in await refuses(client, plan_id), "of another session")
    other_mode = "auto" if mode == "legacy" else "legacy"
    async with way.client(mode, Person(YES)) as client, way.client(other_mode, Person(YES)) as other:
        plan_id = await plan(other)
        check("there is no plan" in await refuses(client, plan_id), "of another protocol's session")
    check(queue_of.reaped(way.database) == [], "reaped all the same")


async def a_yes_reaps_the_plan_once(way, mode):
    """Last of all, as nothing is left then. One comes to life while the person thinks."""

    def answer():
        queue_of.beat(way.database, "t1")
        return YES

    person = Person(answer)
    async with way.client(mode, person) as client:
        plan_id = await plan(client)
        result = await client.call_tool("sweep", {"plan_id": plan_id})
        check(not result.is_error, text(result))
        check(result.structured_content["consent"] == "person", text(result))
        check("there is no plan" in await refuses(client, plan_id), "twice")
    check(queue_of.reaped(way.database) == sorted([HOSTILE, "t2"]), "not those of the plan that are zombies still")
    message = person.asked[0].message
    check("`t2`" in message and "3 tasks" in message, message)
    check(re.search(r"[\u202e\x00-\x09\x0b-\x1f]", message) is None, "control characters reach the person")
    check("\n# Agreed" not in message and len(message) < 2000, message)


async def many_at_once_sweep_a_plan_once(way, mode):
    person = Person(YES)
    async with way.client(mode, person) as client:
        plan_id = await plan(client)
        sweeps = [client.call_tool("sweep", {"plan_id": plan_id}) for _ in range(8)]
        results = await asyncio.gather(*sweeps)
        swept = [result for result in results if not result.is_error]
        check(len(swept) <= 1, f"{len(swept)} sweeps of one plan")
    check(len(queue_of.reaped(way.database)) in (0, 3), "half a plan")


CHECKS = [
    speaks_the_protocol,
    a_no_reaps_nothing,
    who_cannot_ask_is_refused,
    what_is_forged_or_of_another_is_refused,
    a_yes_reaps_the_plan_once,
]


# ------------------------------------------------------------------------------------------------------- of HTTP alone


async def a_stolen_session_needs_the_token(way):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    accept = {"Accept": "application/json, text/event-stream"}
    bearer = {"Authorization": f"Bearer {way.token}"}
    async with httpx2.AsyncClient(base_url=way.url, timeout=10) as http:
        response = await http.post("/mcp", json=hello, headers=accept | bearer)
        session = {"Mcp-Session-Id": response.headers["mcp-session-id"]}
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        response = await http.post("/mcp", json=call, headers=accept | session)
        check(response.status_code == 401, response.text)
        for kind in ["read", "write"]:
            token = (way.folder / "zombie-sweeper" / f"{kind}.token").read_text().strip()
            other = {"Authorization": f"Bearer {token}"}
            response = await http.post("/mcp", json=call, headers=accept | session | other)
            check(response.status_code == 403, f"{kind}: {response.text}")
        response = await http.get("/v1/plan", headers=bearer)
        check(response.status_code == 403, "the token of models opens more than /mcp")
        for evil in [{"Origin": "http://evil.example"}, {"Host": "evil.example"}]:
            response = await http.post("/mcp", json=call, headers=accept | bearer | session | evil)
            check(response.status_code in (403, 421), f"{evil}: {response.status_code}")


async def sessions_are_bounded(way):
    headers = {"Authorization": f"Bearer {way.token}", "Accept": "application/json, text/event-stream"}
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
    }
    refused = None
    async with httpx2.AsyncClient(base_url=way.url, headers=headers, timeout=10) as http:
        for _ in range(200):
            response = await http.post("/mcp", json=hello)
            if response.status_code == 503:
                refused = response
                break
            check(response.status_code in (200, 429), response.text)
            if response.status_code == 429:
                await asyncio.sleep(0.1)
    check(refused is not None and "retry-after" in refused.headers, "two hundred sessions are open")


# ------------------------------------------------------------------------------------------------------------- all of it


@contextlib.contextmanager
def a_queue(kind, binary, tasks):
    """A way to the program, on a queue of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = pathlib.Path(folder) / "queue.db"
        queue_of.zombies(database, tasks)
        way = kind(binary, database)
        try:
            yield way
        except BaseException:
            way.kill()
            raise
        way.close()


def run(binary):
    for mode in PROTOCOLS:
        for kind in [Stdio, Http]:
            with a_queue(kind, binary, ["t1", "t2", HOSTILE]) as way:
                for one in CHECKS:
                    asyncio.run(one(way, mode))
            with a_queue(kind, binary, ["t1", "t2", "t3"]) as way:
                asyncio.run(many_at_once_sweep_a_plan_once(way, mode))
            print(f"{kind.name}, {PROTOCOLS[mode]}: as it should be")
    with a_queue(Http, binary, ["t1"]) as way:
        asyncio.run(a_stolen_session_needs_the_token(way))
        asyncio.run(sessions_are_bounded(way))
    print("HTTP, who may come in: as it should be")
    stdio_options(binary)


def stdio_options(binary):
    async def swept(options):
        async with Stdio(binary, database).client("auto", options=options) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            try:
                return names, await client.call_tool("sweep", {"plan_id": await plan(client)})
            except MCPError as refused:
                return names, refused

    with tempfile.TemporaryDirectory() as folder:
        database = pathlib.Path(folder) / "queue.db"
        queue_of.zombies(database, ["t1"])
        names, refused = asyncio.run(swept(["--read-only", "--allow-unconfirmed"]))
        check("sweep" not in names and "--read-only" in str(refused), refused)
        check(queue_of.reaped(database) == [], "reaped all the same")
        _, result = asyncio.run(swept(["--allow-unconfirmed"]))
        check(result.structured_content["consent"] == "operator", text(result))
        check(queue_of.reaped(database) == ["t1"], "not reaped")
    print("what the operator allows: as it should be")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    # It warns of every session that it ends: it knows 200 and 204 for that, and not 202.
    logging.getLogger("mcp").setLevel(logging.ERROR)
    parser.add_argument("binary", type=pathlib.Path, help="the program")
    sys.exit(run(parser.parse_args().binary))
