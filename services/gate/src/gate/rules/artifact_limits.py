"""artifact_limits: an artifact that is too large or too slow to serve is no release."""

from artifacts.records.evidence import Resources
from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, at_most
from judging.policy import ArtifactLimits

SIZE = "artifact_limits.size"
LOAD = "artifact_limits.load"
LATENCY = "artifact_limits.latency"
RULES = (SIZE, LOAD, LATENCY)
MIB = 2**20


def judge_artifact_limits(case: Case) -> tuple[RuleResult, ...]:
    """Judge size in MiB, load time in seconds and the 95th percentile of latency in ms."""
    limits = None if isinstance(case.policy, Absent) else case.policy.rules.artifact_limits
    if limits is None:
        return ()
    mosts = (limits.max_size_mib, limits.max_load_seconds, limits.max_latency_p95_ms)
    if isinstance(case.evidence, Absent):
        pairs = zip(RULES, mosts, strict=True)
        return tuple(absent(rule, f"<= {most:g}", case.evidence) for rule, most in pairs)
    found = case.evidence.resources
    return tuple(
        at_most(rule, value, most, what, limits.reason)
        for rule, value, most, what in zip(
            RULES, _values(found), mosts, _words(limits), strict=True
        )
    )


def _values(found: Resources) -> tuple[float | None, float | None, float | None]:
    """Return the three values; None where nothing was weighed or timed."""
    size = found.size_bytes / MIB if found.size_bytes else None
    timed = found.photos_timed > 0
    return size, found.load_seconds if timed else None, found.latency_p95_ms if timed else None


def _words(limits: ArtifactLimits) -> tuple[str, str, str]:
    return (
        f"size of at most {limits.max_size_mib:g} MiB",
        f"load time of at most {limits.max_load_seconds:g} s",
        f"95 of 100 photos in at most {limits.max_latency_p95_ms:g} ms, on one core",
    )
