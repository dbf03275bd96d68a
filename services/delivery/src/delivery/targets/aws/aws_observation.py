"""What an environment of the cloud really runs: facts, and no judgement."""

from datetime import datetime
from typing import Literal

from artifacts.digests import Digest
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment

SERVICE = "inference"
"""The service of an environment's cluster, and the container of its tasks."""


def cluster_of(environment: Environment) -> str:
    """Return the name of an environment's cluster."""
    return f"plinth-{environment}"


class TaskDefinition(Part):
    """What a task is started from; digests are None where it doesn't say."""

    arn: str
    image: Digest | None = None
    payload: Digest | None = None


class Deployment(Part):
    """A rollout of a service: `status` is PRIMARY for the one that is wanted, else ACTIVE.

    `rollout` is IN_PROGRESS, COMPLETED or FAILED; None where the cloud doesn't say.
    """

    id: str
    status: str
    task_definition: TaskDefinition
    rollout: str | None = None
    reason: str = ""
    desired: int = 0
    running: int = 0
    pending: int = 0
    failed_tasks: int = 0
    created: datetime | None = None


class ServiceEvent(Part):
    """A line of the scheduler's diary."""

    at: datetime | None
    message: str


class ObservedService(Part):
    """The service as its scheduler describes it; `url` is where it says that it answers."""

    status: str
    desired: int
    running: int
    pending: int
    task_definition: TaskDefinition | None
    deployments: tuple[Deployment, ...]
    events: tuple[ServiceEvent, ...]
    url: str | None

    @property
    def primary(self) -> Deployment | None:
        """The rollout that is wanted."""
        return next((each for each in self.deployments if each.status == "PRIMARY"), None)


class ObservedTask(Part):
    """A task: `image` is what its container runs, or, by `image_of`, what it was started from."""

    id: str
    task_definition: str
    image: Digest | None
    image_of: Literal["container", "task definition"]
    payload: Digest | None
    last_status: str
    desired_status: str
    health: str
    stop_code: str | None = None
    stopped_reason: str | None = None
    exit_code: int | None = None
    container_reason: str | None = None

    @property
    def serves(self) -> bool:
        """Whether it runs and is to go on."""
        return self.last_status == "RUNNING" and self.desired_status == "RUNNING"


class TargetReason(Part):
    """Why a target gets no requests."""

    target: str
    state: str
    reason: str


class Targets(Part):
    """What the load balancer thinks of the tasks; `others` start, drain or aren't used."""

    healthy: int = 0
    unhealthy: int = 0
    others: int = 0
    reasons: tuple[TargetReason, ...] = ()


class Answer(Part):
    """What one fresh connection got from /v1/release; `problem` says why it got nothing."""

    status: int | None = None
    payload: Digest | None = None
    environment: str | None = None
    model: Digest | None = None
    code: Digest | None = None
    problem: str | None = None


class Sighting(Part):
    """What the cloud says of an environment; without a service there is nothing."""

    service: ObservedService | None = None
    tasks: tuple[ObservedTask, ...] = ()
    targets: Targets = Targets()

    @property
    def serving(self) -> tuple[ObservedTask, ...]:
        """The tasks that run and are to go on."""
        return tuple(task for task in self.tasks if task.serves)


class Observation(Record):
    """An environment: what the cloud says of it, and what answers there."""

    environment: Environment
    account: str
    region: str
    service: ObservedService | None
    tasks: tuple[ObservedTask, ...]
    targets: Targets
    url: str | None
    answers: tuple[Answer, ...]
