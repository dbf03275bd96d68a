"""Wheels by pip, as the caller has set it up: no address gets any further than this machine."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from artifacts.digests import digest_bytes, hex_part
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.tool_commands import run

PLATFORM = "manylinux_2_{}_x86_64"
OLDEST, NEWEST = 5, 36
"""Of the C library: Debian bookworm, the base of all images, has 2.36."""


class PipWheels:
    """Wheels in a folder, a subfolder a lock. pip checks every hash when it fetches one.

    They are for Python 3.11 on 64-bit Linux, whatever this machine runs.
    """

    def __init__(self, cache: Path, variables: Mapping[str, str]) -> None:
        self._cache = cache
        self._variables = dict(variables)

    def provide(self, locks: Sequence[bytes], folder: Path, from_source: Sequence[str]) -> None:
        """Put all that some locks name into a folder that isn't there; BuildFailed."""
        folder.mkdir(parents=True)
        for lock in locks:
            for wheel in sorted(self._of(lock, from_source).iterdir()):
                if not (folder / wheel.name).exists():
                    shutil.copyfile(wheel, folder / wheel.name)

    def _of(self, lock: bytes, from_source: Sequence[str]) -> Path:
        place = self._cache / hex_part(digest_bytes(lock))
        if not place.is_dir():
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._cache, prefix=".draft-") as draft:
                self._fetch(lock, Path(draft), from_source)
                (Path(draft) / "wheels").replace(place)
        return place

    def _fetch(self, lock: bytes, draft: Path, from_source: Sequence[str]) -> None:
        file = draft / "lock.txt"
        file.write_bytes(lock)
        (draft / "wheels").mkdir()
        words = ("download", "--quiet", "--disable-pip-version-check", "--no-deps")
        checked = ("--require-hashes", "--only-binary", ":all:", "--requirement", str(file))
        source = [word for name in from_source for word in ("--no-binary", name)]
        target = ("--python-version", "3.11", "--implementation", "cp", *_platforms())
        run(
            *(str(_python_with_pip()), "-I", "-m", "pip", *words, *checked, *source, *target),
            *("--dest", str(draft / "wheels")),
            variables=self._variables,
            what="fetching the wheels of a lock with pip",
        )


def _platforms() -> Iterable[str]:
    for release in range(NEWEST, OLDEST - 1, -1):
        yield from ("--platform", PLATFORM.format(release))
    for old in ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"):
        yield from ("--platform", old)


def _python_with_pip() -> Path:
    # Environments of services have none; the Python that they were made of has.
    found = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    if not os.access(found, os.X_OK):
        raise BuildFailed(f"there is no Python with pip at {found}")
    return found
