"""Wait until a rollout has settled, or until it is known why it won't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from artifacts.records.release import Environment
from delivery.errors import CloudError
from delivery.targets.aws.aws_errors import NotSettled, Throttled, Unreachable
from delivery.targets.aws.settling import Failed, Settled, Verdict, Waiting, judge

if TYPE_CHECKING:
    from delivery.targets.aws.ecs_services import EcsServices
    from delivery.targets.monotonic_clock import SystemClock


FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, GROWTH = 0.5, 15.0, 1.5


@dataclass(frozen=True)
class Wanted:
    """The image that an environment should settle on, and how long that may take."""

    environment: Environment
    image: str
    seconds: float


@dataclass(frozen=True)
class Rollout:
    """How a rollout ended, and after how many seconds."""

    verdict: Settled | Failed
    seconds: float


def settle(
    wanted: Wanted,
    services: EcsServices,
    clock: SystemClock,
) -> Rollout:
    """Wait until an image is all that an environment runs, or its rollout has failed.

    Raises NotSettled when the time is over and nobody can tell, and a CloudError that a pause
    won't cure. One that it may cure (throttled, unreachable) is raised when the time is over.
    """
    start, begun, pause = clock.seconds(), False, FIRST_PAUSE_SECONDS
    while True:
        said = _look(services, wanted, begun=begun)
        passed = clock.seconds() - start
        if isinstance(said, Settled | Failed):
            return Rollout(said, passed)
        if isinstance(said, Waiting):
            begun = begun or not said.absent
            if passed >= said.patience_seconds:
                return Rollout(Failed(said.reason), passed)
        if passed >= wanted.seconds:
            raise _over(said, wanted, passed)
        clock.sleep(min(pause, wanted.seconds - passed))
        pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)


def _look(services: EcsServices, wanted: Wanted, *, begun: bool) -> Verdict | CloudError:
    try:
        return judge(services.look(wanted.environment), wanted.image, begun=begun)
    except (Throttled, Unreachable) as exc:
        return exc


def _over(said: Waiting | CloudError, wanted: Wanted, passed: float) -> CloudError:
    if isinstance(said, CloudError):
        return said
    return NotSettled(wanted.image, passed, said.reason)
