"""The slow half of bin/environment: builds one environment from its lock. Standard library only.

Usage: python build_environment.py NAME DIGEST FOLDER OWN_DIGEST

A service's environment gets what its lock names and no package of ours: bin/launch.py puts packaged
copies on top of it. Only dev, in .venv, has our packages, to be edited. Any other folder than .venv
and .envs/NAME is shared by many checkouts. If the checkout's own is in step (OWN_DIGEST), files are
linked from there.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workspace import (
    BUILD_CONSTRAINTS,
    PACKAGES,
    REQUIREMENTS,
    ROOT,
    UV,
    CommandFailed,
    run,
    uv,
    uv_from_cache_or_registry,
    uv_options,
)

STAMP = "in-step"
OLDEST_GIT = (2, 38)


def main(name: str, digest: str, place: str, own_digest: str) -> int:
    """Builds the environment NAME in a folder and stamps it; 0 done, 2 could not."""
    folder = Path(place)
    shared = folder not in (ROOT / ".venv", ROOT / ".envs" / name)
    shown = folder.name if shared else folder.relative_to(ROOT)
    try:
        with _one_at_a_time(folder.parent if shared else ROOT / ".envs"):
            if not _has_stamp(folder, digest):
                _say(f"setting up {shown} (the first time takes a minute)")
                _warn_of_an_old_git(name)
                if not (shared and _taken_from_own(name, folder, own_digest)):
                    _provide_uv()
                    _build(name, folder)
                (folder / STAMP).write_text(digest + "\n", encoding="utf-8")
            _leave_python(folder.parent if shared else ROOT / ".envs")
    except CommandFailed as failure:
        _say(f"{shown} is not set up: this failed: {failure}")
        return 2
    return 0


@contextmanager
def _one_at_a_time(place: Path) -> Iterator[None]:
    """Two commands started together must not build the same environment."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _warn_of_an_old_git(name: str) -> None:
    """Say what an older git can't do, once: the first environment is that of development."""
    if name not in {"dev", "delivery"}:
        return
    words = ["/usr/bin/env", "git", "version"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)[.\d]*", said)
    if found and (int(found[1]), int(found[2])) < OLDEST_GIT:
        _say(f"needs git 2.38 or newer, this is {found[0]}: training, gate and serving work, and")
        _say("changes, deploys, boxes and the demo don't. Type: bin/plinth doctor")


def _provide_uv() -> None:
    folder = UV.parent.parent
    lock = REQUIREMENTS / "bootstrap.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _has_stamp(folder, digest) and _runs(folder / "bin" / "uv", "--version"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise CommandFailed("import ensurepip (on Debian and Ubuntu: apt-get install python3-venv)")
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-I", "-m", "venv", folder)
    pip = (folder / "bin" / "python", "-I", "-m", "pip", "-qq", "--disable-pip-version-check")
    run(*pip, "install", "--require-hashes", "--requirement", lock)
    (folder / STAMP).write_text(digest + "\n", encoding="utf-8")


def _build(name: str, folder: Path) -> None:
    (folder / STAMP).unlink(missing_ok=True)
    python = folder / "bin" / "python"
    # The interpreter itself, not a link beside the environments: a room mounts the one alone.
    interpreter = os.path.realpath(sys.executable)
    linked = python.is_symlink() and python.readlink() == Path(interpreter)
    if not (linked and _runs(python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))")):
        uv("venv", "--clear", "--no-project", "--python", interpreter, folder)
    # Once here, not in every command: containers and CI often forbid Python to write bytecode.
    compiled = () if name == "dev" else ("--compile-bytecode",)
    uv_from_cache_or_registry(
        "pip", "sync", "--python", python, *compiled, *uv_options(REQUIREMENTS / f"{name}.txt")
    )
    if name != "dev":
        return
    editables = [word for package in PACKAGES.values() for word in ("--editable", package.folder)]
    constraints = ("--build-constraints", BUILD_CONSTRAINTS)
    uv_from_cache_or_registry(
        "pip", "install", "--python", python, "--no-deps", *constraints, *editables
    )


def _taken_from_own(name: str, folder: Path, own_digest: str) -> bool:
    """Links the checkout's own environment if it is in step."""
    own = ROOT / ".envs" / name
    if not _has_stamp(own, own_digest):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    try:
        shutil.copytree(own, folder, symlinks=True, copy_function=os.link)
    except OSError:  # another file system, or one without links
        return False
    (folder / STAMP).unlink()
    return True


def _leave_python(place: Path) -> None:
    """Name the interpreter for bin/plinth, which then needn't look for one at every command."""
    link, base = place / "python", Path(sys.executable).resolve()
    if not (link.is_symlink() and link.resolve() == base):
        draft = place / f".python-{os.getpid()}"
        draft.symlink_to(base)
        draft.replace(link)


def _runs(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _has_stamp(folder: Path, digest: str) -> bool:
    stamp = folder / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == digest


def _say(text: str) -> None:
    sys.stderr.write(f"plinth: {text}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
