"""Kill anything at any moment: the port refuses nothing, and the next `run` heals.

On a stand-in for the service that starts at once; the real one is swapped in test_host.py.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.host_world import HostWorld, make_stub_world

from artifacts.records.release import Payload
from delivery.targets.local.swap import STEPS
from rehearsal.load import LoadReport, load_during

pytestmark = pytest.mark.machine

RATE = 50.0
BROKEN = 2
FRESH = {"Connection": "close"}
"""The stand-in doesn't drain kept-alive connections; the real service is asked over both."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostWorld]:
    world = make_stub_world(tmp_path_factory.mktemp("host") / "a folder", broken=BROKEN)
    try:
        yield world
    finally:
        world.stop()
        assert world.processes() == ()


@pytest.fixture
def serving(world: HostWorld) -> HostWorld:
    """The world, serving payload 0 in a sound way."""
    if not world.serves_soundly(0):
        world.swap(0)
    return world


def swapped_under_load(world: HostWorld, number: int) -> LoadReport:
    with load_during(world.url("/v1/release"), FRESH, None, RATE) as load:
        world.swap(number)
    return load.report


def payloads_that_answer(world: HostWorld) -> set[str | None]:
    return {answer.payload for answer in world.observe().answers}


def test_a_swap_killed_after_any_step_leaves_an_environment_that_serves_and_the_next_heals(
    serving: HostWorld,
) -> None:
    before, after = 0, 1
    for step in STEPS:
        with load_during(serving.url("/v1/release"), FRESH, None, RATE) as load:
            serving.want(after)
            words = ("run", "staging", serving.digest(after))
            killed = serving.run(*words, PLINTH_DIE_AFTER=step.name)
            seen = payloads_that_answer(serving)
            healed = serving.swap(after)
        observed = serving.observe()

        assert killed.returncode == -signal.SIGKILL, step.name
        assert seen <= {serving.digest(before), serving.digest(after)}, step.name
        assert f"with {serving.digest(after)}" in healed, step.name
        assert {answer.payload for answer in observed.answers} == {serving.digest(after)}
        assert [watcher.payload for watcher in observed.watchers if watcher.payload] == [
            serving.digest(after)
        ]
        assert len(observed.processes) == 1, step.name
        assert load.report.failed == 0, f"{step.name}: {load.report}"
        before, after = after, before


def test_a_release_that_is_kept_warm_is_let_in_and_out_whatever_step_is_killed(
    serving: HostWorld,
) -> None:
    """There and back, killed after each step; nothing of the environment reaches who waits."""
    before, after = 0, 1
    for step in STEPS:
        with load_during(serving.url("/v1/release"), FRESH, None, RATE) as load:
            serving.want(after)
            words = ("run", "staging", serving.digest(after), "--warm", serving.digest(before))
            killed = serving.run(*words, PLINTH_DIE_AFTER=step.name)
            between = serving.observe()
            healed = serving.swap(after, warm=before)
        observed = serving.observe()

        assert killed.returncode == -signal.SIGKILL, step.name
        may = set(between.turns)
        assert {answer.payload for answer in between.answers} <= may, step.name
        assert f"{serving.digest(before)} waits" in healed, step.name
        assert observed.turns == (serving.digest(after),), step.name
        assert {answer.payload for answer in observed.answers} == {serving.digest(after)}
        assert observed.at_door is not None, step.name
        assert observed.at_door.payload == serving.digest(before), step.name
        assert {process.payload for process in observed.processes} == {
            serving.digest(0),
            serving.digest(1),
        }, step.name
        assert len(observed.processes) == 2, step.name
        assert load.report.failed == 0, f"{step.name}: {load.report}"
        before, after = after, before
    serving.swap(0)
    assert [process.payload for process in serving.observe().processes] == [serving.digest(0)]


def test_a_warm_release_that_is_killed_is_started_again_to_wait_and_never_answers(
    serving: HostWorld,
) -> None:
    serving.swap(1, warm=0)
    (killed,) = [p.pid for p in serving.processes() if p.payload == serving.digest(0)]
    with load_during(serving.url("/v1/release"), FRESH, None, RATE) as load:
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while (door := serving.observe().at_door) and door.problem and time.monotonic() < deadline:
            assert payloads_that_answer(serving) == {serving.digest(1)}

    assert door is not None
    assert (door.payload, door.problem) == (serving.digest(0), None)
    assert load.report.failed == 0, str(load.report)
    serving.kill("manager")
    assert "waits" in serving.swap(1, warm=0)
    assert [process.managed for process in serving.observe().processes] == [True, True]
    serving.swap(0)


def test_stop_ends_what_waits_too(serving: HostWorld) -> None:
    serving.swap(1, warm=0)

    serving.done("stop", "staging")

    assert serving.processes() == ()
    assert serving.observe().turns == ()


def test_a_step_that_is_not_there_can_not_be_killed_after(world: HostWorld) -> None:
    result = world.run("run", "staging", world.digest(0), PLINTH_DIE_AFTER="no-such-step")

    assert result.returncode == 2
    assert "no-such-step" in result.stderr


@pytest.mark.parametrize(
    "roles",
    [("manager",), ("holder",), ("manager", "holder")],
    ids=["manager", "holder", "manager and holder"],
)
def test_a_killed_keeper_costs_no_request_and_the_next_swap_replaces_it(
    serving: HostWorld, roles: tuple[str, ...]
) -> None:
    with load_during(serving.url("/v1/release"), FRESH, None, RATE) as load:
        killed = {pid for role in roles for pid in serving.kill(role)}
        serving.swap(1)
    observed = serving.observe()

    assert len(killed) == len(roles)
    assert load.report.failed == 0, str(load.report)
    assert (observed.manager, observed.holder) == (True, True)
    assert not killed & {process.pid for process in serving.processes()}
    assert [process.managed for process in observed.processes] == [True]
    assert payloads_that_answer(serving) == {serving.digest(1)}


def test_what_a_killed_manager_left_is_replaced_when_the_same_payload_is_deployed(
    serving: HostWorld,
) -> None:
    orphans = {process.pid for process in serving.observe().processes}
    serving.kill("manager")

    assert [process.managed for process in serving.observe().processes] == [False]
    report = swapped_under_load(serving, 0)

    observed = serving.observe()
    assert report.failed == 0, str(report)
    assert [process.managed for process in observed.processes] == [True]
    assert not orphans & {process.pid for process in observed.processes}


def test_a_killed_service_is_started_again_and_the_port_refuses_nobody_meanwhile(
    serving: HostWorld,
) -> None:
    with load_during(serving.url("/v1/release"), FRESH, None, RATE) as load:
        (killed,) = serving.kill("service")
        wait_until_another_serves(serving, killed)

    # What was under way in it is lost; whoever comes then waits in the socket's queue.
    assert all("Refused" not in reason for reason in load.report.failures), str(load.report)
    assert load.report.failed <= 2, str(load.report)
    assert payloads_that_answer(serving) == {serving.digest(0)}


def test_after_everything_was_killed_a_run_starts_all_anew_on_the_same_port(
    serving: HostWorld,
) -> None:
    url = serving.url("")
    for role in ("manager", "holder", "service"):
        serving.kill(role)

    observed = serving.observe()
    assert (observed.manager, observed.holder) == (False, False)
    assert {answer.status for answer in observed.answers} == {None}
    assert all(answer.problem for answer in observed.answers)
    serving.swap(0)

    assert serving.url("") == url
    assert payloads_that_answer(serving) == {serving.digest(0)}


def test_a_payload_that_never_gets_ready_is_taken_out_and_the_old_one_serves_on(
    serving: HostWorld,
) -> None:
    with load_during(serving.url("/v1/release"), FRESH, None, RATE) as load:
        serving.want(BROKEN)
        result = serving.run("run", "staging", serving.digest(BROKEN))
    observed = serving.observe()

    assert result.returncode == 2
    assert "never got ready" in result.stderr
    assert "the model is refused: ?[31mit is broken" in result.stderr
    assert load.report.failed == 0, str(load.report)
    assert {answer.payload for answer in observed.answers} == {serving.digest(0)}
    assert [w.payload for w in observed.watchers if w.payload] == [serving.digest(0)]
    assert observed.state.running == serving.digest(0)


def test_a_swap_whose_payload_is_no_longer_wanted_does_nothing(serving: HostWorld) -> None:
    serving.want(1)
    printed = serving.done("run", "staging", serving.digest(0))
    serving.want(0)

    assert printed.startswith("superseded")
    assert serving.digest(1) in printed
    assert payloads_that_answer(serving) == {serving.digest(0)}


def test_of_two_swaps_at_once_the_last_wanted_wins(serving: HostWorld) -> None:
    serving.want(1)
    first = serving.start("run", "staging", serving.digest(1))
    serving.want(0)
    second = serving.start("run", "staging", serving.digest(0))

    assert [process.wait(60) for process in (first, second)] == [0, 0]
    for process in (first, second):
        process.communicate()
    assert payloads_that_answer(serving) == {serving.digest(0)}


def test_another_port_is_taken_and_the_one_before_is_given_up(serving: HostWorld) -> None:
    old = serving.url("")
    port = free_port()
    serving.done("run", "staging", serving.digest(0), "--port", str(port))

    assert serving.url("") == f"http://127.0.0.1:{port}" != old
    assert payloads_that_answer(serving) == {serving.digest(0)}
    assert len(serving.processes()) == 3


def test_stop_ends_everything_and_says_what_ran_last(serving: HostWorld) -> None:
    serving.done("stop", "staging")
    observed = serving.observe()

    assert serving.processes() == ()
    assert observed.state.running is None
    assert observed.state.previous == serving.digest(0)
    assert observed.wanted is None
    assert list((serving.host / "staging" / "run").iterdir()) == []


def test_a_host_in_a_deep_folder_finds_a_way_around_the_limit_on_sockets_names(
    tmp_path: Path,
) -> None:
    world = make_stub_world(tmp_path / ("deep" * 20) / ("deeper" * 10))
    try:
        world.swap(0)
        world.kill("manager")
        world.swap(1)

        assert payloads_that_answer(world) == {world.digest(1)}
    finally:
        world.stop()
        assert world.processes() == ()


def test_a_prune_leaves_what_runs_and_ran_last_and_removes_the_rest(tmp_path: Path) -> None:
    world = make_stub_world(tmp_path)
    try:
        for number in (0, 1):
            world.swap(number)
        removed = [line.split()[1:] for line in world.done("prune").splitlines()]
        model = Payload.read(world.payloads[2]).models["architecture"][0].digest

        assert removed == [["payloads", world.digest(2)], ["models", model]]
        assert payloads_that_answer(world) == {world.digest(1)}
        assert f"with {world.digest(0)}" in world.swap(0)
    finally:
        world.stop()
        assert world.processes() == ()


def wait_until_another_serves(world: HostWorld, killed: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        pids = {answer.pid for answer in world.observe().answers}
        if None not in pids and killed not in pids:
            return
    raise AssertionError(f"nothing serves in place of {killed}")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
