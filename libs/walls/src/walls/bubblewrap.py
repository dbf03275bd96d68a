"""The best wall: bubblewrap mounts what a room lists, and nothing else of the machine is there."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from walls.room import Room, UnusableRoom

# Folders of the system: programs and libraries. On merged systems /bin and /lib are links.
_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
# Of /etc only what programs need to start, to name users and to check certificates.
_ETC: Final = (
    *("alternatives", "ca-certificates", "ca-certificates.conf", "fonts", "group", "ld.so.cache"),
    *("ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "passwd"),
    *("protocols", "services", "ssl", "timezone"),
)
_ETC_OF_NETWORKS: Final = ("host.conf", "hosts", "resolv.conf")
_HOME: Final = "/tmp"  # noqa: S108 - a folder in memory of the room's own


class Bubblewrap:
    """Runs commands through `bwrap`, with namespaces of their own and without capabilities."""

    name = "bubblewrap"
    missing = ""

    def __init__(self, program: Path) -> None:
        self._program = program

    def command(self, room: Room, argv: Sequence[str]) -> list[str]:
        """Return the command that runs `argv` inside the room; UnusableRoom."""
        # Its own processes are seen inside, with the variables that it was started with.
        words = [
            "/usr/bin/env",
            "-i",
            str(self._program),
            "--unshare-all",
            "--new-session",
            "--cap-drop",
            "ALL",
        ]
        if room.network:
            words += ["--share-net"]
        if room.ends_with_caller:
            words += ["--die-with-parent"]
        words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108
        words += _mounts(room, Path(argv[0]))
        words += ["--remount-ro", "/", "--clearenv"]
        for name, value in sorted(room.variables(_HOME).items()):
            words += ["--setenv", name, value]
        return [*words, "--", *argv]

    @contextmanager
    def opened(self, room: Room) -> Iterator[None]:
        """Do nothing: the command inside is the same user."""
        del room
        yield


def _mounts(room: Room, program: Path) -> list[str]:
    """Return the mounts of a room, from the outermost to the innermost."""
    mounts = _of_the_system(room)
    for folder in interpreter_folders((program, *room.reads)):
        mounts[folder] = "--ro-bind"
    for kind, paths in (("--ro-bind", room.reads), ("--bind", room.writes)):
        for path in paths:
            if not path.exists():
                field = "reads" if kind == "--ro-bind" else "writes"
                raise UnusableRoom(room.name, f"{path} of `{field}` does not exist; create it")
            mounts[path.absolute()] = kind
    covers = _covers(room, mounts)
    words: list[str] = []
    closed: list[str] = []
    for path in sorted({*mounts, *covers}, key=lambda path: len(path.parts)):
        if path not in covers:
            words += [mounts[path], *_source(mounts[path], path), str(path)]
        elif covers[path].is_dir():
            inner = any(path in other.parents for other in mounts)
            words += ["--perms", "0111" if inner else "0000", "--tmpfs", str(path)]
            closed += ["--remount-ro", str(path)]
        else:
            words += ["--ro-bind", "/dev/null", str(path)]
    return [*words, *closed]


def _source(kind: str, path: Path) -> list[str]:
    return [str(path.readlink()) if kind == "--symlink" else str(path.resolve())]


def _of_the_system(room: Room) -> dict[Path, str]:
    names = (*_ETC, *(_ETC_OF_NETWORKS if room.network else ()))
    paths = (*map(Path, _SYSTEM), *(Path("/etc", name) for name in names))
    present = [path for path in paths if path.exists()]
    return {
        path: "--symlink" if path.is_symlink() and path.parent == Path("/") else "--ro-bind"
        for path in present
    }


def _covers(room: Room, mounts: dict[Path, str]) -> dict[Path, Path]:
    """Return where a hidden path would be seen inside, and what it is outside."""
    covers: dict[Path, Path] = {}
    sources = {place: place.resolve() for place, kind in mounts.items() if kind != "--symlink"}
    targets = [hidden.resolve() for hidden in room.hidden]
    for hidden, target in zip(room.hidden, targets, strict=True):
        inside = [(at, source) for at, source in sources.items() if target.is_relative_to(source)]
        for at, source in inside:
            seen = at / target.relative_to(source)
            outer = [other for other in targets if other in target.parents and other.exists()]
            if any(other.is_relative_to(source) for other in outer):
                continue  # it is covered with what it lies in
            if seen in mounts:
                raise UnusableRoom(room.name, f"{hidden} is both listed and `hidden`")
            if not target.exists():
                why = f"{hidden} of `hidden` does not exist yet and lies inside {at}; create it"
                raise UnusableRoom(room.name, why)
            covers[seen] = target
        # Folders on the way to what is listed exist inside, too: nothing may be left in them.
        if target.is_dir() and any(target in place.parents for place in mounts):
            covers[target] = target
    return covers


def interpreter_folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the folders of the interpreters that `paths` are, or that environments among them use.

    A virtual environment's python is a link to another one, and its library lies beside that one.
    """
    found: dict[Path, None] = {}
    for path in paths:
        pythons = [path, *(path / "bin").glob("python*")] if path.is_dir() else [path]
        for python in pythons:
            for folder in _prefixes(python):
                found[folder] = None
    return tuple(found)


def _prefixes(python: Path) -> Iterator[Path]:
    """Follow the links from a python to the last, and yield the prefix of each."""
    if not python.name.startswith("python"):
        return
    seen: set[Path] = set()
    link = python.absolute()
    while link not in seen:
        seen.add(link)
        prefix = link.parent.parent
        system = any(prefix.is_relative_to(folder) for folder in _SYSTEM)
        if not system and _is_prefix(prefix):
            yield prefix
        if not link.is_symlink():
            return
        link = link.parent / link.readlink()


def _is_prefix(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file() or any(folder.glob("lib/python3*"))
