"""Commits that are signed here and not by git: the key may lie behind the keeper's socket."""


def with_signature(commit: bytes, signature: bytes) -> bytes:
    """Return an unsigned commit's bytes with a signature of them, as `git commit -S` leaves them.

    The signature is the last header; its further lines begin with a space.
    """
    headers, blank, message = commit.partition(b"\n\n")
    lines = signature.strip().replace(b"\n", b"\n ")
    return headers + b"\ngpgsig " + lines + blank + message
