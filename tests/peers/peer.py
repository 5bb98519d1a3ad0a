"""What the checks of Python queues have in common.

A check lets the peer's own program make its tables, take jobs and lose a worker; sweeps; and lets that program finish what was reaped.
`peer.py NAME` runs the check of NAME.py; `peer.py NAME worker ARGS` is one of its workers.

Each NAME.py has PACKAGE, the package's name; worker(*args), which takes a job and calls work(); and check(folder), which gets an empty
folder, raises Differs, or says in a few words what it saw.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time

# The sources' folder stays as it is.
sys.dont_write_bytecode = True
# Whoever is silent for longer is dead. Long enough for a living worker to be seen in time on a machine that is busy.
STALE_AFTER_S = 5
PATIENCE_S = 60
HERE = pathlib.Path(__file__).resolve().parent


class Differs(Exception):
    """What is there is not what should be."""


class Skipped(Exception):
    """The peer cannot run here."""


def same(found, expected, what):
    if found != expected:
        raise Differs(f"{what}: expected {expected!r}, found {found!r}")


class Worker:
    """A process of the peer's, which says `claimed ID` for each job it takes and finishes it when told."""

    def __init__(self, *args):
        self.words = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, *sys.argv[:2], "worker", *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.words, text=True,
        )
        self.claims = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            word, _, job = line.strip().partition(" ")
            if word == "claimed":
                self.claims.put(job)
        self.claims.put(None)

    def claimed(self):
        """The job that it takes next."""
        with contextlib.suppress(queue.Empty):
            job = self.claims.get(timeout=PATIENCE_S)
            if job is not None:
                return job
        self.words.seek(0)
        raise Differs(f"a worker took no job; it said:\n{self.words.read()[-4000:]}")

    def tell_to_finish(self, jobs=1):
        self.process.stdin.write("finish\n" * jobs)
        self.process.stdin.flush()

    def ended(self):
        """It ends by itself, and well."""
        code = self.process.wait(PATIENCE_S)
        if code != 0:
            self.words.seek(0)
            raise Differs(f"a worker ended with {code}; it said:\n{self.words.read()[-4000:]}")

    def die(self):
        """No farewell: what it held stays as it is."""
        self.process.kill()
        self.process.wait()


def work(job):
    """A worker's side: says which job it holds, and works on it until told to finish."""
    print(f"claimed {job}", flush=True)
    if not sys.stdin.readline():
        os._exit(1)  # nobody is there any more to tell


@contextlib.contextmanager
def meanwhile(every_s, beat):
    """Beats in a thread of its own while the job is worked on."""
    over = threading.Event()

    def go_on():
        while not over.wait(every_s):
            beat()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


def grow_stale():
    time.sleep(STALE_AFTER_S + 1.5)


def sweep(db, profile, reaped, healthy):
    """Sweeps for real, and holds the summary to `reaped`, a table of task id and reason, and to how many were healthy."""
    ours = ("ORCHESTRA_", "ZOMBIE_SWEEPER_")
    found = subprocess.run(
        [os.environ["ZOMBIE_SWEEPER"], "--db", str(db), "--profile", profile, "--stale-after", f"{STALE_AFTER_S}s"],
        env={key: value for key, value in os.environ.items() if not key.startswith(ours)},
        capture_output=True, text=True,
    )
    if found.returncode != 0:
        raise Differs(f"the sweep ended with {found.returncode}: {found.stdout}{found.stderr}")
    summary = json.loads(found.stdout)
    same(summary["reasons"], reaped, "reasons")
    same(summary["task_ids"], sorted(reaped), "task_ids")
    same((summary["healthy"], summary["undecided"], summary["failed"]), (healthy, [], []), "healthy, undecided, failed")
    # It may remind of what its profile says: that only a start can be seen.
    warnings = [warning for warning in summary["warnings"] if not warning.startswith("nothing but its start shows")]
    same(warnings, [], "warnings")


def load(name):
    """The module of a check. Several are called like the package they check, so this folder must not be where imports look."""
    sys.path[:] = [folder for folder in sys.path if pathlib.Path(folder or ".").resolve() != HERE]
    sys.modules["peer"] = sys.modules[__name__]
    spec = importlib.util.spec_from_file_location(f"check_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(name, side="check", *args):
    check = load(name)
    if side == "worker":
        check.worker(*args)
        return
    name = f"{name} {importlib.metadata.version(check.PACKAGE)}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(f"{name}: ok, {check.check(pathlib.Path(folder))}", flush=True)
        except Differs as differs:
            print(f"{name}: {differs}", file=sys.stderr, flush=True)
            os._exit(1)
        except Skipped as reason:
            print(f"SKIPPED: {name}: {reason}", flush=True)
            os._exit(77)
    # Not every peer's threads end by themselves.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
