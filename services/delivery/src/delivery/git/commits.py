"""Commits as git stores them: headers, one of which may be a signature of all the rest."""

from dataclasses import dataclass
from datetime import UTC, datetime

SIGNATURE = b"gpgsig"


@dataclass(frozen=True)
class Change:
    """A path that differs: mode and blob before and after, None where there is no file."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RawCommit:
    """A commit as git has it: who says to have made it, what it did itself, and its signature.

    `author` and `committer` are addresses, `names` the names before them. `signed` are the bytes
    that `signature` is of; it is empty where the commit isn't signed.
    """

    id: str
    author: str
    committer: str
    changes: tuple[Change, ...]
    signed: bytes
    signature: bytes
    names: tuple[str, str]
    message: str


def parse_commit(raw: bytes) -> RawCommit:
    """Return persons, message, signature and signed bytes of a commit, without id and changes.

    A second signature is appended to the first, so that neither can be read.
    """
    head, gap, message = raw.partition(b"\n\n")
    kept: list[bytes] = []
    signature: list[bytes] = []
    within = False
    for line in head.split(b"\n"):
        within = within if line.startswith(b" ") else line.split(b" ", 1)[0] == SIGNATURE
        if within:
            signature.append(line.removeprefix(SIGNATURE).removeprefix(b" "))
        else:
            kept.append(line)
    signed = b"\n".join(kept) + gap + message
    author, committer = (_identity(kept, name) for name in (b"author ", b"committer "))
    return RawCommit(
        id="",
        author=author[1],
        committer=committer[1],
        changes=(),
        signed=signed,
        signature=b"\n".join(signature),
        names=(author[0], committer[0]),
        message=message.decode(errors="replace"),
    )


def with_signature(commit: bytes, signature: bytes) -> bytes:
    """Return an unsigned commit's bytes with a signature of them, as `git commit -S` leaves them.

    The signature is the last header; its further lines begin with a space.
    """
    headers, blank, message = commit.partition(b"\n\n")
    lines = signature.strip().replace(b"\n", b"\n ")
    return headers + b"\ngpgsig " + lines + blank + message


def committed_at(raw: bytes) -> datetime:
    """Return the time that a commit says it was made at; the epoch where it says none."""
    for line in raw.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"committer "):
            seconds = line.rpartition(b"> ")[2].split(b" ")[0]
            try:
                return datetime.fromtimestamp(int(seconds), UTC)
            except (ValueError, OverflowError, OSError):
                break
    return datetime.fromtimestamp(0, UTC)


def _identity(lines: list[bytes], header: bytes) -> tuple[str, str]:
    """Return the name and the address of a header's person."""
    line = next((one for one in lines if one.startswith(header)), b"")
    name, _, rest = line.removeprefix(header).rpartition(b"<")
    address = rest.partition(b">")[0]
    return name.decode(errors="replace").strip(), address.decode(errors="replace").strip()
