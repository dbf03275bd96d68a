"""What no change may do, whoever approves it: hide records, lower a bar, smuggle files.

Nor is one judged by a clock that was set back: by it what expires, and what was seen for hours, is
told.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.policies.holdouts import shrunk
from artifacts.policies.tiers import TIERS
from artifacts.records.approval import Approval, PayloadSubject
from artifacts.records.release import Release
from artifacts.statements import SUFFIX
from delivery.changes.facts import ChangeFacts
from delivery.changes.findings import Finding, Rule, passed, refused, summed, undecided
from delivery.changes.path_kinds import kind_of, release_path, report_path
from delivery.changes.payload_history import rolls_back
from delivery.changes.rules.genuine import is_record
from delivery.changes.statements import SKEW
from delivery.git.commits import Change
from delivery.git.plain_names import name_fault, shown_name
from judging.policy import Policy

LANDS, READABLE, RECORDS = "lands", "readable", "records_kept"
BOUNDED, NAMES, CLOCK = "bounded", "plain_names", "clock"
POLICIES, HOLDOUT, SMUGGLED = "policies_apply", "holdout_grows", "smuggled_files"
SMUGGLED_NAMES = frozenset({".env", ".secrets", ".vars", ".input", ".actrc"})
MOST_NAMED = 20
"""How many names are refused one by one."""
PLAIN_MODES = ("100644 ", "100755 ")


def judge_landing(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse what can't be joined with main without somebody deciding how."""
    if facts.lands:
        return (passed(LANDS, "it joins main without a conflict"),)
    return (refused(LANDS, "it conflicts with main: merge main into the branch and push again"),)


def judge_bounds(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse what is larger than the judge reads."""
    if facts.excess:
        return (refused(BOUNDED, f"it is too large to be judged: {facts.excess}"),)
    return (passed(BOUNDED, "it is small enough to be read whole"),) if facts.changes else ()


def judge_names(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse names that readers, tools or file systems take for others, and malformed trees."""
    if not facts.changes and not facts.odd_names:
        return ()
    faults = {one.path: one.fault for one in facts.odd_names}
    for change in facts.changes:
        if change.after is not None and (fault := name_fault(change.path)):
            faults.setdefault(shown_name(change.path.encode(errors="surrogateescape")), fault)
    problems = [refused(NAMES, f"{path}: {fault}") for path, fault in sorted(faults.items())]
    more = len(problems) - MOST_NAMED
    if more > 0:
        problems = [*problems[:MOST_NAMED], refused(NAMES, f"and {more} more")]
    return summed(NAMES, tuple(problems), "every name is plain")


def judge_readable(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Leave undecided a change of a release that can't be read; a lost policy has its own rule."""
    touched = {change.path for change in facts.changes}
    found = tuple(
        undecided(READABLE, f"{release}")
        for name, release in facts.releases_after.items()
        if isinstance(release, CantTell) and release_path(name) in touched
    )
    odd = tuple(
        refused(READABLE, f"{change.path} is a link or a submodule: its contents lie elsewhere")
        for change in facts.changes
        if change.after is not None and not change.after.startswith(PLAIN_MODES)
    )
    return found + odd


def judge_records(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse changes and removals of statements and gate reports that main has.

    What main has there and is no record may go: nobody whom main ever knew signed it. And a
    rollback may take along what its promotion brought: statements about the payload that it
    withdraws, and reports that no release names any more. History has them, and so has the log.
    """
    kept = [one for one in facts.changes if kind_of(one.path) in {"approvals", "reports"}]
    rubbish = {one.path for one in facts.records if not is_record(one.path, one.before, facts)}
    gone = tuple(
        refused(RECORDS, f"{one.path} was {'changed' if one.after else 'removed'}: what was said "
                "and signed stays as it was")
        for one in kept
        if one.before is not None
        and one.path.removesuffix(SUFFIX) not in rubbish
        and not _goes_along(one, facts)
    )  # fmt: skip
    return summed(RECORDS, gone, "statements and reports are only added") if kept else ()


def _goes_along(change: Change, facts: ChangeFacts) -> bool:
    if change.after is not None or not rolls_back(facts):
        return False
    path = change.path.removesuffix(SUFFIX)
    if kind_of(change.path) == "reports":
        named = (one for one in facts.releases_after.values() if isinstance(one, Release))
        return path not in {
            report_path(entry.gate_report)
            for one in named
            for entries in one.released.values()
            for entry in entries
        }
    said = [one.approval for one in facts.statements if one.path == path]
    return bool(said) and all(
        isinstance(one, Approval)
        and isinstance(one.subject, PayloadSubject)
        and one.subject.payload == facts.payload_before
        for one in said
    )


def judge_policies(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse models without a policy on main, and a released model's policy that goes or sinks.

    A model counts as released while any release names it, before the change or after it.
    """
    if not facts.kinds & {"policy", "staging_release", "production_release"}:
        return ()
    problems = (*_without_policy(facts), *_sinking(facts))
    return summed(POLICIES, problems, "every released model keeps its policy and its tier")


def _without_policy(facts: ChangeFacts) -> Iterator[Finding]:
    for name, release in facts.releases_after.items():
        if f"{name}_release" not in facts.kinds or isinstance(release, CantTell):
            continue
        for model in release.released:
            policy = facts.ground.policies.get(model)
            if policy is None:
                yield refused(POLICIES, f"{name} is to run {model}, which has no policy on main")
            elif isinstance(policy, CantTell):
                yield undecided(POLICIES, f"the policy of {model} can't be followed: {policy}")


def _sinking(facts: ChangeFacts) -> Iterator[Finding]:
    releases = (*facts.releases_before.values(), *facts.releases_after.values())
    named = {model for one in releases if isinstance(one, Release) for model in one.models}
    for model, before in facts.ground.policies.items():
        if model not in named or not isinstance(before, Policy):
            continue
        after = facts.after.policies.get(model)
        if after is None:
            yield refused(POLICIES, f"{model} is released and would have no policy any more")
        elif isinstance(after, CantTell):
            yield refused(POLICIES, f"the policy of {model} could not be followed: {after}")
        elif TIERS.index(after.tier) < TIERS.index(before.tier):
            sinks = f"from tier {before.tier} to {after.tier}"
            yield refused(POLICIES, f"{model} would move {sinks} while a release names it")
    if isinstance(facts.after.tiers, CantTell) and "policy" in facts.kinds:
        yield refused(POLICIES, f"the risk tiers could not be followed: {facts.after.tiers}")


def judge_holdout(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse a holdout that loses a photo, or tells another truth of one."""
    if "holdout" not in facts.kinds:
        return ()
    return summed(HOLDOUT, tuple(_easier(facts)), "holdouts only grow")


def _easier(facts: ChangeFacts) -> Iterator[Finding]:
    for model, before in facts.ground.pins.items():
        after = facts.after.pins.get(model)
        if after is None:
            yield refused(HOLDOUT, f"the holdout of {model} would be gone")
        elif isinstance(after, CantTell):
            yield refused(HOLDOUT, f"the holdout of {model} could not be read: {after}")
        elif not isinstance(before, CantTell) and (reason := shrunk(before, after)):
            yield refused(HOLDOUT, f"the holdout of {model} would be easier: {reason}")


def judge_smuggling(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Refuse files from which runners and tools take variables, secrets and options unasked."""
    return tuple(
        refused(SMUGGLED, f"{one.path}: a runner would take variables, secrets or options from it")
        for one in facts.changes
        if one.after is not None and PurePosixPath(one.path).name in SMUGGLED_NAMES
    )


def judge_clock(facts: ChangeFacts) -> tuple[Finding, ...]:
    """Leave undecided what a machine judges whose clock is behind the audit log's newest entry."""
    if facts.clock is None or not facts.log:
        return ()
    newest = max(facts.log, key=lambda entry: entry.at)
    if newest.at - facts.clock <= SKEW:
        return (passed(CLOCK, "the clock is not behind the audit log"),)
    behind = f"the clock says {facts.clock.isoformat()}, entry {newest.sequence} of the audit log"
    return (undecided(CLOCK, f"{behind} is of {newest.at.isoformat()}: set the clock right"),)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "lands",
        "The change joins main without a conflict, so that what was judged is what lands.",
        "Hoare, The not rocket science rule of software engineering (2014): judge the merge.",
        judge_landing,
    ),
    Rule(
        "bounded",
        "Files, commits and trees of the change are no more and no larger than the judge reads.",
        "CWE-400: uncontrolled resource consumption.",
        judge_bounds,
    ),
    Rule(
        "plain_names",
        "Every new file's name is of ASCII letters, digits and . _ - + = , @ alone, and every new "
        "folder is as git itself writes it: no two entries of one name, none with a slash.",
        "Boucher and Anderson, Trojan Source, USENIX Security (2023); CVE-2014-9390.",
        judge_names,
    ),
    Rule(
        "readable",
        "Releases that the change touches can be read, and every file is a plain file.",
        "Fail-safe defaults: Saltzer and Schroeder, Proc. IEEE 63 (1975).",
        judge_readable,
        of_release=True,
    ),
    Rule(
        "records_kept",
        "Statements of people and gate reports that main has are neither changed nor removed.",
        "ISO/IEC 27001:2022, A.5.33: protection of records.",
        judge_records,
    ),
    Rule(
        "smuggled_files",
        "No file comes from which runners take variables, secrets or options unasked.",
        "OWASP Top 10 CI/CD security risks, CICD-SEC-4: poisoned pipeline execution.",
        judge_smuggling,
    ),
    Rule(
        "policies_apply",
        "A model that a release names has a policy on main, keeps it, and sinks to no lower tier.",
        "NIST AI RMF 1.0, Govern 1; ISO/IEC 42001:2023, clause 6.1.",
        judge_policies,
    ),
    Rule(
        "holdout_grows",
        "A holdout only grows: no photo goes, none gets another truth.",
        "Dwork et al., The reusable holdout, Science 349 (2015).",
        judge_holdout,
    ),
    Rule(
        "clock",
        "The judge's clock is not behind the newest entry of the audit log.",
        "NIST SP 800-92, 3.1: synchronised clocks; Lamport, CACM 21 (1978).",
        judge_clock,
    ),
)
