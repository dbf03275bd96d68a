from pathlib import Path

import pytest
from support.image_fakes import FakeRegistry, keep, payload_of, store_in

from artifacts.digests import digest_bytes, hex_part
from artifacts.refusal import Refusal
from delivery.targets.aws.aws_errors import NotBuilt
from delivery.targets.aws.images.contents import Clean, Finding, Scan, Undecided
from delivery.targets.aws.images.ecr_registry import PAUSE_SECONDS, Pushed, push_image, scan_image
from delivery.targets.aws.images.make_image import ImageStore

KEY = payload_of().digest
TAG = hex_part(KEY)
RUNNING = Scan("running")
CRITICAL = Finding("CVE-1", "CRITICAL", "openssl 1")
HIGH = Finding("CVE-2", "HIGH")


class Clock:
    """Time that goes by when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def seconds(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    store = store_in(tmp_path / "images", tmp_path / "keys")
    keep(store)
    return store


@pytest.fixture
def image(store: ImageStore) -> str:
    return store.built(KEY).image


def scanned(store: ImageStore, *scans: Scan) -> Clean | Refusal | Undecided:
    return scan_image(KEY, store, FakeRegistry(scans=list(scans)), Clock(), seconds=60)


def test_an_image_is_pushed_under_its_payload(store: ImageStore, image: str) -> None:
    registry = FakeRegistry()

    pushed = push_image(KEY, store, registry)

    assert pushed == Pushed("plinth/inference", TAG, image, 10, new=True)
    assert registry.pushed == [("plinth/inference", TAG)]


def test_an_image_that_is_there_is_not_pushed_again(store: ImageStore, image: str) -> None:
    registry = FakeRegistry(tags={("plinth/inference", TAG): image})

    assert push_image(KEY, store, registry) == Pushed("plinth/inference", TAG, image, 0, new=False)
    assert registry.pushed == []


def test_a_tag_of_another_image_is_refused(store: ImageStore) -> None:
    other = digest_bytes(b"other")
    registry = FakeRegistry(tags={("plinth/inference", TAG): other})

    result = push_image(KEY, store, registry)

    assert isinstance(result, Refusal)
    assert other in result.reason
    assert registry.pushed == []


def test_what_was_not_built_is_not_pushed(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt):
        push_image(KEY, store_in(tmp_path / "images", tmp_path / "keys"), FakeRegistry())


def test_a_scan_is_waited_for(store: ImageStore, image: str) -> None:
    verdict = scanned(store, RUNNING, RUNNING, Scan("complete", findings=(HIGH, HIGH)))

    assert verdict == Clean(image, (("HIGH", 2),))


def test_a_critical_finding_is_refused_by_name(store: ImageStore) -> None:
    verdict = scanned(store, Scan("complete", findings=(HIGH, CRITICAL)))

    assert isinstance(verdict, Refusal)
    assert "CVE-1 (openssl 1)" in verdict.reason
    assert "CVE-2" not in verdict.reason


def test_a_scan_without_findings_is_clean(store: ImageStore, image: str) -> None:
    assert scanned(store, Scan("complete")) == Clean(image, ())


@pytest.mark.parametrize("state", ["failed", "missing"])
def test_no_scan_is_undecided(store: ImageStore, state: str) -> None:
    verdict = scanned(store, Scan(state, "the image is too large"))  # type: ignore[arg-type]

    assert isinstance(verdict, Undecided)
    assert "too large" in verdict.reason


def test_a_scan_that_never_ends_is_undecided(store: ImageStore) -> None:
    clock = Clock()

    verdict = scan_image(KEY, store, FakeRegistry(scans=[RUNNING]), clock, seconds=60)

    assert isinstance(verdict, Undecided)
    assert 60 - PAUSE_SECONDS <= clock.now <= 60
