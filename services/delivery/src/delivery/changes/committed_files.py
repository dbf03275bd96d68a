"""Files of a commit as records: policies, people, keys, statements and releases.

What can't be read is a value that says why. None is read that is larger than its kind needs, and
none whose name no record could have: whoever commits 200 MiB, or 20,000 files, fills neither memory
nor time.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final, TypeVar

from artifacts.cant_tell import CantTell
from artifacts.errors import UnreadableRecord
from artifacts.policies.approvers import People
from artifacts.policies.holdout_text import parse_pin
from artifacts.policies.tiers import RiskTiers
from artifacts.records.holdout import HoldoutPin
from artifacts.records.record import Record, parse_json, parse_yaml
from artifacts.records.release import Environment, Release
from artifacts.ssh_signatures import read_signers
from delivery.changes.facts import Ground
from delivery.changes.path_kinds import (
    HOLDOUTS,
    KEYS,
    MODELS,
    PEOPLE,
    REPORTS,
    STATEMENTS,
    TIERS,
    release_path,
)
from delivery.errors import TooMuchToRead
from delivery.git.repository import PLAIN_MODES, GitRepository
from judging.policy import Policy, unknown_rules

R = TypeVar("R", bound=Record)
Files = Mapping[str, bytes]
KIBIBYTE: Final = 1024
MEBIBYTE: Final = 1024 * KIBIBYTE
KINDS: Final = (
    (re.compile(rf"{STATEMENTS}[0-9a-f]{{16}}/[a-z0-9_-]+\.json(\.sig)?"), 64 * KIBIBYTE),
    (re.compile(rf"{REPORTS}[0-9a-f]{{64}}\.json"), MEBIBYTE),
    (re.compile(rf"{REPORTS}[0-9a-f]{{64}}\.json\.sig"), 64 * KIBIBYTE),
    (re.compile(r"policies/holdouts/[^/]+\.csv"), 4 * MEBIBYTE),
    (re.compile(r"policies/keys/[^/]+"), 64 * KIBIBYTE),
    (re.compile(r"policies/(models/)?[^/]+\.yaml|releases/[^/]+\.yaml"), 256 * KIBIBYTE),
)
"""Paths that are read, and how many bytes at most. Others are as good as not there."""
ALTOGETHER: Final = 64 * MEBIBYTE
"""How many bytes are read of one commit at most."""
TOLD, LONGEST = 20, 4000
"""How many problems of a document are told, and in how many characters."""


class NotRead(KeyError):
    """A file that is there and is not read, and why."""


def limit_of(path: str) -> int | None:
    """Return how large a file may be, or None where nothing reads it."""
    return next((limit for pattern, limit in KINDS if pattern.fullmatch(path)), None)


class CommittedFiles(Mapping[str, bytes]):
    """The files that records are read from, by path. What can't be read raises NotRead.

    `blobs` has mode and blob of every file, read or not.
    """

    def __init__(self, repository: GitRepository, commit: str, paths: Sequence[str]) -> None:
        self._repository = repository
        self.blobs = repository.listed(commit, paths)
        self._limits = {path: limit for path in self.blobs if (limit := limit_of(path))}
        self._read: dict[str, bytes] = {}
        self._left = ALTOGETHER

    def __getitem__(self, path: str) -> bytes:
        """Return a file's bytes; KeyError where there is none, NotRead where it isn't read."""
        if path not in self._read:
            if path not in self._limits:
                raise KeyError(path)
            mode, blob = self.blobs[path]
            if mode not in PLAIN_MODES:
                raise NotRead("it is no plain file")
            try:
                data = self._repository.blob(blob, min(self._limits[path], self._left), "it")
            except TooMuchToRead as exc:
                raise NotRead(exc.reason) from exc
            self._left -= len(data)
            self._read[path] = data
        return self._read[path]

    def __iter__(self) -> Iterator[str]:
        """Give the paths of files that may be read."""
        yield from self._limits

    def __len__(self) -> int:
        """Return how many files may be read."""
        return len(self._limits)

    def ground(self) -> dict[str, tuple[str, str]]:
        """Return mode and blob of what judges: policies, people, keys and holdouts."""
        return {
            path: self.blobs[path]
            for path in self._limits
            if path.startswith("policies/") and not path.startswith(STATEMENTS)
        }


def committed_release(
    repository: GitRepository, commit: str, environment: Environment
) -> Release | CantTell:
    """Return an environment's release as a commit has it; CommitUnknown, RepositoryUnreadable."""
    path = release_path(environment)
    data = repository.file(commit, path)
    return read_release({} if data is None else {path: data}, environment)


def committed_people(repository: GitRepository, commit: str) -> People | CantTell:
    """Return the approvers that a commit lists; CommitUnknown, RepositoryUnreadable."""
    data = repository.file(commit, PEOPLE)
    return document(People, {} if data is None else {PEOPLE: data}, PEOPLE)


def document(kind: type[R], files: Files, path: str) -> R | CantTell:
    """Return the record in a file, YAML or JSON by its ending."""
    data = _data(files, path)
    return data if isinstance(data, CantTell) else _parsed(kind, data, path)


def _data(files: Files, path: str) -> bytes | CantTell:
    try:
        return files[path]
    except NotRead as exc:
        return CantTell(path, str(exc.args[0]))
    except KeyError:
        return CantTell(path, "there is no such file")


# A judge of many merges meets the same policies at each: parsing them was 40 % of its time.
@lru_cache(maxsize=256)
def _parsed(kind: type[R], data: bytes, path: str) -> R | CantTell:
    parse: Callable[[str, str], object] = (
        parse_yaml if path.endswith((".yaml", ".yml")) else parse_json
    )
    try:
        return kind.parse(parse(data.decode(), path), path)
    except UnreadableRecord as exc:
        return CantTell(path, "; ".join(exc.problems[:TOLD])[:LONGEST])
    except UnicodeDecodeError as exc:
        return CantTell(path, f"it is not UTF-8: {exc.reason} at byte {exc.start}")


def read_release(files: Files, environment: Environment) -> Release | CantTell:
    """Return an environment's release; another environment's in its place can't be followed."""
    path = release_path(environment)
    found = document(Release, files, path)
    if isinstance(found, Release) and found.environment != environment:
        return CantTell(path, f"it is the release of {found.environment}")
    return found


def read_ground(files: Files) -> Ground:
    """Return policies, people and keys from all files under policies/."""

    def stems(folder: str, ending: str) -> list[tuple[str, str]]:
        paths = (path for path in sorted(files) if path.startswith(folder))
        return [(PurePosixPath(path).stem, path) for path in paths if path.endswith(ending)]

    gate, services = (
        read_signers(files.get(f"{KEYS}{name}.signers", b"").decode(errors="replace"))
        for name in ("gate", "delivery")
    )
    return Ground(
        tiers=document(RiskTiers, files, TIERS),
        people=document(People, files, PEOPLE),
        policies={model: _policy(files, path, model) for model, path in stems(MODELS, ".yaml")},
        pins={model: _pin(files, path, model) for model, path in stems(HOLDOUTS, ".csv")},
        gate=gate,
        services=services,
    )


def _policy(files: Files, path: str, model: str) -> Policy | CantTell:
    found = document(Policy, files, path)
    if isinstance(found, CantTell):
        text = files.get(path, b"").decode(errors="replace")
        try:
            faults = unknown_rules(parse_yaml(text, path))
        except UnreadableRecord:
            return found
        return CantTell(path, "; ".join((*faults, found.reason)))
    if found.model != model:
        return CantTell(path, f"it is the policy of {found.model}")
    return found


def _pin(files: Files, path: str, model: str) -> HoldoutPin | CantTell:
    data = _data(files, path)
    if isinstance(data, CantTell):
        return data
    try:
        return parse_pin(data, model, path)
    except UnreadableRecord as exc:
        return CantTell(path, "; ".join(exc.problems[:TOLD])[:LONGEST])
