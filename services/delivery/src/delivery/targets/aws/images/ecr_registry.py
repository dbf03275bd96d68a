"""Amazon ECR by its own interface: layers go up in parts, and the image keeps its digest.

Neither docker nor a password for its registry is needed: the role that pushes is the caller's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from delivery.targets.aws.aws_clients import Clients, code_of, translated
from delivery.targets.aws.aws_errors import CloudFailed
from delivery.targets.aws.images.oci_layout import MANIFEST, blob_path, manifest_of
from delivery.targets.aws.images.scan_findings import Finding, Scan

_STATES: Final[Mapping[str, str]] = {
    "COMPLETE": "complete",
    "ACTIVE": "complete",  # Inspector's: it goes on looking, and has looked once
    "IN_PROGRESS": "running",
    "PENDING": "running",
}
_SMALLEST_PART = 5 << 20


@dataclass(frozen=True)
class EcrRegistry:
    """The registry of the account and region that the clients are of."""

    clients: Clients

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
        with translated(f"push {image} to {repository}"):
            sent = sum(
                self._send(repository, digest, blob_path(layout, digest))
                for digest in self._missing(repository, manifest)
            )
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

    def scan(self, repository: str, image: str) -> Scan:
        """Return how far the scan of an image is, starting it where none was."""
        with translated(f"read the scan of {image}"):
            try:
                return self._scan(repository, image)
            except ClientError as exc:
                if code_of(exc) != "ScanNotFoundException":
                    raise
            return self._start(repository, image)

    @property
    def _ecr(self) -> Any:
        return self.clients("ecr")

    def _missing(self, repository: str, manifest: bytes) -> list[str]:
        parts = json.loads(manifest)
        digests = [parts["config"]["digest"], *(layer["digest"] for layer in parts["layers"])]
        said = self._ecr.batch_check_layer_availability(
            repositoryName=repository, layerDigests=sorted(set(digests))
        )
        there = {
            layer["layerDigest"]
            for layer in said["layers"]
            if layer["layerAvailability"] == "AVAILABLE"
        }
        return [digest for digest in dict.fromkeys(digests) if digest not in there]

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

    def _scan(self, repository: str, image: str) -> Scan:
        pages = self._ecr.get_paginator("describe_image_scan_findings").paginate(
            repositoryName=repository, imageId={"imageDigest": image}
        )
        findings: list[Finding] = []
        said: Mapping[str, Any] = {}
        for page in pages:
            said = page.get("imageScanStatus", {})
            findings.extend(_findings(page.get("imageScanFindings", {})))
        state = _STATES.get(str(said.get("status")))
        words = f"{said.get('status')}: {said.get('description', '')}"
        if state == "complete":
            return Scan("complete", words, tuple(findings))
        return Scan("running" if state else "failed", words)

    def _start(self, repository: str, image: str) -> Scan:
        try:
            self._ecr.start_image_scan(repositoryName=repository, imageId={"imageDigest": image})
        except ClientError as exc:
            if (
                code_of(exc) == "LimitExceededException"
            ):  # one a day: it was started, and isn't told
                return Scan("running", str(exc))
            return Scan("missing", str(exc))
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
