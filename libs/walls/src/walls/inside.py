"""The probe that runs inside a room, started with `python -I -S -c`: it imports nothing of ours.

It reads what to try from its standard input as JSON, and writes the breaches as JSON.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Found = tuple[str, str]
_TRACE = ".walls-probe"
_SECONDS = 2


def reading(target: Path) -> Iterator[Found]:
    """Try to read a file, or the names in a folder and the files directly in it."""
    with contextlib.suppress(OSError):
        if target.is_dir():
            names = os.listdir(target)  # noqa: PTH208 - names, readable or not
            if names:
                yield "listed", str(target)
            for name in names[:100]:
                with contextlib.suppress(OSError):
                    if (target / name).is_file():
                        (target / name).open("rb").close()
                        yield "read", str(target / name)
        elif target.is_file():
            target.open("rb").close()
            yield "read", str(target)


def writing(target: Path) -> Iterator[Found]:
    """Try to create a file in a folder, or to open a file for appending."""
    with contextlib.suppress(OSError):
        if target.is_dir():
            trace = target / _TRACE
            trace.open("xb").close()
            yield "written", str(target)
            trace.unlink()
        elif target.is_file():
            target.open("ab").close()
            yield "written", str(target)


def processes(marker: str, marked: str) -> Iterator[Found]:
    """Look for the marker in variables and files of every process that can be seen."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (folder / "environ").read_bytes():
                yield "variables read", str(folder / "environ")
        with contextlib.suppress(OSError):
            if (folder / "root" / marked.lstrip("/")).read_text(encoding="utf-8") == marker:
                yield "read", f"{folder}/root{marked}"


def connecting(address: Any, family: int, name: str) -> Iterator[Found]:
    """Try to connect to a socket outside."""
    with contextlib.suppress(OSError), socket.socket(family) as client:
        client.settimeout(_SECONDS)
        client.connect(address)
        yield "connected", name


def variables(allowed: list[str]) -> Iterator[Found]:
    """Name variables that nobody gave to this room."""
    lines = Path("/proc/self/environ").read_bytes().split(b"\0")
    names = {os.fsdecode(line.partition(b"=")[0]) for line in lines if line}
    for name in sorted(names - set(allowed)):
        yield "variable inherited", name


def main() -> None:
    """Try everything, and write what succeeded."""
    orders = json.load(sys.stdin)
    tries = [
        variables(orders["variables"]),
        processes(orders["marker"], orders["marked"]),
        *(reading(Path(path)) for path in orders["hidden"]),
        *(writing(Path(path)) for path in (*orders["hidden"], *orders["reads"])),
    ]
    for path in orders["sockets"]:
        address = "\0" + path[1:] if path.startswith("@") else path
        tries.append(connecting(address, socket.AF_UNIX, path))
    tries += [
        connecting(("127.0.0.1", port), socket.AF_INET, f"127.0.0.1:{port}")
        for port in orders["ports"]
    ]
    breaches = [list(found) for attempt in tries for found in attempt]
    for pid in orders["processes"]:
        # The caller looks whether it ended. A number may be one of this room's own.
        if not Path(f"/proc/{pid}").exists() or orders["shared_processes"]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
    json.dump(breaches, sys.stdout)


if __name__ == "__main__":
    main()
