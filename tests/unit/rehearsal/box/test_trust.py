"""Whose checkout a run has: main's runs beside keys and state, anybody else's in a room."""

from typing import Any

import pytest
from support.box_fakes import run, sha
from support.box_world import World

from rehearsal.box.records import MAIN, Event
from rehearsal.box.runner import order_of


def trusted(world: World, **fields: Any) -> bool:
    """Whether a run would be given keys and state."""
    return order_of(world.box, run(**fields), world.repository.tip("main")).trusted


@pytest.fixture(autouse=True)
def merged(world: World) -> None:
    """Put main at `c`: a merge of `b` onto `a`."""
    world.repository.parents_of[sha("c")] = (sha("a"), sha("b"))
    world.repository.branches["main"] = sha("c")


@pytest.mark.parametrize("event", [Event.PUSH, Event.DISPATCH, Event.SCHEDULE])
@pytest.mark.parametrize("letter", ["a", "c"])
def test_mains_tip_and_the_tips_before_are_mains(world: World, event: Event, letter: str) -> None:
    assert trusted(world, event=event, ref=MAIN, commit=sha(letter))


@pytest.mark.parametrize(
    "fields",
    [
        {"event": Event.PUSH, "ref": "refs/heads/feature", "commit": sha("b")},
        {"event": Event.PUSH, "ref": "refs/heads/feature", "commit": sha("c")},
        {"event": Event.PUSH, "ref": "refs/tags/v1", "commit": sha("c")},
        {"event": Event.DISPATCH, "ref": "refs/heads/feature", "commit": sha("b")},
        {"event": Event.PULL_REQUEST, "ref": "refs/heads/feature", "commit": sha("b")},
        {"event": Event.PULL_REQUEST, "ref": MAIN, "commit": sha("b")},
        {"event": Event.PUSH, "ref": MAIN, "commit": sha("b")},
    ],
)
def test_everything_else_is_a_branchs(world: World, fields: dict[str, Any]) -> None:
    assert not trusted(world, **fields)


def test_without_a_main_nothing_is_mains(world: World) -> None:
    del world.repository.branches["main"]

    assert not trusted(world, event=Event.PUSH, ref=MAIN, commit=sha("c"))
    assert not trusted(world, event=Event.PULL_REQUEST_TARGET, commit=sha("b"))


def test_what_judges_a_pull_request_is_mains(world: World) -> None:
    order = order_of(
        world.box,
        run(event=Event.PULL_REQUEST_TARGET, commit=sha("b")),
        world.repository.tip("main"),
    )

    assert (order.trusted, order.checkout) == (True, sha("c"))
