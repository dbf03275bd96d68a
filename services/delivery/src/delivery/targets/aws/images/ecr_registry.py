"""Amazon ECR by its own interface: layers go up in parts, and an image keeps its digest.

Neither docker nor a password for its registry is needed: the role that pushes is the caller's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from artifacts.digests import hex_part
from artifacts.refusal import Refusal
from delivery.targets.aws.aws_clients import Clients, code_of, translated
from delivery.targets.aws.aws_errors import CloudFailed
from delivery.targets.aws.images.contents import Clean, Finding, Scan, Undecided, judge_scan
from delivery.targets.aws.images.oci_layout import MANIFEST, blob_path, manifest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from delivery.clock import SystemClock
    from delivery.targets.aws.images.make_image import ImageStore

REPOSITORY: Final = "plinth/{}"
PAUSE_SECONDS: Final = 5.0
_STATES: Final[Mapping[str, str]] = {
    "COMPLETE": "complete",
    "ACTIVE": "complete",  # Inspector's: it goes on looking, and has looked once
    "IN_PROGRESS": "running",
    "PENDING": "running",
}
_SMALLEST_PART = 5 << 20
_MB = 1e6


@dataclass(frozen=True)
class Pushed:
    """An image that the registry has; `bytes_sent` is 0 where it had all of it."""

    repository: str
    tag: str
    image: str
    bytes_sent: int
    new: bool

    def __str__(self) -> str:
        how = f"pushed, {self.bytes_sent / _MB:.1f} MB sent" if self.new else "is there already"
        return f"{self.repository}@{self.image} {how}, as {self.tag}"


def push_image(key: str, store: ImageStore, registry: EcrRegistry) -> Pushed | Refusal:
    """Push what was built of a payload or of a service's code; NotBuilt, CloudFailed.

    Its tag is the key in hexadecimal digits. The same image under it: nothing is done. Another
    one: refused, a tag that is there is never moved.
    """
    record = store.built(key)
    repository, tag = REPOSITORY.format(record.service), hex_part(key)
    there = registry.image_of(repository, tag)
    if there not in {None, record.image}:
        return Refusal(
            f"{repository}:{tag} is {there} in the registry, and {record.image} here: an image of "
            "one payload is built once. Take the registry's record, or revert to a payload of its "
            "own"
        )
    if there:
        return Pushed(repository, tag, record.image, 0, new=False)
    sent = registry.push(repository, tag, store.layout(key))
    return Pushed(repository, tag, record.image, sent, new=True)


def scan_image(
    key: str, store: ImageStore, registry: EcrRegistry, clock: SystemClock, seconds: float
) -> Clean | Refusal | Undecided:
    """Return what the registry's scan says, within some seconds; CloudFailed, NotBuilt."""
    record = store.built(key)
    repository, deadline = REPOSITORY.format(record.service), clock.seconds() + seconds
    while True:
        verdict = judge_scan(record.image, registry.scan(repository, record.image))
        if verdict is not None:
            return verdict
        if clock.seconds() + PAUSE_SECONDS > deadline:
            return Undecided(f"the scan of {record.image} still runs after {seconds:.0f} s")
        clock.sleep(PAUSE_SECONDS)


@dataclass(frozen=True)
class EcrRegistry:
    """The registry of the account and region that the clients are of."""

    clients: Clients

    @property
    def _ecr(self) -> Any:
        return self.clients("ecr")

    def image_of(self, repository: str, tag: str) -> str | None:
        """Return the digest of what a tag names, or None; CloudFailed."""
        wanted = [{"imageTag": tag}]
        with translated(f"look for {repository}:{tag}"):
            try:
                said = self._ecr.describe_images(repositoryName=repository, imageIds=wanted)
            except ClientError as exc:
                if code_of(exc) == "ImageNotFoundException":
                    return None
                raise
        return str(said["imageDetails"][0]["imageDigest"])

    def push(self, repository: str, tag: str, layout: Path) -> int:
        """Send an image's missing layers and name it by a tag; return the bytes sent."""
        image, manifest = manifest_of(layout)
        parts = json.loads(manifest)
        digests = [parts["config"]["digest"], *(layer["digest"] for layer in parts["layers"])]
        with translated(f"push {image} to {repository}"):
            said = self._ecr.batch_check_layer_availability(
                repositoryName=repository, layerDigests=sorted(set(digests))
            )
            states = {layer["layerDigest"]: layer["layerAvailability"] for layer in said["layers"]}
            missing = [each for each in dict.fromkeys(digests) if states.get(each) != "AVAILABLE"]
            sent = sum(self._send(repository, each, blob_path(layout, each)) for each in missing)
            said = self._ecr.put_image(
                repositoryName=repository,
                imageManifest=manifest.decode(),
                imageManifestMediaType=MANIFEST,
                imageTag=tag,
                imageDigest=image,
            )
        if (named := said["image"]["imageId"]["imageDigest"]) != image:
            raise CloudFailed(f"push {image} to {repository}", f"the registry calls it {named}")
        return sent

    def _send(self, repository: str, digest: str, blob: Path) -> int:
        begun = self._ecr.initiate_layer_upload(repositoryName=repository)
        size, first = max(int(begun.get("partSize") or 0), _SMALLEST_PART), 0
        upload = {"repositoryName": repository, "uploadId": begun["uploadId"]}
        with blob.open("rb") as file:
            while part := file.read(size):
                last = first + len(part) - 1
                self._ecr.upload_layer_part(
                    **upload, partFirstByte=first, partLastByte=last, layerPartBlob=part
                )
                first = last + 1
        try:
            self._ecr.complete_layer_upload(**upload, layerDigests=[digest])
        except ClientError as exc:  # someone else pushes the same
            if code_of(exc) != "LayerAlreadyExistsException":
                raise
        return first

    def scan(self, repository: str, image: str) -> Scan:
        """Return how far the scan of an image is, starting it where none was."""
        asked: Mapping[str, Any] = {"repositoryName": repository, "imageId": {"imageDigest": image}}
        findings: list[Finding] = []
        said: Mapping[str, Any] = {}
        with translated(f"read the scan of {image}"):
            try:
                paginator = self._ecr.get_paginator("describe_image_scan_findings")
                for page in paginator.paginate(**asked):
                    said = page.get("imageScanStatus", {})
                    findings.extend(_findings(page.get("imageScanFindings", {})))
            except ClientError as exc:
                if code_of(exc) != "ScanNotFoundException":
                    raise
                return self._start_scan(asked)
        state = _STATES.get(str(said.get("status")))
        words = f"{said.get('status')}: {said.get('description', '')}"
        if state == "complete":
            return Scan("complete", words, tuple(findings))
        return Scan("running" if state else "failed", words)

    def _start_scan(self, asked: Mapping[str, Any]) -> Scan:
        try:
            self._ecr.start_image_scan(**asked)
        except ClientError as exc:
            # One a day: it was started, and isn't told.
            started = code_of(exc) == "LimitExceededException"
            return Scan("running" if started else "missing", str(exc))
        return Scan("running", "started now")


def _findings(page: Mapping[str, Any]) -> Iterator[Finding]:
    for found in page.get("findings", ()):
        facts = {fact.get("key"): fact.get("value", "") for fact in found.get("attributes", ())}
        package = f"{facts.get('package_name', '')} {facts.get('package_version', '')}".strip()
        yield Finding(str(found.get("name")), str(found.get("severity")), package)
    for found in page.get("enhancedFindings", ()):
        about = found.get("packageVulnerabilityDetails", {})
        packages = ", ".join(str(p.get("name")) for p in about.get("vulnerablePackages", ()))
        name = about.get("vulnerabilityId") or found.get("title")
        yield Finding(str(name), str(found.get("severity")), packages)
