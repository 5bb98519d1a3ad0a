#!/usr/bin/env python3
"""Asks a server more than anybody will, sends it clients that no server wishes for, and takes its database away.

Load: 200 questions a second, open loop, on 100,000 running tasks, with the watch on and while four workers write. No error; the 99th
of 100 answers of GET /v1/plan?limit=50 within 50 ms of when it was due; no more than 60 MiB; the longest wait of a worker as
without a server, which is measured in the same run.

Strangers: a byte of a header a second, half-open, oversize and malformed requests, forged plans and cursors, 10,000 connections.
The next honest client is served, and no token stands in the log.

End: SIGTERM with clients of every sort and open streams of MCP. Gone within 5 s, with 0.

Outages: the database gone, its folder gone, garbage in its place, replaced, locked, its write lock held, its disk full. 503 with the reason
to who has a token, without it to a stranger; then well without a restart, sound (PRAGMA integrity_check), and no task of a living
worker reaped. Needs the right to mount for the full disk, or says SKIPPED.
"""

import argparse
import concurrent.futures
import contextlib
import json
import multiprocessing
import pathlib
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # no litter in the repository

import full_disk
import load
import outages
import server as serving
import strangers
import watcher
import world

PARTS = ("load", "strangers", "end", "outages")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "campaign", "version": "1"},
    },
}


def part_load(binary, folder, args, seed):
    said, wrong = load.play(binary, folder, args.tasks, args.rate, 5 if args.quick else args.seconds, seed)
    for line in said:
        print(f"    {line}")
    return wrong


def queue(folder):
    """A queue with living tasks, and some that a plan lists, on a server that does not watch."""
    path = folder / "queue.db"
    watcher.build(path, outages.LIVE)
    with watcher.connect(path) as conn:
        outages.die(conn, [f"dead-{number}" for number in range(40)])
    return path


def judge(path, reaped):
    """What a server must have left of that queue."""
    with watcher.connect(path) as conn:
        found = dict(conn.execute("SELECT id, status FROM tasks"))
    wrong = world.integrity(path)
    wrong += [f"{task} of a living worker was reaped" for task in outages.LIVE if found[task] != "running"]
    if not reaped:
        wrong += [f"{task} was reaped by nobody's leave" for task, status in found.items() if status != "running"]
    return wrong


def part_strangers(binary, folder, args, seed):
    path = queue(folder)
    server = serving.Server(binary, path, folder, "--no-watch")
    wrong = strangers.meet(server, seed, args.quick)
    peak = server.peak_mib()
    print(f"memory {peak:.1f} MiB at most; ended within {server.end():.2f} s")
    if peak > load.PEAK_MIB:
        wrong.append(f"it took {peak:.1f} MiB, where {load.PEAK_MIB} are allowed")
    return wrong + server.wrong + judge(path, reaped=False)


def open_stream(server, session):
    """An open stream of MCP, on a connection of its own."""
    sock = server.connect()
    more = ["Mcp-Session-Id: " + session, "MCP-Protocol-Version: 2025-11-25"]
    head = server.head("GET", "/mcp", "mcp", more).replace(b"application/json", b"text/event-stream")
    sock.sendall(head)
    return sock


def part_end(binary, folder, _args, _seed):
    path = queue(folder)
    server = serving.Server(binary, path, folder)
    wrong = []
    with contextlib.ExitStack() as stack:
        streams = []
        for _ in range(5):
            more = ["Accept: text/event-stream"]
            answer = server.post("/mcp", INITIALIZE, token="mcp", more=more, timeout=10)
            session = answer.headers.get("mcp-session-id")
            if answer.status != 200 or not session:
                wrong.append(f"no session of MCP: {answer}")
                break
            sock = stack.enter_context(contextlib.closing(open_stream(server, session)))
            sock.settimeout(5)
            if not sock.recv(4096).startswith(b"HTTP/1.1 200"):
                wrong.append("no stream of MCP")
            streams.append(sock)
        # At rest after an answer; in the midst of a header; in the midst of a body; silent; asking over and over.
        for _ in range(20):
            sock = stack.enter_context(contextlib.closing(server.connect()))
            sock.sendall(server.head("GET", "/v1/plan?limit=5", "read"))
            if serving.read_answer(sock).status != 200:
                wrong.append("no answer before the end")
        for begun in (b"GET /v1/pl", server.head("POST", "/v1/plans", "write", ["Content-Length: 9"]), b""):
            for _ in range(20):
                stack.enter_context(contextlib.closing(server.connect())).sendall(begun)
        busy = [stack.enter_context(contextlib.closing(server.connect())) for _ in range(10)]
        for sock in busy:
            sock.sendall(server.head("GET", "/v1/plan?limit=5", "read") * 20)
        took = server.end()
    print(f"ended {took:.2f} s after SIGTERM, beside {len(streams)} streams, 80 connections at rest or half-way, 10 that ask")
    return wrong + server.wrong + judge(path, reaped=True)


def part_outages(binary, folder, args, _seed):
    scenes = list(outages.OUTAGES)
    if not full_disk.may_mount():
        world.skipped("a full disk, for want of the right to mount")
        scenes.remove(outages.Full)
    wrong, lasts_s = [], 5 if args.quick else 60
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(len(scenes), mp_context=fork) as pool:
        played = [pool.submit(outages.suffer, scene, binary, folder, lasts_s) for scene in scenes]
        for each, scene in zip(played, scenes):
            said, found, told = each.result()
            wrong += [f"{scene.__doc__}: {text}" for text in found]
            print(said, flush=True)
            if args.verbose:
                print("".join(f"    {json.dumps(line)}\n" for line in told), end="")
    return wrong


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--binary", help="the sweeper [default: target/release/zombie-sweeper]")
    parser.add_argument("--quick", action="store_true", help="5 s of load, a few of everything: two minutes")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--tasks", type=int, default=100_000, help="that run under load [default: %(default)s]")
    parser.add_argument("--rate", type=int, default=200, help="questions a second [default: %(default)s]")
    parser.add_argument("--seconds", type=int, default=60, help="of load [default: %(default)s]")
    parser.add_argument("--seed", type=int, help="of what is forged [default: by chance]")
    parser.add_argument("--verbose", action="store_true", help="show what was told during outages")
    args = parser.parse_args()
    binary = world.find_binary(parser, args.binary)
    seed = random.randrange(1_000_000) if args.seed is None else args.seed
    plays = {"load": part_load, "strangers": part_strangers, "end": part_end, "outages": part_outages}

    began, violations = time.time(), []
    print(f"seed {seed}", flush=True)
    for part in PARTS:
        if args.only in (None, part):
            print(f"{part}:", flush=True)
            with tempfile.TemporaryDirectory(prefix="serve-") as folder:
                try:
                    violations += [f"{part}: {text}" for text in plays[part](binary, pathlib.Path(folder), args, seed)]
                except (world.Violation, RuntimeError, OSError) as error:
                    violations.append(f"{part}: {error!r}")
    for text in violations[:30]:
        print(f"VIOLATION: {text}")
    print(f"{len(violations)} violations, seed {seed}, {time.time() - began:.0f} s")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
