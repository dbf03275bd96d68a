"""Reads what Amazon ECS runs of an environment, and what its load balancer thinks of that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.targets.aws.aws_clients import Clients, code_of, translated
from delivery.targets.aws.aws_errors import CloudFailed
from delivery.targets.aws.aws_observation import (
    SERVICE,
    Deployment,
    ObservedService,
    ObservedTask,
    ServiceEvent,
    Sighting,
    TargetReason,
    Targets,
    TaskDefinition,
    cluster_of,
)
from delivery.targets.aws.ecs_tasks import observed_task, task_definition

URL_TAG: Final = "plinth:url"
_EVENTS: Final = 20
_TASKS_A_CALL: Final = 100
Said = Mapping[str, Any]


class EcsServices:
    """Amazon ECS and its load balancers. Task definitions never change, and are asked for once."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._definitions: dict[str, TaskDefinition] = {}

    def look(self, environment: Environment) -> Sighting:
        """Return all that runs in an environment; CloudFailed."""
        cluster = cluster_of(environment)
        ecs = self._clients("ecs")
        with translated(f"look at the service of {environment}"):
            service = _service(ecs, cluster)
            if service is None:
                return Sighting()
            return Sighting(
                service=self._observed(ecs, service),
                tasks=tuple(self._tasks(ecs, cluster)),
                targets=_targets(self._clients, service),
            )

    def _observed(self, ecs: Any, service: Said) -> ObservedService:
        wanted = service.get("taskDefinition")
        return ObservedService(
            status=service["status"],
            desired=service["desiredCount"],
            running=service["runningCount"],
            pending=service["pendingCount"],
            task_definition=self._definition(ecs, wanted) if wanted else None,
            deployments=tuple(
                self._deployment(ecs, each) for each in service.get("deployments", ())
            ),
            events=tuple(
                ServiceEvent(at=each.get("createdAt"), message=plain(each.get("message", "")))
                for each in service.get("events", ())[:_EVENTS]
            ),
            url=next((t["value"] for t in service.get("tags", ()) if t["key"] == URL_TAG), None),
        )

    def _deployment(self, ecs: Any, said: Said) -> Deployment:
        return Deployment(
            id=said["id"],
            status=said["status"],
            task_definition=self._definition(ecs, said["taskDefinition"]),
            rollout=said.get("rolloutState"),
            reason=plain(said.get("rolloutStateReason") or ""),
            desired=said.get("desiredCount", 0),
            running=said.get("runningCount", 0),
            pending=said.get("pendingCount", 0),
            failed_tasks=said.get("failedTasks", 0),
            created=said.get("createdAt"),
        )

    def _tasks(self, ecs: Any, cluster: str) -> Iterator[ObservedTask]:
        arns = list(_task_arns(ecs, cluster))
        for start in range(0, len(arns), _TASKS_A_CALL):
            some = arns[start : start + _TASKS_A_CALL]
            # One that is gone by now is listed under `failures`, and is no news.
            for said in ecs.describe_tasks(cluster=cluster, tasks=some)["tasks"]:
                if said.get("group") == f"service:{SERVICE}":
                    yield observed_task(said, self._definition(ecs, said["taskDefinitionArn"]))

    def _definition(self, ecs: Any, arn: str) -> TaskDefinition:
        if arn not in self._definitions:
            said = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
            self._definitions[arn] = task_definition(arn, said)
        return self._definitions[arn]


def _service(ecs: Any, cluster: str) -> Said | None:
    try:
        said = ecs.describe_services(cluster=cluster, services=[SERVICE], include=["TAGS"])
    except ClientError as exc:
        if code_of(exc) == "ClusterNotFoundException":
            return None
        raise
    strange = [f["reason"] for f in said.get("failures", ()) if f.get("reason") != "MISSING"]
    if strange:
        raise CloudFailed(f"describe the service of {cluster}", plain(", ".join(strange)))
    # Amazon ECS shows a deleted service for a while, as INACTIVE.
    living: list[Said] = [each for each in said["services"] if each["status"] != "INACTIVE"]
    return living[0] if living else None


def _task_arns(ecs: Any, cluster: str) -> Iterator[str]:
    """Those that run or will, and those that stopped or will: the list has either, not both."""
    seen: set[str] = set()
    for status in ("RUNNING", "STOPPED"):
        pages = ecs.get_paginator("list_tasks").paginate(
            cluster=cluster, serviceName=SERVICE, desiredStatus=status
        )
        for page in pages:
            for arn in page["taskArns"]:
                if arn not in seen:
                    seen.add(arn)
                    yield arn


def _targets(clients: Clients, service: Said) -> Targets:
    groups = [each["targetGroupArn"] for each in _balancers(service) if each.get("targetGroupArn")]
    found = [each for group in groups for each in _healths(clients("elbv2"), group)]
    states = [each["TargetHealth"]["State"] for each in found]
    return Targets(
        healthy=states.count("healthy"),
        unhealthy=states.count("unhealthy"),
        others=len(states) - states.count("healthy") - states.count("unhealthy"),
        reasons=tuple(_reason(each) for each in found if not _is_healthy(each)),
    )


def _balancers(service: Said) -> Sequence[Said]:
    balancers: Sequence[Said] = service.get("loadBalancers", ())
    return balancers


def _healths(elb: Any, group: str) -> Sequence[Said]:
    # Not paginated by AWS: a group's targets come in one answer.
    try:
        said = elb.describe_target_health(TargetGroupArn=group)
    except ClientError as exc:
        if code_of(exc) == "TargetGroupNotFound":
            return ()
        raise
    healths: Sequence[Said] = said["TargetHealthDescriptions"]
    return healths


def _is_healthy(said: Said) -> bool:
    return bool(said["TargetHealth"]["State"] == "healthy")


def _reason(said: Said) -> TargetReason:
    target, health = said["Target"], said["TargetHealth"]
    parts = (health.get("Reason"), health.get("Description"))
    return TargetReason(
        target=plain(f"{target['Id']}:{target.get('Port', '')}"),
        state=health["State"],
        reason=": ".join(plain(part) for part in parts if part) or "no reason given",
    )
