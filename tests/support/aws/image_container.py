"""Containers of images that were really built, as ECS would start them: buildah, in a chroot."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from support.aws.scheduler import container_of as service_of
from support.containers import Container, container_of

from artifacts.records.image import ImageRecord

KILLED = 137


class ImageContainer:
    """A container that serves, unpacked in a folder of its own."""

    def __init__(self, layout: Path, folder: Path, told: dict[str, str]) -> None:
        self._held = ExitStack()
        try:
            self._container: Container = self._held.enter_context(container_of(layout, folder))
            self.url = self._held.enter_context(self._container.serving(**told))
        except BaseException:
            self._held.close()
            raise

    def exit_code(self) -> int | None:
        """Return None while something of it runs."""
        return None if self._container.users() else KILLED

    def stop(self) -> None:
        """End it, and remove what was unpacked."""
        self._held.close()


class ImageContainers:
    """Starts containers of the images in a folder (PLINTH_IMAGES), below a folder of its own."""

    def __init__(self, images: Path, folder: Path) -> None:
        self._images = images
        self._folder = folder

    def __call__(self, definition: dict[str, Any]) -> ImageContainer:
        """Start what a task definition names; an error where its image was never built."""
        container = service_of(definition)
        digest = container["image"].rpartition("@")[2]
        records = self._images.glob("*/image.json")
        layout = next(p.parent / "layout" for p in records if ImageRecord.read(p).image == digest)
        told = {each["name"]: each["value"] for each in container["environment"]}
        return ImageContainer(layout, Path(mkdtemp(dir=self._folder)), told)
