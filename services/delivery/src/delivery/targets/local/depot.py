"""What is installed, as folders: <root>/<kind>/<hexadecimal digest>/."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from artifacts.digests import digest_file, hex_part
from artifacts.errors import UnreadableRecord
from artifacts.locks import lock_file, take
from artifacts.records.release import Payload
from delivery.targets.local.local_errors import Busy, NotInstalled
from delivery.targets.local.payloads import FOLDER, Entry, Kind, read_stamp, write_stamp

STAMP = "stamp"
_LOCK_SECONDS = 600.0
_WRITE = 0o222
_KINDS: tuple[Kind, ...] = ("payloads", "code", "models")


class FolderDepot:
    """A depot in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def installing(self) -> Iterator[None]:
        """Keep others from installing and pruning meanwhile; Busy."""
        with locked(self._root / "install.lock", _LOCK_SECONDS, "installing"):
            yield

    def folder(self, kind: Kind, digest: str) -> Path:
        """Return where a part lies, or would lie."""
        return self._root / kind / hex_part(digest)

    def differences(self, kind: Kind, digest: str, *, every_byte: bool) -> tuple[str, ...] | None:
        """Return how a part differs from what was stamped; None where there is no such part."""
        folder = self.folder(kind, digest)
        if not folder.is_dir():
            return None
        try:
            stamp = read_stamp((folder / STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            return (f"its stamp is unreadable: {exc}",)
        return tuple(_differences(folder, stamp, every_byte=every_byte))

    def draft(self, kind: Kind, digest: str) -> Path:
        """Return an empty folder to build a part in; what a killed run left there is gone."""
        place = self.folder(kind, digest)
        draft = place.with_name(f".{place.name}.draft")
        _remove(draft)
        draft.mkdir(parents=True)
        return draft

    def keep(self, kind: Kind, digest: str, draft: Path) -> Path:
        """Stamp a draft, make it read-only, put it in its place and return that."""
        place = self.folder(kind, digest)
        # A file's name changes its folder's time, so the stamp is there before it is filled.
        (draft / STAMP).touch()
        _make_read_only(draft)
        (draft / STAMP).write_text(write_stamp(_stamp(draft)), encoding="utf-8")
        if place.exists():
            old = place.with_name(f".{place.name}.old")
            _remove(old)
            place.rename(old)
            draft.rename(place)
            _remove(old)
        else:
            draft.rename(place)
        return place

    def payload(self, digest: str) -> Payload:
        """Return an installed payload; NotInstalled."""
        path = self.folder("payloads", digest) / "payload.json"
        try:
            payload = Payload.read(path)
        except UnreadableRecord as exc:
            raise NotInstalled(digest, str(exc)) from exc
        if payload.digest != digest:
            raise NotInstalled(digest, f"{path} describes {payload.digest}")
        return payload

    def digests(self, kind: Kind) -> tuple[str, ...]:
        """Return what is installed."""
        folder = self._root / kind
        names = sorted(path.name for path in folder.glob("*")) if folder.is_dir() else []
        return tuple(f"sha256:{name}" for name in names if not name.startswith("."))

    def remove(self, kind: Kind, digest: str) -> None:
        """Remove a part; a name first, so that nothing half-removed can be taken for installed."""
        place = self.folder(kind, digest)
        gone = place.with_name(f".{place.name}.old")
        _remove(gone)
        place.rename(gone)
        _remove(gone)

    def remove_drafts(self) -> int:
        """Remove what killed runs left half-built or half-removed."""
        left = [path for kind in _KINDS for path in (self._root / kind).glob(".*")]
        for path in left:
            _remove(path)
        return len(left)


def _stamp(folder: Path) -> list[Entry]:
    found = []
    for name, entry in _entries(folder):
        status = entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            found.append(Entry(name, 0, status.st_mtime_ns, FOLDER))
        elif name != STAMP:
            content = _content(Path(entry.path))
            found.append(Entry(name, status.st_size, status.st_mtime_ns, content))
    return found


def _differences(folder: Path, stamp: Sequence[Entry], *, every_byte: bool) -> Iterator[str]:
    top = {entry.path.partition("/")[0] for entry in stamp}
    names = {path.name for path in folder.iterdir()} - {STAMP}
    yield from (f"{name} is there, and wasn't installed" for name in sorted(names - top))
    for entry in stamp:
        path = f"{folder}/{entry.path}"
        reason = _changed(path, entry)
        if not reason and every_byte and not entry.is_folder:
            reason = _other(Path(path), entry)
        if reason:
            yield f"{entry.path} {reason}"


def _changed(path: str, entry: Entry) -> str | None:
    try:
        status = os.lstat(path)  # a Path a file, for thousands of them, would take twice the time
    except OSError:
        return "is missing"
    if entry.is_folder:
        same = status.st_mtime_ns == entry.mtime_ns
        return None if same else "has other files than were installed"
    same = (status.st_size, status.st_mtime_ns) == (entry.size_bytes, entry.mtime_ns)
    return None if same else "was written after it was installed"


def _other(path: Path, entry: Entry) -> str | None:
    found = _content(path)
    return None if found == entry.content else f"has {found}, {entry.content} was installed"


def _content(path: Path) -> str:
    return str(path.readlink()) if path.is_symlink() else digest_file(path)


def _entries(folder: Path) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield os.path.relpath(entry.path, folder), entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))


def _make_read_only(folder: Path) -> None:
    """Take the right to write from folders, and from files that are nobody else's.

    uv's files are hard links of its cache: their mode is the cache's as well.
    """
    for _, entry in list(_entries(folder)):
        status = entry.stat(follow_symlinks=False)
        if not entry.is_symlink() and (entry.is_dir() or status.st_nlink == 1):
            _allow(Path(entry.path), 0, _WRITE)


def _remove(folder: Path) -> None:
    if not folder.is_dir():
        folder.unlink(missing_ok=True)
        return
    _allow(folder, 0o700, 0)
    for _, entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            _allow(Path(entry.path), 0o700, 0)
    shutil.rmtree(folder)


def _allow(path: Path, add: int, take: int) -> None:
    path.chmod(path.stat().st_mode & ~take | add)


@contextmanager
def locked(path: Path, seconds: float, what: str) -> Iterator[None]:
    """Hold a lock for a while; Busy when it isn't free within some seconds."""
    with lock_file(path) as lock:
        if not take(lock, seconds):
            raise Busy(what, seconds)
        yield
