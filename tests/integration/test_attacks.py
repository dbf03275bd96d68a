"""Attacks on the judgement of changes. Each fails, and is told why by name.

`pytest -s` prints what each attack got to hear.
"""

from pathlib import Path

import pytest
from support import attacks_on_releases, attacks_on_the_judge, change_world
from support.attacks import APPROVED, ATTACKS, HALF, MAIN, PROMOTED
from support.change_world import World


@pytest.fixture(scope="module")
def starts(template: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """Worlds to begin from: main alone, and a promotion with no, one and two approvals."""
    folder = tmp_path_factory.mktemp("worlds")
    found = {MAIN: template}
    for start, before in ((PROMOTED, MAIN), (HALF, PROMOTED), (APPROVED, HALF)):
        world = found[start] = change_world.copy_of(found[before], folder / start)
        if start == PROMOTED:
            world.promote()
        else:
            world.approve("ada" if start == HALF else "bo")
    return found


def test_the_attacks_are_those_of_releases_and_of_the_judge() -> None:
    modules = (attacks_on_releases.__name__, attacks_on_the_judge.__name__)
    assert len(ATTACKS) > 50
    assert {one.act.__module__ for one in ATTACKS.values()} == set(modules)


@pytest.mark.parametrize("name", [".env", ".secrets", ".vars", ".input", "sub/.actrc"])
def test_files_that_a_runner_would_obey_are_refused(world: World, name: str) -> None:
    world.branch("smuggled")
    world.commit("max", {name: "PLINTH_AUDIT=elsewhere\n"})
    found = {one.rule: one.reason for one in world.judge().problems}
    assert name in found["smuggled_files"]


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_fails_with_a_named_reason(
    starts: dict[str, World], tmp_path: Path, name: str
) -> None:
    one = ATTACKS[name]
    world = change_world.copy_of(starts[one.start], tmp_path / "world")
    verdict = one.act(world) or world.judge()
    found = "; ".join(it.reason for it in verdict.problems if it.rule == one.rule)
    print(f"\n  {name:<56} {one.rule}: {found[:230]}", end="")  # noqa: T201
    assert not verdict.allowed
    assert one.words in found


def test_a_promotion_without_any_attack_is_allowed(starts: dict[str, World]) -> None:
    """Or every attack would fail for a reason of its own."""
    assert starts[APPROVED].judge().problems == ()
