"""Candidates of known worth, each judged over many holdouts, get the verdict that they deserve.

docs/verdicts.md shows these shares as a table; a test holds it to them.
"""

from collections import Counter
from pathlib import Path

import pytest
from support.candidates import CANDIDATES, Candidate, Verdict, verdicts

HOLDOUTS = 30
PAGE = Path(__file__).parents[2] / "docs/verdicts.md"


@pytest.fixture(scope="module")
def judged() -> dict[str, tuple[Verdict, ...]]:
    return {candidate.name: verdicts(candidate, HOLDOUTS) for candidate in CANDIDATES}


def share(found: tuple[Verdict, ...], decision: str) -> float:
    return sum(verdict.decision == decision for verdict in found) / len(found)


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda one: one.name)
def test_a_candidate_gets_the_verdict_that_it_deserves(candidate: Candidate, judged) -> None:
    found = judged[candidate.name]
    said = Counter(one.decision for one in found)
    assert share(found, candidate.verdict) >= candidate.least, said
    if candidate.rule:
        assert all(candidate.rule in one.failed for one in found if one.decision == "refused")


def test_luck_is_no_improvement(judged) -> None:
    """Equal models, over those holdouts on which one looks better by half a point or more."""
    lucky = tuple(one for one in judged["equal, other mistakes"] if one.gain >= 0.005)
    assert len(lucky) >= 3
    assert share(lucky, "allowed") <= 0.5


def test_an_equal_candidate_is_hardly_ever_allowed(judged) -> None:
    equal = judged["equal, other mistakes"] + judged["equal, nearly a copy"]
    assert share(equal, "allowed") <= 0.06


def test_the_page_shows_what_was_found(judged) -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(table(judged))


def table(judged: dict[str, tuple[Verdict, ...]]) -> str:
    """The table of the page: a candidate a row, shares of holdouts, and the rules that refuse."""
    lines = ["| candidate | accuracy gained | allowed | no improvement | refused | by |"]
    lines.append("|---|---|---|---|---|---|")
    for name, found in judged.items():
        gain = sum(one.gain for one in found) / len(found)
        decisions = ("allowed", "no_improvement", "refused")
        shares = " | ".join(f"{share(found, decision):.0%}" for decision in decisions)
        rules = Counter(rule for one in found for rule in one.failed).most_common()
        by = ", ".join(f"{rule} ({count})" for rule, count in rules) or "-"
        lines.append(f"| {name} | {100 * gain:+.1f} points | {shares} | {by} |")
    return "\n".join(lines) + "\n"
