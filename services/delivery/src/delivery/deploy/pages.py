"""What people read of deploys: a status table, the issue of what drifted, a plan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.records.audit import AuditEntry
from artifacts.text import markdown, plain
from delivery.deploy.change_verdict import Deployed
from delivery.deploy.compare import Drift, EnvironmentStatus, Verification
from delivery.releases.wanted import Wanted, short

_WIDTHS = (11, 13, 7, 31, 31)
_REASON = 1000


def status_lines(environments: Iterable[EnvironmentStatus]) -> tuple[str, ...]:
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


def _below(one: EnvironmentStatus) -> Iterator[str]:
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


_PREFACE: Final = (
    "A scheduled look compared git with the registry, Terraform's state, what exists and what "
    "answers. Git is the truth: run the deploy that is named, or bring what was changed by hand "
    "into git by a pull request."
)


def drift_title(found: Sequence[Verification]) -> str:
    """Return the title: which environments, and how much."""
    named = [f"{one.wanted.environment} ({len(one.differences)})" for one in found]
    drifted = [name for name, one in zip(named, found, strict=True) if one.differences]
    return f"Not as git has it: {', '.join(drifted)}"


def drift_body(found: Sequence[Verification]) -> str:
    """Return every difference, and how it is brought together."""
    lines = [_PREFACE]
    for one in found:
        if not one.differences:
            continue
        wants = f"{short(one.wanted.digest)} of {one.wanted.commit[:12]}"
        lines += ["", f"### {one.wanted.environment}: wanted is {wants}", ""]
        lines += [f"- {markdown(difference)}" for difference in one.differences]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Planned:
    """What an apply would change in an environment."""

    wanted: Wanted
    changes: tuple[Drift, ...] | CantTell


def plan_lines(plans: Sequence[Planned]) -> tuple[str, ...]:
    """Return the plans, a heading an environment and a line a resource."""
    return tuple(line for plan in plans for line in _lines(plan))


def plan_page(plans: Sequence[Planned]) -> str:
    """Return the plans as Markdown."""
    parts = []
    for plan in plans:
        heading, *rest = _lines(plan)
        parts += [f"### {markdown(heading)}", "", *(f"- {markdown(line)}" for line in rest), ""]
    return "\n".join(parts)


def _lines(plan: Planned) -> Iterator[str]:
    name, wanted = plan.wanted.environment, short(plan.wanted.digest)
    if isinstance(plan.changes, CantTell):
        yield f"{name}: no plan"
        yield plan.changes.reason
        return
    count = len(plan.changes)
    yield f"{name}: {wanted}, {count} resource{'' if count == 1 else 's'} would change"
    if plan.wanted.payload and plan.wanted.payload.image is None:
        yield "its image is built on merge: a digest of zeros stands in for it"
    for change in plan.changes:
        detail = ", ".join(change.attributes) or change.action
        yield f"{change.address}: {detail}"
