"""build-image: make the image that staging is to run, before anything can propose it."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.records.audit import AuditEvent
from artifacts.records.release import Payload
from delivery.deploy.ports import ImageBuilder
from delivery.errors import ImageMissing
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import ImageRecords, wanted_at
from delivery.releases.wanted import short
from delivery.trail.audit_chain import AuditLog


@dataclass(frozen=True)
class Built:
    """The image of a payload, and what was said while it was made; None where none is needed."""

    image: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class BuildImage:
    """Builds and publishes; each does nothing where it was done before. `source` has the code."""

    repository: GitRepository
    builder: ImageBuilder
    images: ImageRecords
    audit: AuditLog
    source: Path
    actor: str

    def __call__(self, commit: str) -> Built:
        """Build what staging runs at a commit.

        Raises CommitUnknown, UnreadableRecord, TargetFailed, and ImageMissing where a build left no
        record that can be believed.
        """
        at = self.repository.commit(commit)
        payload = wanted_at(self.repository, "staging", at).payload
        if payload is None:
            return Built(None, ("nothing is released in staging: there is no image to build",))
        there = self.images.image_of(payload)
        said = self.builder.build(payload, self.source)
        image = self.images.image_of(payload)
        if image is None:
            raise ImageMissing(payload.digest, "the build ended well and left no record of it")
        whole = payload.model_copy(update={"image": image})
        said += "\n" + self.builder.publish(whole)
        if there is None:
            self.audit.append(self._event(at, whole, image))
        done = f"the image of {short(whole.digest)} is {image}"
        return Built(image, (*said.splitlines(), done))

    def _event(self, commit: str, payload: Payload, image: str) -> AuditEvent:
        return AuditEvent(
            event="image",
            outcome="done",
            actor=self.actor,
            environment="staging",
            commit=commit,
            payload=payload.digest,
            subject=image,
        )
