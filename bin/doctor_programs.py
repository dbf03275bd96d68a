"""What programs this machine has, for doctor.py: each is tried, none is believed."""

import ctypes.util
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from doctor import ROOT, Finding

_SECONDS: Final = 20
_NOT_STARTED: Final = 127
_PYTHON, _GIT, _MAKE = (3, 11), (2, 38), (3, 81)
_OF_GIT: Final = "make demo, make box, and delivery's judge-change, promote, revert and deploy"
_PACKAGES: Final = {
    # command that installs: what it calls git, OpenSSH's client, GNU make, bubblewrap, venv
    "apt-get": ("apt-get install", "git", "openssh-client", "make", "bubblewrap", "python3-venv"),
    "dnf": ("dnf install", "git", "openssh-clients", "make", "bubblewrap", "python3.12"),
    "zypper": ("zypper install", "git", "openssh-clients", "make", "bubblewrap", "python312"),
    "apk": ("apk add", "git", "openssh-keygen", "make", "bubblewrap", "python3"),
    "pacman": ("pacman -S", "git", "openssh", "make", "bubblewrap", "python"),
    "brew": ("brew install", "git", "openssh", "make", "", "python@3.12"),
}
GIT, SSH, MAKE, BUBBLEWRAP, VENV = range(1, 6)


def install(what: int) -> str:
    """The command that installs one of the packages here, or words where none is known."""
    for manager, names in _PACKAGES.items():
        if shutil.which(manager):
            return f"{names[0]} {names[what]}"
    return f"install {_PACKAGES['apt-get'][what]} with your system's packages"


def ran(*words: str | Path, given: str = "", **variables: str) -> tuple[int, str]:
    """The exit code of a program and what it said; 127 where it can't be started."""
    inherited = dict(os.environ)  # noqa: TID251 - a child's environment is its parent's
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
            input=given,
            env=inherited | variables,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        return _NOT_STARTED, str(exc)
    return done.returncode, (done.stdout + done.stderr).strip()


def version_in(text: str) -> tuple[int, ...]:
    """The first number with a dot in a text, as (major, minor, ...)."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def system() -> Iterator[Finding]:
    """The operating system: Linux is what everything is made for."""
    says = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if sys.platform.startswith("linux"):
        libc = "musl" if not platform.libc_ver()[0] and ctypes.util.find_library("c") else ""
        if libc:
            yield Finding(
                "system",
                f"{says}, with musl instead of glibc",
                "make setup (ONNX Runtime and others come without wheels for musl)",
                "use a distribution with glibc",
            )
        else:
            yield Finding("system", says)
    elif sys.platform == "darwin":
        yield Finding(
            "system",
            f"{says}: train, gate and serve are made to work here",
            "make demo, make box, local deploys, and walls between rooms and keys",
            "use Linux for these",
        )
    else:
        yield Finding("system", f"{says}: not supported", "everything", "use Linux, or WSL 2")


def python() -> Iterator[Finding]:
    """The interpreter that runs this, and the parts of it that distributions leave out."""
    says = f"{platform.python_version()}, {sys.executable}"
    lacking = [
        name
        for name in ("ensurepip", "venv", "ssl", "sqlite3", "ctypes", "zlib", "lzma", "bz2")
        if importlib.util.find_spec(
            {
                "ssl": "_ssl",
                "sqlite3": "_sqlite3",
                "ctypes": "_ctypes",
                "lzma": "_lzma",
                "bz2": "_bz2",
            }.get(name, name)
        )
        is None
    ]
    if lacking:
        fix = f"{install(VENV)}, or another Python first on PATH"
        yield Finding("python", f"{says}, without {', '.join(lacking)}", "make setup", fix)
    else:
        yield Finding("python", says)


def git() -> Iterator[Finding]:
    """Git, by its version, and whether it reads this checkout."""
    code, text = ran("git", "version")
    version = version_in(text)
    if code or not version:
        yield Finding(
            "git", "not there" if code == _NOT_STARTED else text[:120], "everything", install(GIT)
        )
        return
    says = ".".join(map(str, version))
    if version < _GIT:
        fix = (
            "add-apt-repository ppa:git-core/ppa && apt-get install git (Ubuntu), or build a newer"
            if shutil.which("add-apt-repository")
            else "use a newer release of your system, or build git"
        )
        yield Finding("git", f"needs git 2.38 or newer, this is {says}", _OF_GIT, fix)
    else:
        yield Finding("git", f"{says}, {shutil.which('git')}")
    code, text = ran("git", "-C", ROOT, "rev-parse", "--is-shallow-repository")
    if "dubious ownership" in text:
        fix = f"git config --global --add safe.directory '{ROOT}'"
        says = f"{ROOT} belongs to another user: commands read it, your own git refuses to"
        yield Finding("clone", says, fix=fix)
    elif code:
        yield Finding(
            "clone",
            f"{ROOT} is no clone: {text[:100]}",
            "make train, make demo and delivery: a model names its commit",
            "clone it with git (in an archive: git init, add and commit)",
        )
    elif text == "true":
        yield Finding(
            "clone",
            "a shallow clone: history is cut off",
            "delivery verify-history, and rules that ask main's history",
            "git fetch --unshallow",
        )


def openssh() -> Iterator[Finding]:
    """OpenSSH's ssh-keygen: a key is made, signs and is verified, as statements are."""
    breaks = "make setup, make gate, and whatever signs or verifies"
    if shutil.which("ssh-keygen") is None:
        yield Finding("openssh", "ssh-keygen is not on PATH", breaks, install(SSH))
        return
    with tempfile.TemporaryDirectory(prefix="plinth-doctor-") as name:
        failed = _signing_fails(Path(name))
    if failed:
        fix = f"{install(SSH)} (8.9 or newer)"
        if "No user exists" in failed:
            fix = f"give user {os.getuid()} a name (a line in /etc/passwd): OpenSSH wants one"
        yield Finding("openssh", failed, breaks, fix)
    else:
        yield Finding("openssh", f"{shutil.which('ssh-keygen')} signs and verifies")


def _signing_fails(folder: Path) -> str:
    """Why a statement can't be signed and verified here, or nothing."""
    key, text, signers = (folder / part for part in ("key", "text", "signers"))
    text.write_text("a statement", encoding="utf-8")
    of = ("-n", "plinth-doctor", "-f")
    for words in (
        ("-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key),
        ("-Y", "sign", "-q", *of, key, text),
    ):
        code, said = ran("ssh-keygen", *words)
        if code:
            return f"ssh-keygen can't sign: {said[:150]}"
    signers.write_text(f"doctor {key.with_suffix('.pub').read_text()}", encoding="utf-8")
    proof = ("-Overify-time=20260101", "-I", "doctor", *of, signers, "-s", f"{text}.sig")
    code, said = ran("ssh-keygen", "-Y", "verify", *proof, given="a statement")
    return f"ssh-keygen can't verify by time: {said[:120]}" if code else ""


def make() -> Iterator[Finding]:
    """GNU make; other makes read no such Makefile."""
    code, text = ran("make", "--version")
    version = version_in(text)
    if code == _NOT_STARTED or "GNU Make" not in text:
        there = "another make than GNU's" if shutil.which("make") else "make is not on PATH"
        breaks = "every `make` command (bin/plinth works)"
        yield Finding("make", there, breaks, install(MAKE))
    elif version < _MAKE:
        says = f"needs GNU make 3.81 or newer, this is {'.'.join(map(str, version))}"
        yield Finding("make", says, "every `make` command (bin/plinth works)", install(MAKE))
    else:
        yield Finding("make", f"GNU make {'.'.join(map(str, version))}")


def walls() -> Iterator[Finding]:
    """What keeps code without approval from keys: the very trial that commands make."""
    from walls import find_wall  # noqa: PLC0415 - its folder is on the path of doctor.py alone

    wall = find_wall()
    if not wall.missing:
        others = [name for name, there in _namespaces().items() if there]
        yield Finding(
            "sandbox",
            f"{wall.name}, tried: a key outside can't be read inside"
            + (f" (also here: {', '.join(others)})" if others else ""),
        )
        return
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    namespaces = Path("/proc/sys/user/max_user_namespaces")
    clone = Path("/proc/sys/kernel/unprivileged_userns_clone")
    fix = install(BUBBLEWRAP)
    if shutil.which("bwrap"):
        fix = "bubblewrap is there and doesn't work; containers often forbid user namespaces"
        for setting, bad, good in (
            (restricted, "1", "0"),
            (clone, "0", "1"),
            (namespaces, "0", "10000"),
        ):
            if setting.is_file() and setting.read_text(encoding="ascii").strip() == bad:
                fix = f"sysctl {'.'.join(setting.parts[3:])}={good} (as root)"
    yield Finding(
        "sandbox",
        f"no wall: {wall.missing}",
        "deploying production from here, unless policies/risk_tiers.yaml accepts it",
        fix,
    )


def _namespaces() -> dict[str, bool]:
    unshare = ran("unshare", "--user", "--map-root-user", "true")[0] == 0
    words = ("setpriv", "--reuid", "60100", "--regid", "60100", "--clear-groups", "true")
    return {"user namespaces": unshare, "setpriv": os.geteuid() == 0 and ran(*words)[0] == 0}


def optional() -> Iterator[Finding]:
    """Programs that few commands need."""
    for topic, programs, use, fix in (
        ("curl", ("curl",), "the line that make serve prints", "install curl, or use any client"),
        (
            "node",
            ("node", "npm"),
            "make check (workflows)",
            "install nodejs and npm",
        ),
        ("images", ("buildah", "docker"), "make images", "install buildah or docker"),
    ):
        there = [name for name in programs if shutil.which(name)]
        if not there or (topic == "node" and len(there) < len(programs)):
            yield Finding(topic, f"not there; needed for {use}", fix=fix)


CHECKS = (
    ("system", system),
    ("python", python),
    ("git", git),
    ("openssh", openssh),
    ("make", make),
    ("sandbox", walls),
    ("programs", optional),
)
