"""What is different about a deploy to a cloud: a rollout that settles, locks, images."""

from types import SimpleNamespace

import pytest
from support.deploy_world import World, digest, model, release

from delivery.deploy.verify import Verify
from delivery.errors import CloudUnreachable, StateLocked
from delivery.targets.aws.aws_target import AwsTarget
from delivery.targets.local.local_target import LocalTarget

FIRST = model("m1", 1)


@pytest.fixture
def world() -> World:
    made = World()
    made.commit("empty")
    return made


def test_a_rollout_that_goes_back_is_red_and_a_revert_is_proposed(world):
    world.commit("a", staging=release("staging", FIRST))
    world.host.broken.add("settle")
    world.host.blames_release = True

    ended = world.deploy()

    assert ended.outcome == "red"
    assert "red at settle" in ended.lines[0]
    assert len(world.proposed) == 1


@pytest.mark.parametrize(
    "failure", [StateLocked("apply", "held by max"), CloudUnreachable("no credentials")]
)
def test_a_lock_or_a_missing_credential_is_no_reason_to_take_the_change_back(world, failure):
    def failing(*_: object, **__: object) -> None:
        raise failure

    world.commit("a", staging=release("staging", FIRST))
    world.host.apply = failing

    ended = world.deploy()

    assert (ended.outcome, world.proposed) == ("red", [])
    assert str(failure) in ended.lines[0]


def test_what_runs_in_the_cloud_can_not_be_told_of_the_cloud_and_of_no_host(world):
    """The runbook sends people by that word: to AWS, or to the logs of this machine."""
    world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    world.host.runs_at = AwsTarget.runs_at
    world.host.broken.add("observe")

    found = Verify(world.repository, world.repository, world.survey).run("staging")

    assert [(one.place, one.unknown) for one in found.differences] == [("cloud", True)]
    assert LocalTarget.runs_at == "host"


def test_a_target_of_images_runs_the_image_that_was_built_of_what_git_wants(world):
    images: dict[str, str] = {}
    world.images = SimpleNamespace(image_of=lambda payload: images.get(payload.contents))
    world.commit("a", staging=release("staging", FIRST))
    assert world.deploy().wanted.payload.image is None

    (payload,) = world.host.payloads.values()
    images[payload.contents] = digest("image")

    assert world.deploy().wanted.payload.image == digest("image")
    assert world.host.running["staging"] == (
        payload.model_copy(update={"image": digest("image")}).digest,
    )
