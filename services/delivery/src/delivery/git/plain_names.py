"""plain_names: names of files mean the same to every reader, tool, file system and terminal."""

import re
from dataclasses import dataclass
from typing import Final

LONGEST_NAME: Final = 200
LONGEST_PATH: Final = 400
PLAIN: Final = re.compile(rb"[A-Za-z0-9._@+=,-]+")
SPECIAL: Final = frozenset({b"", b".", b".."})
ALLOWED: Final = "letters and digits of ASCII and . _ - + = , @"


@dataclass(frozen=True, order=True)
class OddName:
    """An entry of a tree that git would not have made, or whose name is not plain; and why."""

    path: str
    fault: str


def component_fault(name: bytes) -> str:
    """Say why the name of one entry of a folder is not plain; nothing if it is."""
    faults = (
        (name in SPECIAL, "a part of its path is empty, . or .."),
        (b"/" in name, "an entry's own name holds a slash"),
        (name.lower() == b".git", "git would take it for a repository"),
        (len(name) > LONGEST_NAME, f"a name of {len(name)} bytes: {LONGEST_NAME} are the most"),
        (not PLAIN.fullmatch(name), f"it has other characters than {ALLOWED}"),
        (name.startswith(b"-"), "a name in it begins with a dash: commands take it for an option"),
    )
    return next((fault for broken, fault in faults if broken), "")


def path_fault(path: bytes) -> str:
    """Say why a path is not plain as a whole; nothing if it is."""
    if len(path) > LONGEST_PATH:
        return f"it has {len(path)} bytes, and {LONGEST_PATH} are the most"
    return ""


def name_fault(path: str) -> str:
    """Say why a path is not plain, part by part; nothing if it is."""
    data = path.encode(errors="surrogateescape")
    return path_fault(data) or next(filter(None, map(component_fault, data.split(b"/"))), "")


def shown_name(name: bytes) -> str:
    """Return a name that can be shown: bytes that are not plain as their numbers, and not all."""
    text = "".join(
        chr(byte) if PLAIN.fullmatch(bytes([byte])) or byte == ord("/") else f"\\x{byte:02x}"
        for byte in name[: LONGEST_PATH // 2]
    )
    return text if len(name) <= LONGEST_PATH // 2 else text + "..."
