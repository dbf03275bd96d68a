"""What those who build and push images need from outside."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from artifacts.records.image import ImageRecord
from delivery.targets.aws.images.contents import ImageContents
from delivery.targets.aws.images.recipes import Base
from delivery.targets.aws.images.scan_findings import Scan


class CodeSource(Protocol):
    """A git repository."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of all files at and under some paths of a commit; SourceUnreadable."""


class ModelSource(Protocol):
    """Where verified models come from."""

    def copy(self, digest: str, folder: Path) -> None:
        """Copy a model's artifact to a folder that isn't there; UnknownArtifact. Verifies nothing.

        What is verified must be the copy: the store may change while it is copied.
        """

    def verify(self, folder: Path, digest: str) -> None:
        """Return if a folder holds the signed artifact of a digest.

        Raises InvalidArtifact, SignatureRefused or UnreadableRecord.
        """

    def public_key(self) -> bytes:
        """Return the key that models are verified with, as PEM."""


class Wheels(Protocol):
    """Packages as files."""

    def provide(self, locks: Sequence[bytes], folder: Path, from_source: Sequence[str]) -> None:
        """Put all that some locks name into a folder that isn't there, by hash; BuildFailed.

        Wheels all, but for the packages of `from_source`.
        """


@dataclass(frozen=True)
class BuildOrder:
    """What an engine is told: the context's folder, its Dockerfile, arguments and base."""

    context: Path
    dockerfile: str
    arguments: Mapping[str, str]
    base: Base
    pinned: str
    """The base as the recipe names it, for engines that reach a registry."""


class Engine(Protocol):
    """Builds images."""

    @property
    def name(self) -> str:
        """What it is, and of which version."""

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Build an image into a folder that isn't there, as an OCI layout; BuildFailed.

        Returns the digest of the base. The image's own digest depends on nothing but the order.
        """


class ImageReader(Protocol):
    """Reads images."""

    def read(self, layout: Path) -> ImageContents:
        """Return what is in the image of an OCI layout; ImageUnreadable."""


class ImageStore(Protocol):
    """The images that were built: folders named by what went into them, whole or not there."""

    def building(self) -> AbstractContextManager[None]:
        """Keep others from building meanwhile; Busy."""

    def find(self, key: str) -> ImageRecord | None:
        """Return the signed record of what was built of a key, or None.

        Raises SignatureRefused, UnreadableRecord or ImageUnreadable: what is there and not sound is
        not taken for missing.
        """

    def draft(self, key: str) -> Path:
        """Return an empty folder that only `keep` turns into something that counts."""

    def layout(self, key: str) -> Path:
        """Return where the image itself lies."""

    def keep(self, key: str, draft: Path, record: ImageRecord, bill: bytes) -> None:
        """Sign the record of a draft's layout, and put all of it where `find` finds it."""

    def discard(self, draft: Path) -> None:
        """Remove a draft."""


class Registry(Protocol):
    """Where the cloud takes images from."""

    def image_of(self, repository: str, tag: str) -> str | None:
        """Return the digest of what a tag names, or None; CloudFailed."""

    def push(self, repository: str, tag: str, layout: Path) -> int:
        """Send an image's missing layers and name it by a tag; return the bytes sent; CloudFailed.

        Its digest stays what the layout says.
        """

    def scan(self, repository: str, image: str) -> Scan:
        """Return how far the registry's scan of an image is, starting it where none was."""
