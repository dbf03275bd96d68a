"""What is in an image, and which of it must not be."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from delivery.targets.aws.images.recipes import Service

PLACE: Final = "opt/plinth"
TOLD: Final = 5
COMPILERS: Final = frozenset({"as", "c++", "c99", "cc", "clang", "cpp", "g++", "gcc", "ld", "make"})
FOREIGN: Final = frozenset(
    {"dvc", "hypothesis", "joblib", "mlflow", "mypy", "onnx", "optuna", "pytest", "ruff"}
    | {"scikit-learn", "scipy", "skl2onnx", "sqlalchemy"}
)
"""Of training and of tests: no business of the image that answers strangers."""
_INDEX = re.compile(r"\b(?:PIP|UV)_\w*(?:INDEX|URL|LINKS)|--(?:extra-|default-)?index|/simple\b")
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<marker>\s*;)?")
# Not what a package brings along inside of itself: no lock names that.
_SITE = re.compile(rf"{PLACE}/env/lib/python3\.\d+/site-packages")
_USER = re.compile(r"[1-9]\d*:[1-9]\d*")


@dataclass(frozen=True)
class Layer:
    """A layer by its digest; sizes in bytes, as it is stored and unpacked."""

    digest: str
    stored: int
    unpacked: int


@dataclass(frozen=True)
class Package:
    """An installed package; `listing` is the digest of its list of installed files."""

    kind: Literal["pypi", "deb"]
    name: str
    version: str
    licence: str | None
    listing: str | None
    place: str


@dataclass(frozen=True)
class ImageContents:
    """An image, read from its layers.

    Attributes:
        image: digest of its manifest.
        config: digest of its configuration.
        layers: from the base upwards.
        user: who its program runs as.
        words: all that its configuration says: variables, labels, the history of its making.
        labels: the labels alone.
        packages: what pip and Debian installed.
        programs: paths of what lies in a folder for programs.
        writable: files and folders, except for /tmp, that everybody may write to.
        privileged: programs that run as somebody else than who starts them.
        files: digests of Plinth's own files by their path below its folder; no bytecode.
    """

    image: str
    config: str
    layers: tuple[Layer, ...]
    user: str
    words: tuple[str, ...]
    labels: Mapping[str, str]
    packages: tuple[Package, ...]
    programs: tuple[str, ...]
    writable: tuple[str, ...]
    privileged: tuple[str, ...]
    files: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of all layers, unpacked."""
        return sum(layer.unpacked for layer in self.layers)


def objections(
    contents: ImageContents, service: Service, lock: str, wanted: Mapping[str, str]
) -> tuple[str, ...]:
    """Return all that forbids an image.

    `lock` is the text that names its packages, `wanted` the digests of the files of ours that it
    was made of.
    """
    found = [*_of_its_user(contents), *_of_its_words(contents), *_of_files(contents, wanted)]
    found.extend(_of_packages(contents, lock))
    if service == "inference":
        found.extend(_of_foreign(contents))
    return tuple(found)


def _of_its_user(contents: ImageContents) -> Iterator[str]:
    if not _USER.fullmatch(contents.user):
        yield f"it runs as {contents.user or 'root'}: name a user and a group by number, not 0"
    if contents.writable:
        yield f"everybody may write to {_told(contents.writable)}: only /tmp is for that"
    if contents.privileged:
        yield f"programs run as another user: {_told(contents.privileged)}"


def _of_its_words(contents: ImageContents) -> Iterator[str]:
    for word in contents.words:
        if match := _INDEX.search(word):
            yield f"its configuration speaks of a package index: {match.group()}"


def _of_files(contents: ImageContents, wanted: Mapping[str, str]) -> Iterator[str]:
    differing = sorted(
        path
        for path in contents.files.keys() | wanted.keys()
        if contents.files.get(path) != wanted.get(path)
    )
    if differing:
        yield f"these files aren't those that it was made of: {_told(differing)}"


def _of_packages(contents: ImageContents, lock: str) -> Iterator[str]:
    installed = {
        f"{normal(package.name)}=={package.version}"
        for package in contents.packages
        if package.kind == "pypi" and _SITE.fullmatch(package.place)
    }
    locked = dict(pins_of(lock))
    if extra := sorted(installed - locked.keys()):
        yield f"packages that the lock doesn't name: {_told(extra)}"
    if missing := sorted({pin for pin, needed in locked.items() if needed} - installed):
        yield f"packages of the lock that aren't there: {_told(missing)}"


def _of_foreign(contents: ImageContents) -> Iterator[str]:
    if compilers := [p for p in contents.programs if PurePosixPath(p).name in COMPILERS]:
        yield f"there is a compiler: {_told(compilers)}"
    names = {normal(package.name) for package in contents.packages if package.kind == "pypi"}
    if foreign := sorted(names & FOREIGN):
        yield f"packages of training or tests: {_told(foreign)}"


def pins_of(lock: str) -> Iterator[tuple[str, bool]]:
    """Yield what a lock names as `name==version`, and whether every machine needs it."""
    for line in lock.splitlines():
        if match := _PINNED.match(line):
            yield f"{normal(match['name'])}=={match['version']}", match["marker"] is None


def normal(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _told(items: Iterable[str]) -> str:
    listed = list(items)
    more = f" and {len(listed) - TOLD} more" if len(listed) > TOLD else ""
    return ", ".join(listed[:TOLD]) + more
