"""The objects of a git repository: the one way in which delivery reads commits, trees and files.

Objects are read through a private, empty repository that borrows the clone's objects. So the
clone's refs, replaced objects, grafts, attributes, merge drivers and other settings can't change
what is read, and what is computed (a merge) is written beside the clone and not into it. Each
object is hashed again: what is returned is what its name says.

git's own commands assume that trees are well-formed: whoever crafts one may have it shown as
something else. Here an entry of a tree is what its bytes say.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import IO, Final

from artifacts.errors import GitFailed, TooLarge
from artifacts.git_process import git_command, reading_environment, run_git
from artifacts.text import plain
from delivery.git.plain_names import OddName, component_fault, path_fault, shown_name

FULL: Final = re.compile(r"[0-9a-f]{40}")
ABBREVIATED: Final = re.compile(r"[0-9a-f]{4,39}")
_REVISION: Final = re.compile(r"(?P<name>[^\s~^:?*\[\\@{}]+|@)(?P<steps>(?:[~^][0-9]*)*)")
_KINDS: Final = ("refs/heads/", "refs/remotes/", "refs/tags/")
_CONFIG: Final = "[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n\tcommitGraph = false\n"
MEBIBYTE: Final = 1 << 20
LARGEST_COMMIT: Final = MEBIBYTE
LARGEST_TREE: Final = 16 * MEBIBYTE
LARGEST_OUTPUT: Final = 64 * MEBIBYTE
_REMEMBERED: Final = 32 * MEBIBYTE
"""How many bytes of trees are kept to be looked at again."""


@dataclass(frozen=True)
class TreeEntry:
    """One entry of a tree, as it is stored: mode without leading zeros, name, object."""

    mode: str
    name: bytes
    id: str

    @property
    def is_tree(self) -> bool:
        """Whether it is a folder."""
        return self.mode.lstrip("0") == "40000"


Pair = tuple[bytes, TreeEntry | None, TreeEntry | None]
"""A path, and what it was and becomes."""
MODES: Final = frozenset({"40000", "100644", "100755", "120000", "160000"})
MOST_FAULTS: Final = 100
"""How many faults of trees are named: one refuses."""


class GitObjects:
    """A repository, bare or not, and all its objects.

    `whole` refuses a clone whose history was cut (shallow) or replaced (grafts): who judges or
    signs by a history must have all of it.
    """

    def __init__(self, folder: Path, *, whole: bool = True) -> None:
        self.folder = folder
        self._whole = whole
        self._private: Path | None = None
        self._batch: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._trees: dict[str, tuple[TreeEntry, ...]] = {}
        self._remembered = 0

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a revision names, or None.

        A name without `refs/` must name one ref alone: GitFailed where a tag and a branch have it.
        """
        if FULL.fullmatch(revision):
            return self._commit_of(revision)
        named = _REVISION.fullmatch(revision)
        if named is None:
            return None
        at = self._ref(named["name"])
        if at is None and FULL.fullmatch(named["name"]):
            at = named["name"]
        if at is None and ABBREVIATED.fullmatch(named["name"]):
            at = named["name"]
        return None if at is None else self._commit_of(f"{at}{named['steps']}")

    def read(self, name: str, kind: str, limit: int, what: str = "") -> bytes:
        """Return the bytes of an object; TooLarge over the limit, GitFailed if it is no such."""
        header = self._look(name)
        if header is None:
            raise GitFailed(self.folder, f"the {kind} {name} is missing: fetch it")
        id_, stored, size = header[0], header[1], int(header[2])
        if stored != kind:
            raise GitFailed(self.folder, f"{name} is a {stored}, not a {kind}")
        if size > limit:
            raise TooLarge(self.folder, what or f"the {kind} {name}", size, limit)
        with self._lock:
            to, out = self._pipes()
            to.write(f"contents {id_}\n".encode())
            to.flush()
            out.readline()
            data = out.read(size)
            out.read(1)
        hashed = hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False)
        if hashed.hexdigest() != id_:
            raise GitFailed(self.folder, f"the bytes of {id_} are not what its name says")
        return data

    def commit(self, name: str) -> bytes:
        """Return a commit as it is stored."""
        return self.read(name, "commit", LARGEST_COMMIT)

    def tree_of(self, commit: str) -> str:
        """Return the tree of a commit."""
        first = self.commit(commit).split(b"\n", 1)[0]
        return first.removeprefix(b"tree ").decode("ascii")

    def tree(self, name: str) -> tuple[TreeEntry, ...]:
        """Return the entries of a tree in the order in which they are stored."""
        known = self._trees.get(name)
        if known is not None:
            return known
        data = self.read(name, "tree", LARGEST_TREE)
        found, at = [], 0
        try:
            while at < len(data):
                space = data.index(b" ", at)
                end = data.index(b"\0", space)
                mode = data[at:space].decode(errors="replace")
                found.append(TreeEntry(mode, data[space + 1 : end], data[end + 1 : end + 21].hex()))
                at = end + 21
        except ValueError as exc:
            raise GitFailed(self.folder, f"the tree {name} is malformed") from exc
        entries = tuple(found)
        if self._remembered + len(data) <= _REMEMBERED:
            self._remembered += len(data)
            self._trees[name] = entries
        return entries

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """Return what a commit has at a path, or None."""
        found = TreeEntry("40000", b"", self.tree_of(commit))
        for part in _parts(path):
            if not found.is_tree:
                return None
            inside = [one for one in self.tree(found.id) if one.name == part]
            if not inside:
                return None
            found = inside[0]
        return found

    def files(
        self, commit: str, paths: Sequence[str], limit: int
    ) -> Iterator[tuple[bytes, TreeEntry]]:
        """Give all files at and under some paths of a commit, by path; TooLarge over `limit`."""
        count = 0
        for path in paths:
            found = self.entry(commit, path)
            waiting = [] if found is None else [(b"/".join(_parts(path)), found)]
            while waiting:
                at, one = waiting.pop()
                if one.is_tree:
                    inside = reversed(self.tree(one.id))
                    waiting += [(at + b"/" + it.name if at else it.name, it) for it in inside]
                    continue
                count += 1
                if count > limit:
                    raise TooLarge(self.folder, f"{path} of {commit}", count, limit, "files")
                yield at, one

    def run(
        self, *words: str, variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run a git command over the objects; no ref but what is given by name is known to it."""
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(  # noqa: S603 - git's own words, and names of objects
                git_command(f"--git-dir={self.private()}", *words),
                input=b"",
                stdout=out,
                stderr=subprocess.PIPE,
                check=False,
                env={**reading_environment(), **(variables or {})},
            )
            size = out.tell()
            if size > LARGEST_OUTPUT:
                raise TooLarge(self.folder, f"the answer of git {words[0]}", size, LARGEST_OUTPUT)
            out.seek(0)
            answer = out.read()
        return subprocess.CompletedProcess(done.args, done.returncode, answer, done.stderr)

    def private(self) -> Path:
        """Return the private repository that borrows the clone's objects, made on first use."""
        if self._private is None:
            objects = self._objects()
            place = Path(tempfile.mkdtemp(prefix="plinth-git-"))
            weakref.finalize(self, _remove, place, os.getpid())
            (place / "refs").mkdir()
            (place / "objects/info").mkdir(parents=True)
            text = str(objects)
            if text.startswith(('"', "#")) or "\n" in text:  # a line is quoted as C does
                text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                text = f'"{text}"'
            (place / "objects/info/alternates").write_text(f"{text}\n")
            (place / "HEAD").write_text("ref: refs/heads/none\n")
            (place / "config").write_text(_CONFIG)
            self._private = place
        return self._private

    def ask_clone(self, *words: str) -> str | None:
        """Return what a git command says in the clone itself, or None where it fails."""
        answer = run_git(self.folder, *words)
        return None if answer.code else answer.out.decode(errors="replace")

    def _objects(self) -> Path:
        words = ("--path-format=absolute", "--git-common-dir", "--git-path", "objects")
        said = self.ask_clone("rev-parse", *words, "--is-shallow-repository")
        if said is None:
            raise GitFailed(self.folder, "it is no git repository")
        common, objects, shallow = said.splitlines()
        if self._whole and shallow == "true":
            reason = "this clone is shallow, its history is cut: run `git fetch --unshallow`"
            raise GitFailed(self.folder, reason)
        grafts = Path(common) / "info/grafts"
        if self._whole and grafts.is_file() and grafts.read_bytes().strip():
            reason = f"this clone replaces parents of commits: remove {grafts}"
            raise GitFailed(self.folder, reason)
        return Path(objects)

    def _ref(self, name: str) -> str | None:
        """Return the object of a ref: a full name, HEAD, or a short name that one ref has."""
        if name in {"HEAD", "@"}:
            said = self.ask_clone("rev-parse", "--verify", "--quiet", "HEAD")
            return said.strip() if said else None
        wanted = {name} if name.startswith("refs/") else {f"{kind}{name}" for kind in _KINDS}
        said = self.ask_clone("for-each-ref", "--format=%(objectname) %(refname)", *sorted(wanted))
        found = dict(line.split(" ", 1)[::-1] for line in (said or "").splitlines())
        exact = {ref: at for ref, at in found.items() if ref in wanted}
        if len(exact) > 1:
            names = " and ".join(sorted(exact))
            raise GitFailed(self.folder, f"{plain(name)} names {names}: give one in full")
        return next(iter(exact.values()), None)

    def _commit_of(self, name: str) -> str | None:
        header = self._look(f"{name}^{{commit}}")
        return header[0] if header else None

    def _look(self, name: str) -> list[str] | None:
        """Return full name, kind and size of an object, or None where there is none."""
        if "\n" in name:
            return None
        with self._lock:
            to, out = self._pipes()
            to.write(f"info {name}\n".encode())
            to.flush()
            header = out.readline()
        if not header:
            raise GitFailed(self.folder, f"git ended while it was asked for {plain(name)}")
        text = header.decode(errors="replace").rstrip("\n")
        return None if text.endswith((" missing", " ambiguous")) else text.split()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._batch is None:
            command = git_command(f"--git-dir={self.private()}", "cat-file", "--batch-command")
            self._batch = subprocess.Popen(  # noqa: S603 - git's own words
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=reading_environment(),
            )
            weakref.finalize(self, _end, self._batch, os.getpid())
        if self._batch.stdin is None or self._batch.stdout is None:
            raise GitFailed(self.folder, "git was started without pipes")
        return self._batch.stdin, self._batch.stdout


def difference(objects: GitObjects, before: str | None, after: str) -> Iterator[Pair]:
    """Give the path of every file that differs between two trees, with its entry on both sides."""
    root = None if before is None else TreeEntry("40000", b"", before)
    waiting: list[Pair] = [(b"", root, TreeEntry("40000", b"", after))]
    while waiting:
        path, was, becomes = waiting.pop()
        if was == becomes:
            continue
        old, new = (one if one and not one.is_tree else None for one in (was, becomes))
        if old or new:
            yield path, old, new
        before_it, after_it = (_inside(objects, one) for one in (was, becomes))
        for name in {**before_it, **after_it}:
            inner = path + b"/" + name if path else name
            # More than one of a name is a malformed tree.
            pairs = zip_longest(before_it.get(name, []), after_it.get(name, []))
            waiting += [(inner, *pair) for pair in pairs]


def tree_faults(
    objects: GitObjects, before: str | None, afters: Sequence[str]
) -> Iterator[OddName]:
    """Give what trees hold that no tree should, except what stands in `before` in the same place.

    Subtrees that `before` has in their place are not looked into.
    """
    seen: set[tuple[bytes, str]] = set()
    known: set[OddName] = set()
    waiting = [(b"", before, after) for after in afters]
    while waiting and len(known) < MOST_FAULTS:
        path, was, becomes = waiting.pop()
        if was == becomes or (path, becomes) in seen:
            continue
        seen.add((path, becomes))
        old = objects.tree(was) if was else ()
        new = objects.tree(becomes)
        for odd in sorted(set(_faults(path, new)) - set(_faults(path, old)) - known):
            known.add(odd)
            yield odd
        places = {one.name: one.id for one in old if one.is_tree}
        for one in new:
            inner = path + b"/" + one.name if path else one.name
            if one.is_tree and not path_fault(inner):
                waiting.append((inner, places.get(one.name), one.id))


def _faults(path: bytes, entries: Sequence[TreeEntry]) -> Iterator[OddName]:
    folder = path + b"/" if path else b""
    twins: dict[str, bytes] = {}
    for one in entries:
        inner = folder + one.name
        fault = component_fault(one.name) or path_fault(inner)
        if not fault and one.mode not in MODES:
            fault = f"it has the mode {shown_name(one.mode.encode())}, which git never writes"
        folded = one.name.decode(errors="backslashreplace").casefold()
        other = twins.setdefault(folded, one.name)
        if not fault and other is not one.name:
            same = "a second entry of that name" if other == one.name else "a twin in other case"
            fault = f"its folder has {same}, {shown_name(other)}"
        if fault:
            yield OddName(shown_name(inner), fault)
    order = [one.name + b"/" if one.is_tree else one.name for one in entries]
    if any(one >= other for one, other in pairwise(order)):
        yield OddName(shown_name(path) or "the root", "its entries are not in git's order")


def _inside(objects: GitObjects, entry: TreeEntry | None) -> dict[bytes, list[TreeEntry]]:
    """Return the entries of a folder by name, without their names; nothing of a file."""
    if entry is None or not entry.is_tree:
        return {}
    found: dict[bytes, list[TreeEntry]] = {}
    for one in objects.tree(entry.id):
        found.setdefault(one.name, []).append(TreeEntry(one.mode, b"", one.id))
    return found


def _remove(place: Path, process: int) -> None:
    if process == os.getpid():
        shutil.rmtree(place, ignore_errors=True)


def _end(batch: "subprocess.Popen[bytes]", process: int) -> None:
    if process != os.getpid():
        return
    for pipe in (batch.stdin, batch.stdout):
        if pipe is not None:
            pipe.close()
    batch.wait()


def _parts(path: str) -> list[bytes]:
    return path.rstrip("/").encode(errors="surrogateescape").split(b"/")
