"""A promotion: the payload that staging verified, and the pull request that asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from artifacts.digests import hex_part
from artifacts.policies.tiers import Tier
from artifacts.records.audit import AuditEntry
from artifacts.records.gate import GateReport
from artifacts.records.release import Payload
from artifacts.refusal import Refusal
from artifacts.text import markdown, prose
from delivery.changes.path_kinds import report_path
from delivery.changes.payload_history import watch_of
from delivery.trail.deploy_history import last_deploy, last_verification


@dataclass(frozen=True)
class Promotion:
    """A payload on its way to production, with what is known of it.

    `reports` are the gate's, by path in git; `present` is the digest of what production runs by
    main, `tier` the strictest of its models'.
    """

    payload: Payload
    reports: Mapping[str, GateReport]
    entries: tuple[AuditEntry, ...]
    present: str | None
    tier: Tier | None

    @property
    def branch(self) -> str:
        """The one branch that promotes this payload."""
        return f"promotions/{hex_part(self.payload.digest)[:12]}"


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


APPROVE: Final = (
    'bin/plinth delivery approve --head HEAD --as NAME --role ROLE --key KEYFILE --reason "..."'
)


def promotion_body(promotion: Promotion) -> str:
    """Return in Markdown all that an approver must look at, and the command that approves it."""
    payload = promotion.payload
    lines = [
        "Merging this makes production run, from then on, what staging runs now:",
        "",
        f"- payload `{payload.digest}`",
        "- environment `production`",
        f"- code `{payload.code.digest}`, the files of `{payload.code.commit}`",
        *([f"- image `{payload.image}`"] if payload.image else []),
        f"- in place of `{promotion.present or 'nothing'}`",
        *_shown(promotion),
    ]
    for name, entries in payload.models.items():
        report = promotion.reports[report_path(entries[0].gate_report)]
        lines += _model(name, entries[0].version, entries[0].gate_report, report)
    return "\n".join([*lines, *_people(promotion)]) + "\n"


def _shown(promotion: Promotion) -> Iterator[str]:
    digest = promotion.payload.digest
    asked = promotion.tier.staging if promotion.tier else None
    gap = timedelta(hours=asked.max_gap_hours) if asked else timedelta.max
    watch = watch_of(promotion.entries, digest, gap)
    yield from ("", "## What staging showed", "")
    yield f"Verified {len(watch.looks)} times in a row over {watch.hours:.2f} hours."
    if asked:
        often = len(watch.looks) >= asked.min_verifications
        enough = often and watch.hours >= asked.min_hours and not watch.turned
        yield (
            f"The tier asks for {asked.min_verifications} times over {asked.min_hours:g} hours, "
            f"the last of them within {asked.last_within_hours:g} hours: "
            f"{'that is enough' if enough else '**not enough yet**, so the judge refuses'}."
        )
    left = [e.at for e in promotion.entries if e.event == "rollback" and e.left == digest]
    if left:
        yield ""
        yield f"**A rollback left this payload on {left[-1]:%Y-%m-%d}**: approvals from before it "
        yield "don't count."


def _model(name: str, version: int, digest: str, report: GateReport) -> Iterator[str]:
    yield from ("", f"## {markdown(name)} {version}", "")
    yield f"- model `{report.candidate}`"
    yield f"- gate report `{digest}`: {report.decision}, on {report.decided_at:%Y-%m-%d %H:%M} UTC"
    compared = "none, it is the first release" if report.first_release else f"`{report.champion}`"
    yield f"- compared with {compared}"
    yield f"- policy `{report.policy}`"
    yield f"- risk tiers `{report.risk_tiers}`"
    yield f"- photo manifest `{report.photo_manifest}`, holdout `{report.holdout}`"
    yield f"- evidence `{report.evidence}`"
    yield from ("", "| rule | outcome | limit | why |", "|---|---|---|---|")
    for rule in report.rules:
        cells = (markdown(rule.rule), rule.outcome, prose(rule.limit), prose(rule.reason))
        yield f"| {' | '.join(cells)} |"


def _people(promotion: Promotion) -> Iterator[str]:
    yield from ("", "## Who approves, and how", "")
    if promotion.tier is None:
        yield "Main has no policy and tier for these models, so that nobody can approve it."
    else:
        for asked in promotion.tier.approvals:
            yield f"- {asked.persons} as `{asked.role}`"
        days = promotion.tier.approvals_valid_days
        yield from ("", f"Distinct persons, none of them an author; valid for {days} days.")
    yield from (
        "",
        "Look at the rules above, at the model card and at what staging answers. Then:",
        "",
        "```sh",
        f"git fetch origin {promotion.branch} && git switch {promotion.branch}",
        APPROVE,
        'git add policies/approvals && git commit -m "Approve"',
        f"git push origin {promotion.branch}",
        "```",
        "",
        "`delivery reject` in its place blocks the promotion, until it is withdrawn.",
    )
