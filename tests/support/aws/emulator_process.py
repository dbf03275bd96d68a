"""moto's server, with the parts of Amazon ECS and its load balancer that it leaves out.

Run as a program: prints its port, ends when its standard input ends (so that it outlives nobody
who started it). moto runs no tasks, begins no deployment when a service is updated, moves tasks to
STOPPED just because they are looked at, and calls every target healthy. Here an update begins a
deployment as AWS does, and whoever plays the scheduler (scheduler.py) sets what no client of AWS
may set, by POSTs to /emulator/<what>. All else is moto's.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.efs.responses import EFSResponse
from moto.elbv2.models import (
    ELBv2Backend,
    FakeHealthStatus,
    FakeTargetGroup,
    elbv2_backends,
)
from moto.moto_api import state_manager
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

PREFIX = "/emulator/"
LOCK = threading.RLock()
_counter = iter(range(1, 1 << 30))
_create_budget = BudgetsResponse.create_budget
_update_service = EC2ContainerServiceBackend.update_service
_list_tasks = EC2ContainerServiceBackend.list_tasks
_create_load_balancer = ELBv2Backend.create_load_balancer
_health_for = FakeTargetGroup.health_for
_begin_response = EC2ContainerServiceResponse.__init__
_register_scalable_target = ApplicationAutoScalingResponse.register_scalable_target
_scaling_tags: dict[str, dict[str, str]] = {}


def update_service(backend: Any, properties: dict[str, Any]) -> Any:
    """Begin a deployment where the task definition changes, as AWS does."""
    wanted, force = properties.get("task_definition"), properties.get("force_new_deployment")
    with LOCK:
        service = backend._get_service(properties.get("cluster", "default"), _name(properties))
        former, counts = service.task_definition, (service.running_count, service.pending_count)
        _update_service(backend, properties)
        service.running_count, service.pending_count = counts
        if wanted:
            service.task_definition = backend.describe_task_definition(wanted).arn
        if force or service.task_definition != former:
            begin_deployment(service)
        return service


def begin_deployment(service: Any, reason: str = "in progress.") -> str:
    """Make a deployment of the service's task definition the primary one; return its id."""
    for each in service.deployments:
        each["status"] = "ACTIVE"
    now, identity = utcnow(), f"ecs-svc/{next(_counter):019d}"
    service.deployments.insert(
        0,
        {
            **(service.deployments[0] if service.deployments else {}),
            "id": identity,
            "status": "PRIMARY",
            "taskDefinition": service.task_definition,
            "desiredCount": service.desired_count,
            "pendingCount": 0,
            "runningCount": 0,
            "failedTasks": 0,
            "createdAt": now,
            "updatedAt": now,
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": f"ECS deployment {identity} {reason}",
        },
    )
    return identity


def list_tasks(backend: Any, *words: Any, **named: Any) -> Any:
    """Filter by service as well."""
    found = _list_tasks(backend, *words, **named)
    name = named.get("service_name") or (words[4] if len(words) > 4 else None)
    group = f"service:{str(name).rpartition('/')[2]}"
    return [task for task in found if task.group == group] if name else found


def create_load_balancer(backend: Any, *words: Any, **named: Any) -> Any:
    """Let a load balancer be active at once: whoever waits for it looks every ten seconds."""
    balancer = _create_load_balancer(backend, *words, **named)
    balancer.activate()
    return balancer


def resources_of(definition: Any) -> dict[str, Any]:
    """Ask nothing of container instances: on Fargate a container may state no memory."""
    del definition
    return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}


def health_for(group: Any, target: dict[str, Any], ec2: Any) -> FakeHealthStatus:
    """Return the health that was set for a target, if any was."""
    health = _health_for(group, target, ec2)
    for name, value in group.targets.get(target["Id"], {}).get("Health", {}).items():
        setattr(health, name, value)
    return health


def subscribers(response: Any) -> str:
    """Say whom a budget's notification is for, which moto keeps and doesn't give out."""
    budget = response.backend.budgets[response._get_param("AccountId")][
        response._get_param("BudgetName")
    ]
    asked = response._get_param("Notification")
    keys = ("NotificationType", "ComparisonOperator", "Threshold")
    found = [
        each.subscribers
        for each in budget.notifications
        if all(each.details.get(key) == asked.get(key) for key in keys)
    ]
    return json.dumps({"Subscribers": found[0] if found else []})


def create_budget(response: Any) -> Any:
    """Remember a budget's tags, which moto forgets."""
    made = _create_budget(response)
    name = response._get_param("Budget")["BudgetName"]
    budget = response.backend.budgets[response._get_param("AccountId")][name]
    budget.tags = response._get_param("ResourceTags", [])
    return made


def budget_tags(response: Any) -> str:
    """Say a budget's tags."""
    _, account, name = response._get_param("ResourceARN").rsplit(":", 2)[0:3]
    name = name.removeprefix("budget/")
    return json.dumps({"ResourceTags": response.backend.budgets[account][name].tags})


def forget_policy(response: Any) -> tuple[str, dict[str, str]]:
    """Take the policy off a file system, which moto lets nobody do."""
    asked = response._get_param("FileSystemId")
    response.efs_backend.file_systems_by_id[asked].file_system_policy = None
    return "{}", {"Content-Type": "application/json"}


def set_service(asked: dict[str, Any]) -> None:
    """Set counts of a service, or add a line to its events."""
    service = _service(asked)
    for name, value in asked.get("counts", {}).items():
        setattr(service, name, value)
    if asked.get("event"):
        event = {"id": f"event-{next(_counter)}", "message": asked["event"]}
        service.events = [{**event, "createdAt": utcnow()}, *service.events][:100]


def set_deployment(asked: dict[str, Any]) -> None:
    """Set what a deployment says, or take it off the list."""
    service = _service(asked)
    if asked.get("remove"):
        service.deployments = [d for d in service.deployments if d["id"] != asked["id"]]
    for each in service.deployments:
        if each["id"] == asked["id"]:
            each.update(asked.get("set", {}), updatedAt=utcnow())


def go_back(asked: dict[str, Any]) -> None:
    """Do what the circuit breaker does, unless the deployment isn't the primary one any more."""
    service = _service(asked)
    failed = next(d for d in service.deployments if d["id"] == asked["id"])
    if failed["status"] != "PRIMARY":
        return
    failed["rolloutState"] = "FAILED"
    failed["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start."
    failed["desiredCount"] = 0
    if asked.get("to"):
        service.task_definition = asked["to"]
        begin_deployment(service, f"circuit breaker: rolling back from {asked['id']}.")


def set_task(asked: dict[str, Any]) -> None:
    """Set what a task says, and its first container."""
    tasks = _backend(ecs_backends, asked).tasks[asked["cluster"]]
    task = next(each for arn, each in tasks.items() if arn == asked["task"])
    for name, value in asked.get("set", {}).items():
        setattr(task, name, value)
    for name, value in asked.get("container", {}).items():
        setattr(task.containers[0], name, value)


def set_target(asked: dict[str, Any]) -> None:
    """Set the health of a target: status, reason, description."""
    group = _backend(elbv2_backends, asked).target_groups[asked["group"]]
    if asked["target"] in group.targets:
        group.targets[asked["target"]]["Health"] = asked["health"]


CONTROLS: dict[str, Callable[[dict[str, Any]], None]] = {
    "service": set_service,
    "deployment": set_deployment,
    "back": go_back,
    "task": set_task,
    "target": set_target,
}


def application() -> Any:
    """Return moto's application, with the controls before it."""
    moto = DomainDispatcherApplication(create_backend_app)

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            answer: Iterable[bytes] = moto(environ, start_response)
            return answer
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with LOCK:
            CONTROLS[path.removeprefix(PREFIX)](json.loads(body))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    return serve


def _name(properties: dict[str, Any]) -> str:
    return str(properties["service"]).rpartition("/")[2]


def _backend(backends: Any, asked: dict[str, Any]) -> Any:
    return backends[asked["account"]][asked["region"]]


def _service(asked: dict[str, Any]) -> Any:
    return _backend(ecs_backends, asked)._get_service(asked["cluster"], asked["service"])


def register_scalable_target(response: Any) -> str:
    """Keep the tags that came with a scalable target."""
    answer = str(_register_scalable_target(response))
    tags = response._get_param("Tags")
    if tags:
        _scaling_tags[json.loads(answer)["ScalableTargetARN"]] = tags
    return answer


def list_scaling_tags(response: Any) -> str:
    """Return a scalable target's tags, which the provider asks for."""
    return json.dumps({"Tags": _scaling_tags.get(response._get_param("ResourceARN"), {})})


def begin_response(response: Any) -> None:
    """Begin an answer of ECS that alone says whether it has tags.

    moto keeps that for all of them: who asks without tags takes them out of another's answer.
    """
    _begin_response(response)
    response.RESPONSE_KEY_PATH_TO_TRANSFORMER = dict(response.RESPONSE_KEY_PATH_TO_TRANSFORMER)


def _patch() -> None:
    EC2ContainerServiceResponse.__init__ = begin_response
    ApplicationAutoScalingResponse.register_scalable_target = register_scalable_target
    ApplicationAutoScalingResponse.list_tags_for_resource = list_scaling_tags
    EC2ContainerServiceBackend.update_service = update_service
    EC2ContainerServiceBackend.list_tasks = list_tasks
    EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(resources_of)
    ELBv2Backend.create_load_balancer = create_load_balancer
    FakeTargetGroup.health_for = health_for
    BudgetsResponse.create_budget = create_budget
    BudgetsResponse.describe_subscribers_for_notification = subscribers
    BudgetsResponse.list_tags_for_resource = budget_tags
    EFSResponse.delete_file_system_policy = forget_policy
    state_manager.register_default_transition(
        "ecs::task", {"progression": "manual", "times": 1 << 30}
    )


def main() -> None:
    """Serve on a free port of this machine, or on the one that is given, until input ends."""
    _patch()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = make_server(
        "127.0.0.1", port, application(), threaded=True, request_handler=MotoRequestHandler
    )
    os.environ["MOTO_PORT"] = str(server.server_port)  # noqa: TID251 - moto reads it there
    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
