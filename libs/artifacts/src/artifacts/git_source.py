"""The files of a commit, from git's objects: no attribute of a checkout can change a byte."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from artifacts.errors import SourceUnreadable
from artifacts.text import plain

_REGULAR = {"100644", "100755"}


class GitSource:
    """A repository, bare or not."""

    def __init__(self, repository: Path, variables: Mapping[str, str]) -> None:
        self._repository = repository
        self._variables = dict(variables)

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit; SourceUnreadable."""
        listing = self._git(commit, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        blobs = dict(self._entry(line, commit) for line in listing.split(b"\0") if line)
        if not blobs:
            raise SourceUnreadable(self._repository, commit, "it has none of these files")
        order = [f"{blob}\n" for blob in blobs.values()]
        output = self._git(commit, "cat-file", "--batch", stdin="".join(order).encode())
        return dict(zip(blobs, _contents(output, len(order)), strict=True))

    def _entry(self, line: bytes, commit: str) -> tuple[str, str]:
        facts, _, path = line.partition(b"\t")
        mode, _, blob = facts.decode().split()
        name = path.decode(errors="replace")
        if mode not in _REGULAR:
            raise SourceUnreadable(self._repository, commit, f"{plain(name)} is no regular file")
        return name, blob

    def _git(self, commit: str, *words: str, stdin: bytes = b"") -> bytes:
        command = ["git", "-C", str(self._repository), *words]
        try:
            result = subprocess.run(  # noqa: S603 - git, with a commit of hexadecimal digits
                command, input=stdin, capture_output=True, env=self._variables, check=False
            )
        except OSError as exc:
            raise SourceUnreadable(self._repository, commit, str(exc)) from exc
        if result.returncode != 0:
            reason = plain(result.stderr.decode(errors="replace"))
            raise SourceUnreadable(self._repository, commit, reason)
        return result.stdout


def _contents(output: bytes, count: int) -> list[bytes]:
    """Split what `cat-file --batch` prints: `<name> <type> <size>`, the bytes, a line's end."""
    contents, at = [], 0
    for _ in range(count):
        end = output.index(b"\n", at)
        size = int(output[at:end].rpartition(b" ")[2])
        contents.append(output[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return contents
