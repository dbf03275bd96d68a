"""What was seen of an environment in a cloud: its rollout, tasks, targets and answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from delivery.deploy.difference import Difference, deploy_command, named_payload
from delivery.releases.wanted import Wanted, short
from delivery.targets.answers import Answer, answer_differences


@dataclass(frozen=True)
class Rollout:
    """What the service is rolling out: `state` as the cloud says it, with its reason."""

    payload: str | None
    image: str | None
    state: str | None
    reason: str = ""


@dataclass(frozen=True)
class Task:
    """A task that runs: the payload that it was started with, and the image that it is."""

    name: str
    payload: str | None
    image: str | None


@dataclass(frozen=True)
class CloudObservation:
    """An environment as a cloud describes it. `rollout` is None where there is no service.

    `healthy` and `unhealthy` count the targets of the load balancer, `silent` are the reasons of
    connections that got no answer.
    """

    rollout: Rollout | None = None
    older: int = 0
    """Rollouts that the service hasn't left behind yet."""
    tasks: tuple[Task, ...] = ()
    healthy: int = 0
    unhealthy: int = 0
    answers: tuple[Answer, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def unwalled(self) -> str:
        """Say nothing: each task of a cloud is a container of its own, on no machine of ours."""
        return ""

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""
        return self.rollout is None and not (self.tasks or self.answers)

    def serves_only(self, payload: str) -> bool:
        """Whether all that is rolled out, runs and answers is one payload."""
        rolled_out = self.rollout is not None and self.rollout.payload == payload
        running = {task.payload for task in self.tasks} == {payload}
        said = {answer.payload for answer in self.answers} == {payload}
        well = self.healthy > 0 and not (self.unhealthy or self.older or self.silent)
        return rolled_out and running and said and well

    def differences(self, wanted: Wanted) -> Iterator[Difference]:
        """Yield where it isn't what git wants."""
        yield from _image(wanted)
        yield from _rollout(wanted, self)
        yield from _tasks(wanted, self)
        yield from _targets(wanted, self)
        yield from answer_differences(wanted, self.answers, self.silent)


def _image(wanted: Wanted) -> Iterator[Difference]:
    if wanted.payload and wanted.payload.image is None:
        what = f"the image of payload {short(wanted.payload.contents)}"
        heals = f"delivery build-image --commit {wanted.commit[:12]}"
        yield Difference("cloud", what, "built", "not built", heals)


def _rollout(wanted: Wanted, found: CloudObservation) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    if wanted.payload is None:
        if found.rollout:
            yield Difference("cloud", "the service", "not there", "there", heals)
        return
    if found.rollout is None:
        yield Difference("cloud", "the service", "there", "not there", heals)
        return
    rollout = found.rollout
    if rollout.payload != wanted.digest:
        wants, there = named_payload(wanted.digest), named_payload(rollout.payload)
        yield Difference("cloud", "what the service rolls out", wants, there, heals)
    elif rollout.image != wanted.payload.image:
        what = "the image that the service rolls out"
        yield Difference("cloud", what, f"{wanted.payload.image}", f"{rollout.image}", heals)
    if rollout.state not in {None, "COMPLETED"}:
        because = f" ({rollout.reason})" if rollout.reason else ""
        yield Difference("cloud", "the rollout", "COMPLETED", f"{rollout.state}{because}", heals)
    if found.older:
        there = f"still there ({found.older})"
        yield Difference("cloud", "an older rollout", "left behind", there, heals)


def _tasks(wanted: Wanted, found: CloudObservation) -> Iterator[Difference]:
    heals, image = deploy_command(wanted), wanted.payload.image if wanted.payload else None
    for task in found.tasks:
        if task.payload != wanted.digest:
            wants, there = named_payload(wanted.digest), named_payload(task.payload)
            yield Difference("cloud", f"what task {task.name} runs", wants, there, heals)
        elif task.image != image:
            what = f"the image of task {task.name}"
            yield Difference("cloud", what, f"{image}", f"{task.image}", heals)
    if wanted.digest and not found.tasks:
        wants = f"one that serves {short(wanted.digest)}"
        yield Difference("cloud", "a task", wants, "not there", heals)


def _targets(wanted: Wanted, found: CloudObservation) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    if found.unhealthy:
        there = f"unhealthy ({found.unhealthy})"
        yield Difference("cloud", "a target of the load balancer", "healthy", there, heals)
    if wanted.digest and not found.healthy:
        what = "a healthy target of the load balancer"
        yield Difference("cloud", what, "there", "not there", heals)
