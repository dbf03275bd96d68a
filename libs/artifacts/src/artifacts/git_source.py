"""The files of a commit, from git's objects: no attribute of a checkout can change a byte."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed, SourceUnreadable
from artifacts.git_objects import MEBIBYTE, GitObjects
from artifacts.text import plain

_REGULAR: Final = frozenset({"100644", "100755"})
_MOST_FILES: Final = 20_000
_LARGEST: Final = 256 * MEBIBYTE
"""How many bytes the files of one payload may have together."""


class GitSource:
    """A repository, bare or not. A shallow one will do: no history is asked for."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit; SourceUnreadable."""
        objects = GitObjects(self._repository, whole=False)
        found: dict[str, bytes] = {}
        left = _LARGEST
        try:
            for path, entry in objects.files(commit, paths, _MOST_FILES):
                name = path.decode(errors="backslashreplace")
                if entry.mode not in _REGULAR or name in found or name.encode() != path:
                    reason = f"{plain(name)} is no regular file"
                    raise SourceUnreadable(self._repository, commit, reason)
                found[name] = objects.read(entry.id, "blob", left, name)
                left -= len(found[name])
        except GitFailed as exc:
            raise SourceUnreadable(self._repository, commit, exc.reason) from exc
        if not found:
            raise SourceUnreadable(self._repository, commit, "it has none of these files")
        return found
