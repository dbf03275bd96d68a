"""Files of a commit that say what is judged by and released: each read when it is asked for.

None is read that is larger than its kind needs, and none whose name no record could have: whoever
commits 200 MiB, or 20,000 files, fills neither memory nor time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.approvers import People
from artifacts.records.release import Environment, Release
from delivery.changes.documents import (
    PEOPLE,
    REPORTS,
    STATEMENTS,
    NotRead,
    document,
    read_release,
    release_path,
)
from delivery.errors import TooMuchToRead
from delivery.git.repository import GitRepository

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
PLAIN_MODES: Final = frozenset({"100644", "100755"})
ALTOGETHER: Final = 64 * MEBIBYTE
"""How many bytes are read of one commit at most."""


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
