"""artifact_limits: an artifact that is too large or too slow to serve is no release."""

from typing import Annotated, Final

from pydantic import Field

from judging.case import Absent, Case
from judging.rule import Chosen, Results, absent, at_most
from judging.setting import Setting

PARTS = ("size", "load", "latency")
MIB = 2**20


class ArtifactLimits(Setting):
    """The most that an artifact may weigh and take, on one core of the judge's machine."""

    max_size_mib: Annotated[float, Field(gt=0)]
    max_load_seconds: Annotated[float, Field(gt=0)]
    max_latency_p95_ms: Annotated[float, Field(gt=0)]

    @property
    def words(self) -> str:
        """Weight, and both times."""
        return (
            f"at most {self.max_size_mib:g} MiB, loaded within {self.max_load_seconds:g} s, 95 "
            f"of 100 photos answered within {self.max_latency_p95_ms:g} ms on one core"
        )


def judge_artifact_limits(limits: ArtifactLimits, case: Case) -> Results:
    """Judge size in MiB, load time in seconds and the 95th percentile of latency in ms."""
    rules = [f"artifact_limits.{part}" for part in PARTS]
    mosts = (limits.max_size_mib, limits.max_load_seconds, limits.max_latency_p95_ms)
    if isinstance(case.evidence, Absent):
        pairs = zip(rules, mosts, strict=True)
        return tuple(absent(rule, f"<= {most:g}", case.evidence) for rule, most in pairs)
    found, whats = (
        case.evidence.resources,
        (
            f"size of at most {limits.max_size_mib:g} MiB",
            f"load time of at most {limits.max_load_seconds:g} s",
            f"95 of 100 photos in at most {limits.max_latency_p95_ms:g} ms, on one core",
        ),
    )
    # None where nothing was weighed or timed.
    timed = found.photos_timed > 0
    values = (
        found.size_bytes / MIB if found.size_bytes else None,
        found.load_seconds if timed else None,
        found.latency_p95_ms if timed else None,
    )
    return tuple(
        at_most(rule, value, most, what, limits.reason)
        for rule, value, most, what in zip(rules, values, mosts, whats, strict=True)
    )


RULES: Final = (
    Chosen(
        "artifact_limits",
        "The artifact is small enough, loads fast enough and answers fast enough to serve.",
        "Dean and Barroso, The tail at scale, CACM 56 (2013).",
        order=210,
        settings=ArtifactLimits,
        judge=judge_artifact_limits,
        parts=PARTS,
    ),
)
