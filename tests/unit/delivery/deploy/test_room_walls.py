"""Production without walls is refused, unless the policy names each room that has none."""

import pytest
from support.policy_documents import tiers_document
from support.staging_asked import WHY

from artifacts.cant_tell import CantTell
from artifacts.policies.tiers import ROOMS, RiskTiers, RoomName
from delivery.deploy.change_verdict import judge_walls

NONE = dict.fromkeys(ROOMS, "bwrap is not on PATH")


def accepting(*rooms: RoomName) -> RiskTiers:
    named = [{"room": room, "reason": WHY} for room in rooms]
    document = tiers_document() | {"walls": {"accept_missing": named}}
    return RiskTiers.parse(document, "a test")


def test_where_every_room_has_its_wall_nothing_is_asked_of_a_policy() -> None:
    assert judge_walls({}, ()).decision == "allowed"


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_without_a_wall_refuses(room: RoomName) -> None:
    found = judge_walls({room: "bwrap is not on PATH"}, [accepting()])

    assert found.decision == "refused"
    assert found.reasons[0] == (
        f"walls: the room of {room} has no wall on this machine: bwrap is not on PATH"
    )
    assert "apt-get install bubblewrap" in found.reasons[-1]
    assert f"walls: {{accept_missing: [{{room: {room}, reason: ...}}]}}" in found.reasons[-1]
    assert len(found.reasons) == 2


def test_a_policy_that_says_nothing_of_walls_accepts_none() -> None:
    found = judge_walls(NONE, [RiskTiers.parse(tiers_document(), "a test")])

    assert (found.decision, len(found.reasons)) == ("refused", len(ROOMS) + 1)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_is_accepted_by_name_accepts_no_other(room: RoomName) -> None:
    assert judge_walls({room: "none"}, [accepting(room)]).decision == "allowed"
    found = judge_walls(NONE, [accepting(room)])
    assert found.decision == "refused"
    assert all(f"the room of {room} " not in reason for reason in found.reasons)


def test_all_rooms_are_accepted_where_all_are_named() -> None:
    assert judge_walls(NONE, [accepting(*ROOMS)]).decision == "allowed"


@pytest.mark.parametrize(
    "policies", [(accepting(*ROOMS), accepting()), (accepting(), accepting(*ROOMS))]
)
def test_the_stricter_of_both_policies_counts(policies: tuple[RiskTiers, RiskTiers]) -> None:
    assert judge_walls(NONE, policies).decision == "refused"


@pytest.mark.parametrize("also", [(), (accepting(*ROOMS),)])
def test_with_a_policy_that_can_not_be_read_nothing_is_decided(also: tuple[RiskTiers, ...]) -> None:
    found = judge_walls(NONE, [*also, CantTell("policies/risk_tiers.yaml", "there is no such")])

    assert found.decision == "undecided"
    assert "policies/risk_tiers.yaml" in found.reasons[0]


def test_without_any_policy_nothing_is_decided() -> None:
    assert judge_walls(NONE, ()).decision == "undecided"
