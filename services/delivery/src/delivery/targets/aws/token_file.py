"""Keeps a token in a file that this user alone can read."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from artifacts.text import plain
from delivery.targets.aws.aws_errors import TokenRefused


class PrivateFile:
    """Writes whole files or none, and never through a link."""

    def write(self, path: Path, token: str) -> None:
        """Write a token, readable by this user alone from its first byte on; TokenRefused."""
        try:
            # mkstemp's files are 0600, and new: nobody can have opened one before.
            handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as exc:
            raise TokenRefused(f"{path} can't be written: {plain(exc)}") from exc
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(token)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except OSError as exc:
            with suppress(OSError):
                Path(draft).unlink()
            raise TokenRefused(f"{path} can't be written: {plain(exc)}") from exc
