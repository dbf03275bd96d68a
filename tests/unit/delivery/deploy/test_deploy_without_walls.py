"""A deploy of production is refused where the machine or the host has no wall for a room."""

import pytest
from support.change_records import yaml_text
from support.deploy_world import World, code, model, release
from support.policy_documents import tiers_document
from support.staging_asked import WHY

from artifacts.policies.tiers import ROOMS, RoomName
from delivery.targets.aws.aws_observation import AwsObservation

WHY_NONE = "bwrap is not on PATH"


def accepting(*rooms: RoomName) -> str:
    named = [{"room": room, "reason": WHY} for room in rooms]
    return yaml_text(tiers_document() | {"walls": {"accept_missing": named}})


def released(world: World, name: str = "a", **files: str) -> str:
    return world.commit(name, production=release("production", model(), code()), **files)


def untouched(world: World) -> bool:
    nothing = (world.host.installs, world.host.wanted, world.host.state) == (0, {}, {})
    return nothing and world.registry.points == {}


@pytest.mark.parametrize("room", ROOMS)
def test_production_is_refused_where_a_room_has_no_wall(room: RoomName) -> None:
    world = World()
    world.missing[room] = WHY_NONE
    released(world, tiers=accepting())

    ended = world.deploy("production")

    assert ended.outcome == "refused"
    assert ended.lines[0] == f"walls: the room of {room} has no wall on this machine: {WHY_NONE}"
    assert untouched(world)
    assert world.audit.told("deploy") == [("deploy", "refused")]


@pytest.mark.parametrize("wall", ["none", "", "paper"])
def test_production_is_refused_where_the_host_has_no_wall_for_services(wall: str) -> None:
    world = World()
    world.host.wall = wall
    released(world, tiers=accepting())

    ended = world.deploy("production")

    assert ended.outcome == "refused"
    assert f"the room of service has no wall on this machine: {world_says(wall)}" in ended.lines[0]
    assert untouched(world)


def world_says(wall: str) -> str:
    return f"the host says of its wall: {wall or 'nothing'}"


@pytest.mark.parametrize("wall", ["bubblewrap", "user"])
def test_production_is_deployed_where_services_have_a_wall(wall: str) -> None:
    world = World()
    world.host.wall = wall
    released(world)

    assert world.deploy("production").outcome == "green"


def test_staging_is_deployed_without_walls() -> None:
    world = World()
    world.host.wall = "none"
    world.missing.update(dict.fromkeys(ROOMS, WHY_NONE))
    world.commit("a", staging=release("staging", model()), tiers=accepting())

    assert world.deploy().outcome == "green"


def test_what_main_has_accepted_by_name_is_deployed() -> None:
    world = World()
    world.host.wall = "none"
    world.missing["training"] = WHY_NONE
    world.commit("a", tiers=accepting("training", "service"))
    released(world, "b")

    assert world.deploy("production").outcome == "green"


def test_a_first_commit_accepts_for_itself() -> None:
    world = World()
    world.host.wall = "none"
    released(world, tiers=accepting("service"))

    assert world.deploy("production").outcome == "green"


def test_a_change_does_not_accept_for_itself() -> None:
    world = World()
    world.host.wall = "none"
    world.commit("a", tiers=accepting())
    released(world, "b", tiers=accepting("service"))

    assert world.deploy("production").outcome == "refused"
    world.commit("c")
    assert world.deploy("production").outcome == "green"


def test_what_is_no_longer_accepted_is_refused_at_once() -> None:
    world = World()
    world.host.wall = "none"
    world.commit("a", tiers=accepting("service"))
    released(world, "b", tiers=accepting())

    assert world.deploy("production").outcome == "refused"


def test_without_a_policy_of_tiers_nothing_is_decided() -> None:
    world = World()
    world.host.wall = "none"
    released(world)

    assert world.deploy("production").outcome == "undecided"
    assert untouched(world)


def test_a_host_that_can_not_be_asked_is_a_breakdown() -> None:
    world = World()
    world.host.broken.add("observe")
    released(world)

    ended = world.deploy("production")

    assert (ended.outcome, ended.lines[0][:12]) == ("red", "red at judge")
    assert untouched(world)
    assert world.proposed == []


def test_production_is_emptied_without_walls() -> None:
    world = World()
    released(world)
    world.deploy("production")
    world.host.wall = "none"
    none = world.repository.content[world.repository.tip()]["releases/staging.yaml"].decode()
    world.commit("b", production=none.replace("staging", "production"))

    assert world.deploy("production").outcome == "green"
    assert world.host.running == {}


def test_tasks_of_a_cloud_need_no_wall_of_this_machine() -> None:
    assert AwsObservation(environment="production", account="1", region="x").unwalled == ""
