"""What places, settings and strength this machine has, for doctor.py. Nothing is changed."""

import ast
import codecs
import locale
import os
import pwd
import re
import shutil
import stat
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import launch
from doctor import ROOT, Finding
from doctor_programs import ran

_GIB: Final = 1 << 30
_SETUP_GIB, _SETUP_FILES, _ROOM_GIB = 3, 150_000, 1
"""What `make setup` writes (2.1 GiB in 100,000 files, and a cache of packages), and work after."""
_TRAINING_GIB: Final = 2
_SHARED_BYTES: Final = 1 << 20
_VARIABLES = os.environ  # noqa: TID251 - what a shell set is what is asked about


def user() -> Iterator[Finding]:
    """Who runs this, and whether the system knows that user."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        yield Finding(
            "user",
            f"number {number}, which has no name here",
            "make setup and make gate: OpenSSH signs only for a user with a name",
            f"add user {number} to /etc/passwd; training and serving need none",
        )
        return
    if number == 0:
        yield Finding("user", f"{name}, root: what it writes belongs to root")
    else:
        yield Finding("user", f"{name} ({number}), not root")


def language() -> Iterator[Finding]:
    """The locale: names of files and words on the terminal are UTF-8 or come out wrong."""
    # Python itself sets LC_CTYPE where the shell's locale is a plain one.
    told = {n: _VARIABLES.get(n, "") for n in ("LC_ALL", "LC_CTYPE", "LANG")}
    names = [f"{n}={v}" for n, v in told.items() if v and (n, v) != ("LC_CTYPE", "C.UTF-8")]
    says = ", ".join(names) or "no locale is set"
    try:
        locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        yield Finding(
            "locale",
            f"{says}: this system has no such locale; the plain one is used",
            fix="export LC_ALL=C.UTF-8",
        )
        return
    encoding = sys.getfilesystemencoding()
    if codecs.lookup(encoding).name == "utf-8":
        yield Finding("locale", f"{says}: UTF-8")
    else:
        yield Finding(
            "locale",
            f"{says}: names of files are {encoding}, not UTF-8",
            "whatever meets a file's name with accents",
            "export LC_ALL=C.UTF-8",
        )


def places() -> Iterator[Finding]:
    """Folders that commands write, each with what can't be done without it."""
    wanted = [
        ("checkout", ROOT, "make setup and make train", f"sudo chown -R $(id -u) '{ROOT}'"),
        ("env folder", Path(launch.environments()), "make setup", "set PLINTH_ENVIRONMENTS"),
    ]
    try:
        state = Path(launch.state_folder())
    except launch.Refused as refusal:
        yield Finding("state", str(refusal), "what signs or registers", "set PLINTH_STATE")
    else:
        breaks = "make setup, train, gate: keys, models and registry lie there"
        wanted.append(("state", state, breaks, "set PLINTH_STATE to a folder that you may write"))
    home = Path(_VARIABLES.get("HOME", ""))
    if home.is_absolute():
        wanted.append(("home", home, "", "set UV_CACHE_DIR to a folder that you may write"))
    else:
        says = "HOME is not set: packages are fetched anew, nothing is cached"
        yield Finding("home", says, fix="export HOME=FOLDER that is yours")
    yield from _writable(wanted)
    if ":" in str(ROOT):
        says = f"{ROOT} has a ':', which separates folders in PATH"
        yield Finding("checkout", says, "make setup: Python makes no environment there", "move it")


def _writable(wanted: list[tuple[str, Path, str, str]]) -> Iterator[Finding]:
    for topic, folder, breaks, fix in wanted:
        there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
        if not there.is_dir():
            yield Finding(topic, f"{there} is no folder", breaks, fix)
        elif not os.access(there, os.W_OK | os.X_OK):
            owner = f"owned by {there.stat().st_uid}, mode {stat.S_IMODE(there.stat().st_mode):04o}"
            if os.statvfs(there).f_flag & os.ST_RDONLY:
                other = "mount it to be written, or use a folder elsewhere"
                yield Finding(topic, f"{there} is read-only", breaks, other)
            else:
                yield Finding(topic, f"{there} can't be written ({owner})", breaks, fix)
        elif topic != "env folder":
            yield Finding(topic, f"{folder}, can be written")


def temporary() -> Iterator[Finding]:
    """The temporary folder and the shared memory."""
    told = _VARIABLES.get("TMPDIR", "")
    if told and not Path(told).is_dir():
        yield Finding(
            "TMPDIR",
            f"it is {told}, which is no folder: another one is used",
            fix=f"mkdir -p '{told}', or unset TMPDIR",
        )
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        yield Finding(
            "temporary",
            "no temporary folder can be written",
            "make setup, train, gate and deploy (serving works)",
            "export TMPDIR=FOLDER that you may write",
        )
        return
    free = shutil.disk_usage(folder).free / _GIB
    says = f"{folder}, {free:.1f} GiB free"
    if free < _ROOM_GIB / 4:
        yield Finding(
            "temporary", says, "make setup and train", "export TMPDIR=FOLDER with more room"
        )
    else:
        noexec = ", noexec" if os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0) else ""
        yield Finding("temporary", says + noexec)
    shared = Path("/dev/shm")  # noqa: S108 - looked at, not used
    if not sys.platform.startswith("linux"):
        return
    if not os.access(shared, os.W_OK) or shutil.disk_usage(shared).free < _SHARED_BYTES:
        says = f"{shared} can't be written, or is full: processes share their locks there"
        yield Finding("shared", says, "training in more than one process", "export PLINTH_JOBS=1")


def disk() -> Iterator[Finding]:
    """Room for environments, models and photos, in bytes and in files."""
    found = os.statvfs(ROOT)
    free = found.f_bavail * found.f_frsize / _GIB
    ready = (ROOT / ".venv" / launch.STAMP).is_file()
    needed = _ROOM_GIB if ready else _SETUP_GIB
    says = f"{free:.1f} GiB free at the checkout"
    full = bool(found.f_files) and found.f_favail < (1000 if ready else _SETUP_FILES)
    if full:
        says += f", and room for {found.f_favail} files only"
    if free < needed or full:
        breaks = "make train" if ready else "make setup"
        yield Finding(
            "disk", f"{says}; needs {needed} GiB", breaks, "make room, or move the checkout"
        )
    else:
        yield Finding("disk", says)


def strength() -> Iterator[Finding]:
    """Cores and memory that this process may use, a container's limits included."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = _first("/sys/fs/cgroup/cpu.max", r"^(\d+) (\d+)")
    limit = f", limited to {int(quota[0]) / int(quota[1]):.1f} by the container" if quota else ""
    yield Finding("cores", f"{usable} of {os.cpu_count()}{limit}")
    bounds = [
        int(found[0]) * unit / _GIB
        for path, pattern, unit in (
            ("/proc/meminfo", r"MemAvailable: +(\d+) kB", 1024),
            ("/sys/fs/cgroup/memory.max", r"^(\d+)$", 1),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", r"^(\d+)$", 1),
        )
        if (found := _first(path, pattern))
    ]
    if not bounds:
        yield Finding("memory", "this system doesn't say how much is free")
    elif min(bounds) < _TRAINING_GIB:
        yield Finding(
            "memory",
            f"{min(bounds):.1f} GiB may be used",
            f"make train on thousands of photos: it takes up to {_TRAINING_GIB} GiB",
            "close other programs, or train on fewer photos",
        )
    else:
        yield Finding("memory", f"{min(bounds):.1f} GiB may be used")


def _first(path: str, pattern: str) -> tuple[str, ...]:
    try:
        text = Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ()
    found = re.search(pattern, text, re.MULTILINE)
    return found.groups() if found else ()


def packages() -> Iterator[Finding]:
    """Where packages come from: proxies and index by host, never with a password."""
    proxies = urllib.request.getproxies()
    shown = [f"{kind} by {public(url)}" for kind, url in sorted(proxies.items()) if kind != "no"]
    if shown:
        yield Finding("proxy", ", ".join(shown))
    settings = _pip_settings()
    index = _VARIABLES.get("UV_DEFAULT_INDEX") or settings.get("index-url", "")
    places = [public(index) if index else "pypi.org"]
    for name in ("extra-index-url", "find-links"):
        places += [
            f"{public(word)} ({name}, which uv leaves out)"
            for word in settings.get(name, "").split()
        ]
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        yield Finding(
            "packages",
            "pip is told to ask no index (no-index)",
            "make setup, the first time",
            "unset PIP_NO_INDEX, or take it out of pip's configuration",
        )
    else:
        yield Finding("packages", f"from {', '.join(places)}")


def _pip_settings() -> dict[str, str]:
    """Pip's settings by bare name, as setup reads them; none where pip isn't there."""
    code, text = ran(sys.executable, "-I", "-m", "pip", "config", "list", PIP_NO_COLOR="1")
    if code:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "='" in line or '="' in line)
    return {key.rpartition(".")[2]: str(ast.literal_eval(value)) for key, _, value in pairs}


def public(address: str) -> str:
    """An address without user, password, query and fragment; a path stays."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    if not parts.hostname:
        return parts.path
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme + '://' if parts.scheme else ''}{parts.hostname}{port}{parts.path}"


def variables() -> Iterator[Finding]:
    """Variables of the shell that other tools obey and Plinth doesn't."""
    foreign = sorted(name for name in _VARIABLES if name.startswith(("PYTHON", "MLFLOW_", "DVC_")))
    if foreign:
        yield Finding("variables", f"set, and ignored by commands: {', '.join(foreign)}")


def environments() -> Iterator[Finding]:
    """Which environments are in step with their locks."""
    ready = []
    for name in ("dev", *launch.SERVICES):
        folder = ROOT / (".venv" if name == "dev" else f".envs/{name}")
        digest = launch.own_digest(name, str(folder))
        if name != "dev" and _VARIABLES.get("PLINTH_ENVIRONMENTS"):
            digest = launch.inputs_digest(name)
            folder = Path(launch.environments()) / f"{name}-{digest[:40]}"
        if launch.in_step(str(folder), digest):
            ready.append(name)
    if len(ready) == 1 + len(launch.SERVICES):
        yield Finding("set up", "all environments")
    else:
        yield Finding("set up", f"{', '.join(ready) or 'nothing yet'}: commands set up the rest")


CHECKS = (
    ("user", user),
    ("locale", language),
    ("places", places),
    ("temporary", temporary),
    ("disk", disk),
    ("cores", strength),
    ("packages", packages),
    ("variables", variables),
    ("set up", environments),
)
