"""The table of rules about changes: what is not here is not judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from delivery.changes import approvals, authors, clock, genuine, keeping, rejections, releases
from delivery.changes.facts import ChangeFacts
from delivery.changes.findings import Finding


@dataclass(frozen=True)
class Rule:
    """A rule: its id, what it means to people, and where it is from.

    `judge` gives no finding where a change is none of its business. A rule that `glass` is true of
    is the only kind that break-glass takes the place of.
    """

    id: str
    meaning: str
    source: str
    judge: Callable[[ChangeFacts], tuple[Finding, ...]]
    glass: bool = False


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "lands",
        "The change joins main without a conflict, so that what was judged is what lands.",
        "Hoare, The not rocket science rule of software engineering (2014): judge the merge.",
        keeping.judge_landing,
    ),
    Rule(
        "clock",
        "The judge's clock is not behind the newest entry of the audit log.",
        "NIST SP 800-92, 3.1: synchronised clocks; Lamport, CACM 21 (1978).",
        clock.judge_clock,
    ),
    Rule(
        "bounded",
        "Files, commits and trees of the change are no more and no larger than the judge reads.",
        "CWE-400: uncontrolled resource consumption.",
        keeping.judge_bounds,
    ),
    Rule(
        "plain_names",
        "Every new file's name is of ASCII letters, digits and . _ - + = , @ alone, and every new "
        "folder is as git itself writes it: no two entries of one name, none with a slash.",
        "Boucher and Anderson, Trojan Source, USENIX Security (2023); CVE-2014-9390.",
        keeping.judge_names,
    ),
    Rule(
        "readable",
        "Releases that the change touches can be read, and every file is a plain file.",
        "Fail-safe defaults: Saltzer and Schroeder, Proc. IEEE 63 (1975).",
        keeping.judge_readable,
    ),
    Rule(
        "authors",
        "Every commit that touches a release, the judge, a policy, a key or a holdout is signed by "
        "a person or service that main knows, and not in another person's name.",
        "SLSA 1.2, Source Track: identity management.",
        authors.judge_authors,
    ),
    Rule(
        "records_kept",
        "Statements of people and gate reports that main has are neither changed nor removed.",
        "ISO/IEC 27001:2022, A.5.33: protection of records.",
        keeping.judge_records,
    ),
    Rule(
        "records_genuine",
        "Under policies/approvals and releases/reports come only statements of persons and reports "
        "of the gate: well-formed, in their own place, small, and signed by keys that main lists.",
        "ISO/IEC 27001:2022, A.5.33; CWE-400: uncontrolled resource consumption.",
        genuine.judge_genuine,
    ),
    Rule(
        "smuggled_files",
        "No file comes from which runners take variables, secrets or options unasked.",
        "OWASP Top 10 CI/CD security risks, CICD-SEC-4: poisoned pipeline execution.",
        keeping.judge_smuggling,
    ),
    Rule(
        "policies_apply",
        "A model that a release names has a policy on main, keeps it, and sinks to no lower tier.",
        "NIST AI RMF 1.0, Govern 1; ISO/IEC 42001:2023, clause 6.1.",
        keeping.judge_policies,
    ),
    Rule(
        "holdout_grows",
        "A holdout only grows: no photo goes, none gets another truth.",
        "Dwork et al., The reusable holdout, Science 349 (2015).",
        keeping.judge_holdout,
    ),
    Rule(
        "gate_reports",
        "Each model comes with a report that the gate signed, that allows these very bytes, by the "
        "policy, tiers and holdout that main has.",
        "SLSA 1.0: verifying artifacts by provenance.",
        releases.judge_reports,
    ),
    Rule(
        "code_on_main",
        "Code that production pins is in main's history, and is what its digest says.",
        "SLSA 1.2, Source Track: revisions are immutable and uniquely identifiable.",
        releases.judge_code,
    ),
    Rule(
        "staging_verified",
        "Staging verified this very payload as often in a row and over as many hours as the "
        "strictest tier of its models asks for, without long gaps, and lately.",
        "Humble and Farley, Continuous delivery (2010): promote the same binary.",
        releases.judge_staging,
        glass=True,
    ),
    Rule(
        "payload_approved",
        "As many persons as the tier asks for, of its roles and none an author, signed exactly "
        "this payload for production, lately, and didn't take it back. A rollback needs none.",
        "Separation of duty: Clark and Wilson, IEEE S&P (1987).",
        approvals.judge_payload_approval,
        glass=True,
    ),
    Rule(
        "change_approved",
        "A change of what judges is signed by the persons of the strictest tier, as it is.",
        "Separation of duty: Clark and Wilson, IEEE S&P (1987).",
        approvals.judge_change_approval,
    ),
    Rule(
        "rejections",
        "Nobody rejects it, the same models in production or the same protected files, or whoever "
        "did took it back, or a role that the tiers name did.",
        "ISO/IEC 42001:2023, A.9: human oversight.",
        rejections.judge_rejections,
    ),
)
