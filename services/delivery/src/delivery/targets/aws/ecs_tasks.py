"""Reads tasks and task definitions from what Amazon ECS says of them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from artifacts.text import plain
from delivery.targets.aws.aws_observation import SERVICE, ObservedTask, TaskDefinition

PAYLOAD_VARIABLE: Final = "PLINTH_PAYLOAD"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
Said = Mapping[str, Any]


def task_definition(arn: str, said: Said) -> TaskDefinition:
    """Return the image and payload that a task definition gives the service's container."""
    container = _container(said.get("containerDefinitions", ()))
    variables = {each["name"]: each.get("value") for each in container.get("environment", ())}
    return TaskDefinition(
        arn=arn,
        image=digest_of(str(container.get("image", "")).rpartition("@")[2]),
        payload=digest_of(variables.get(PAYLOAD_VARIABLE)),
    )


def observed_task(said: Said, definition: TaskDefinition) -> ObservedTask:
    """Return a task; without an image of its own, that of the definition it was started from."""
    container = _container(said.get("containers", ()))
    running = digest_of(container.get("imageDigest"))
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
        stopped_reason=_text(said.get("stoppedReason")),
        # A container that still runs has none; zero is one.
        exit_code=container.get("exitCode") if said["lastStatus"] == "STOPPED" else None,
        container_reason=_text(container.get("reason")),
    )


def digest_of(text: object) -> str | None:
    """Return a text that is a digest, and None for any other."""
    return str(text) if text and _DIGEST.fullmatch(str(text)) else None


def _container(containers: Any) -> Said:
    """Return the service's container: AWS may start others beside it, to watch it."""
    found: Said = next((each for each in containers if each.get("name") == SERVICE), {})
    return found


def _text(value: object) -> str | None:
    return plain(value) if value else None
