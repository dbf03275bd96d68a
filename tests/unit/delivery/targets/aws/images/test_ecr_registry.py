"""ECR as moto plays it, in this process."""

# ruff: noqa: ARG001, ARG005 - stand-ins have the signatures of what they stand for

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from support.oci_images import write_image

from artifacts.digests import digest_bytes
from delivery.targets.aws.aws_errors import CloudFailed
from delivery.targets.aws.images.contents import Finding
from delivery.targets.aws.images.ecr_registry import EcrRegistry

REPOSITORY, TAG = "plinth/inference", "a" * 64
CRITICAL = {"name": "CVE-1", "severity": "CRITICAL", "attributes": []}
NAMED = [{"key": "package_name", "value": "openssl"}, {"key": "package_version", "value": "1"}]


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("ecr", region_name="eu-central-1")
        client.create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
        yield client


@pytest.fixture
def registry(ecr: Any) -> EcrRegistry:
    return EcrRegistry(lambda service: {"ecr": ecr}[service])


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    # More than one part of an upload holds.
    noise = random.Random(0).randbytes(6 << 20)  # noqa: S311 - bytes that don't compress
    write_image(tmp_path / "layout", [{"a": (0o644, b"a")}, {"b": (0o644, noise)}])
    return tmp_path / "layout"


def push(registry: EcrRegistry, layout: Path, tag: str = TAG) -> int:
    return registry.push(REPOSITORY, tag, layout)


def image_in(folder: Path, data: bytes = b"other") -> Path:
    write_image(folder, [{"a": (0o644, data)}])
    return folder


def test_an_image_keeps_its_digest_in_the_registry(registry: EcrRegistry, tmp_path: Path) -> None:
    image = write_image(tmp_path / "layout", [{"a": (0o644, b"a")}])
    assert registry.image_of(REPOSITORY, TAG) is None

    sent = push(registry, tmp_path / "layout")

    blobs = sum(p.stat().st_size for p in (tmp_path / "layout/blobs/sha256").iterdir())
    assert registry.image_of(REPOSITORY, TAG) == image
    assert 0 < sent < blobs  # all but the manifest


def test_a_large_layer_goes_up_in_parts(
    registry: EcrRegistry, ecr: Any, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[tuple[int, int]] = []
    send = ecr.upload_layer_part

    def noted(**words: Any) -> Any:
        parts.append((words["partFirstByte"], words["partLastByte"]))
        return send(**words)

    monkeypatch.setattr(ecr, "upload_layer_part", noted)
    monkeypatch.setattr(
        ecr,
        "initiate_layer_upload",
        lambda start=ecr.initiate_layer_upload, **words: {**start(**words), "partSize": 5 << 20},
    )

    push(registry, layout)

    largest = [part for part in parts if part[1] > 100_000]
    assert largest[0] == (0, (5 << 20) - 1)
    assert largest[1][0] == 5 << 20
    assert len(largest) == 2


def test_layers_that_are_there_are_not_sent_again(registry: EcrRegistry, layout: Path) -> None:
    assert push(registry, layout) > 6 << 20
    assert push(registry, layout, "b" * 64) == 0


def test_a_tag_is_never_moved(registry: EcrRegistry, layout: Path, tmp_path: Path) -> None:
    push(registry, layout)

    with pytest.raises(CloudFailed, match=r"Image(Tag)?AlreadyExists"):
        push(registry, image_in(tmp_path / "other"))


def test_a_missing_repository_is_told(registry: EcrRegistry, layout: Path) -> None:
    with pytest.raises(CloudFailed, match="RepositoryNotFound"):
        registry.image_of("plinth/none", TAG)
    with pytest.raises(CloudFailed, match="RepositoryNotFound"):
        registry.push("plinth/none", TAG, layout)


def test_a_registry_that_renames_an_image_is_not_believed(
    registry: EcrRegistry, ecr: Any, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"image": {"imageId": {"imageDigest": digest_bytes(b"other")}}}
    monkeypatch.setattr(ecr, "put_image", lambda **words: other)

    with pytest.raises(CloudFailed, match="the registry calls it"):
        push(registry, layout)


def test_a_scan_is_started_where_none_was_and_read_then(
    registry: EcrRegistry, tmp_path: Path
) -> None:
    image = write_image(tmp_path / "layout", [{"a": (0o644, b"a")}])
    push(registry, tmp_path / "layout")

    first, second = registry.scan(REPOSITORY, image), registry.scan(REPOSITORY, image)

    assert first.state == "running"
    assert second.state == "complete"
    assert [finding.severity for finding in second.findings] == ["HIGH"]


def answering(pages: list[dict[str, Any]], **more: Any) -> EcrRegistry:
    paginator = SimpleNamespace(paginate=lambda **words: iter(pages))
    client = SimpleNamespace(get_paginator=lambda name: paginator, **more)
    return EcrRegistry(lambda service: client)


def page(status: str, **findings: Any) -> dict[str, Any]:
    return {"imageScanStatus": {"status": status}, "imageScanFindings": findings}


def test_findings_of_all_pages_count() -> None:
    named = {**CRITICAL, "name": "CVE-2", "attributes": NAMED}
    pages = [page("COMPLETE", findings=[CRITICAL]), page("COMPLETE", findings=[named])]

    scan = answering(pages).scan(REPOSITORY, TAG)

    assert scan.findings == (
        Finding("CVE-1", "CRITICAL", ""),
        Finding("CVE-2", "CRITICAL", "openssl 1"),
    )


def test_findings_of_inspector_count() -> None:
    about = {"vulnerabilityId": "CVE-3", "vulnerablePackages": [{"name": "zlib"}]}
    found = {"severity": "CRITICAL", "packageVulnerabilityDetails": about}

    scan = answering([page("ACTIVE", enhancedFindings=[found])]).scan(REPOSITORY, TAG)

    assert scan.state == "complete"
    assert scan.findings == (Finding("CVE-3", "CRITICAL", "zlib"),)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("IN_PROGRESS", "running"),
        ("PENDING", "running"),
        ("FAILED", "failed"),
        ("UNSUPPORTED_IMAGE", "failed"),
        ("SOMETHING_NEW", "failed"),
    ],
)
def test_a_scan_that_is_not_complete_has_no_findings_to_believe(status: str, state: str) -> None:
    scan = answering([page(status, findings=[CRITICAL])]).scan(REPOSITORY, TAG)

    assert (scan.state, scan.findings) == (state, ())


@pytest.mark.parametrize(
    ("code", "state"), [("LimitExceededException", "running"), ("ValidationException", "missing")]
)
def test_a_scan_that_can_not_be_started_is_missing_unless_it_was_today(
    code: str, state: str
) -> None:
    def refuse(code: str) -> Any:
        def call(**words: Any) -> Any:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Scan")

        return call

    paginator = SimpleNamespace(paginate=refuse("ScanNotFoundException"))
    client = SimpleNamespace(get_paginator=lambda name: paginator, start_image_scan=refuse(code))

    scan = EcrRegistry(lambda service: client).scan(REPOSITORY, TAG)

    assert scan.state == state
