"""What tasks run: stubs, the inference service as it is installed here, or images really built."""

import json
import os
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from itertools import takewhile
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from support.aws.front import give, serving
from support.aws.scheduler import container_of as service_of
from support.containers import container_of

from artifacts.digests import digest_bytes, hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from delivery.targets.local.environment_files import FolderEnvironments
from delivery.targets.local.processes import Service

MODEL, CODE = digest_bytes(b"a model"), digest_bytes(b"code")
STOP_SECONDS = 30
KILLED = 137


def _variables(definition: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in service_of(definition)["environment"]}


def _image(definition: dict[str, Any]) -> str:
    return str(service_of(definition)["image"].rpartition("@")[2])


def built_images(images: Path) -> Callable[[str], str]:
    """Return a look-up in the folder of images (PLINTH_IMAGES): of what payload each was built."""

    def payload_of(image: str) -> str:
        records = (ImageRecord.read(path) for path in images.glob("*/image.json"))
        return next(str(each.payload) for each in records if each.image == image and each.payload)

    return payload_of


class StubContainer:
    """Answers what its task definition says: /v1/release, and health checks."""

    def __init__(self, definition: dict[str, Any]) -> None:
        told = _variables(definition)
        release = {
            "environment": told.get("PLINTH_ENVIRONMENT"),
            "payload": told.get("PLINTH_PAYLOAD"),
            "model": {"digest": MODEL},
            "service": {"digest": CODE},
        }

        def answer(asked: BaseHTTPRequestHandler) -> None:
            give(asked, 200, json.dumps(release if asked.path == "/v1/release" else {}).encode())

        self._held = ExitStack()
        self.url = self._held.enter_context(serving(answer))

    def exit_code(self) -> int | None:
        """Return None: it runs until it is stopped."""

    def stop(self) -> None:
        """End it."""
        self._held.close()


@dataclass(frozen=True)
class HostedContainers:
    """Starts the inference service of payloads that were installed here.

    No container engine is at hand where tests run, so the code and models that an image would hold
    are taken from a host's folder, and the process gets the variables of its task definition.
    `payload_of` gives the installed payload of an image's digest. That payload names no image: the
    one in a task definition does, and has another digest.
    """

    host: Path
    payload_of: Callable[[str], str]

    def __call__(self, definition: dict[str, Any]) -> "HostedContainer":
        """Start what a task definition names; an error where its image was never made."""
        digest = self.payload_of(_image(definition))
        payload = Payload.read(self.host / "payloads" / hex_part(digest) / "payload.json")
        # The same in both environments, as an image's is: what differs is the definition's.
        service = FolderEnvironments(self.host, {"PATH": os.defpath}).service("staging", payload)
        return HostedContainer(service, _variables(definition))


class HostedContainer:
    """A process of the inference service on a free port of this machine."""

    def __init__(self, service: Service, told: dict[str, str]) -> None:
        # A task answers at once: a release that is kept warm and waits for its turn is a host's.
        command = tuple(takewhile(lambda word: word != "--turn", service.command))
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            Path(service.log).open("ab") as log,
        ):
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.process = subprocess.Popen(
                command,
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


@dataclass(frozen=True)
class ImageContainers:
    """Starts containers of the images in a folder (PLINTH_IMAGES), below a folder of its own."""

    images: Path
    folder: Path

    def __call__(self, definition: dict[str, Any]) -> "ImageContainer":
        """Start what a task definition names; an error where its image was never built."""
        records, digest = self.images.glob("*/image.json"), _image(definition)
        layout = next(p.parent / "layout" for p in records if ImageRecord.read(p).image == digest)
        return ImageContainer(layout, Path(mkdtemp(dir=self.folder)), _variables(definition))


class ImageContainer:
    """A container that serves as ECS would start it: buildah, in a chroot, in its own folder."""

    def __init__(self, layout: Path, folder: Path, told: dict[str, str]) -> None:
        with ExitStack() as held:
            self._container = held.enter_context(container_of(layout, folder))
            self.url = held.enter_context(self._container.serving(**told))
            self._held = held.pop_all()

    def exit_code(self) -> int | None:
        """Return None while something of it runs."""
        return None if self._container.users() else KILLED

    def stop(self) -> None:
        """End it, and remove what was unpacked."""
        self._held.close()
