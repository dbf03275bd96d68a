from collections.abc import Sequence

import pytest
from support.cloud_sightings import (
    NEW,
    OLD,
    deployment,
    rolling,
    settled,
    sighting,
    stopped,
    task,
)

from artifacts.records.release import Environment
from delivery.targets.aws.aws_errors import (
    CloudError,
    CredentialsRefused,
    NotSettled,
    Throttled,
    Unreachable,
)
from delivery.targets.aws.aws_observation import Sighting
from delivery.targets.aws.rollout import (
    LONGEST_PAUSE_SECONDS,
    Failed,
    Rollout,
    Settled,
    Wanted,
    settle,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def seconds(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Scripted:
    """Shows one sighting after the other, and the last one for ever."""

    def __init__(self, *shown: Sighting | CloudError) -> None:
        self.shown: Sequence[Sighting | CloudError] = shown
        self.looks = 0

    def look(self, environment: Environment) -> Sighting:
        assert environment == "staging"
        now = self.shown[min(self.looks, len(self.shown) - 1)]
        self.looks += 1
        if isinstance(now, CloudError):
            raise now
        return now


def wait(
    *shown: Sighting | CloudError, seconds: float = 600, clock: Clock | None = None
) -> Rollout:
    return settle(Wanted("staging", NEW, seconds), Scripted(*shown).look, clock or Clock())


def test_what_has_settled_already_is_told_at_once() -> None:
    clock = Clock()

    assert wait(settled(NEW), clock=clock) == Rollout(Settled(2), 0.0)
    assert clock.pauses == []


def test_a_rollout_is_followed_until_it_settles() -> None:
    rollout = wait(settled(OLD), rolling(NEW, OLD), rolling(NEW, OLD), settled(NEW))

    assert rollout.verdict == Settled(2)
    assert rollout.seconds > 0


def test_a_rollout_that_was_seen_and_is_gone_has_failed_at_once() -> None:
    rollout = wait(rolling(NEW, OLD), settled(OLD))

    assert isinstance(rollout.verdict, Failed)
    assert rollout.seconds < 1


def test_a_rollout_that_never_shows_is_given_patience_and_then_up() -> None:
    rollout = wait(settled(OLD))

    assert isinstance(rollout.verdict, Failed)
    assert 60 <= rollout.seconds <= 60 + LONGEST_PAUSE_SECONDS


def test_a_rollout_that_went_back_before_anybody_looked_is_given_less_patience() -> None:
    gone = stopped(NEW, "CannotPullContainerError", stop_code="TaskFailedToStart")
    after = sighting(deployment(OLD, rollout="COMPLETED"), tasks=(task(OLD), task(OLD), gone))

    rollout = wait(after)

    assert isinstance(rollout.verdict, Failed)
    assert "CannotPullContainerError" in rollout.verdict.reason
    assert 15 <= rollout.seconds < 30


def test_a_service_that_never_shows_is_undecided_when_the_time_is_over() -> None:
    with pytest.raises(NotSettled, match="no such service"):
        wait(Sighting(), seconds=300)


def test_when_the_time_is_over_the_last_state_is_told() -> None:
    clock = Clock()

    with pytest.raises(NotSettled, match="after 90 s: the rollout is in_progress"):
        wait(rolling(NEW, OLD), seconds=90, clock=clock)

    assert clock.now == 90


def test_zero_seconds_are_one_look() -> None:
    services = Scripted(rolling(NEW, OLD), settled(NEW))

    with pytest.raises(NotSettled):
        settle(Wanted("staging", NEW, 0), services.look, Clock())

    assert services.looks == 1


def test_pauses_grow_to_a_limit() -> None:
    clock = Clock()

    with pytest.raises(NotSettled):
        wait(rolling(NEW, OLD), seconds=200, clock=clock)

    assert clock.pauses[0] < clock.pauses[1] < clock.pauses[2]
    assert max(clock.pauses) == LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize("kind", [Throttled, Unreachable])
def test_what_a_pause_may_cure_is_waited_out(kind: type[Throttled | Unreachable]) -> None:
    assert wait(kind("look", "slow"), settled(NEW)).verdict == Settled(2)

    with pytest.raises(kind):
        wait(kind("look", "slow"), seconds=60)


def test_what_no_pause_cures_ends_the_wait_at_once() -> None:
    services = Scripted(CredentialsRefused("look", "expired"), settled(NEW))

    with pytest.raises(CredentialsRefused):
        settle(Wanted("staging", NEW, 600), services.look, Clock())

    assert services.looks == 1


def test_a_failure_between_two_looks_doesn_t_forget_that_the_rollout_began() -> None:
    rollout = wait(rolling(NEW, OLD), Throttled("look", "slow"), settled(OLD))

    assert isinstance(rollout.verdict, Failed)
    assert rollout.seconds < 2


def test_a_service_that_wants_no_task_never_settles() -> None:
    none = sighting(*settled(NEW).service.deployments, desired=0)

    with pytest.raises(NotSettled, match="desired count is 0"):
        wait(none, seconds=30)
