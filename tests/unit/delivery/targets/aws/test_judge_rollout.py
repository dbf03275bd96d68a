import pytest
from support.cloud_sightings import (
    NEW,
    OLD,
    deployment,
    event,
    rolling,
    settled,
    sighting,
    stopped,
    task,
    unhealthy,
)

from delivery.targets.aws.aws_observation import Sighting, Targets
from delivery.targets.aws.rollout import (
    MOST_REASONS,
    PATIENCE_SECONDS,
    SCALED_IN,
    SUSPICIOUS_SECONDS,
    Failed,
    Settled,
    Waiting,
    judge,
    obstacles,
)


def test_a_completed_rollout_of_healthy_tasks_has_settled() -> None:
    assert judge(settled(NEW), NEW, begun=False) == Settled(2)


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (sighting(deployment(NEW, rollout="COMPLETED"), tasks=(task(NEW),)), "1 of 2 tasks run"),
        (
            sighting(deployment(NEW, rollout="COMPLETED"), tasks=(task(NEW), task(NEW), task(OLD))),
            f"tasks of {OLD} still run",
        ),
        (sighting(deployment(NEW, rollout="COMPLETED"), desired=0), "its desired count is 0"),
        (sighting(deployment(NEW, rollout="COMPLETED"), targets=Targets()), "0 targets"),
        (sighting(deployment(NEW, rollout="COMPLETED"), targets=unhealthy("Timeout")), "Timeout"),
        (
            sighting(
                deployment(NEW, rollout="COMPLETED"),
                tasks=(task(NEW), task(NEW, desired_status="STOPPED")),
            ),
            "1 of 2 tasks run",
        ),
        (rolling(NEW, OLD), "the rollout is in_progress"),
        (sighting(deployment(NEW)), "of unknown state"),
        (Sighting(), "no such service"),
        (sighting(), "an image without digest is rolled out"),
    ],
)
def test_anything_less_is_waited_for_and_said(seen: Sighting, says: str) -> None:
    verdict = judge(seen, NEW, begun=False)

    assert isinstance(verdict, Waiting)
    assert says in verdict.reason


def test_a_task_whose_image_has_no_digest_is_a_stranger() -> None:
    seen = sighting(deployment(NEW, rollout="COMPLETED"), tasks=(task(NEW), task(NEW), task(None)))

    verdict = judge(seen, NEW, begun=True)

    assert verdict == Waiting("tasks of an image without digest still run")


@pytest.mark.parametrize("status", ["PRIMARY", "ACTIVE"])
def test_a_deployment_that_is_marked_failed_has_failed_with_its_reasons(status: str) -> None:
    failed = deployment(
        NEW, status=status, rollout="FAILED", reason="circuit breaker: tasks failed to start."
    )
    others = (deployment(OLD, rollout="IN_PROGRESS"),) if status == "ACTIVE" else ()
    gone = stopped(NEW, "CannotPullContainerError: not found", exit_code=1, stop_code="Failed")

    verdict = judge(sighting(*others, failed, tasks=(gone,)), NEW, begun=False)

    assert isinstance(verdict, Failed)
    assert "tasks failed to start" in verdict.reason
    assert "Failed, CannotPullContainerError: not found, exit code 1" in verdict.reason


def test_a_failed_deployment_doesn_t_count_once_the_image_is_rolled_out_again() -> None:
    again = deployment(NEW, rollout="IN_PROGRESS")
    failed = deployment(NEW, id="ecs-svc/1", status="ACTIVE", rollout="FAILED")

    assert isinstance(judge(sighting(again, failed), NEW, begun=True), Waiting)


def test_another_primary_image_after_the_rollout_began_means_that_it_went_back() -> None:
    verdict = judge(settled(OLD), NEW, begun=True)

    assert isinstance(verdict, Failed)
    assert verdict.reason.startswith(f"the rollout went back: {OLD} is rolled out, not {NEW}")


def test_another_primary_image_before_the_rollout_was_seen_may_be_old_news() -> None:
    verdict = judge(settled(OLD), NEW, begun=False)

    assert isinstance(verdict, Waiting)
    assert (verdict.absent, verdict.patience_seconds) == (True, PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("task_of", "stop_code", "patience"),
    [
        (NEW, "EssentialContainerExited", SUSPICIOUS_SECONDS),
        (NEW, SCALED_IN, PATIENCE_SECONDS),
        (OLD, "EssentialContainerExited", PATIENCE_SECONDS),
    ],
)
def test_tasks_of_the_image_that_failed_make_another_primary_image_suspicious(
    task_of: str, stop_code: str, patience: float
) -> None:
    gone = stopped(task_of, "it ended", stop_code=stop_code)
    seen = sighting(deployment(OLD, rollout="COMPLETED"), tasks=(task(OLD), task(OLD), gone))

    verdict = judge(seen, NEW, begun=False)

    assert isinstance(verdict, Waiting)
    assert verdict.patience_seconds == patience


def test_a_missing_service_says_nothing_for_certain() -> None:
    assert judge(Sighting(), NEW, begun=True) == Waiting("there is no such service", absent=True)


def test_obstacles_are_those_of_the_image_and_of_its_time() -> None:
    seen = sighting(
        deployment(NEW, rollout="IN_PROGRESS"),
        tasks=(stopped(OLD, "scaled in"), stopped(NEW, "OutOfMemoryError"), task(NEW)),
        targets=unhealthy("Health checks failed"),
        events=(
            event("was unable to place a task. Reason: limit"),
            event("has reached a steady state."),
            event("was unable to place a task. Reason: long ago", -60),
        ),
    )

    assert obstacles(seen, NEW) == (
        "a task stopped: OutOfMemoryError",
        "target unhealthy: Health checks failed",
        "was unable to place a task. Reason: limit",
    )


def test_obstacles_are_few_and_none_is_told_twice() -> None:
    same = [event("error again")] * 3
    more = [event(f"error {number}") for number in range(MOST_REASONS + 3)]

    said = obstacles(sighting(deployment(NEW), events=(*same, *more)), NEW)

    assert said[:2] == ("error again", "error 0")
    assert len(said) == MOST_REASONS


def test_what_others_wrote_is_shown_in_one_printable_line() -> None:
    seen = sighting(deployment(NEW), tasks=(stopped(NEW, "bad\n\x1b[31mred"),))

    assert obstacles(seen, NEW) == ("a task stopped: bad ?[31mred",)
