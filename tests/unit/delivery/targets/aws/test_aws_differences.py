"""What a cloud says of an environment, and each way in which it may not be what git wants."""

from dataclasses import replace

import pytest
from support.cloud_sightings import deployment, sighting, task
from support.deploy_world import code, commit, digest, model

from artifacts.records.release import Payload
from delivery.releases.wanted import Wanted
from delivery.targets.answers import Answer
from delivery.targets.aws.aws_observation import (
    AwsObservation,
    Deployment,
    Targets,
    TaskDefinition,
)

IMAGE = digest("image")
PAYLOAD = Payload(code=code(), image=IMAGE, models={"architecture": (model(),)})
P, OTHER = PAYLOAD.digest, digest("another payload")
WANTED = Wanted("staging", commit("a"), PAYLOAD, ())
NOTHING_WANTED = Wanted("staging", commit("a"), None, ())
ANSWER = Answer(
    payload=P, code=code().digest, model=model().digest, environment="staging", status=200
)
WHERE = {"environment": "staging", "account": "123456789012", "region": "here"}
NONE = AwsObservation(**WHERE)


def rolled_out(image: str = IMAGE, payload: str = P, **more: object) -> Deployment:
    definition = TaskDefinition(arn="x", image=image, payload=payload)
    return deployment(image, **{"rollout": "COMPLETED", "task_definition": definition, **more})


def seen(*rollouts: Deployment, answers: tuple[Answer, ...] = (ANSWER,), **more: object):
    """AWS as it says that one task serves the payload, unless told otherwise."""
    told = {"tasks": (task(IMAGE, id="t1", payload=P),), "targets": Targets(healthy=1), **more}
    found = sighting(*(rollouts or (rolled_out(),)), **told)
    parts = {"service": found.service, "tasks": found.tasks, "targets": found.targets}
    return AwsObservation(**WHERE, **parts, answers=answers)


def said(found: AwsObservation, wanted: Wanted = WANTED) -> list[str]:
    return [f"{one.what} is {one.found}" for one in found.differences(wanted)]


def test_what_git_wants_is_no_difference() -> None:
    assert said(seen()) == []
    assert not seen().nothing


def test_where_nothing_is_wanted_nothing_may_be() -> None:
    assert said(NONE, NOTHING_WANTED) == []
    assert NONE.nothing
    assert "the service is there" in said(seen(), NOTHING_WANTED)


def test_a_service_that_is_not_there_is_named() -> None:
    found = said(NONE)

    assert found[0] == "the service is not there"
    assert "a task is not there" in found
    assert "a healthy target of the load balancer is not there" in found
    assert "the port is silent" in found


def test_a_rollout_that_went_back_names_what_it_went_back_to() -> None:
    back = seen(
        rolled_out(digest("old image"), OTHER, reason="rolled back"),
        tasks=(task(digest("old image"), id="t0", payload=OTHER),),
    )

    assert [one for one in said(back) if "payload" in one][:2] == [
        f"what the service rolls out is payload {OTHER[7:19]}",
        f"what task t0 runs is payload {OTHER[7:19]}",
    ]


def test_a_failed_rollout_is_told_with_its_reason() -> None:
    failed = seen(rolled_out(rollout="FAILED", reason="tasks failed to start"))

    assert said(failed) == ["the rollout is FAILED (tasks failed to start)"]


def test_a_payload_whose_image_is_another_is_found_in_rollout_and_task() -> None:
    forged = seen(rolled_out(digest("forged")), tasks=(task(digest("forged"), id="t1", payload=P),))

    assert said(forged) == [
        f"the image that the service rolls out is {digest('forged')}",
        f"the image of task t1 is {digest('forged')}",
    ]


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (seen(rolled_out(), rolled_out(status="ACTIVE")), "an older rollout is still there (1)"),
        (
            seen(targets=Targets(healthy=1, unhealthy=2)),
            "a target of the load balancer is unhealthy (2)",
        ),
        (seen(answers=(ANSWER, Answer(problem="reset"))), "a fresh connection is reset"),
    ],
)
def test_what_is_not_well_is_named(found: AwsObservation, name: str) -> None:
    assert said(found) == [name]


def test_a_payload_without_an_image_says_how_it_gets_one() -> None:
    bare = replace(WANTED, payload=PAYLOAD.model_copy(update={"image": None}))

    (first, *_) = NONE.differences(bare)

    assert (first.found, first.heals) == (
        "not built",
        f"delivery build-image --commit {commit('a')[:12]}",
    )
