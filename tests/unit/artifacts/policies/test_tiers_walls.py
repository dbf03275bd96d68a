"""What risk_tiers.yaml may say of rooms without a wall: by name, once, and with a reason."""

import pytest
from support.policy_documents import tiers_document
from support.staging_asked import WHY

from artifacts.errors import UnreadableRecord
from artifacts.policies.tiers import ROOMS, RiskTiers


def parsed(walls: object) -> RiskTiers:
    return RiskTiers.parse(tiers_document() | {"walls": walls}, "a test")


def test_nothing_is_accepted_where_nothing_is_said() -> None:
    assert RiskTiers.parse(tiers_document(), "a test").walls.accepted == frozenset()
    assert parsed({}).walls.accepted == frozenset()
    assert parsed({"accept_missing": []}).walls.accepted == frozenset()


def test_what_is_accepted_is_what_is_named() -> None:
    named = [{"room": room, "reason": WHY} for room in ROOMS]
    assert parsed({"accept_missing": named}).walls.accepted == {
        "training", "registry", "measuring", "service",
    }  # fmt: skip
    assert parsed({"accept_missing": named[:1]}).walls.accepted == {"training"}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"room": "everything", "reason": WHY}, "room"),
        ({"room": "service"}, "reason"),
        ({"room": "service", "reason": "short"}, "reason"),
        ({"room": "service", "reason": WHY, "until": "2027-01-01"}, "until"),
    ],
)
def test_a_room_needs_its_name_and_a_reason(entry: dict[str, str], told: str) -> None:
    with pytest.raises(UnreadableRecord, match=told):
        parsed({"accept_missing": [entry]})


def test_a_room_stands_once() -> None:
    twice = [{"room": "service", "reason": WHY}] * 2
    with pytest.raises(UnreadableRecord, match="accept_missing: a room stands twice"):
        parsed({"accept_missing": twice})


def test_no_word_accepts_all() -> None:
    with pytest.raises(UnreadableRecord, match="accept_all"):
        parsed({"accept_all": True})
