"""Wait for the registry's scan of an image, and judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.targets.aws.images.outcomes import Clean, Refused, Undecided
from delivery.targets.aws.images.push_image import repository_of, require_built
from delivery.targets.aws.images.scan_findings import judge

if TYPE_CHECKING:
    from delivery.targets.aws.images.ecr_registry import EcrRegistry
    from delivery.targets.aws.images.image_store import FolderImages
    from delivery.targets.monotonic_clock import SystemClock


PAUSE_SECONDS = 5.0


def scan_image(
    key: str, store: FolderImages, registry: EcrRegistry, clock: SystemClock, seconds: float
) -> Clean | Refused | Undecided:
    """Return what the scan says, within some seconds; CloudFailed, NotBuilt."""
    record = require_built(key, store)
    repository, deadline = repository_of(record), clock.seconds() + seconds
    while True:
        scan = registry.scan(repository, record.image)
        verdict = judge(record.image, scan)
        if verdict is not None:
            return verdict
        if clock.seconds() + PAUSE_SECONDS > deadline:
            return Undecided(f"the scan of {record.image} still runs after {seconds:.0f} s")
        clock.sleep(PAUSE_SECONDS)
