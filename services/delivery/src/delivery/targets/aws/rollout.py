"""Has a rollout settled? What AWS says of it is judged, again and again until it is known."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.clock import SystemClock
from delivery.targets.aws.aws_errors import NotSettled, Throttled, Unreachable
from delivery.targets.aws.aws_observation import Deployment, ObservedService, Sighting

MOST_REASONS = 5
PATIENCE_SECONDS = 60.0
"""How long the cloud may show the state before an update that it has acknowledged."""
SUSPICIOUS_SECONDS = 15.0
"""How long where tasks of the wanted image have stopped: it may have gone back already."""
SCALED_IN = "ServiceSchedulerInitiated"
"""Stop code of tasks that were no longer needed: no failure."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, GROWTH = 0.5, 15.0, 1.5
_SPEAKING = ("unable", "unhealthy", "failed", "rolling back", "error", "limit", "capacity")


@dataclass(frozen=True)
class Settled:
    """The rollout is completed, and nothing but the wanted image runs."""

    tasks: int


@dataclass(frozen=True)
class Failed:
    """The rollout failed or went back: something else serves, and waiting won't change it."""

    reason: str


@dataclass(frozen=True)
class Waiting:
    """Not settled yet, and why.

    `absent`: the wanted image isn't being rolled out. Where another one is instead, that is final
    after `patience_seconds`.
    """

    reason: str
    absent: bool = False
    patience_seconds: float = math.inf


Verdict = Settled | Failed | Waiting


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


def settle(wanted: Wanted, look: Callable[[Environment], Sighting], clock: SystemClock) -> Rollout:
    """Wait until an image is all that an environment runs, or its rollout has failed.

    Raises NotSettled when the time is over and nobody can tell, and a CloudError that a pause
    won't cure. One that it may cure (throttled, unreachable) is raised when the time is over.
    """
    start, begun, pause = clock.seconds(), False, FIRST_PAUSE_SECONDS
    while True:
        said: Verdict | Throttled | Unreachable
        try:
            said = judge(look(wanted.environment), wanted.image, begun=begun)
        except (Throttled, Unreachable) as exc:
            said = exc
        passed = clock.seconds() - start
        if isinstance(said, Settled | Failed):
            return Rollout(said, passed)
        if isinstance(said, Waiting):
            begun = begun or not said.absent
            if passed >= said.patience_seconds:
                return Rollout(Failed(said.reason), passed)
        if passed >= wanted.seconds:
            if isinstance(said, Waiting):
                raise NotSettled(wanted.image, passed, said.reason)
            raise said
        clock.sleep(min(pause, wanted.seconds - passed))
        pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)


def judge(sighting: Sighting, image: str, *, begun: bool) -> Verdict:
    """Judge a rollout of an image; `begun` says that it was seen as the wanted one before.

    Amazon ECS's circuit breaker marks the deployment FAILED and makes the former task definition
    the primary one again (Amazon ECS Developer Guide, "How the deployment circuit breaker detects
    failures"). The failed one leaves the list when its tasks are gone, so that its absence counts.
    """
    service = sighting.service
    if service is None:
        return Waiting("there is no such service", absent=True)
    primary = service.primary
    if failed := _failed(service, primary, image):
        return Failed(_because(failed.reason or "the rollout failed", sighting, image))
    if primary is None or primary.task_definition.image != image:
        other = _shown(primary.task_definition.image if primary else None)
        reason = _because(f"{other} is rolled out, not {_shown(image)}", sighting, image)
        if begun:
            return Failed(f"the rollout went back: {reason}")
        patience = SUSPICIOUS_SECONDS if any(_stops(sighting, image)) else PATIENCE_SECONDS
        return Waiting(reason, absent=True, patience_seconds=patience)
    if primary.rollout == "COMPLETED":
        return _completed(sighting, service.desired, image)
    said = f"the rollout is {(primary.rollout or 'of unknown state').lower()}"
    counts = f"{primary.running} of {primary.desired} tasks run, {primary.failed_tasks} failed"
    return Waiting(_because(f"{said}: {counts}", sighting, image))


def _failed(service: ObservedService, primary: Deployment | None, image: str) -> Deployment | None:
    """Return the failed rollout of an image, unless a newer one of it is under way."""
    if primary and primary.task_definition.image == image and primary.rollout != "FAILED":
        return None
    mine = (each for each in service.deployments if each.task_definition.image == image)
    return next((each for each in mine if each.rollout == "FAILED"), None)


def _completed(sighting: Sighting, desired: int, image: str) -> Verdict:
    serving, targets = sighting.serving, sighting.targets
    strangers = sorted({_shown(task.image) for task in serving if task.image != image})
    if strangers:
        return Waiting(f"tasks of {', '.join(strangers)} still run")
    if not desired:
        return Waiting("the service wants no task: its desired count is 0")
    if len(serving) < desired:
        counts = f"{len(serving)} of {desired} tasks run"
        return Waiting(_because(counts, sighting, image))
    if targets.unhealthy or not targets.healthy:
        return Waiting(_because(f"{targets.healthy} targets are healthy", sighting, image))
    return Settled(len(serving))


def obstacles(sighting: Sighting, image: str) -> tuple[str, ...]:
    """Return what stands in the way of an image, a few of each kind, the newest first."""
    targets = (
        f"target {each.state}: {plain(each.reason)}"
        for each in sighting.targets.reasons
        if each.state in {"unhealthy", "unavailable"}
    )
    kinds = (_stops(sighting, image), targets, _events(sighting, image))
    return tuple(line for lines in kinds for line in list(dict.fromkeys(lines))[:MOST_REASONS])


def _stops(sighting: Sighting, image: str) -> Iterator[str]:
    for task in sighting.tasks:
        if task.image != image or task.last_status != "STOPPED" or task.stop_code == SCALED_IN:
            continue
        code = None if task.exit_code is None else f"exit code {task.exit_code}"
        parts = (task.stop_code, task.stopped_reason, task.container_reason, code)
        if why := ", ".join(plain(part) for part in parts if part):
            yield f"a task stopped: {why}"


def _events(sighting: Sighting, image: str) -> Iterator[str]:
    service = sighting.service
    if service is None:
        return
    mine = (each for each in service.deployments if each.task_definition.image == image)
    starts = [each.created for each in mine if each.created]
    for event in service.events:
        old = bool(starts) and event.at is not None and event.at < min(starts)
        if not old and any(word in event.message.lower() for word in _SPEAKING):
            yield plain(event.message)


def _because(text: str, sighting: Sighting, image: str) -> str:
    return "; ".join((plain(text), *obstacles(sighting, image)))


def _shown(image: str | None) -> str:
    return image or "an image without digest"
