"""The status of environments, in lines for a terminal and for a workflow's summary."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from artifacts.records.audit import AuditEntry
from artifacts.text import markdown, plain
from delivery.deploy.change_verdict import Deployed
from delivery.deploy.difference import Difference
from delivery.releases.wanted import Wanted, short

_WIDTHS = (11, 13, 7, 31, 31)
_REASON = 1000


class Shown(Protocol):
    """What is shown of an environment."""

    @property
    def wanted(self) -> Wanted:
        """What git wants."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What isn't so."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What else people should know."""

    @property
    def deploy(self) -> AuditEntry | None:
        """The last deploy, however it ended."""

    @property
    def verified(self) -> AuditEntry | None:
        """The last verification on record."""

    @property
    def break_glass(self) -> tuple[AuditEntry, ...]:
        """Break-glass deploys that nobody has reviewed."""

    @property
    def superseded(self) -> tuple[AuditEntry, ...]:
        """Deploys that main left behind since the last green one."""

    @property
    def green(self) -> bool:
        """Whether all is well."""


def status_lines(environments: Iterable[Shown]) -> tuple[str, ...]:
    """Return the table, and below it every difference and every open case, one a line."""
    found = list(environments)
    heading = _row("environment", "wanted", "status", "last deploy", "last verification")
    rows = [
        _row(
            one.wanted.environment,
            short(one.wanted.digest),
            "green" if one.green else "RED",
            _when(one.deploy),
            _when(one.verified),
        )
        for one in found
    ]
    return (heading, *rows, *(line for one in found for line in _below(one)))


def summary_lines(environment: str, deployed: Deployed) -> tuple[str, ...]:
    """Return a deploy's end as Markdown."""
    said = [f"- {markdown(line)}" for line in deployed.lines]
    return (f"### {environment}: {deployed.outcome}", "", *said, "")


def _below(one: Shown) -> Iterator[str]:
    name = one.wanted.environment
    for difference in one.differences:
        yield f"{name}: {plain(difference, _REASON)}"
    for note in one.notes:
        yield f"{name}: {plain(note, _REASON)}"
    for case in one.break_glass:
        yield (
            f"{name}: glass was broken for {short(case.payload)} by statement "
            f"{short(case.subject)} and nobody has reviewed it: delivery review-break-glass"
        )
    for entry in one.superseded:
        yield f"{name}: the deploy of {short(entry.commit)} was superseded"


def _when(entry: AuditEntry | None) -> str:
    if entry is None:
        return "never"
    return f"{_time(entry.at)} {entry.event} {entry.outcome}"


def _time(at: datetime) -> str:
    return at.strftime("%m-%d %H:%M")


def _row(*cells: str) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
    return "  ".join(padded).rstrip()
