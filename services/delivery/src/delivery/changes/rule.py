"""A rule about changes, and what it declares of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from delivery.changes.facts import ChangeFacts
from delivery.changes.findings import Finding


@dataclass(frozen=True)
class Rule:
    """A rule: its id, what it means to people, where it is from, and what judges by it.

    `judge` returns no finding where a change is none of its business.
    """

    id: str
    meaning: str
    source: str
    judge: Callable[[ChangeFacts], tuple[Finding, ...]]
    glass: bool = False
    """Whether break-glass may take its place: only these rules can be replaced."""
    of_release: bool = False
    """Whether it is about a release that a change brings. A deploy judges the release that it
    deploys, whatever stood on main before."""
    needs_log: bool = False
    """Whether it can't be told without the audit log."""
