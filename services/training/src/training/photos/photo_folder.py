"""A folder-per-style tree of photos, and the table beside it."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from features import FILE_LIMIT_BYTES
from training.errors import BadTable, NoFolder, NoPhotos
from training.photos.file_kinds import SPREADSHEETS, ignored_file, ignored_folder
from training.photos.photo_table import parse_table
from training.photos.problems import Problem, shown
from training.photos.sources import FoundFile, Listing, Table

TABLES = ("table.csv", "table.tsv")
_TO_EXPORT = "Open it in its program and export it as CSV (UTF-8), to table.csv beside the photos"

Identity = tuple[int, int]
"""Device and inode: what a folder is, whatever leads to it."""


class PhotoFolder:
    """A tree `<style>/<photo>`. Links are followed; hidden and system files are passed over."""

    def __init__(self, root: Path, table: Path | None = None) -> None:
        """Look at `root`; the table is the one beside the styles unless another is named."""
        self._root = root
        self._named = table

    def listing(self) -> Listing:
        """Return all that lies there, sorted by path; NoPhotos where no file may be a photo."""
        if not self._root.is_dir():
            raise NoFolder(self._root)
        walk = _Walk(self._root, self._table_file())
        walk.run()
        if not walk.files and not walk.unusable:
            raise NoPhotos(self._root, len(walk.ignored))
        return Listing(
            name=self._root.resolve().name,
            files=tuple(sorted(walk.files, key=lambda found: found.path)),
            ignored=tuple(walk.ignored),
            unusable=tuple(walk.unusable),
            remarks=(*walk.remarks, *self._other_tables()),
            empty=tuple(sorted(walk.folders - walk.filled)),
        )

    def read(self, path: str) -> bytes:
        """Return a file's bytes; OSError where it can't be read."""
        return (self._root / path).read_bytes()

    def table(self) -> Table:
        """Return the table, an empty one if there is none; BadTable where it is unreadable."""
        path = self._table_file()
        if path is None:
            return Table()
        try:
            return parse_table(path.read_bytes(), path.name)
        except OSError as exc:
            raise BadTable(path, exc.strerror or str(exc)) from exc
        except ValueError as exc:
            raise BadTable(path, str(exc)) from exc

    def _table_file(self) -> Path | None:
        if self._named is not None:
            return self._named
        beside = self._beside()
        tables = [path for path in beside if path.name.lower() in TABLES]
        if len(tables) > 1:
            names = " and ".join(path.name for path in tables)
            raise BadTable(tables[0], f"there are {names}: keep one, or name one by --table")
        if not tables:
            for path in beside:
                if path.stem.lower() == "table" and path.suffix.lower() in SPREADSHEETS:
                    raise BadTable(path, f"it is a spreadsheet. {_TO_EXPORT}")
        return tables[0] if tables else None

    def _beside(self) -> list[Path]:
        """Return the files beside the style folders."""
        try:
            return sorted(path for path in self._root.iterdir() if path.is_file())
        except OSError:
            return []

    def _other_tables(self) -> Iterator[Problem]:
        endings = SPREADSHEETS | {".csv", ".tsv"}
        used = self._table_file()
        for path in self._beside():
            if path.suffix.lower() in endings and path != used and not path.name.startswith("."):
                reason = "a table lies beside the styles and is not read"
                advice = "Name it by --table if it is about these photos, exported as CSV"
                yield Problem(path.name, "", "table_not_read", reason, advice)


@dataclass
class _Walk:
    """One walk through a tree, and what it meets."""

    root: Path
    table: Path | None
    files: list[FoundFile] = field(default_factory=list)
    ignored: list[Problem] = field(default_factory=list)
    unusable: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Look into every folder; one that is met again below a style is a loop of links."""
        entered: set[tuple[str | None, Identity]] = set()
        waiting: list[tuple[PurePosixPath, tuple[Identity, ...]]] = [(PurePosixPath(), ())]
        while waiting:
            folder, above = waiting.pop()
            style = folder.parts[0] if folder.parts else None
            try:
                own = _identity(self.root / folder)
                entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
            except OSError as exc:
                self._cannot_enter(folder, exc)
                continue
            if own in above or (style, own) in entered:
                self._ignore(folder, "links to a folder that is looked at already", folder.name)
                continue
            entered.add((style, own))
            for entry in entries:
                path = folder / entry.name
                if not _is_folder(entry):
                    self._meet(path)
                elif kind := ignored_folder(entry.name):
                    self._ignore(path, kind, entry.name)
                else:
                    self._note_folder(path, entry)
                    waiting.append((path, (*above, own)))

    def _note_folder(self, path: PurePosixPath, entry: "os.DirEntry[str]") -> None:
        if len(path.parts) == 1:
            self.folders.add(path.name)
        elif len(path.parts) == 2:  # noqa: PLR2004
            reason = "the folder lies within a style, and ties none of its photos"
            advice = "If it is one building, say so in a table beside the styles (column `group`)"
            self.remarks.append(Problem(str(path), "", "folder_within_style", reason, advice))
        if entry.is_symlink():
            reason = "the folder is a link, and was entered"
            advice = "Nothing is to be done if it leads to photos of that style"
            self.remarks.append(Problem(str(path), "", "linked_folder", reason, advice))

    def _meet(self, path: PurePosixPath) -> None:
        """Sort one entry that is no folder: a photo, to be ignored, or nothing that can be read."""
        place = self.root / path
        if place == self.table:
            return
        if kind := ignored_file(path.name):
            self._ignore(path, kind, path.name)
            return
        try:
            found = place.stat()
        except OSError as exc:
            self.unusable.append(_without_file(str(path), exc))
            return
        if not stat.S_ISREG(found.st_mode):
            reason, advice = "it is a device, a pipe or a socket", "Delete it"
            self.unusable.append(Problem(str(path), "", "no_regular_file", reason, advice))
            return
        if found.st_size > FILE_LIMIT_BYTES:
            # Not even read: films have the endings of photos too, and a disk image fills memory.
            self.unusable.append(_too_large(str(path), found.st_size))
            return
        style = path.parts[0] if len(path.parts) > 1 else None
        if style is not None:
            self.filled.add(style)
        self.files.append(FoundFile(str(path), style))

    def _ignore(self, path: PurePosixPath, kind: str, name: str) -> None:
        advice = "Nothing is to be done"
        self.ignored.append(Problem(str(path), "", "ignored", kind, advice, place=name))

    def _cannot_enter(self, folder: PurePosixPath, exc: OSError) -> None:
        if not folder.parts:
            raise exc
        reason = f"the folder can't be entered: {exc.strerror or exc}"
        advice = f"Make it readable (chmod -R u+rX {shown(str(folder))}), or take it out"
        self.unusable.append(Problem(str(folder), "", "unreadable_folder", reason, advice))


def _without_file(path: str, exc: OSError) -> Problem:
    """Return why nothing can be read at a path."""
    if exc.errno in (errno.ENOENT, errno.ELOOP):
        reason, advice = "it is a link to nowhere", "Bring back what it led to, or delete it"
        return Problem(path, "", "broken_link", reason, advice)
    reason = f"the file can't be read: {exc.strerror or type(exc).__name__}"
    return Problem(path, "", "unreadable_file", reason, "Make it readable, or delete it")


def _too_large(path: str, size_bytes: int) -> Problem:
    most = FILE_LIMIT_BYTES / 1e6
    reason = (
        f"the file has {size_bytes / 1e6:.1f} MB, at most {most:.0f} may be, here and when served"
    )
    return Problem(path, "", "file_too_large", reason, "Scale the photo down, or export it again")


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _identity(folder: Path) -> Identity:
    found = folder.stat()
    return found.st_dev, found.st_ino
