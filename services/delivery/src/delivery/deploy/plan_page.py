"""What an apply would change, as the summary of a workflow."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from artifacts.cant_tell import CantTell
from artifacts.text import markdown
from delivery.deploy.difference import Drift
from delivery.releases.wanted import Wanted, short


class Plan(Protocol):
    """One environment's plan."""

    @property
    def wanted(self) -> Wanted:
        """What git wants."""

    @property
    def changes(self) -> tuple[Drift, ...] | CantTell:
        """What an apply would change, or why nobody knows."""


def plan_lines(plans: Sequence[Plan]) -> tuple[str, ...]:
    """Return the plans, a heading an environment and a line a resource."""
    return tuple(line for plan in plans for line in _lines(plan))


def plan_page(plans: Sequence[Plan]) -> str:
    """Return the plans as Markdown."""
    parts = []
    for plan in plans:
        heading, *rest = _lines(plan)
        parts += [f"### {markdown(heading)}", "", *(f"- {markdown(line)}" for line in rest), ""]
    return "\n".join(parts)


def _lines(plan: Plan) -> Iterator[str]:
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
