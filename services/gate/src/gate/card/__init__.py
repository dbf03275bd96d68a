"""The model card: what a reviewer looks at, made of records alone. The verdict comes first."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from artifacts.records.gate import Decision, GateReport, Outcome, RuleResult
from gate.card.data import (
    data_section,
    doubts_section,
    families_section,
    leakage_section,
    limits_section,
    lineage_section,
    resources_section,
)
from gate.card.quality import (
    confusion_section,
    numbers_section,
    reliability_section,
    robustness_section,
    slices_section,
)
from gate.card.records import CardRecords, Examples, Gallery, choose, photos_shown
from gate.tables import bounds, number
from judging.policy import Policy
from pages import (
    Badge,
    Banner,
    Block,
    Bullets,
    Cell,
    Column,
    Fact,
    Facts,
    Fold,
    Grid,
    Page,
    Paragraph,
    PhotoTiles,
    Picture,
    Section,
    Table,
    Tone,
    Unshown,
)

__all__ = ["CardRecords", "choose", "model_card", "photos_shown"]

_FIRST_REASONS: Final = 3
WORDS: Final[MappingProxyType[Decision, tuple[str, Tone]]] = MappingProxyType(
    {
        "allowed": ("Allowed", "good"),
        "refused": ("Refused", "bad"),
        "undecided": ("Undecided", "unsure"),
        "no_improvement": ("No improvement", "unsure"),
    }
)
OUTCOMES: Final[MappingProxyType[Outcome, Tone]] = MappingProxyType(
    {"passed": "good", "failed": "bad", "insufficient": "unsure", "missing": "unsure"}
)


def model_card(
    records: CardRecords, examples: Examples, pictures: Mapping[str, Picture | Unshown]
) -> Page:
    """Put the card together; `pictures` holds those photos, by digest, that could be shown."""
    gallery = Gallery(pictures, records.evaluation)
    policy, report = records.policy, records.report
    sections = (
        numbers_section(records),
        use_section(policy),
        gate_section(report),
        slices_section(records),
        confusion_section(records, examples, gallery),
        _examples_section(examples, gallery),
        reliability_section(records),
        robustness_section(records),
        data_section(records),
        leakage_section(records, gallery),
        doubts_section(records, gallery),
        families_section(records),
        resources_section(records),
        limits_section(policy),
        lineage_section(records),
    )
    return Page(
        title=records.manifest.name,
        sections=sections,
        kicker="Model card",
        lede=f"Candidate {records.manifest.digest}",
        banner=banner(records),
        footer="Made from records alone, by digest. This page asks for nothing from elsewhere.",
    )


def _examples_section(examples: Examples, gallery: Gallery) -> Section:
    title = "Answers, right and wrong"
    if not examples.right and not examples.wrong:
        text = "No evaluation was given, so no answer can be shown."
        return Section(title, (Paragraph(text, "unsure"),))
    groups = (
        ("Right, and most sure: the surest of each label", examples.right),
        ("Wrong, and most sure: what to worry about", examples.wrong),
    )
    blocks = tuple(PhotoTiles(name, gallery.tiles(found)) for name, found in groups if found)
    return Section(title, blocks, "Photos of the holdout, named by their truth.")


def banner(records: CardRecords) -> Banner:
    """Say the decision, its first reasons, and what the candidate was held against."""
    report = records.report
    if report is None:
        return Banner("plain", "Not judged", "There is no gate report on this candidate yet.")
    word, tone = WORDS[report.decision]
    violations = report.violations
    more = len(violations) - _FIRST_REASONS
    return Banner(
        tone=tone,
        word=word,
        headline=_headline(report),
        lines=(
            *(f"{rule.rule}: {rule.reason}" for rule in violations[:_FIRST_REASONS]),
            *((f"and {more} more, listed under The gate, rule by rule",) if more > 0 else ()),
        ),
        badges=tuple(_badges(report, records.policy)),
    )


def _headline(report: GateReport) -> str:
    if report.violations:
        return f"{len(report.violations)} of {len(report.rules)} rules did not pass."
    if report.decision == "no_improvement":
        return "Every rule passed, and it is not surely better than the champion."
    return f"All {len(report.rules)} rules passed."


def _badges(report: GateReport, policy: Policy | None) -> Iterator[Badge]:
    if report.first_release:
        yield Badge("first release, no champion")
    elif report.champion:
        yield Badge(f"against champion {report.champion[:19]}…")
    else:
        yield Badge("champion unknown", "unsure")
    if policy:
        yield Badge(f"{policy.tier} risk")
    yield Badge(f"judged {report.decided_at:%d %B %Y}")


def use_section(policy: Policy | None) -> Section:
    """Say what the model is for, what it is not for, and who answers for it."""
    title = "What it is for"
    if policy is None:
        text = "There is no readable policy, so nobody has said what this model is for."
        return Section(title, (Paragraph(text, "unsure"),))
    uses = Grid(
        (
            Bullets(policy.intended_use, "Intended use", "good"),
            Bullets(policy.forbidden_use, "Forbidden use", "bad"),
        )
    )
    owner = policy.owner
    facts = Facts(
        (
            Fact("Risk tier", f"{policy.tier}: {policy.tier_reason}"),
            Fact("Answers for it", f"{owner.team}, {owner.role} ({owner.contact})"),
            Fact(
                "Policy reviewed", f"{policy.review.reviewed_on}, due again {policy.review.due_on}"
            ),
        )
    )
    touched = Table(
        "Whom its answers touch",
        (Column("Who"), Column("Interest")),
        tuple((person.who, person.interest) for person in policy.stakeholders),
    )
    return Section(title, (uses, facts, Fold("Stakeholders", (touched,))))


def gate_section(report: GateReport | None) -> Section:
    """Show the rules that didn't pass; those that did are folded below."""
    title = "The gate, rule by rule"
    if report is None:
        return Section(title, (Paragraph("Not judged yet.", "unsure"),))
    passed = tuple(rule for rule in report.rules if rule.outcome == "passed")
    count = f"{len(passed)} of {len(report.rules)} rules passed."
    tables: list[Block] = []
    if report.violations:
        tables.append(_rules("Rules that did not pass", report.violations))
    tables.append(Fold("Rules that passed", (_rules("Rules that passed", passed),)))
    return Section(title, tuple(tables), f"{count} The gate measured every value itself.")


def _rules(caption: str, rules: tuple[RuleResult, ...]) -> Table:
    columns = (
        Column("Rule"),
        Column("Outcome"),
        Column("Value", "right"),
        Column("Interval", "right"),
        Column("Limit"),
        Column("Reason"),
    )
    return Table(caption, columns, tuple(map(_row, rules)))


def _row(rule: RuleResult) -> tuple[Cell | str, ...]:
    outcome = Cell(badge=Badge(rule.outcome, OUTCOMES[rule.outcome]))
    return (rule.rule, outcome, number(rule.value), bounds(rule), rule.limit, rule.reason)
