"""The cloud, through its commands: `bin/plinth delivery aws ...` and `image ...`."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from artifacts.records.release import Environment, Payload
from delivery.errors import CloudUnreachable, HostFailed, ImageMissing, ImageRefused
from delivery.targets.answers import Answer
from delivery.targets.aws.cloud_observation import CloudObservation, Rollout, Task
from delivery.text import plain

TIMEOUT_SECONDS: Final = 1800
_REFUSED: Final = 1
_OF_IMAGES: Final = frozenset({"build", "push", "scan"})
_LAST_WORDS: Final = 1500


@dataclass(frozen=True)
class CloudCommands:
    """Runs `<launcher> delivery aws ...` in an account; waits `patience` seconds for a rollout."""

    launcher: Path
    account: str
    patience: int

    def want(self, environment: Environment, payload: str) -> None:
        """Do nothing: Terraform's lock and the service itself let the last apply win."""

    def install(self, payload: Payload) -> None:
        """See that the registry has a payload's image.

        Raises ImageMissing, ImageRefused where it has another one, HostFailed, and CloudUnreachable
        where we aren't who we should be.
        """
        if payload.image is None:
            raise ImageMissing(
                payload.digest,
                "none was built, or its release pins none; run delivery build-image, and for "
                "production promote what staging runs by its image",
            )
        try:
            self._run("identify", "--account", self.account)
        except HostFailed as exc:
            raise CloudUnreachable(exc.reason) from exc
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            file = payload.write(Path(private) / "payload.json")
            self._run("push", str(file))

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Wait for a rollout; HostFailed where it failed or went back, CloudUnreachable."""
        words = ("--image", str(payload.image), "--seconds", str(self.patience))
        code, said, why = self._ended("settle", environment, *words)
        if code == _REFUSED:
            raise HostFailed("settle", why or said, "cloud")
        if code:
            raise CloudUnreachable(why or said)

    def observe(self, environment: Environment) -> CloudObservation:
        """Return what runs and what it says of itself; HostFailed."""
        said = self._run("observe", environment)
        try:
            return _seen(_Said.model_validate(parse_json(said, "what the cloud says")))
        except (UnreadableRecord, ValidationError) as exc:
            raise HostFailed("observe", f"it can't be read: {plain(exc)}", "cloud") from exc

    def stop(self, environment: Environment) -> None:
        """Do nothing: Terraform ends a service that is no longer released."""

    def prune(self, keep: Sequence[str]) -> None:
        """Do nothing: a registry keeps the images of releases, to go back to."""

    def build(self, payload: Payload, source: Path) -> str:
        """Build a payload's image, unless there is one; return what was said. ImageRefused."""
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            file = payload.write(Path(private) / "payload.json")
            return self._run("build", str(file), "--source", str(source))

    def publish(self, payload: Payload) -> str:
        """Push the image of a payload and wait for its scan; ImageRefused, HostFailed."""
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            file = payload.write(Path(private) / "payload.json")
            return self._run("push", str(file)) + self._run("scan", str(file))

    def _run(self, *words: str) -> str:
        code, said, why = self._ended(*words)
        if code == _REFUSED and words[0] in _OF_IMAGES:
            raise ImageRefused(words[0], why or said)
        if code:
            raise HostFailed(words[0], f"exit code {code}: {why or said}", "cloud")
        return said

    def _ended(self, *words: str) -> tuple[int, str, str]:
        """Return exit code, output, and the last words of what went wrong."""
        try:
            done = subprocess.run(  # noqa: S603 - the project's own launcher, no shell
                [str(self.launcher), "delivery", _group(words[0]), *words],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT_SECONDS + self.patience,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise HostFailed(words[0], plain(exc), "cloud") from exc
        why = " ".join(done.stderr.split())[-_LAST_WORDS:]
        return done.returncode, done.stdout, plain(why, _LAST_WORDS)


def _group(command: str) -> str:
    return "image" if command in _OF_IMAGES else "aws"


class _Part(BaseModel):
    # The cloud may say more than a deploy needs to know.
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Definition(_Part):
    image: str | None
    payload: str | None


class _Deployment(_Part):
    status: str
    task_definition: _Definition
    rollout: str | None
    reason: str


class _Service(_Part):
    deployments: tuple[_Deployment, ...]


class _Task(_Part):
    id: str
    image: str | None
    payload: str | None
    last_status: str
    desired_status: str


class _Targets(_Part):
    healthy: int
    unhealthy: int


class _Answer(_Part):
    payload: str | None
    environment: str | None
    model: str | None
    code: str | None
    problem: str | None


class _Said(_Part):
    service: _Service | None
    tasks: tuple[_Task, ...]
    targets: _Targets
    answers: tuple[_Answer, ...]


def _seen(said: _Said) -> CloudObservation:
    rollouts = said.service.deployments if said.service else ()
    heard = [answer for answer in said.answers if answer.problem is None]
    return CloudObservation(
        rollout=next((_rollout(each) for each in rollouts if each.status == "PRIMARY"), None),
        older=sum(each.status != "PRIMARY" for each in rollouts),
        tasks=tuple(
            Task(task.id, task.payload, task.image)
            for task in said.tasks
            if (task.last_status, task.desired_status) == ("RUNNING", "RUNNING")
        ),
        healthy=said.targets.healthy,
        unhealthy=said.targets.unhealthy,
        answers=tuple(
            Answer(a.payload, a.code, (a.model,) if a.model else (), a.environment) for a in heard
        ),
        silent=tuple(plain(answer.problem) for answer in said.answers if answer.problem),
    )


def _rollout(found: _Deployment) -> Rollout:
    definition = found.task_definition
    return Rollout(definition.payload, definition.image, found.rollout, plain(found.reason))
