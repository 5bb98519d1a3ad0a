#!/usr/bin/env python3
"""Sweeps queues with --metrics-file, and has promtool, node_exporter and Prometheus read what was written. See `run`."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWEEPER = os.environ["ZOMBIE_SWEEPER"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("ZOMBIE_SWEEPER", "ORCHESTRA_DB"))}
# How long a program that is started may take to answer, in seconds: far longer than it does.
PATIENCE = 60

# Would end a label, a line, or the text for a reader written in C.
HOSTILE = 'a"} 1\nzombie_sweeper_last_sweep_success{x="\\\x1b\r\u202eé'

LONG_AGO = "2020-01-01T00:00:00Z"


def check(holds, said):
    if not holds:
        sys.exit(f"failed: {said}")


def queue(path, project, statuses=("running",)):
    """A queue of Orchestra's with one zombie for each status of a run."""
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.executescript((ROOT / "tests/it/orchestra.sql").read_text())
        conn.execute("INSERT INTO projects (id, name, created_at) VALUES ('p', ?, ?)", (project, LONG_AGO))
        for n, status in enumerate(statuses):
            conn.execute(
                "INSERT INTO tasks (id, project_id, title, status, active_run_id, created_at, started_at, updated_at)"
                " VALUES (?, 'p', '', 'running', ?, ?, ?, ?)",
                (f"t{n}", f"r{n}", LONG_AGO, LONG_AGO, LONG_AGO),
            )
            conn.execute(
                "INSERT INTO task_runs (id, task_id, status, worker_id, started_at, completed_at) VALUES (?, ?, ?, 'w', ?, ?)",
                (f"r{n}", f"t{n}", status, LONG_AGO, None if status == "running" else LONG_AGO),
            )
        conn.commit()


def sweep(file, exit_code, *args):
    command = [SWEEPER, "--metrics-file", file, *args]
    ran = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    check(ran.returncode == exit_code, f"{command} ended with {ran.returncode}: {ran.stderr}")


def sweeps(folder, files):
    """A file for each instance that one machine may have."""
    plain, odd = folder / "plain.db", folder / 'o"d\\\n.db'
    queue(plain, "SciDEX")
    queue(odd, HOSTILE, ["running", "failed", 'ended "so"\n}', "a\0b", *(f"word {n}" for n in range(50))])
    sweep(files / "all.prom", 0, "--db", plain)
    sweep(files / "project.prom", 0, "--db", plain, "--project", "SciDEX")
    sweep(files / "odd.prom", 0, "--db", odd, "--project", HOSTILE)
    sweep(files / "misfit.prom", 65, "--db", plain, "--profile", "river")
    sweep(files / "missing.prom", 66, "--db", folder / "missing.db")


def killed(folder, files):
    """A sweep that is killed while it writes: there is the old file or the new one, and each is whole."""
    file, db = files / "all.prom", folder / "plain.db"
    trace = ["strace", "-qq", "-o", "/dev/null"]
    if subprocess.run([*trace, "-e", "trace=none", "true"], capture_output=True).returncode != 0:
        print("SKIPPED: sweeps that are killed as they write metrics, for want of strace", file=sys.stderr)
        return
    renames = "rename,renameat,renameat2"
    # The folder is written to the disk last, when the new file has its place.
    for calls, nth, is_old in (("fchmod", 1, True), ("fsync", 1, True), (renames, 1, True), ("fsync", 2, False)):
        before = file.read_bytes()
        inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={nth}"]
        command = [*trace, *inject, SWEEPER, "--metrics-file", file, "--db", db]
        ran = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
        check(ran.returncode in (-9, 137), f"killed at {calls} it ended with {ran.returncode}: {ran.stderr}")
        after = file.read_bytes()
        check((after == before) == is_old, f"killed at {calls} it left {after}")
        code, said = lint(after.decode())
        check(code == 0 and not said, f"killed at {calls} it left: {said}")
    left = [file.name for file in files.iterdir() if file.suffix != ".prom"]
    check(len(left) == 3 and all(re.fullmatch(r"\.zombie-sweeper-\w+\.tmp", name) for name in left), f"left behind: {left}")
    print("killed as it writes: the old file or the new one, whole")


def lint(text):
    """What promtool has to say against it."""
    ran = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    return ran.returncode, ran.stdout + ran.stderr


def samples(text):
    """Series and value, as they stand there; node_exporter sorts the labels."""
    found = {}
    for line in text.split("\n"):
        if line.startswith("zombie_sweeper_"):
            series, value = line.rsplit(" ", 1)
            name, labels = series.split("{", 1)
            labels = re.findall(r'([a-z]+)="((?:[^"\\]|\\.)*)"', labels)
            found[name, frozenset(labels)] = float(value)
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url):
    """Whatever it answers, once it does."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            if refused.code != 503:  # it is not ready yet
                return refused.code, refused.read().decode()
        except OSError:
            pass
        check(time.monotonic() < ends, f"nobody answers at {url}")
        time.sleep(0.1)


@contextlib.contextmanager
def started(log, *command):
    with open(log, "w") as out, subprocess.Popen(command, stdout=out, stderr=out) as server:
        try:
            yield server
        finally:
            server.terminate()


@contextlib.contextmanager
def node_exporter(folder, files):
    port = free_port()
    with started(
        folder / "node_exporter.log",
        "prometheus-node-exporter",
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={files}",
        f"--web.listen-address=127.0.0.1:{port}",
    ):
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def prometheus(folder, target):
    config, port = folder / "prometheus.yml", free_port()
    scrape = {"job_name": "node", "scrape_interval": "1s", "static_configs": [{"targets": [target]}]}
    rules = str(ROOT / "docs/alerts.yml")
    config.write_text(json.dumps({"global": {"evaluation_interval": "1s"}, "rule_files": [rules], "scrape_configs": [scrape]}))
    with started(
        folder / "prometheus.log",
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ):
        yield f"http://127.0.0.1:{port}/api/v1"


def query(api, expression):
    _, answer = ask(f"{api}/query?{urllib.parse.urlencode({'query': expression})}")
    return json.loads(answer)["data"]["result"]


def values(found):
    """What Prometheus holds, as `samples` has it; a label without a value is none there."""
    own = {"__name__", "instance", "job"}
    labels = lambda metric: frozenset(pair for pair in metric.items() if pair[0] not in own)
    return {(one["metric"]["__name__"], labels(one["metric"])): float(one["value"][1]) for one in found}


def as_held(told):
    """Samples of a text as Prometheus holds them."""
    plain = lambda value: re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), value)
    held = {}
    for (name, labels), value in told.items():
        held[name, frozenset((label, plain(text)) for label, text in labels if text)] = value
    return held


def main():
    with tempfile.TemporaryDirectory(prefix="sweep-metrics-") as folder:
        folder = pathlib.Path(folder)
        files = folder / "textfile"
        files.mkdir()
        sweeps(folder, files)

        told = {}
        written = sorted(files.iterdir())
        check(len(written) == 5 and all(file.suffix == ".prom" for file in written), f"left behind: {written}")
        killed(folder, files)
        for file in written:
            text = file.read_bytes().decode()
            code, said = lint(text)
            check(code == 0 and not said, f"promtool on {file.name}: {said}")
            series = samples(text)
            check(series and not series.keys() & told.keys(), f"{file.name} tells of what another one does")
            told |= series
        code, said = lint(text.replace("# TYPE", "# TIPE").replace("# HELP", "# HALP"))
        check(code != 0 or said, "promtool has nothing against a file without help and types")
        print(f"promtool: {len(written)} files, {len(told)} series, nothing to say")

        with node_exporter(folder, files) as target:
            status, scraped = ask(f"http://{target}/metrics")
            check(status == 200 and "\nnode_textfile_scrape_error 0\n" in scraped, f"node_exporter: {status}")
            check(samples(scraped) == told, "node_exporter hands on something else than was written")
            print("node_exporter: no error, every series as it was written")

            with prometheus(folder, target) as api:
                ends = time.monotonic() + PATIENCE
                while not (found := query(api, '{__name__=~"zombie_sweeper_.*"}')):
                    check(time.monotonic() < ends, (folder / "prometheus.log").read_text())
                    time.sleep(0.2)
                check(values(found) == as_held(told), "Prometheus holds something else than was written")
                while not any(alert["metric"]["alertname"] == "ZombieSweeperReapedMost" for alert in query(api, "ALERTS")):
                    check(time.monotonic() < ends, "no alert of a queue that was reaped whole")
                    time.sleep(0.2)
                print("prometheus: every series as it was written; alerts")

            # What the labels of the scope are for: of two files that tell of the same series one is dropped.
            shutil.copy(files / "all.prom", files / "twin.prom")
            ask(f"http://{target}/metrics")
            dropped = (folder / "node_exporter.log").read_text().count("was collected before")
            check(dropped == len(samples((files / "all.prom").read_text())), f"of a file twice {dropped} series are dropped")
            (files / "twin.prom").write_text("no metrics\n")
            _, scraped = ask(f"http://{target}/metrics")
            check("\nnode_textfile_scrape_error 1\n" in scraped, "node_exporter reads what is no file of metrics")
            (files / "twin.prom").rename(files / ".zombie-sweeper-half.tmp")  # as one is named that is being made
            _, scraped = ask(f"http://{target}/metrics")
            check("\nnode_textfile_scrape_error 0\n" in scraped, "node_exporter reads files that are being made")
            print("node_exporter: of two of the same one is dropped, what is no file is refused; one that is being made is not looked at")


if __name__ == "__main__":
    main()
