"""Builds the programs that are compared, and says where they are."""

import os
import pathlib
import subprocess

from measure import Rival

HERE = pathlib.Path(__file__).parent.resolve()
ROOT = HERE.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
# The distribution's own, where there is one: the others start more slowly.
PYTHON = next(path for path in ("/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3") if os.path.exists(path))


def cargo(*args, root=ROOT, **variables):
    command = ["cargo", "build", "--release", "--locked", "--quiet", *args]
    subprocess.run(command, cwd=root, env={**os.environ, **variables}, check=True)


def sweeper():
    cargo()
    return str(TARGET / "release/zombie-sweeper")


def unstripped_sweeper():
    cargo("--target-dir", str(TARGET / "unstripped"), CARGO_PROFILE_RELEASE_STRIP="false")
    return str(TARGET / "unstripped/release/zombie-sweeper")


def rust(name):
    """A program of one file, and of the standard library alone."""
    binary = TARGET / "benches" / name
    binary.parent.mkdir(parents=True, exist_ok=True)
    flags = ["--edition", "2024", "-O", "-C", "strip=symbols"]
    subprocess.run(["rustc", *flags, "-o", str(binary), str(HERE / f"{name}.rs")], check=True)
    return str(binary)


def lock_holds():
    """A library that notes the holds of the write lock."""
    library = TARGET / "benches/liblocks.so"
    library.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(HERE / "locks.c"), "-ldl"], check=True)
    return str(library)


def product():
    return Rival("zombie-sweeper", (sweeper(), "--db"))


def limit():
    cargo("--example", "limit")
    return Rival("limit", (str(TARGET / "release/examples/limit"),))


def silence():
    cargo("--example", "silence")
    return [str(TARGET / "release/examples/silence")]


def python():
    return Rival("python", (PYTHON, str(HERE / "control.py")))


def apalis():
    root = HERE / "peers/apalis"
    target = TARGET / "apalis"
    cargo("--target-dir", str(target), root=root)
    return Rival("apalis-sqlite", (str(target / "release/apalis-rescue"),))


def plainjob():
    root = HERE / "peers/plainjob"
    if not (root / "node_modules").exists():
        # The lock file would name the registry of whoever ran this first.
        subprocess.run(["npm", "install", "--silent", "--no-package-lock"], cwd=root, check=True)
    return Rival("plainjob", ("node", str(root / "rescue.js")))
