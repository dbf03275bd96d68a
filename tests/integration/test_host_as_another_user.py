"""A host without bubblewrap, as root: services run as a user of their environment's own."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from support.host_world import HostWorld, StubEnvironments, make_stub_world
from support.users import IS_ROOT

from artifacts.records.release import Environment
from delivery.settings import TargetSettings
from delivery.targets.local.local_target import run_walls
from delivery.targets.local.processes import HostProcess
from rehearsal.load import load_during
from walls import find_wall

pytestmark = [
    pytest.mark.machine,
    pytest.mark.skipif(not IS_ROOT, reason="only root becomes another user, by setpriv"),
]

SYSTEM = Path("/usr/bin/python3")
USERS = range(60200, 61100)
FRESH = {"Connection": "close"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter, with a key that they may not read."""
    with TemporaryDirectory(prefix="plinth-") as name:
        Path(name).chmod(0o755)
        (Path(name) / "keys").mkdir(mode=0o700)
        (Path(name) / "keys/gate").write_text("the gate's key")
        yield Path(name)


@pytest.fixture
def tools(folder: Path) -> str:
    """A PATH with setpriv and without bubblewrap."""
    place = folder / "tools"
    place.mkdir()
    for name in ("setpriv", "sh", "env", "cat"):
        (place / name).symlink_to(str(shutil.which(name)))
    return str(place)


@pytest.fixture
def world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostWorld]:
    """Its services are of Python's standard library alone, so the system's Python runs them."""
    monkeypatch.setattr(StubEnvironments, "python", SYSTEM)
    made = make_stub_world(folder / "world")
    try:
        yield made
    finally:
        made.stop()
        assert made.processes() == made.processes("production") == ()


def services(world: HostWorld) -> list[HostProcess]:
    return [process for process in world.processes() if process.role == "service"]


def users_of(shell: HostProcess) -> set[int]:
    """The users of all that a service's shell started."""
    children = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()
    return {Path("/proc", child).stat().st_uid for child in children}


def test_services_are_swapped_as_a_user_without_rights_and_no_request_is_lost(
    world: HostWorld, tools: str
) -> None:
    world.swap(0, PATH=tools)
    with load_during(world.url("/v1/release"), FRESH, None, 50.0) as load:
        for number in (1, 0):
            world.swap(number, PATH=tools)

    assert load.report.failed == 0, str(load.report)
    (service,) = services(world)
    (user,) = users_of(service)
    assert (service.wall, service.payload) == ("user", world.digest(0))
    assert user in USERS
    observed = json.loads(world.done("observe", "staging", PATH=tools))
    assert (observed["wall"], [one["wall"] for one in observed["processes"]]) == ("user", ["user"])
    assert {answer["payload"] for answer in observed["answers"]} == {world.digest(0)}


def test_a_service_can_not_choose_whose_calls_it_answers(world: HostWorld, tools: str) -> None:
    world.swap(0, PATH=tools)
    key = world.host / "staging/api-key"
    (service,) = services(world)
    (user,) = users_of(service)

    attempt = ("setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups")
    done = subprocess.run(
        [*attempt, "sh", "-c", f"cat {key} >/dev/null && echo mine >> {key}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Permission denied" in done.stderr
    assert "mine" not in key.read_text()


def test_each_environment_is_another_user_and_neither_reads_a_key_or_the_others_things(
    world: HostWorld, folder: Path, tools: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.swap(0, PATH=tools)
    world.swap(1, "production", PATH=tools)
    monkeypatch.setenv("PATH", tools)
    # What another test of this process found holds for its PATH.
    monkeypatch.setattr("delivery.targets.local.local_target.find_wall", find_wall.__wrapped__)
    settings = TargetSettings(host=world.host)

    (production,) = (one for one in world.processes("production") if one.role == "service")
    (staging,) = services(world)
    assert users_of(staging).isdisjoint(users_of(production))
    for environment in get_args(Environment):
        (room,) = run_walls(settings, environment, [folder / "keys"])
        assert (room.wall, room.missing, room.failure) == ("user", "", "")
        # Of the network such a wall keeps nothing: bubblewrap does.
        found = [breach for breach in room.breaches if not breach.startswith("connected: ")]
        assert found == [], "\n".join(found)


def test_what_that_user_can_not_read_is_not_served_and_the_error_says_what_to_open(
    world: HostWorld, folder: Path, tools: str
) -> None:
    world.swap(0, PATH=tools)
    (folder / "world").chmod(0o700)
    world.want(1)

    done = world.run("run", "staging", world.digest(1), PATH=tools)

    assert done.returncode == 2
    assert "the service has no room to run in" in done.stderr
    assert "open it and its folders to others" in done.stderr
    assert [one.payload for one in services(world)] == [world.digest(0)]
    (folder / "world").chmod(0o755)
