"""What a deploy needs to know of the judgement of the change that it carries out."""

from dataclasses import dataclass
from typing import Literal

from delivery.releases.wanted import Wanted


@dataclass(frozen=True)
class DeployVerdict:
    """Whether a commit's release may be deployed, and why not.

    `break_glass` names the statements (by digest) that let it pass without approvals.
    """

    decision: Literal["allowed", "refused", "undecided"]
    reasons: tuple[str, ...] = ()
    break_glass: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deployed:
    """How a deploy ended.

    green: verified. nothing: git releases nothing there, and nothing runs. superseded: main has
    moved on. refused: the judge said no, nothing was touched. red: something broke; what served
    before serves on.
    """

    outcome: Literal["green", "nothing", "superseded", "refused", "undecided", "red"]
    lines: tuple[str, ...] = ()
    wanted: Wanted | None = None
