"""Attacks by people on the judgement: false bases, hidden authors, lost rejections, forged words.

Each is played over real commits, real signatures and a real audit log.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import change_world
from support.change_world import World

from delivery.domain.promotion.findings import ChangeVerdict

JUDGE = "services/delivery/src/judge.py"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> World:
    return change_world.make_world(tmp_path_factory.mktemp("template") / "world")


@pytest.fixture
def world(template: World, tmp_path: Path) -> World:
    return change_world.copy_of(template, tmp_path / "world")


def problems(verdict: ChangeVerdict) -> dict[str, str]:
    return {one.rule: one.reason for one in verdict.problems}


def commit_as(
    world: World, author: str, files: Mapping[str, str | bytes | None], message: str = "a change"
) -> None:
    """Commit files, signed by Max, with an author and a message of the attacker's choice."""
    for path, text in files.items():
        world.write(path, text)
    world.git("add", "--all")
    words = ("commit", "--quiet", "-m", message, "--author", author)
    world.git(*world.as_person("max"), *words)


# Row 6: who is an author


@pytest.mark.parametrize(
    "author",
    [
        "Nobody <12345+bo-at-forge@users.noreply.github.com>",
        "Nobody <Bo-At-Forge@users.noreply.github.com>",
        "Nobody <bo+work@people.invalid>",
        "Nobody <BO@PEOPLE.INVALID>",
        "Nobody <\uff42\uff4f@people.invalid>",
        "Bo <bo@home.invalid>",
    ],
)
def test_every_address_of_a_person_makes_an_author(world: World, author: str) -> None:
    world.branch("judge")
    commit_as(world, author, {JUDGE: "STRICT = 1\n"})
    for name in ("ada", "bo", "cleo"):
        world.state(name)
    found = problems(world.judge())["change_approved"]
    assert "lacks approvals by risk_officer" in found
    assert "bo as risk_officer: is an author" in found


@pytest.mark.parametrize(
    "trailer",
    [
        "Co-authored-by: Bo <bo@people.invalid>",
        "co-authored-BY: X <12345+bo-at-forge@users.noreply.github.com>",
        "Signed-off-by: Bo <bo@people.invalid>",
        "Pair: bo@people.invalid",
        "Written-by: @bo-at-forge",
    ],
)
def test_every_trailer_that_names_a_person_makes_an_author(world: World, trailer: str) -> None:
    world.branch("judge")
    commit_as(world, "Max <max@people.invalid>", {JUDGE: "STRICT = 1\n"}, f"a change\n\n{trailer}")
    for name in ("ada", "bo", "cleo"):
        world.state(name)
    assert "bo as risk_officer: is an author" in problems(world.judge())["change_approved"]
