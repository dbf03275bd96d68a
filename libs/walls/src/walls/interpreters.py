"""Where the files of a Python interpreter lie that a room's command needs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

_SYSTEM = (Path("/usr"), Path("/bin"), Path("/lib"), Path("/lib64"), Path("/sbin"))


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
