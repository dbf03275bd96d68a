"""Plays Amazon ECS for a service of the emulator: starts tasks, rolls out, goes back.

It does what the developer guide says of rolling updates with a circuit breaker: new tasks beside
the old ones, healthy targets, then the old ones end and the deployment is COMPLETED; tasks that
fail are counted, and at the threshold the deployment is FAILED and the former task definition is
rolled out again. Times and thresholds are smaller than AWS's. What a container is, the test says.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError
from support.aws.emulator import Emulator
from support.aws.front import Front, answers, running_front

SERVICE = "inference"
FAILURES = 3
"""At which the circuit breaker goes back: AWS's own minimum."""
PAUSE_SECONDS = 0.05
QUOTA = (
    "(service inference) was unable to place a task. Reason: You've reached the limit on the "
    "number of vCPUs you can run concurrently."
)
Said = dict[str, Any]


class Container(Protocol):
    """What a task runs."""

    url: str

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""

    def stop(self) -> None:
        """End it."""


Start = Callable[[Said], Container]
"""Starts the container of a task definition, as describe_task_definition gives that."""


def container_of(definition: Said) -> Said:
    """Return the service's container of a task definition: others may stand beside it."""
    containers: list[Said] = definition["containerDefinitions"]
    return next(each for each in containers if each["name"] == SERVICE)


@dataclass(frozen=True)
class Trouble:
    """What happens to the tasks of task definitions other than those that run when it begins.

    `stops`: they stop at once, with this reason and code; the circuit breaker goes back.
    `unhealthy`: they run, and the load balancer never likes them. `quota`: none can be placed.
    """

    kind: Literal["stops", "unhealthy", "quota"]
    reason: str = "Essential container in task exited"
    stop_code: str = "EssentialContainerExited"
    exit_code: int | None = 1


@dataclass
class _Task:
    arn: str
    address: str
    definition: str
    deployment: str
    container: Container | None = None
    healthy: bool = False


@dataclass
class Scheduler:
    """A service's scheduler. Start it with `scheduling`."""

    emulator: Emulator
    cluster: str
    start: Start
    front: Front
    trouble: Trouble | None = None
    spared: frozenset[str] = frozenset()
    tasks: list[_Task] = field(default_factory=list)
    problem: BaseException | None = None

    def __post_init__(self) -> None:
        self.ecs = self.emulator.client("ecs")
        self.elb = self.emulator.client("elbv2")
        self._over = threading.Event()
        self._completed: str | None = None

    def cause(self, trouble: Trouble | None) -> None:
        """Let the next rollouts run into trouble, or into none."""
        self.spared = frozenset(task.definition for task in self.tasks)
        self.trouble = trouble

    def run(self) -> None:
        """Go on until it is over."""
        try:
            while not self._over.wait(PAUSE_SECONDS):
                try:
                    self.step()
                except (ClientError, AssertionError):
                    # Deleted in the middle of a step, with all that belonged to it?
                    if self._service() is not None:
                        raise
        except BaseException as exc:  # noqa: BLE001 - told by `scheduling`, in the test's thread
            self.problem = exc

    def end(self) -> None:
        """Stop scheduling, and every container."""
        self._over.set()
        for task in self.tasks:
            if task.container:
                task.container.stop()

    def step(self) -> None:
        """Bring the service one step nearer to what it should be."""
        service = self._service()
        if service is None:
            for task in list(self.tasks):
                self._stop(task, "Service deleted", None)
            return
        primary = next((d for d in service["deployments"] if d["status"] == "PRIMARY"), None)
        if primary is None:
            return
        for task in list(self.tasks):  # whose container has ended; `_place` starts others
            code = task.container.exit_code() if task.container else None
            if code is not None:
                self._fail(service, primary, task, Trouble("stops", exit_code=code))
        self._place(service, primary)
        self._check(service)
        self._finish(service, primary)
        self._count(service)

    def _service(self) -> Said | None:
        try:
            found = self.ecs.describe_services(cluster=self.cluster, services=[SERVICE])["services"]
        except ClientError:
            return None
        return next((each for each in found if each["status"] == "ACTIVE"), None)

    def _place(self, service: Said, primary: Said) -> None:
        mine = [task for task in self.tasks if task.definition == primary["taskDefinition"]]
        for task in mine[service["desiredCount"] :]:
            self._stop(task, "Scaling activity initiated by (service inference)", service)
        missing = service["desiredCount"] - len(mine)
        if missing <= 0 or primary.get("rolloutState") == "FAILED":
            return
        trouble = self._trouble_of(primary["taskDefinition"])
        if trouble and trouble.kind == "quota":
            if all(event["message"] != QUOTA for event in service["events"]):
                self._control("service", event=QUOTA)
            return
        for _ in range(missing):
            if not self._run_task(service, primary, trouble):
                return

    def _run_task(self, service: Said, primary: Said, trouble: Trouble | None) -> bool:
        said = self.ecs.run_task(
            cluster=self.cluster,
            taskDefinition=primary["taskDefinition"],
            launchType="FARGATE",
            group=f"service:{SERVICE}",
            startedBy=primary["id"],
            networkConfiguration=service["networkConfiguration"],
        )["tasks"][0]
        details = {d["name"]: d["value"] for d in said["attachments"][0]["details"]}
        address, definition_arn = details["privateIPv4Address"], said["taskDefinitionArn"]
        task = _Task(said["taskArn"], address, definition_arn, primary["id"])
        self.tasks.append(task)
        if trouble and trouble.kind == "stops":
            self._fail(service, primary, task, trouble)
            return False
        definition = self.ecs.describe_task_definition(taskDefinition=task.definition)[
            "taskDefinition"
        ]
        image = container_of(definition)["image"]
        # As a registry of AWS's own lets ECS say it, and with the name that moto takes from the
        # first container, which may be another one.
        pulled = {"name": SERVICE, "image": image, "image_digest": image.rpartition("@")[2]}
        self._control("task", task=task.arn, container=pulled)
        try:
            task.container = self.start(definition)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the task has stopped
            self._fail(service, primary, task, Trouble("stops", reason=f"it can't start: {exc}"))
            return False
        target = {"Id": task.address, "Port": service["loadBalancers"][0]["containerPort"]}
        self.elb.register_targets(TargetGroupArn=_group(service), Targets=[target])
        self._health(_group(service), task, "initial")
        return True

    def _fail(self, service: Said, primary: Said, task: _Task, trouble: Trouble) -> None:
        container = {"exitCode": trouble.exit_code, "reason": trouble.reason, "health_status": None}
        self._control("task", task=task.arn, container=container)
        self._stop(task, trouble.reason, service, trouble.stop_code)
        if primary.get("rolloutState") != "IN_PROGRESS" or task.deployment != primary["id"]:
            return
        primary["failedTasks"] = failed = primary["failedTasks"] + 1
        self._control("deployment", id=primary["id"], set={"failedTasks": failed})
        if failed < FAILURES:
            return
        self._control(
            "service", event=f"(service {SERVICE}) deployment failed: tasks failed to start."
        )
        self._control("back", id=primary["id"], to=self._completed)

    def _check(self, service: Said) -> None:
        """Do the load balancer's health checks."""
        group = _group(service)
        found = self.elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
        path = str(found.get("HealthCheckPath") or "/readyz")
        for task in self.tasks:
            trouble = self._trouble_of(task.definition)
            healthy = (
                task.container is not None
                and not (trouble and trouble.kind == "unhealthy")
                and answers(task.container.url, path)
            )
            if healthy and not task.healthy and task.container:
                self._health(group, task, "healthy")
                self._control("task", task=task.arn, set={"health_status": "HEALTHY"})
                self.front.add(task.arn, task.container.url)
            if not healthy:
                self._health(group, task, "unhealthy")
                self.front.remove(task.arn)
            task.healthy = healthy

    def _finish(self, service: Said, primary: Said) -> None:
        mine = [task for task in self.tasks if task.definition == primary["taskDefinition"]]
        whole = len(mine) >= service["desiredCount"] and all(task.healthy for task in mine)
        if not whole or primary.get("rolloutState") == "FAILED":
            return
        for task in [task for task in self.tasks if task not in mine]:
            why = f"Scaling activity initiated by (deployment {task.deployment})"
            self._stop(task, why, service)
        for each in service["deployments"]:
            if each["status"] != "PRIMARY":
                self._control("deployment", id=each["id"], remove=True)
        self._completed = primary["taskDefinition"]
        if primary.get("rolloutState") != "COMPLETED":
            done = f"ECS deployment {primary['id']} completed."
            asked = {"rolloutState": "COMPLETED", "rolloutStateReason": done}
            self._count(service)
            self._control("deployment", id=primary["id"], set=asked)
            self._control("service", event=f"(service {SERVICE}) has reached a steady state.")

    def _count(self, service: Said) -> None:
        running = len(self.tasks)
        missing = max(0, service["desiredCount"] - running)
        self._control("service", counts={"running_count": running, "pending_count": missing})
        for each in service["deployments"]:
            mine = sum(task.definition == each["taskDefinition"] for task in self.tasks)
            pending = max(0, service["desiredCount"] - mine) if each["status"] == "PRIMARY" else 0
            asked = {"runningCount": mine, "pendingCount": pending}
            self._control("deployment", id=each["id"], set=asked)

    def _stop(
        self,
        task: _Task,
        reason: str,
        service: Said | None,
        code: str = "ServiceSchedulerInitiated",
    ) -> None:
        self.front.remove(task.arn)
        if service and task.container:
            target = [{"Id": task.address}]
            self.elb.deregister_targets(TargetGroupArn=_group(service), Targets=target)
        self.tasks.remove(task)
        if task.container:
            task.container.stop()
        self.ecs.stop_task(cluster=self.cluster, task=task.arn, reason=reason)
        self._control("task", task=task.arn, set={"stop_code": code})

    def _health(self, group: str, task: _Task, state: str) -> None:
        words = {
            "healthy": (None, None),
            "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
            "unhealthy": ("Target.FailedHealthChecks", "Health checks failed"),
        }[state]
        health = {"status": state, "reason": words[0], "description": words[1]}
        self._control("target", group=group, target=task.address, health=health)

    def _trouble_of(self, definition: str) -> Trouble | None:
        return None if definition in self.spared else self.trouble

    def _control(self, what: str, **asked: Any) -> None:
        self.emulator.control(what, cluster=self.cluster, service=SERVICE, **asked)


def _group(service: Said) -> str:
    return str(service["loadBalancers"][0]["targetGroupArn"])


@contextmanager
def scheduling(emulator: Emulator, environment: str, start: Start) -> Iterator[Scheduler]:
    """Schedule the service of an environment; what broke the scheduler is raised at the end."""
    with running_front() as front:
        scheduler = Scheduler(emulator, f"plinth-{environment}", start, front)
        thread = threading.Thread(target=scheduler.run)
        thread.start()
        try:
            yield scheduler
        finally:
            scheduler._over.set()
            thread.join()
            scheduler.end()
            if scheduler.problem:
                raise RuntimeError("the scheduler broke") from scheduler.problem


def wait_until(true: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until something is true; AssertionError after a while."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)
