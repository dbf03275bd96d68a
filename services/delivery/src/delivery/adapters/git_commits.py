"""Commits as git stores them: headers, one of which may be a signature of all the rest."""

from datetime import UTC, datetime

from delivery.domain.promotion.facts import RawCommit

SIGNATURE = b"gpgsig"


def parse_commit(raw: bytes) -> RawCommit:
    """Read addresses, signature and signed bytes out of a commit object; id and changes are empty.

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
    author, committer = (_address(kept, name) for name in (b"author ", b"committer "))
    return RawCommit("", author, committer, (), signed, b"\n".join(signature))


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


def _address(lines: list[bytes], name: bytes) -> str:
    line = next((one for one in lines if one.startswith(name)), b"")
    return line.rpartition(b"<")[2].partition(b">")[0].decode(errors="replace").strip()
