"""What a registry's scan found in an image, and what of it forbids the image."""

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from artifacts.text import plain
from delivery.targets.aws.images.outcomes import Clean, Refused, Undecided

FORBIDDEN: Final = "CRITICAL"
_TOLD = 20


@dataclass(frozen=True)
class Finding:
    """A known vulnerability of something in an image."""

    name: str
    severity: str
    package: str = ""


@dataclass(frozen=True)
class Scan:
    """How far a scan is, in the registry's own words, and what it found so far."""

    state: Literal["complete", "running", "failed", "missing"]
    said: str = ""
    findings: tuple[Finding, ...] = ()


def judge(image: str, scan: Scan) -> Clean | Refused | Undecided | None:
    """Return what a scan says of an image, or None while it runs. Without one it is undecided."""
    if scan.state == "running":
        return None
    if scan.state != "complete":
        return Undecided(f"the scan of {image} is {scan.state}: {plain(scan.said)}")
    critical = sorted({_told(found) for found in scan.findings if found.severity == FORBIDDEN})
    if critical:
        more = f" and {len(critical) - _TOLD} more" if len(critical) > _TOLD else ""
        return Refused(f"critical findings in {image}: {', '.join(critical[:_TOLD])}{more}")
    counts = Counter(found.severity for found in scan.findings)
    return Clean(image, tuple(sorted(counts.items())))


def _told(found: Finding) -> str:
    return plain(f"{found.name} ({found.package})" if found.package else found.name)
