"""What targets are made of: building images, planning a change, reporting what drifted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from artifacts.records.audit import AuditEvent
from artifacts.records.release import Environment, Payload
from delivery.deploy.compare import Verification
from delivery.deploy.pages import Planned, drift_body, drift_title
from delivery.deploy.verify import Survey, Verify, record_verification
from delivery.errors import ImageMissing
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import ImageRecords, wanted_at
from delivery.releases.wanted import short
from delivery.trail.audit_chain import AuditLog

if TYPE_CHECKING:
    from delivery.forges.github import GithubIssues
    from delivery.targets.wiring import PayloadImages


@dataclass(frozen=True)
class Built:
    """The image of a payload, and what was said while it was made; None where none is needed."""

    image: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class BuildImage:
    """Builds and publishes; each does nothing where it was done before. `source` has the code."""

    repository: GitRepository
    builder: "PayloadImages"
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


NO_IMAGE: Final = "sha256:" + "0" * 64


@dataclass(frozen=True)
class PlanInfrastructure:
    """Plans; nothing is changed, and no state is locked."""

    repository: GitRepository
    survey: Survey

    def __call__(self, environments: Sequence[Environment], commit: str) -> tuple[Planned, ...]:
        """Return what each environment's apply would change; CommitUnknown, UnreadableRecord.

        An image is built on merge: until then a digest that no image has stands in for its own.
        """
        at = self.repository.commit(commit)
        return tuple(self._planned(environment, at) for environment in environments)

    def _planned(self, environment: Environment, commit: str) -> Planned:
        wanted = wanted_at(self.repository, environment, commit, self.survey.images)
        if self.survey.images is None or wanted.payload is None or wanted.payload.image:
            return Planned(wanted, self.survey.drift(wanted))
        stand_in = wanted.payload.model_copy(update={"image": NO_IMAGE})
        return Planned(wanted, self.survey.drift(replace(wanted, payload=stand_in)))


MARKER: Final = "drift"


@dataclass(frozen=True)
class DriftReport:
    """What was found in each environment, and where people can read of it."""

    found: tuple[Verification, ...]
    issue: str | None

    @property
    def drifted(self) -> bool:
        """Whether anything is otherwise than git has it, or can't be told."""
        return any(one.differences for one in self.found)

    @property
    def certain(self) -> bool:
        """Whether every place could be asked."""
        return all(one.certain for one in self.found)


@dataclass(frozen=True)
class ReportDrift:
    """Verifies environments, records it, and opens, updates or closes the one issue."""

    verify: Verify
    audit: AuditLog
    issues: "GithubIssues | None"
    actor: str

    def __call__(self, environments: Sequence[Environment]) -> DriftReport:
        """Return what was found. An issue is closed only by a look that saw every place."""
        found = tuple(self.verify.run(environment) for environment in environments)
        for one in found:
            record_verification(self.audit, one, self.actor)
        report = DriftReport(found, None)
        if self.issues is None:
            return report
        if report.drifted:
            where = self.issues.report(MARKER, drift_title(found), drift_body(found))
            return DriftReport(found, where)
        return DriftReport(found, self.issues.settle(MARKER, "Everything is as git has it again."))
