"""What an environment runs in AWS, and where that isn't what git wants."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from artifacts.digests import Digest
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.deploy.compare import Difference, deploy_command, named_payload
from delivery.releases.wanted import Wanted, short
from delivery.targets.answers import Answer, answer_differences

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


class Sighting(Part):
    """What AWS says of an environment; without a service there is nothing."""

    service: ObservedService | None = None
    tasks: tuple[ObservedTask, ...] = ()
    targets: Targets = Targets()

    @property
    def serving(self) -> tuple[ObservedTask, ...]:
        """The tasks that run and are to go on."""
        return tuple(task for task in self.tasks if task.serves)


class AwsObservation(Sighting, Record):
    """An environment: what AWS says of it, and what answers there."""

    environment: Environment
    account: str
    region: str
    url: str | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: no release is kept warm in a cloud."""
        return ()

    @property
    def unwalled(self) -> str:
        """Say nothing: each task is a container of its own, on no machine of ours."""
        return ""

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""
        answered = any(answer.problem is None for answer in self.answers)
        rolls_out = self.service is not None and self.service.primary is not None
        return not (rolls_out or self.serving or answered)

    def differences(self, wanted: Wanted) -> Iterator[Difference]:
        """Yield where it isn't what git wants."""
        heals = deploy_command(wanted)
        if wanted.payload and wanted.payload.image is None:
            what = f"the image of payload {short(wanted.payload.contents)}"
            build = f"delivery build-image --commit {wanted.commit[:12]}"
            yield Difference("cloud", what, "built", "not built", build)
        yield from self._rollout_differences(wanted, heals)
        image = wanted.payload.image if wanted.payload else None
        for task in self.serving:
            if task.payload != wanted.digest:
                wants, there = named_payload(wanted.digest), named_payload(task.payload)
                yield Difference("cloud", f"what task {task.id} runs", wants, there, heals)
            elif task.image != image:
                what = f"the image of task {task.id}"
                yield Difference("cloud", what, f"{image}", f"{task.image}", heals)
        if wanted.digest and not self.serving:
            wants = f"one that serves {short(wanted.digest)}"
            yield Difference("cloud", "a task", wants, "not there", heals)
        if self.targets.unhealthy:
            there = f"unhealthy ({self.targets.unhealthy})"
            yield Difference("cloud", "a target of the load balancer", "healthy", there, heals)
        if wanted.digest and not self.targets.healthy:
            what = "a healthy target of the load balancer"
            yield Difference("cloud", what, "there", "not there", heals)
        yield from answer_differences(wanted, self.answers)

    def _rollout_differences(self, wanted: Wanted, heals: str) -> Iterator[Difference]:
        service, payload = self.service, wanted.payload
        rollout = service.primary if service else None
        if service is None or rollout is None or payload is None:
            if payload or rollout:
                wants, there = ("there", "not there") if payload else ("not there", "there")
                yield Difference("cloud", "the service", wants, there, heals)
            return
        started = rollout.task_definition
        if started.payload != wanted.digest:
            wants, there = named_payload(wanted.digest), named_payload(started.payload)
            yield Difference("cloud", "what the service rolls out", wants, there, heals)
        elif started.image != payload.image:
            what = "the image that the service rolls out"
            yield Difference("cloud", what, f"{payload.image}", f"{started.image}", heals)
        if rollout.rollout not in {None, "COMPLETED"}:
            there = f"{rollout.rollout}{f' ({plain(rollout.reason)})' if rollout.reason else ''}"
            yield Difference("cloud", "the rollout", "COMPLETED", there, heals)
        if older := sum(each.status != "PRIMARY" for each in service.deployments):
            there = f"still there ({older})"
            yield Difference("cloud", "an older rollout", "left behind", there, heals)
