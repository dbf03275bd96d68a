"""What hostile code of training tries, each by itself; started in place of training's commands.

It imports nothing of ours. What succeeded is printed as a line of JSON on standard error, and left
in `loot.json` of the folder that --work or --out names. `ready.json` beside it names the targets.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

GIT = ("-c", "user.name=thief", "-c", "user.email=thief@plinth.invalid", "-c", "safe.directory=*")


def read(path: str) -> bool:
    """Read a file, or any file directly in a folder."""
    place = Path(path)
    files = [place] if place.is_file() else [p for p in place.iterdir() if p.is_file()]
    return any(file.read_bytes() for file in files)


def write(path: str) -> bool:
    """Add a file to a folder, or a line to a file."""
    place = Path(path)
    if place.is_dir():
        (place / "stolen").write_text("mine", encoding="utf-8")
    elif not place.exists():
        return False  # what it would write is seen by nobody
    else:
        with place.open("a", encoding="utf-8") as file:
            file.write("\n")
    return True


def sign(key: str) -> bool:
    """Sign a statement as the gate would."""
    words = ["ssh-keygen", "-Y", "sign", "-f", key, "-n", "plinth-gate-report"]
    return subprocess.run(words, input=b"{}", capture_output=True, check=False).returncode == 0


def push(root: str) -> bool:
    """Push a branch to where people share the repository."""
    words = ["git", "-C", root, *GIT, "push", "origin", "HEAD:refs/heads/stolen"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def commit(root: str) -> bool:
    words = ["git", "-C", root, *GIT, "update-ref", "refs/heads/stolen", "HEAD"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def find_token(token: str) -> bool:
    """Find a token among the variables of any process that can be seen."""
    found = False
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            found |= token.encode() in file.read_bytes()
    return found


def connect(port: str) -> bool:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=2):
        return True


TRICKS: dict[str, Callable[[str], bool]] = {
    "read": read,
    "write": write,
    "sign": sign,
    "push": push,
    "commit": commit,
    "token": find_token,
    "connect": connect,
}


def main() -> None:
    """Try everything, leave what succeeded, and end as a breakdown."""
    targets = json.loads(Path(__file__).with_name("ready.json").read_text(encoding="utf-8"))
    loot = []
    for trick, target in targets:
        with contextlib.suppress(OSError):
            if TRICKS[trick](target):
                loot.append(f"{trick} {os.path.basename(target)}")  # noqa: PTH119 - a word of it
    words = sys.argv[1:]
    for option in ("--work", "--out"):
        if option in words:
            folder = Path(words[words.index(option) + 1])
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "loot.json").write_text(json.dumps(loot), encoding="utf-8")
    sys.stderr.write("loot:" + json.dumps(loot) + "\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
