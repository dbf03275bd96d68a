"""What a cloud says of an environment, and each way in which it may not be what git wants."""

from dataclasses import replace

import pytest
from support.deploy_world import code, commit, digest, model

from artifacts.records.release import Payload
from delivery.releases.wanted import Wanted
from delivery.targets.answers import Answer
from delivery.targets.aws.cloud_observation import CloudObservation, Rollout, Task

IMAGE = digest("image")
PAYLOAD = Payload(code=code(), image=IMAGE, models={"architecture": (model(),)})
P, OTHER = PAYLOAD.digest, digest("another payload")
WANTED = Wanted("staging", commit("a"), PAYLOAD, ())
NOTHING_WANTED = Wanted("staging", commit("a"), None, ())
WELL = CloudObservation(
    rollout=Rollout(P, IMAGE, "COMPLETED"),
    tasks=(Task("t1", P, IMAGE),),
    healthy=1,
    answers=(Answer(P, code().digest, (model().digest,), "staging"),),
)


def said(found: CloudObservation, wanted: Wanted = WANTED) -> list[str]:
    return [f"{one.what} is {one.found}" for one in found.differences(wanted)]


def test_what_git_wants_is_no_difference() -> None:
    assert said(WELL) == []
    assert WELL.serves_only(P)
    assert not WELL.nothing


def test_where_nothing_is_wanted_nothing_may_be() -> None:
    assert said(CloudObservation(), NOTHING_WANTED) == []
    assert CloudObservation().nothing
    assert "the service is there" in said(WELL, NOTHING_WANTED)


def test_a_service_that_is_not_there_is_named() -> None:
    found = said(CloudObservation())

    assert found[0] == "the service is not there"
    assert "a task is not there" in found
    assert "a healthy target of the load balancer is not there" in found
    assert "the port is silent" in found


def test_a_rollout_that_went_back_names_what_it_went_back_to() -> None:
    back = replace(
        WELL,
        rollout=Rollout(OTHER, digest("old image"), "COMPLETED", "rolled back"),
        tasks=(Task("t0", OTHER, digest("old image")),),
    )

    assert [one for one in said(back) if "payload" in one][:2] == [
        f"what the service rolls out is payload {OTHER[7:19]}",
        f"what task t0 runs is payload {OTHER[7:19]}",
    ]
    assert not back.serves_only(P)


def test_a_failed_rollout_is_told_with_its_reason() -> None:
    failed = replace(WELL, rollout=Rollout(P, IMAGE, "FAILED", "tasks failed to start"))

    assert said(failed) == ["the rollout is FAILED (tasks failed to start)"]


def test_a_payload_whose_image_is_another_is_found_in_rollout_and_task() -> None:
    forged = replace(
        WELL,
        rollout=Rollout(P, digest("forged"), "COMPLETED"),
        tasks=(Task("t1", P, digest("forged")),),
    )

    assert said(forged) == [
        f"the image that the service rolls out is {digest('forged')}",
        f"the image of task t1 is {digest('forged')}",
    ]


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (replace(WELL, older=1), "an older rollout is still there (1)"),
        (replace(WELL, unhealthy=2), "a target of the load balancer is unhealthy (2)"),
        (replace(WELL, silent=("reset",)), "a fresh connection is reset"),
    ],
)
def test_what_is_not_well_is_named_and_does_not_count_as_serving(
    found: CloudObservation, name: str
) -> None:
    assert said(found) == [name]
    assert not found.serves_only(P)


def test_a_payload_without_an_image_says_how_it_gets_one() -> None:
    bare = replace(WANTED, payload=PAYLOAD.model_copy(update={"image": None}))

    (first, *_) = CloudObservation().differences(bare)

    assert (first.found, first.heals) == (
        "not built",
        f"delivery build-image --commit {commit('a')[:12]}",
    )
