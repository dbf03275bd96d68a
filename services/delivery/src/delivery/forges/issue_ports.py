"""What is needed to tell people of what isn't as git has it."""

from __future__ import annotations

from typing import Protocol


class Issues(Protocol):
    """A forge's issues; each of ours carries a marker. ForgeUnavailable where it can't be asked."""

    def report(self, marker: str, title: str, body: str) -> str:
        """Open the issue of a marker, or bring the open one up to date; return where it is."""

    def settle(self, marker: str, note: str) -> str | None:
        """Close the issue of a marker with a note; return where it is, None where none is open."""
