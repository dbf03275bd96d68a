"""Proposal: the change of a release that an allowed gate report stands for."""

from collections.abc import Iterator

from artifacts.folder import ModelArtifact
from artifacts.policies.tiers import RiskTiers
from artifacts.records.gate import GateReport
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from artifacts.refusal import Refusal
from judging.policy import Policy, results_of


def propose_release(
    report: GateReport,
    artifact: ModelArtifact,
    release: Release,
    policy: Policy,
    tiers: RiskTiers,
    version: int,
) -> Release | Refusal:
    """Return the release with the report's candidate as its model's only entry, or a refusal.

    Other models' entries stay as they are. A challenger or shadow of the same model goes: it was
    compared with a champion that is none any more.
    """
    for reason in _objections(report, artifact, release, policy, tiers):
        return Refusal(reason)
    entry = ReleasedModel(digest=artifact.digest, version=version, gate_report=report.digest)
    return release.model_copy(update={"models": {**release.models, report.model: (entry,)}})


def _objections(
    report: GateReport,
    artifact: ModelArtifact,
    release: Release,
    policy: Policy,
    tiers: RiskTiers,
) -> Iterator[str]:
    """Yield why a report stands for no change; nothing where it stands for one.

    A report without some rule of the policy would pass its own checks, so each rule must be there.
    Two candidates may have been judged against one champion: the second must be judged anew.
    """
    if report.decision != "allowed":
        rules = ", ".join(found.rule for found in report.violations) or "none violated"
        yield f"the gate's decision is {report.decision} (rules: {rules})"
    name = artifact.manifest.name
    if artifact.digest != report.candidate:
        yield f"the report is about {report.candidate}, the store gave {artifact.digest}"
    if name != report.model:
        yield f"the report is about a {report.model}, the artifact is a {name}"
    if report.policy != policy.digest:
        yield f"the report was judged by policy {report.policy}, today's is {policy.digest}"
    found, needed = [rule.rule for rule in report.rules], list(results_of(policy))
    if found != needed:
        missing = sorted(set(needed) - set(found)) or ["none, but they differ in order or number"]
        yield f"the report's rules are not the policy's; missing: {', '.join(missing)}"
    if report.risk_tiers != tiers.digest:
        judged, today = report.risk_tiers, tiers.digest
        yield f"the report was judged by risk tiers {judged}, today's are {today}"
    if reason := _other_champion(report, release):
        yield reason


def _other_champion(report: GateReport, release: Release) -> str:
    champion = release.champion(report.model)
    if champion is None:
        return release.no_champion(report.model)
    if isinstance(champion, FirstRelease):
        return "" if report.first_release else "the report names a champion, the release has none"
    if report.champion != champion.digest:
        judged = report.champion or "no champion"
        return f"the candidate was compared with {judged}, the champion is now {champion.digest}"
    return ""
