"""What a deploy needs to know of the judgement of the change that it carries out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from artifacts.cant_tell import CantTell
from artifacts.policies.tiers import ROOMS, RiskTiers, RoomName
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


WALLS = "walls"
"""The word that a refusal begins with."""


def judge_walls(
    missing: Mapping[RoomName, str], policies: Sequence[RiskTiers | CantTell]
) -> DeployVerdict:
    """Say whether production may be deployed although some rooms have no wall, and why not.

    `missing` has each such room with the reason why it has none. A room is accepted if every
    policy of `policies` names it; where one can't be read, nothing is decided.
    """
    if not missing:
        return DeployVerdict("allowed")
    unread = [str(policy) for policy in policies if isinstance(policy, CantTell)]
    if unread or not policies:
        why = "; ".join(unread) or "there is no policy"
        return DeployVerdict("undecided", (f"{WALLS}: rooms have no wall, and {why}",))
    accepted = [policy.walls.accepted for policy in policies if isinstance(policy, RiskTiers)]
    refused = [
        room for room in ROOMS if room in missing and not all(room in rooms for rooms in accepted)
    ]
    if not refused:
        return DeployVerdict("allowed")
    return DeployVerdict("refused", tuple(_reasons(missing, refused)))


def _reasons(missing: Mapping[RoomName, str], refused: Sequence[RoomName]) -> Iterator[str]:
    for room in refused:
        yield f"{WALLS}: the room of {room} has no wall on this machine: {missing[room]}"
    named = ", ".join(f"{{room: {room}, reason: ...}}" for room in refused)
    yield (
        f"{WALLS}: on the machine that deploys, run `apt-get install bubblewrap`, then "
        "`bin/plinth delivery walls`, and deploy again; or accept it by name in "
        f"policies/risk_tiers.yaml, `walls: {{accept_missing: [{named}]}}`, which counts from the "
        "commit after the one that brings it"
    )
