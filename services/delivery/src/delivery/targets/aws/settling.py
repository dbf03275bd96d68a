"""Has a rollout settled? What the cloud says, judged; time is somebody else's."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from artifacts.text import plain
from delivery.targets.aws.aws_observation import Deployment, ObservedService, ObservedTask, Sighting

MOST_REASONS = 5
PATIENCE_SECONDS = 60.0
"""How long the cloud may show the state before an update that it has acknowledged."""
SUSPICIOUS_SECONDS = 15.0
"""How long where tasks of the wanted image have stopped: it may have gone back already."""
SCALED_IN = "ServiceSchedulerInitiated"
"""Stop code of tasks that were no longer needed: no failure."""
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


def judge(sighting: Sighting, image: str, *, begun: bool) -> Verdict:
    """Judge a rollout of an image; `begun` says that it was seen as the wanted one before.

    Amazon ECS's circuit breaker marks the deployment FAILED and makes the former task definition
    the primary one again (Amazon ECS Developer Guide, "How the deployment circuit breaker detects
    failures"). The failed one leaves the list when its tasks are gone, so that its absence counts.
    """
    service = sighting.service
    if service is None:
        return Waiting("there is no such service", absent=True)
    if failed := _failed(service, image):
        return Failed(_because(failed.reason or "the rollout failed", sighting, image))
    primary = service.primary
    if primary is None or primary.task_definition.image != image:
        return _elsewhere(sighting, primary, image, begun=begun)
    if primary.rollout == "COMPLETED":
        return _completed(sighting, image)
    said = f"the rollout is {(primary.rollout or 'of unknown state').lower()}"
    counts = f"{primary.running} of {primary.desired} tasks run, {primary.failed_tasks} failed"
    return Waiting(_because(f"{said}: {counts}", sighting, image))


def _failed(service: ObservedService, image: str) -> Deployment | None:
    """Return the failed rollout of an image, unless a newer one of it is under way."""
    primary = service.primary
    if primary and primary.task_definition.image == image and primary.rollout != "FAILED":
        return None
    return next(
        (
            each
            for each in service.deployments
            if each.task_definition.image == image and each.rollout == "FAILED"
        ),
        None,
    )


def _elsewhere(
    sighting: Sighting, primary: Deployment | None, image: str, *, begun: bool
) -> Verdict:
    other = _shown(primary.task_definition.image if primary else None)
    reason = _because(f"{other} is rolled out, not {_shown(image)}", sighting, image)
    if begun:
        return Failed(f"the rollout went back: {reason}")
    patience = SUSPICIOUS_SECONDS if any(_stops(sighting, image)) else PATIENCE_SECONDS
    return Waiting(reason, absent=True, patience_seconds=patience)


def _completed(sighting: Sighting, image: str) -> Verdict:
    service, serving = sighting.service, sighting.serving
    desired = service.desired if service else 0
    strangers = sorted({_shown(task.image) for task in serving if task.image != image})
    if strangers:
        return Waiting(f"tasks of {', '.join(strangers)} still run")
    if not desired:
        return Waiting("the service wants no task: its desired count is 0")
    if len(serving) < desired:
        counts = f"{len(serving)} of {desired} tasks run"
        return Waiting(_because(counts, sighting, image))
    if sighting.targets.unhealthy or not sighting.targets.healthy:
        counts = f"{sighting.targets.healthy} targets are healthy"
        return Waiting(_because(counts, sighting, image))
    return Settled(len(serving))


def obstacles(sighting: Sighting, image: str) -> tuple[str, ...]:
    """Return what stands in the way of an image, a few of each kind, the newest first."""
    tasks = list(dict.fromkeys(_stops(sighting, image)))
    targets = list(
        dict.fromkeys(
            f"target {each.state}: {plain(each.reason)}"
            for each in sighting.targets.reasons
            if each.state in {"unhealthy", "unavailable"}
        )
    )
    events = list(dict.fromkeys(_events(sighting, image)))
    return tuple(line for lines in (tasks, targets, events) for line in lines[:MOST_REASONS])


def _stops(sighting: Sighting, image: str) -> Iterator[str]:
    for task in sighting.tasks:
        ended = task.last_status == "STOPPED" and task.stop_code != SCALED_IN
        if task.image == image and ended and _why(task):
            yield f"a task stopped: {_why(task)}"


def _why(task: ObservedTask) -> str:
    code = None if task.exit_code is None else f"exit code {task.exit_code}"
    parts = (task.stop_code, task.stopped_reason, task.container_reason, code)
    return ", ".join(plain(part) for part in parts if part)


def _events(sighting: Sighting, image: str) -> Iterator[str]:
    service = sighting.service
    if service is None:
        return
    starts = [
        each.created
        for each in service.deployments
        if each.created and each.task_definition.image == image
    ]
    for event in service.events:
        old = bool(starts) and event.at is not None and event.at < min(starts)
        if not old and any(word in event.message.lower() for word in _SPEAKING):
            yield plain(event.message)


def _because(text: str, sighting: Sighting, image: str) -> str:
    return "; ".join((plain(text), *obstacles(sighting, image)))


def _shown(image: str | None) -> str:
    return image or "an image without digest"
