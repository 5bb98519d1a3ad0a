"""The system calls of a sweep: listing them, and interfering with one at a time, by means of strace."""

import os
import pathlib
import re
import shutil
import tempfile
from dataclasses import dataclass

import world

# Every call that changes a file or makes one durable; those that open one, which may create it, stand apart.
# What is written through a mapping (SQLite's -shm file) is no call, and nobody can get between two such writes here;
# the locks around them are calls.
WRITES = (
    "write pwrite64 writev pwritev pwritev2 fsync fdatasync sync_file_range msync ftruncate truncate fallocate "
    "unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir copy_file_range sendfile fchmod fchown"
).split()
OPENS = ["open", "openat"]
LOCKS = ["fcntl"]
READS = ["read", "pread64"]
MAPS = ["mmap"]
LOOKS = ["statx", "newfstatat", "fstat", "stat", "lstat", "readlink", "access"]

LINE = re.compile(r"(\d+) +(\w+)\((.*)$")


@dataclass(frozen=True)
class Call:
    """The nth call of this name in a run."""

    name: str
    nth: int
    text: str

    def __str__(self):
        return f"{self.name} #{self.nth} {self.text[:100]}"


def available():
    """Whether there is an strace that may trace."""
    if shutil.which("strace") is None:
        return False
    return os.system("strace -qq -o /dev/null -e trace=none true 2>/dev/null") == 0


def trace(names):
    """strace's option for these calls; those that the machine does not have are left out."""
    return ",".join(f"?{name}" for name in names)


def calls_of(binary, path, *args, names=(*WRITES, *OPENS, *LOCKS), **popen):
    """Runs the sweeper and lists the calls that matter, in their order, from the first that names the database; with
    the run."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log"
        traced = trace(dict.fromkeys((*names, *OPENS, *LOOKS)))
        prefix = ["strace", "-f", "-qq", "-s", "0", "-o", log, "-e", f"trace={traced}", "-e", "signal=none"]
        run = world.sweep(binary, path, *args, prefix=prefix, **popen)
        lines = log.read_text().splitlines()
    counts, found, main, begun = {}, [], None, False
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        process, name, text = match.groups()
        main = main or process
        if process != main:
            if name in WRITES:
                raise world.Violation(f"a thread beside the main one writes: {line}")
            continue
        counts[name] = counts.get(name, 0) + 1
        begun = begun or str(path) in text
        if begun and name in names and matters(name, text):
            found.append(Call(name, counts[name], text))
    return found, run


def matters(name, text):
    """Whether a call concerns a file of the queue."""
    if name in LOCKS:
        return "F_SETLK" in text
    if name in MAPS:
        return "MAP_SHARED" in text
    return True


def injecting(call, what, onwards=False, log="/dev/null"):
    """The command to run a sweep under, for `what` to happen at this call: `signal=KILL`, `error=EIO`.

    A signal comes before the call is carried out; a call with an error is not carried out. `onwards`: at all later
    calls of this name too.
    """
    when = f"{call.nth}{'+' * onwards}"
    traced = ["-e", f"trace={call.name}", "-e", f"inject={call.name}:{what}:when={when}"]
    return ["strace", "-f", "-qq", "-o", str(log), *traced]
