"""A rehearsal's first commit accepts rooms without walls by name, and only those that have none."""

import shutil
from pathlib import Path

import pytest

from artifacts.policies.tiers import ROOMS, RiskTiers
from rehearsal.make_box import CommandFailed, accept_missing_walls
from walls import OtherUser, Unwalled, Wall

TIERS = Path(__file__).parents[2] / "policies/risk_tiers.yaml"


@pytest.mark.parametrize(
    ("wall", "rooms"),
    [
        (Unwalled("bwrap is not on PATH"), ROOMS),
        (OtherUser(Path("/usr/bin/setpriv")), ("training", "registry", "measuring")),
    ],
)
def test_rooms_are_accepted_by_name_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wall: Wall, rooms: tuple[str, ...]
) -> None:
    tiers = tmp_path / "risk_tiers.yaml"
    shutil.copyfile(TIERS, tiers)

    accept_missing_walls(tiers, wall)

    assert RiskTiers.read(tiers).walls.accepted == set(rooms)
    assert f"accepts that by name for {', '.join(rooms)}" in capsys.readouterr().err


def test_a_policy_that_can_not_be_put_names_in_ends_the_rehearsal(tmp_path: Path) -> None:
    tiers = tmp_path / "risk_tiers.yaml"
    tiers.write_text("kind: risk_tiers\n")

    with pytest.raises(CommandFailed, match="accept_missing"):
        accept_missing_walls(tiers, Unwalled("none"))


def test_nothing_is_accepted_in_the_policy_itself() -> None:
    assert RiskTiers.read(TIERS).walls.accepted == frozenset()
