"""Removes old packaged copies of a service (see launch.py): only those that nothing runs from.

Usage: python -I -S bin/prune_copies.py COPIES SERVICE NEWEST

A copy stays while it is one of the last few, was used lately, is named in the command line of a
process, or is kept by a box whose hooks run from it. Standard library only.
"""

import os
import shutil
import sys
import time

KEPT, KEPT_SECONDS = 6, 7 * 24 * 3600


def main(copies: str, service: str, newest: str) -> int:
    """Removes what nobody needs; 0 always, since nothing depends on it."""
    prune(copies, service, newest)
    return 0


def prune(copies: str, service: str, newest: str) -> None:
    """Removes old copies of a service that nothing runs from and nothing keeps."""
    places = [f"{copies}/{name}" for name in os.listdir(copies) if name.startswith(f"{service}-")]
    places = [place for place in places if os.path.isdir(place) and place != newest]
    places.sort(key=lambda place: os.stat(place).st_mtime, reverse=True)
    now = time.time()  # noqa: TID251 - files are as old as the system's clock says
    old = [p for p in places[KEPT:] if os.stat(p).st_mtime < now - KEPT_SECONDS]
    old = [place for place in old if not is_kept(place)]
    running = running_commands() if old else None
    for place in old:
        if running is not None and os.fsencode(place) not in running:
            gone = f"{place}.{os.getpid()}.gone"
            os.rename(place, gone)
            shutil.rmtree(gone, ignore_errors=True)


def is_kept(place: str) -> bool:
    """Whether a box that is there runs its hooks from a copy: `box create` says so beside it."""
    try:
        with open(place + ".keep", encoding="utf-8") as file:
            return os.path.isdir(file.read().strip())
    except OSError:
        return False


def running_commands() -> bytes | None:
    """The command lines of all processes, or None where the system doesn't show them."""
    if not os.path.isdir("/proc/self"):
        return None
    lines = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    lines.append(file.read())
            except FileNotFoundError:
                continue  # ended meanwhile
            except OSError:
                return None
    return b"\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
