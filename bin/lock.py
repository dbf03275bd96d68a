"""Writes the locks in requirements/, or checks that they are those of their inputs.

Usage: python bin/lock.py [--check]

Each lock's first line holds the digest of what it was resolved from, so that the check needs
neither network nor environment. Standard library only.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workspace import PACKAGES, REQUIREMENTS, ROOT, CommandFailed, uv

PYTHON = "3.11"
OPTIONS = (
    *("--universal", "--python-version", PYTHON, "--generate-hashes"),
    *("--no-emit-index-url", "--no-annotate", "--no-header"),
)
# They stand in no lock, so a new one makes no other package's lock stale.
OURS = tuple(word for p in PACKAGES.values() for word in ("--no-emit-package", p.distribution))
HEADER = "# Written by `make lock` from sha256:{digest}\n"


@dataclass(frozen=True)
class Lock:
    """One lock and what it is resolved from."""

    name: str
    sources: tuple[Path, ...]
    constrained: bool = True

    @property
    def path(self) -> Path:
        """Where it lies."""
        return REQUIREMENTS / f"{self.name}.txt"

    def inputs_digest(self) -> str:
        """The digest of requirements and options alone: a package's description changes no lock."""
        inputs = {path.relative_to(ROOT).as_posix(): _requirements(path) for path in self.sources}
        text = json.dumps([inputs, OPTIONS, self.constrained], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def header(self) -> str:
        """Its first line."""
        return HEADER.format(digest=self.inputs_digest())


def _requirements(path: Path) -> Sequence[str]:
    if path.suffix == ".toml":
        return PACKAGES[path.parent.name].dependencies
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _pyproject(name: str) -> Path:
    return PACKAGES[name].folder / "pyproject.toml"


# dev comes first: it constrains the others, so that all locks agree on every version.
LOCKS = (
    Lock("dev", (*map(_pyproject, PACKAGES), REQUIREMENTS / "dev.in"), constrained=False),
    *(Lock(name, (_pyproject(name),)) for name in PACKAGES),
    *(Lock(name, (REQUIREMENTS / f"{name}.in",)) for name in ("test", "build", "bootstrap")),
    # A tool whose requirements fit no other: it has an environment of its own.
    Lock("checkov", (REQUIREMENTS / "checkov.in",), constrained=False),
)


def write(lock: Lock) -> None:
    """Resolves a lock, keeping the versions it has as far as its inputs allow."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "lock.txt"
        if lock.path.exists():
            out.write_bytes(lock.path.read_bytes())
        constraint = ("--constraint", REQUIREMENTS / "dev.txt") if lock.constrained else ()
        uv("pip", "compile", *OPTIONS, *OURS, *constraint, "--output-file", out, *lock.sources)
        lock.path.write_text(lock.header() + out.read_text(encoding="utf-8"), encoding="utf-8")


def stale() -> tuple[str, ...]:
    """The locks that were not made from the inputs as they are now."""
    return tuple(
        lock.path.name
        for lock in LOCKS
        if not lock.path.exists()
        or not lock.path.read_text(encoding="utf-8").startswith(lock.header())
    )


def main(arguments: Sequence[str]) -> int:
    """0 in step or written, 1 stale, 2 could not be written."""
    if "--check" in arguments:
        names = stale()
        if names:
            sys.stderr.write(f"stale locks: {', '.join(names)}; run `make lock`\n")
        return 1 if names else 0
    try:
        for lock in LOCKS:
            write(lock)
    except CommandFailed as failure:
        sys.stderr.write(f"lock: this failed: {failure}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
