"""Containers that are real: the inference service of a payload that was installed here.

No container engine is at hand where tests run, so the code and models that an image would hold are
taken from a host's folder, and the process gets the variables of its task definition.
"""

import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.aws.scheduler import container_of

from artifacts.digests import hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from delivery.targets.local.environment_files import FolderEnvironments
from delivery.targets.local.processes import Service

STOP_SECONDS = 30


def built_images(images: Path) -> Callable[[str], str]:
    """Return a look-up in the folder of images (PLINTH_IMAGES): of what payload each was built."""

    def payload_of(image: str) -> str:
        records = (ImageRecord.read(path) for path in images.glob("*/image.json"))
        return next(str(each.payload) for each in records if each.image == image and each.payload)

    return payload_of


@dataclass(frozen=True)
class HostedContainers:
    """Starts containers. `payload_of` gives the installed payload of an image's digest.

    That payload names no image: the one in a task definition does, and has another digest.
    """

    host: Path
    payload_of: Callable[[str], str]

    def __call__(self, definition: dict[str, Any]) -> "HostedContainer":
        """Start what a task definition names; an error where its image was never made."""
        container = container_of(definition)
        digest = self.payload_of(container["image"].rpartition("@")[2])
        payload = Payload.read(self.host / "payloads" / hex_part(digest) / "payload.json")
        # The same in both environments, as an image's is: what differs is the definition's.
        service = FolderEnvironments(self.host, {"PATH": os.defpath}).service("staging", payload)
        told = {each["name"]: each["value"] for each in container["environment"]}
        return HostedContainer(service, told)


class HostedContainer:
    """A process of the inference service on a free port of this machine."""

    def __init__(self, service: Service, told: dict[str, str]) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            Path(service.log).open("ab") as log,
        ):
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.process = subprocess.Popen(
                service.command,
                stdin=listener.fileno(),
                stdout=log,
                stderr=log,
                env={**dict(service.variables), **told},
            )

    def exit_code(self) -> int | None:
        """Return how it ended as a container engine says it, or None while it runs."""
        code = self.process.poll()
        return 128 - code if code is not None and code < 0 else code

    def stop(self) -> None:
        """Let it finish what it answers, as ECS does, and kill it after a while."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
