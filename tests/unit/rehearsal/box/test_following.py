"""Whoever pushes sees the log, and a dead runner is replaced while they watch."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from support.box_fakes import NOON, run
from support.box_world import World

from rehearsal.box.locks import tried
from rehearsal.box.runner import REVIVALS, Kind, follow, work


def test_the_log_is_said_line_by_line_and_the_colour_last(world: World) -> None:
    world.runs.queue(run())
    work(world.box)

    (ended,) = follow(world.box, (1,), world.said.append)

    assert ended.number == 1
    assert world.said == [
        "run 1 (ci, push): success", "in scratch", "run 1 (ci, push): success",
        "green: ci success (run 1)",
    ]  # fmt: skip


def test_nothing_to_follow_says_nothing(world: World) -> None:
    assert follow(world.box, (), world.said.append) == ()
    assert world.said == []


def test_a_runner_that_died_is_replaced(world: World) -> None:
    world.runs.queue(run())

    follow(world.box, (1,), world.said.append)

    assert world.started == len(Kind)
    assert world.said[-1] == "green: ci success (run 1)"


@pytest.fixture
def hurried(world: World) -> World:
    """A world whose clock goes on by a tenth of a second at each look."""
    seconds = count()

    def clock() -> datetime:
        return NOON + timedelta(seconds=next(seconds) / 10)

    world.clock = clock
    return world


@pytest.mark.parametrize("holds", ["releases", "judgements"])
def test_a_run_that_its_commits_release_or_judge_holds_back_waits_for_a_living_runner(
    hurried: World, holds: str
) -> None:
    hurried.runs.queue(run())

    with tried(hurried.box.path / "locks" / holds):
        follow(hurried.box, (1,), hurried.said.append)

    assert hurried.started == 0


def test_watching_ends_in_time_and_the_runners_that_are_started_are_few(
    hurried: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = hurried
    monkeypatch.setattr("rehearsal.box.runner.work", lambda *_, **__: None)
    world.runs.queue(run())

    follow(world.box, (1,), world.said.append)

    assert world.started == len(Kind) * REVIVALS
    assert world.said[-2] == "run 1 (ci, push): still waiting"
    assert "not done: ci queued (run 1)" in world.said[-1]
