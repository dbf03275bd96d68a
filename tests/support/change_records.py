"""Files and records of the tiny world in which changes are judged."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from support import policy_documents
from support.dataset_rows import dataset_rows
from support.made_records import rule_result
from support.people import ROLES, WHY, email
from support.staging_asked import shown_by_staging

from artifacts.digests import digest_json, hex_part
from artifacts.policies.tiers import RiskTiers
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.release import FirstRelease, Payload, Release, ReleasedModel
from delivery.releases.wanted import release_text

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERYBODY: Final = (*ROLES, "eve", "gate", "delivery")
FIRST: Final = FirstRelease(reason=WHY, stated_on=NOON.date())
HOLDOUT: Final = HoldoutPin.of("architecture", dataset_rows(6))
WEAKER: Final = HoldoutPin(model="architecture", photos=HOLDOUT.photos[1:])
AFTER_FIRST: Final = {"champion": digest_json("first"), "first_release": False}
"""What a gate report says of a model that was compared with `first`."""
PRODUCTION, STAGING = "releases/production.yaml", "releases/staging.yaml"


def report(title: str, **changes: Any) -> GateReport:
    """The gate's report about a model, which allows it by main's policy."""
    fields = {
        "model": "architecture",
        "candidate": digest_json(title),
        "champion": None,
        "first_release": True,
        "policy": POLICY_DIGEST,
        "risk_tiers": TIERS_DIGEST,
        "evidence": digest_json("evidence"),
        "photo_manifest": digest_json("photos"),
        "holdout": HOLDOUT.split_digest,
        "rules": (rule_result("artifact"),),
        "decision": "allowed",
        "decided_at": NOON,
    }
    return GateReport.model_validate(fields | changes)


def report_path(made: GateReport) -> str:
    return f"releases/reports/{hex_part(made.digest)}.json"


def production(payload: Payload | None) -> str:
    if payload is None:
        return release_text(Release(environment="production", models={"architecture": (FIRST,)}))
    release = Release(environment="production", code=payload.code, models=payload.models)
    return release_text(release)


def staging(*entries: ReleasedModel | FirstRelease, model: str = "architecture") -> str:
    return release_text(Release(environment="staging", models={model: entries}))


def tiers_document() -> dict[str, Any]:
    """Tiers of one, two and three roles; staging verifies twice over two hours."""
    asked = ("model_owner", "risk_officer", "security_officer")
    shown = shown_by_staging(2, 1)
    made = {
        name: {"approvals": [{"role": role, "persons": 1} for role in asked[: i + 1]],
               "staging": shown}
        for i, name in enumerate(("low", "moderate", "high"))
    }  # fmt: skip
    document = policy_documents.tiers_document(**made)
    document["roles"] = dict.fromkeys((*asked, "ml_engineer"), "Answers for something.")
    glass = [{"role": role, "persons": 1} for role in asked[1:]]
    document["break_glass"] = document["break_glass"] | {"approvals": glass}
    return document


POLICY: Final = policy_documents.policy()
TIERS: Final = RiskTiers.parse(tiers_document(), "a test")
POLICY_DIGEST, TIERS_DIGEST = POLICY.digest, TIERS.digest


def approvers(keys: Path, **changes: Any) -> str:
    """policies/approvers.yaml with everybody who has a role."""
    persons = {
        name: {
            "name": name.title(),
            "roles": roles,
            "emails": [email(name)],
            "keys": [public(keys, name)],
            "accounts": [f"{name}-at-forge"],
            "since": NOON.date() - timedelta(days=30),
        }
        for name, roles in ROLES.items()
    }
    for name, change in changes.items():
        persons[name] = persons.get(name, persons["ada"]) | change
    return yaml_text({"kind": "approvers", "persons": persons})


class _Plain(yaml.SafeDumper):
    """Writes equal parts out, for records are read without aliases."""

    def ignore_aliases(self, data: object) -> bool:
        """Take nothing for the same as what was written before."""
        return data is not None or super().ignore_aliases(data)


def yaml_text(document: object) -> str:
    """Write a document as YAML without aliases."""
    return yaml.dump(document, Dumper=_Plain, sort_keys=False)


def public(keys: Path, name: str) -> str:
    """A public key, as kind and key."""
    return " ".join((keys / f"{name}.pub").read_text().split()[:2])


def policy_text(**changes: Any) -> str:
    return yaml_text(policy_documents.policy_document(**changes))
