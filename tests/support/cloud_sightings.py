"""What a cloud may say of a service, made up."""

from datetime import UTC, datetime, timedelta

from delivery.targets.aws.aws_clients import Caller
from delivery.targets.aws.aws_observation import (
    Deployment,
    ObservedService,
    ObservedTask,
    ServiceEvent,
    Sighting,
    TargetReason,
    Targets,
    TaskDefinition,
)

NEW, OLD = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PAYLOAD = "sha256:" + "c" * 64
URL = "https://staging.plinth.example"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
CALLER = Caller(account="123456789012", arn="arn:aws:iam::123456789012:role/x", region="here")


def defined(image: str | None) -> TaskDefinition:
    return TaskDefinition(arn=f"definition of {image}", image=image, payload=PAYLOAD)


def deployment(image: str | None, **more: object) -> Deployment:
    known = {"id": f"ecs-svc/{image}", "status": "PRIMARY", "desired": 2, "created": NOON}
    return Deployment(**{**known, "task_definition": defined(image), **more})


def task(image: str | None, **more: object) -> ObservedTask:
    known = {
        "id": "a-task",
        "task_definition": f"definition of {image}",
        "image": image,
        "image_of": "container",
        "payload": PAYLOAD,
        "last_status": "RUNNING",
        "desired_status": "RUNNING",
        "health": "HEALTHY",
    }
    return ObservedTask(**{**known, **more})


def stopped(image: str, reason: str, **more: object) -> ObservedTask:
    return task(
        image, last_status="STOPPED", desired_status="STOPPED", stopped_reason=reason, **more
    )


def event(message: str, seconds_after_noon: float = 60) -> ServiceEvent:
    return ServiceEvent(at=NOON + timedelta(seconds=seconds_after_noon), message=message)


def unhealthy(reason: str) -> Targets:
    why = TargetReason(target="10.0.0.1:8080", state="unhealthy", reason=reason)
    return Targets(healthy=2, unhealthy=1, reasons=(why,))


def sighting(*deployments: Deployment, **more: object) -> Sighting:
    """Return a service of two tasks, all of the first deployment's image unless told."""
    image = deployments[0].task_definition.image if deployments else None
    desired = more.pop("desired", 2)
    service = ObservedService(
        status="ACTIVE",
        desired=desired,
        running=2,
        pending=0,
        task_definition=defined(image),
        deployments=deployments,
        events=more.pop("events", ()),
        url=more.pop("url", URL),
    )
    known = {"tasks": (task(image), task(image)), "targets": Targets(healthy=2)}
    return Sighting(service=service, **{**known, **more})


def settled(image: str) -> Sighting:
    return sighting(deployment(image, rollout="COMPLETED"))


def rolling(image: str, former: str) -> Sighting:
    return sighting(
        deployment(image, rollout="IN_PROGRESS"),
        deployment(former, status="ACTIVE", rollout="COMPLETED"),
        tasks=(task(former), task(former)),
    )
