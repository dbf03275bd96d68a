"""Facts about changes, made up: a promotion that is allowed, and statements about it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from support import change_records
from support.change_records import FIRST, HOLDOUT, report
from support.people import NOON, ROLES, WHY, email, key_of, people

from artifacts.digests import digest_json
from artifacts.records.approval import Approval
from artifacts.records.audit import AuditEntry
from artifacts.records.release import Payload, Release, ReleasedCode, ReleasedModel
from artifacts.ssh_signatures import ServiceKey, Signature
from delivery.changes.facts import ChangeFacts, Commit, Ground, Past, PinnedCode, Report, Statement
from delivery.changes.findings import Finding
from delivery.changes.judgement import judge_change
from delivery.changes.path_kinds import Kind
from delivery.changes.statements import subjects_of
from delivery.git.commits import Change

COMMIT: Final = "c" * 40
CODE: Final = ReleasedCode(digest=digest_json("code"), commit=COMMIT)
SPACE: Final = "plinth-approval"
PATHS: Final[dict[Kind, str]] = {
    "production_release": "releases/production.yaml",
    "staging_release": "releases/staging.yaml",
    "judge": "Makefile",
    "policy": "policies/models/architecture.yaml",
    "keys": "policies/approvers.yaml",
    "holdout": "policies/holdouts/architecture.csv",
    "docs": "README.md",
    "approvals": "policies/approvals/x/y.json",
    "reports": "releases/reports/x.json",
}


def ground(**changes: Any) -> Ground:
    made = Ground(
        tiers=change_records.TIERS,
        people=people(),
        policies={"architecture": change_records.POLICY},
        pins={"architecture": HOLDOUT},
        gate=(ServiceKey("gate", frozenset({"plinth-gate-report"}), key_of("gate")),),
        services=(ServiceKey("delivery", frozenset({"git"}), key_of("delivery")),),
    )
    return replace(made, **changes)


def entry(title: str = "first", **changes: Any) -> ReleasedModel:
    made = report(title)
    given = {"digest": digest_json(title), "version": 1, "gate_report": made.digest} | changes
    return ReleasedModel.model_validate(given)


def production(*entries: Any, code: ReleasedCode | None = CODE) -> Release:
    """Production's release with some entries of one model; none: nothing is released."""
    models = {"architecture": entries or (FIRST,)}
    return Release(environment="production", code=code if entries else None, models=models)


def staging(*entries: Any) -> Release:
    """Staging's, likewise."""
    return Release(environment="staging", models={"architecture": entries or (FIRST,)})


def payload(title: str) -> str:
    return Payload(code=CODE, models={"architecture": (entry(title),)}).digest


def change(*kinds: Kind, after: str | None = "100644 new") -> tuple[Change, ...]:
    return tuple(Change(PATHS[kind], "100644 old", after) for kind in kinds)


def commit(name: str, changes: Iterable[Change], **more: Any) -> Commit:
    signature = Signature(key_of(name), "git")
    fields = {"id": "a" * 40, "author": email(name), "committer": email(name)}
    given = {"changes": tuple(changes), "signature": signature} | fields | more
    return Commit(**given)


def reports(*titles: str) -> dict[str, Report]:
    signature = Signature(key_of("gate"), "plinth-gate-report")
    return {report(title).digest: Report(report(title), signature) for title in titles}


def on_main(place: int) -> str:
    """The name of a commit of main, by its place: the oldest is 0."""
    return f"{place:040x}"


LINE: Final = {on_main(place): place for place in range(100)}
"""Main's line: where each of its commits stands."""


def past(*titles: str | None) -> tuple[Past, ...]:
    """Production's releases, each by a commit of its own; dates run backwards and count nowhere."""
    return tuple(
        Past(on_main(place), NOON - timedelta(days=place), production(*_entries(title)))
        for place, title in enumerate(titles)
    )


def _entries(title: str | None) -> list[ReleasedModel]:
    return [entry(title)] if title else []


def log(*events: dict[str, Any]) -> tuple[AuditEntry, ...]:
    """Entries of the audit log, an hour apart, the last of them now."""
    first = NOON - timedelta(hours=len(events) - 1)
    base = {"outcome": "green", "actor": "a test", "previous": None}
    return tuple(
        AuditEntry.model_validate(
            base | {"sequence": i + 1, "at": first + timedelta(hours=i)} | event
        )
        for i, event in enumerate(events)
    )


def verified(title: str = "first", outcome: str = "green") -> dict[str, Any]:
    """That staging was verified to run a payload."""
    return {"event": "verification", "environment": "staging", "payload": payload(title),
            "outcome": outcome}  # fmt: skip


def deployed(title: str, **more: Any) -> dict[str, Any]:
    """That production was made to run a payload."""
    given = {"event": "deploy", "environment": "production", "payload": payload(title),
             "commit": on_main(50)}  # fmt: skip
    return given | more


def facts(*kinds: Kind, by: str = "max", **changes: Any) -> ChangeFacts:
    """A change of some kinds, signed by its author. Releases stay unless they are given."""
    made = change(*kinds)
    still = {"staging": staging(entry()), "production": production()}
    given = {
        "base": "b" * 40, "head": "a" * 40, "now": NOON, "lands": True, "changes": made,
        "commits": (commit(by, made),), "ground": ground(), "after": ground(),
        "releases_before": still, "releases_after": still, "production_history": past(None),
        "line": LINE, "staging_history": (Past(COMMIT, NOON, staging(entry())),),
    } | changes  # fmt: skip
    return ChangeFacts(**given)


def promotion(title: str = "first", **changes: Any) -> ChangeFacts:
    """A promotion that staging has verified, and that nobody has approved yet."""
    after = {"staging": staging(entry()), "production": production(entry(title))}
    given = {
        "releases_after": after,
        "reports": reports(title),
        "code": PinnedCode(on_main=True, digest=CODE.digest),
        "log": log(verified(title), verified(title)),
    } | changes
    return facts("production_release", **given)


def stated(made: ChangeFacts, name: str, *, key: str = "", space: str = SPACE, added: bool = True,
           present: bool = True, problem: str = "", **changes: Any) -> Statement:  # fmt: skip
    subject = changes.pop("subject", None) or subjects_of(made)[0]
    document = {
        "subject": subject.model_dump(mode="json"), "word": "approved", "approver": name,
        "role": ROLES.get(name, ["model_owner"])[0], "reason": WHY, "at": NOON,
    } | changes  # fmt: skip
    approval = Approval.model_validate(document)
    signature = Signature(key_of(key or name), space, problem)
    return Statement(f"policies/approvals/x/{name}.json", approval, signature, added, present)


def saying(made: ChangeFacts, *statements: Statement) -> ChangeFacts:
    return replace(made, statements=(*made.statements, *statements))


def approved(made: ChangeFacts, *names: str) -> ChangeFacts:
    return saying(made, *(stated(made, name) for name in names))


def finding(made: ChangeFacts, rule: str) -> Finding:
    return next(one for one in judge_change(made).problems if one.rule == rule)


def outcome(made: ChangeFacts, rule: str) -> str:
    """The outcome of a rule: of several findings the worst."""
    found = [one.outcome for one in judge_change(made).findings if one.rule == rule]
    worst = (one for one in ("refused", "undecided", "passed") if one in found)
    return next(worst, "nothing to judge")
