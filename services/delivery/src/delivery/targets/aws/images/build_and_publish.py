"""Builds the image of a payload and brings it where a target finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artifacts.errors import ArtifactError
from artifacts.records.release import Payload
from delivery.errors import CloudError, ImageRefused, TargetFailed
from delivery.settings import TargetSettings
from delivery.targets.aws.images.outcomes import Built, Clean, Pushed, Refused, Undecided
from delivery.targets.aws.images.wiring import run_build, run_push, run_scan

SCAN_SECONDS = 600.0
_MB = 1e6


def build(settings: TargetSettings, payload: Payload, source: Path) -> str:
    """Build a payload's image, unless there is one; return a line that says so.

    Raises ImageRefused, TargetFailed.
    """
    with _told("build"):
        built = run_build(settings, payload, source)
    if isinstance(built, Refused):
        raise ImageRefused("build", built.reason)
    return built_line(built)


def publish(settings: TargetSettings, payload: Payload) -> str:
    """Push the image of a payload, unless it is there; return a line that says so.

    Raises ImageRefused where the registry has another one, TargetFailed.
    """
    with _told("push"):
        pushed = run_push(settings, payload.contents)
    if isinstance(pushed, Refused):
        raise ImageRefused("push", pushed.reason)
    return pushed_line(pushed)


def scan(settings: TargetSettings, payload: Payload) -> str:
    """Wait for the registry's scan of a payload's image; return a line with what it found.

    Raises ImageRefused for critical findings, TargetFailed without a finished scan.
    """
    with _told("scan"):
        verdict = run_scan(settings, payload.contents, SCAN_SECONDS)
    if isinstance(verdict, Refused):
        raise ImageRefused("scan", verdict.reason)
    if isinstance(verdict, Undecided):
        raise TargetFailed("scan", verdict.reason, "cloud")
    return scanned_line(verdict)


def built_line(built: Built) -> str:
    """Return what was built, for people."""
    record = built.record
    how = f"built with {record.built_with}" if built.new else "is there already"
    return f"{record.service} {record.image} {how}, {record.size / _MB:.1f} MB unpacked"


def pushed_line(pushed: Pushed) -> str:
    """Return what was pushed, for people."""
    how = f"pushed, {pushed.bytes_sent / _MB:.1f} MB sent" if pushed.new else "is there already"
    return f"{pushed.repository}@{pushed.image} {how}, as {pushed.tag}"


def scanned_line(verdict: Clean) -> str:
    """Return what a scan found, for people."""
    counts = ", ".join(f"{count} {severity}" for severity, count in verdict.counts)
    return f"{verdict.image}: nothing critical; {counts or 'no findings'}"


@contextmanager
def _told(command: str) -> Iterator[None]:
    try:
        yield
    except (CloudError, ArtifactError) as exc:
        raise TargetFailed(command, str(exc), "cloud") from exc
