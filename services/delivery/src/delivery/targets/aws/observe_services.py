"""What an environment really runs: what Amazon ECS and its load balancer say, and what answers.

That something is missing or down is no error.
"""

import http.client
import re
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.targets.answers import LIMIT_BYTES, ROUTE, Answer, answer_of
from delivery.targets.aws.aws_clients import Caller, Clients, code_of, translated
from delivery.targets.aws.aws_errors import CloudFailed
from delivery.targets.aws.aws_observation import (
    SERVICE,
    AwsObservation,
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

CONNECTIONS: Final = 5
URL_TAG: Final = "plinth:url"
PAYLOAD_VARIABLE: Final = "PLINTH_PAYLOAD"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_EVENTS: Final = 20
_TASKS_A_CALL: Final = 100
_TIMEOUT_SECONDS: Final = 5.0
Said = Mapping[str, Any]


def observe(
    environment: Environment,
    caller: Caller,
    seen: Sighting,
    ask: Callable[[str], Answer],
    instead: str | None = None,
) -> AwsObservation:
    """Return what AWS says, and several answers of the service; `instead` of its own address."""
    url = instead or seen.service.url if seen.service else None
    answers: tuple[Answer, ...] = ()
    if url:
        answers = tuple(ask(url) for _ in range(CONNECTIONS))
    elif seen.service:
        answers = (Answer(problem="the service names no address: it has no tag plinth:url"),)
    return AwsObservation(
        environment=environment,
        account=caller.account,
        region=caller.region,
        service=seen.service,
        tasks=seen.tasks,
        targets=seen.targets,
        url=url,
        answers=answers,
    )


def ask_release(
    url: str, *, plain_http: bool = False, trust: ssl.SSLContext | None = None
) -> Answer:
    """Ask an address for its release; what goes wrong is in the answer. Redirects aren't followed.

    Each question has a connection of its own: a load balancer may lead each to another task.
    Only https is spoken, unless `plain_http` allows a rehearsal's address.
    """
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.username or parts.path.strip("/") or parts.query:
            reason = "no address of a service, which is https://, a name and maybe a port"
            return Answer(problem=plain(f"{url}: {reason}"))
        place = (parts.hostname, parts.port)
    except ValueError as exc:
        return Answer(problem=plain(f"{url}: {exc}"))
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = trust or ssl.create_default_context()
        connection = http.client.HTTPSConnection(*place, timeout=_TIMEOUT_SECONDS, context=context)
    elif parts.scheme == "http" and plain_http:
        connection = http.client.HTTPConnection(*place, timeout=_TIMEOUT_SECONDS)
    else:
        return Answer(problem=plain(f"{url}: not https"))
    try:
        connection.request("GET", ROUTE, headers={"Connection": "close"})
        response = connection.getresponse()
        return answer_of(response.status, response.read(LIMIT_BYTES))
    except (OSError, http.client.HTTPException) as exc:
        return Answer(problem=plain(exc) or type(exc).__name__)
    finally:
        connection.close()


class EcsServices:
    """Amazon ECS and its load balancers. Task definitions never change, and are asked for once."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._definitions: dict[str, TaskDefinition] = {}

    def look(self, environment: Environment) -> Sighting:
        """Return all that runs in an environment; CloudFailed."""
        ecs, cluster = self._clients("ecs"), cluster_of(environment)
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
        deployments = tuple(
            Deployment(
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
            for said in service.get("deployments", ())
        )
        events = tuple(
            ServiceEvent(at=each.get("createdAt"), message=plain(each.get("message", "")))
            for each in service.get("events", ())[:_EVENTS]
        )
        return ObservedService(
            status=service["status"],
            desired=service["desiredCount"],
            running=service["runningCount"],
            pending=service["pendingCount"],
            task_definition=self._definition(ecs, wanted) if wanted else None,
            deployments=deployments,
            events=events,
            url=next((t["value"] for t in service.get("tags", ()) if t["key"] == URL_TAG), None),
        )

    def _tasks(self, ecs: Any, cluster: str) -> Iterator[ObservedTask]:
        # A list has tasks that run or will, or those that stopped or will: not both.
        lists = ecs.get_paginator("list_tasks")
        found = [
            arn
            for status in ("RUNNING", "STOPPED")
            for page in lists.paginate(cluster=cluster, serviceName=SERVICE, desiredStatus=status)
            for arn in page["taskArns"]
        ]
        arns = list(dict.fromkeys(found))
        for start in range(0, len(arns), _TASKS_A_CALL):
            some = arns[start : start + _TASKS_A_CALL]
            # One that is gone by now is listed under `failures`, and is no news.
            for said in ecs.describe_tasks(cluster=cluster, tasks=some)["tasks"]:
                if said.get("group") == f"service:{SERVICE}":
                    yield _task(said, self._definition(ecs, said["taskDefinitionArn"]))

    def _definition(self, ecs: Any, arn: str) -> TaskDefinition:
        """Return the image and payload that a task definition gives the service's container."""
        if arn not in self._definitions:
            said = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
            container = _container(said.get("containerDefinitions", ()))
            variables = {
                each["name"]: each.get("value") for each in container.get("environment", ())
            }
            self._definitions[arn] = TaskDefinition(
                arn=arn,
                image=_digest(str(container.get("image", "")).rpartition("@")[2]),
                payload=_digest(variables.get(PAYLOAD_VARIABLE)),
            )
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
    return next((each for each in said["services"] if each["status"] != "INACTIVE"), None)


def _task(said: Said, definition: TaskDefinition) -> ObservedTask:
    """Return a task; without an image of its own, that of the definition it was started from."""
    container = _container(said.get("containers", ()))
    running = _digest(container.get("imageDigest"))
    return ObservedTask(
        id=said["taskArn"].rpartition("/")[2],
        task_definition=said["taskDefinitionArn"],
        image=running or definition.image,
        image_of="container" if running else "task definition",
        payload=definition.payload,
        last_status=said["lastStatus"],
        desired_status=said["desiredStatus"],
        health=said.get("healthStatus") or container.get("healthStatus") or "UNKNOWN",
        stop_code=said.get("stopCode") or None,
        stopped_reason=plain(said.get("stoppedReason") or "") or None,
        # A container that still runs has none; zero is one.
        exit_code=container.get("exitCode") if said["lastStatus"] == "STOPPED" else None,
        container_reason=plain(container.get("reason") or "") or None,
    )


def _container(containers: Sequence[Said]) -> Said:
    """Return the service's container: AWS may start others beside it, to watch it."""
    return next((each for each in containers if each.get("name") == SERVICE), {})


def _digest(text: object) -> str | None:
    """Return a text that is a digest, and None for any other."""
    return str(text) if text and _DIGEST.fullmatch(str(text)) else None


def _targets(clients: Clients, service: Said) -> Targets:
    found: list[Said] = []
    for group in filter(None, (e.get("targetGroupArn") for e in service.get("loadBalancers", ()))):
        try:
            # Not paginated by AWS: a group's targets come in one answer.
            said = clients("elbv2").describe_target_health(TargetGroupArn=group)
        except ClientError as exc:
            if code_of(exc) != "TargetGroupNotFound":
                raise
        else:
            found.extend(said["TargetHealthDescriptions"])
    states = [each["TargetHealth"]["State"] for each in found]
    healthy, unhealthy = states.count("healthy"), states.count("unhealthy")
    return Targets(
        healthy=healthy,
        unhealthy=unhealthy,
        others=len(states) - healthy - unhealthy,
        reasons=tuple(
            _reason(each["Target"], each["TargetHealth"])
            for each in found
            if each["TargetHealth"]["State"] != "healthy"
        ),
    )


def _reason(target: Said, health: Said) -> TargetReason:
    parts = (health.get("Reason"), health.get("Description"))
    return TargetReason(
        target=plain(f"{target['Id']}:{target.get('Port', '')}"),
        state=health["State"],
        reason=": ".join(plain(part) for part in parts if part) or "no reason given",
    )
