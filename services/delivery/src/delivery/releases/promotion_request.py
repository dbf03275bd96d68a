"""Promoting: the payload that staging runs and verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from artifacts.digests import hex_part
from artifacts.policies.tiers import Tier
from artifacts.records.audit import AuditEntry
from artifacts.records.gate import GateReport
from artifacts.records.release import Payload
from artifacts.refusal import Refusal
from delivery.trail.deploy_history import last_deploy, last_verification


@dataclass(frozen=True)
class Promotion:
    """A payload on its way to production, with what is known of it.

    `present` is the digest of what production runs by main, `tier` the strictest of its models'.
    """

    payload: Payload
    reports: Mapping[str, GateReport]
    entries: tuple[AuditEntry, ...]
    present: str | None
    tier: Tier | None


def promotion_branch(payload: str) -> str:
    """Return the one branch that promotes a payload."""
    return f"promotions/{hex_part(payload)[:12]}"


def shown_by_staging(entries: Sequence[AuditEntry]) -> AuditEntry | Refusal:
    """Return staging's last verification, if it is green and of what staging was last made to run.

    Its payload and commit are not None.
    """
    verified, deployed = last_verification(entries, "staging"), last_deploy(entries, "staging")
    if verified is None or deployed is None:
        return Refusal("staging has verified nothing yet: merge a staging release, and deploy it")
    when = f"{verified.at:%Y-%m-%d %H:%M} UTC"
    if verified.outcome != "green":
        return Refusal(
            f"staging's last verification ({when}) is {verified.outcome}: {verified.reason}. "
            "Deploy staging again; that verifies it"
        )
    if verified.payload is None or verified.commit is None:
        return Refusal(f"staging's last verification ({when}) found that nothing is released")
    if verified.payload != deployed.payload:
        return Refusal(
            f"staging runs {deployed.payload}, and last verified {verified.payload} ({when}): "
            "verify what it runs (`delivery verify staging --record`)"
        )
    return verified
