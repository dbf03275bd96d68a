"""What isn't as git has it, as an issue that people read."""

from collections.abc import Sequence
from typing import Final, Protocol

from artifacts.text import markdown
from delivery.deploy.difference import Difference
from delivery.releases.wanted import Wanted, short

_PREFACE: Final = (
    "A scheduled look compared git with the registry, Terraform's state, what exists and what "
    "answers. Git is the truth: run the deploy that is named, or bring what was changed by hand "
    "into git by a pull request."
)


class Looked(Protocol):
    """One environment that was looked at."""

    @property
    def wanted(self) -> Wanted:
        """What git wants."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What isn't so."""


def drift_title(found: Sequence[Looked]) -> str:
    """Return the title: which environments, and how much."""
    named = [f"{one.wanted.environment} ({len(one.differences)})" for one in found]
    drifted = [name for name, one in zip(named, found, strict=True) if one.differences]
    return f"Not as git has it: {', '.join(drifted)}"


def drift_body(found: Sequence[Looked]) -> str:
    """Return every difference, and how it is brought together."""
    lines = [_PREFACE]
    for one in found:
        if not one.differences:
            continue
        wants = f"{short(one.wanted.digest)} of {one.wanted.commit[:12]}"
        lines += ["", f"### {one.wanted.environment}: wanted is {wants}", ""]
        lines += [f"- {markdown(difference)}" for difference in one.differences]
    return "\n".join(lines) + "\n"
