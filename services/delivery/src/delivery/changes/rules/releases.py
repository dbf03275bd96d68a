"""Releases: signed gate reports that today's policies allow, code of main, and staging's word."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.tiers import TIERS, RiskTiers, Tier
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.release import Release, ReleasedModel
from artifacts.ssh_signatures import GATE_REPORT, counts_until, service_of
from delivery.changes.facts import ChangeFacts, Report
from delivery.changes.findings import Finding, Rule, passed, refused, summed, undecided
from delivery.changes.payload_history import rolls_back, watch_of
from judging.policy import Policy

REPORTS, CODE, STAGING = "gate_reports", "code_on_main", "staging_verified"
GATE = "gate"

Entry = tuple[str, ReleasedModel]


def judged_entries(facts: ChangeFacts) -> tuple[Entry, ...]:
    """Name the models whose gate reports count: all of a new payload, and what staging has new.

    What staging ran before may come back, and so may production's release before.
    """
    found: dict[Entry, None] = {}
    if facts.new_payload and not rolls_back(facts):
        found |= dict.fromkeys(_entries(facts.releases_after["production"]))
    return tuple(found | dict.fromkeys(_new_in_staging(facts)))


def _new_in_staging(facts: ChangeFacts) -> tuple[Entry, ...]:
    known = set(_entries(facts.releases_before["staging"]))
    known |= {entry for past in facts.staging_history for entry in _entries(past.release)}
    return tuple(one for one in _entries(facts.releases_after["staging"]) if one not in known)


def judge_reports(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse models that the gate didn't allow, by a report that it signed, about these bytes.

    Undecided where policy, tiers or holdout of main are others than those it judged by.
    """
    entries = judged_entries(facts)
    if not entries:
        return ()
    problems = tuple(one for name, entry in entries for one in _report(facts, name, entry))
    problems += tuple(
        one for name, entry in _new_in_staging(facts) for one in _rival(facts, name, entry)
    )
    return summed(REPORTS, problems, f"the gate allowed {', '.join(name for name, _ in entries)}")


def _report(facts: ChangeFacts, model: str, entry: ReleasedModel) -> Iterator[Finding]:
    found = facts.reports.get(entry.gate_report)
    if found is None or isinstance(found.report, CantTell):
        why = "it is not under releases/reports" if found is None else str(found.report)
        yield refused(REPORTS, f"the gate report {entry.gate_report} of {model}: {why}")
        return
    if forged := _forged(facts, found, found.report, entry):
        yield refused(REPORTS, f"the gate report of {model} {forged}")
        return
    yield from _says(found.report, model, entry)
    yield from _grounds(facts, found.report, model)


def _forged(facts: ChangeFacts, found: Report, report: GateReport, entry: ReleasedModel) -> str:
    signature = found.signature
    if report.digest != entry.gate_report:
        return f"was edited: it is {report.digest}, the release names {entry.gate_report}"
    if signature.problem:
        return f"is fabricated: {signature.problem}"
    if signature.namespace != GATE_REPORT:
        return f"is fabricated: it is signed in the namespace {signature.namespace}"
    keys = facts.ground.gate
    moments = (report.decided_at, facts.now) if found.added else (report.decided_at,)
    if all(service_of(keys, signature, at) == GATE for at in moments):
        return ""
    if until := counts_until(keys, signature):
        what = "is new, and" if found.added else f"was decided at {report.decided_at}, and"
        return f"{what} is signed by a key of the gate that counts only until {until}: judge again"
    return "is fabricated: it is signed by a key that is not the gate's on main"


def _says(report: GateReport, model: str, entry: ReleasedModel) -> Iterator[Finding]:
    if report.decision != "allowed":
        yield refused(REPORTS, f"the gate's decision about {model} is {report.decision}")
    if report.candidate != entry.digest:
        about = f"is about {report.candidate}, the release has {entry.digest}"
        yield refused(REPORTS, f"the gate report of {model} {about}")
    if report.model != model:
        yield refused(REPORTS, f"the release calls {model} what the gate judged as {report.model}")


def _grounds(facts: ChangeFacts, report: GateReport, model: str) -> Iterator[Finding]:
    ground = facts.ground
    policy, tiers, pin = ground.policies.get(model), ground.tiers, ground.pins.get(model)
    judged = (
        ("policy", report.policy, policy.digest if isinstance(policy, Policy) else policy),
        ("tiers", report.risk_tiers, tiers.digest if isinstance(tiers, RiskTiers) else tiers),
        ("holdout", report.holdout, pin.split_digest if isinstance(pin, HoldoutPin) else pin),
    )
    for what, then, now in judged:
        if then != now:
            reason = f"{model} was judged by the {what} {then}, main has {now}: run the gate again"
            yield undecided(REPORTS, reason)


def _rival(facts: ChangeFacts, model: str, entry: ReleasedModel) -> Iterator[Finding]:
    """Two candidates may have been judged against one champion: the second must be judged anew."""
    found, release = facts.reports.get(entry.gate_report), facts.releases_before["staging"]
    if found is None or isinstance(found.report, CantTell) or isinstance(release, CantTell):
        return
    champion = release.champion(model)
    serving = champion.digest if isinstance(champion, ReleasedModel) else None
    if found.report.champion != serving:
        rivals = (
            f"with {found.report.champion or 'none'}, staging's champion is {serving or 'none'}"
        )
        yield undecided(REPORTS, f"{model} was compared {rivals}: run the gate again")


def judge_code(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse code that is not main's, or is not what its digest says."""
    release = facts.releases_after["production"]
    if "production_release" not in facts.kinds or isinstance(release, CantTell):
        return ()
    if release.code is None or facts.code is None:
        return ()
    commit = release.code.commit
    if not facts.code.on_main:
        return (refused(CODE, f"the code's commit {commit} is not in main's history"),)
    if facts.code.digest != release.code.digest:
        wrong = f"the files of {commit} are {facts.code.digest}, not {release.code.digest}"
        return (refused(CODE, wrong),)
    return (passed(CODE, f"the code is that of main's commit {commit[:12]}"),)


def judge_staging(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse a payload that staging didn't verify often and long enough in a row, and lately."""
    if not facts.new_payload or rolls_back(facts):
        return ()
    tier = strictest_tier(facts)
    if tier is None:
        return (undecided(STAGING, "without a policy and tiers nobody knows what staging shows"),)
    asked = tier.staging
    watch = watch_of(facts.log, facts.new_payload, timedelta(hours=asked.max_gap_hours))
    if watch.turned or any(look > facts.now for look in watch.looks):
        turned = watch.turned or f"staging's last look is in the future, {watch.looks[-1]}"
        return (undecided(STAGING, f"{turned}: set the clock right, and let staging verify anew"),)
    seen = f"{len(watch.looks)} times over {watch.hours:.2f} h"
    wanted = f"{asked.min_verifications} times over {asked.min_hours:g} h"
    if len(watch.looks) < asked.min_verifications or watch.hours < asked.min_hours:
        since = f" since {watch.broken}" if watch.broken else ""
        verified = f"staging verified {facts.new_payload} {seen} in a row{since}"
        return (refused(STAGING, f"{verified}; the tier asks for {wanted}"),)
    if facts.now - watch.looks[-1] > timedelta(hours=asked.last_within_hours):
        last = f"staging last verified it at {watch.looks[-1].isoformat()}"
        within = f"the tier asks for {asked.last_within_hours:g} h: deploy staging again"
        return (refused(STAGING, f"{last}; {within}"),)
    return (passed(STAGING, f"staging verified it {seen}"),)


def strictest_tier(facts: ChangeFacts) -> Tier | None:
    """Return the strictest tier, on main, among the models that production is to run."""
    ground, release = facts.ground, facts.releases_after["production"]
    if isinstance(ground.tiers, CantTell) or isinstance(release, CantTell):
        return None
    policies = [ground.policies.get(model) for model in release.released]
    names = [policy.tier for policy in policies if isinstance(policy, Policy)]
    if not names or len(names) < len(policies):
        return None
    return ground.tiers.tiers[max(names, key=TIERS.index)]


def _entries(release: Release | CantTell) -> Iterator[Entry]:
    released = {} if isinstance(release, CantTell) else release.released
    for model, entries in released.items():
        yield from ((model, entry) for entry in entries)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "gate_reports",
        "Each model comes with a report that the gate signed, that allows these very bytes, by the "
        "policy, tiers and holdout that main has.",
        "SLSA 1.0: verifying artifacts by provenance.",
        judge_reports,
        of_release=True,
    ),
    Rule(
        "code_on_main",
        "Code that production pins is in main's history, and is what its digest says.",
        "SLSA 1.2, Source Track: revisions are immutable and uniquely identifiable.",
        judge_code,
        of_release=True,
    ),
    Rule(
        "staging_verified",
        "Staging verified this very payload as often in a row and over as many hours as the "
        "strictest tier of its models asks for, without long gaps, and lately.",
        "Humble and Farley, Continuous delivery (2010): promote the same binary.",
        judge_staging,
        glass=True,
        of_release=True,
        needs_log=True,
    ),
)
