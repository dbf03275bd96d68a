from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import GateReport

RULE = {
    "rule": "floor.accuracy",
    "outcome": "passed",
    "value": 0.5,
    "low": 0.4,
    "high": 0.6,
    "limit": "at least 0.3",
    "reason": "fits",
}
NOTHING = {"value": None, "low": None, "high": None}


def report(**changes: Any) -> dict[str, Any]:
    document = {
        "model": "architecture",
        "candidate": digest_json("candidate"),
        "champion": digest_json("champion"),
        "first_release": False,
        "policy": digest_json("policy"),
        "risk_tiers": digest_json("tiers"),
        "evidence": digest_json("evidence"),
        "photo_manifest": digest_json("photos"),
        "holdout": digest_json("holdout"),
        "rules": [RULE],
        "decision": "allowed",
        "decided_at": "2026-11-22T00:00:00Z",
    }
    return document | changes


def with_rule(**changes: Any) -> list[dict[str, Any]]:
    return [RULE, RULE | changes]


def test_a_report_survives_its_file(tmp_path: Path):
    made = GateReport.parse(report(), "test")
    assert GateReport.read(made.write(tmp_path / "report.json")) == made


@pytest.mark.parametrize("outcome", ["failed", "insufficient", "missing"])
@pytest.mark.parametrize("decision", ["allowed", "no_improvement"])
def test_a_good_decision_beside_a_rule_that_did_not_pass_is_unreadable(outcome: str, decision: str):
    with pytest.raises(UnreadableRecord, match="not every rule passed"):
        GateReport.parse(report(rules=with_rule(outcome=outcome), decision=decision), "test")


@pytest.mark.parametrize("field", ["candidate", "policy", "risk_tiers", "evidence", "holdout"])
def test_allowed_without_what_was_judged_is_unreadable(field: str):
    with pytest.raises(UnreadableRecord, match="allowed without"):
        GateReport.parse(report(**{field: None}), "test")


def test_allowed_without_a_champion_needs_a_first_release():
    with pytest.raises(UnreadableRecord, match="without a champion"):
        GateReport.parse(report(champion=None), "test")
    assert GateReport.parse(report(champion=None, first_release=True), "test").all_passed


@pytest.mark.parametrize("decision", ["allowed", "refused", "undecided", "no_improvement"])
def test_a_first_release_beside_a_champion_is_unreadable(decision: str):
    """A first release needs no comparison, so it must not stand where there is one to compare."""
    with pytest.raises(UnreadableRecord, match="a champion, and a first release"):
        GateReport.parse(report(first_release=True, decision=decision), "test")


@pytest.mark.parametrize("decision", ["refused", "undecided"])
def test_a_report_that_stops_a_release_may_lack_evidence(decision: str):
    rules = with_rule(outcome="missing", **NOTHING)
    gaps = dict.fromkeys(("candidate", "champion", "policy", "photo_manifest", "holdout"))
    made = GateReport.parse(report(**gaps, rules=rules, decision=decision), "test")
    assert [rule.outcome for rule in made.violations] == ["missing"]


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": []},
        {"decision": "ok"},
        {"rules": with_rule(outcome="skipped")},
        {"rules": with_rule(value=float("nan"))},
        {"rules": [{k: v for k, v in RULE.items() if k != "value"}]},
        {"candidate": "sha256:abc"},
        {"model": "a model"},
        {"approved_by": "me"},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_report_of_another_form_is_unreadable(changes: dict[str, Any]):
    with pytest.raises(UnreadableRecord):
        GateReport.parse(report(**changes), "test")


def outcomes(**changes: Any) -> dict[str, Any]:
    fields = {"head": "style", "labels": ["a", "b"], "set_threshold": 0.2, "truths": [0, None]}
    return fields | {"probabilities": [[0.5, 0.5], [1, 0]]} | changes


def numbers(**changes: Any) -> dict[str, Any]:
    fields = {"head": "era", "unit": "year", "truths": [1900, None], "values": [1, 2]}
    return fields | {"lows": [0, 0], "highs": [3, 3]} | changes


def evaluation(**changes: Any) -> dict[str, Any]:
    document = {
        "model": None,
        "photo_manifest": digest_json("photos"),
        "split": "holdout",
        "split_digest": digest_json("split"),
        "photos": [digest_json(1), digest_json(2)],
        "groups": ["g", "h"],
        "slices": {"light": ["day", "night"]},
        "classification": [outcomes()],
        "regression": [numbers()],
    }
    return document | changes


def test_an_evaluation_survives_its_file(tmp_path: Path):
    made = Evaluation.model_validate(evaluation())
    assert Evaluation.read(made.write(tmp_path / "evaluation.json")) == made


@pytest.mark.parametrize(
    "changes",
    [
        {"groups": ["g"]},
        {"slices": {"light": ["day"]}},
        {"classification": [outcomes(truths=[0])]},
        {"classification": [outcomes(probabilities=[[0.5, 0.5]])]},
        {"regression": [numbers(truths=[1])]},
        {"regression": [numbers(values=[1, 2, 3])]},
        {"regression": [numbers(lows=[])]},
        {"regression": [numbers(highs=[1])]},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_column_of_another_length_is_refused(changes: dict[str, Any]):
    with pytest.raises(ValidationError, match="isn't as long as"):
        Evaluation.model_validate(evaluation(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"probabilities": [[0.5, 0.5], [1]]},
        {"probabilities": [[0.5, 0.5], [1, -0.01]]},
        {"probabilities": [[0.5, 0.5], [1.01, 0]]},
        {"probabilities": [[0.5, 0.5], [float("nan"), 0]]},
        {"truths": [0, 2]},
        {"truths": [0, -1]},
    ],
    ids=str,
)
def test_outcomes_that_are_none_are_refused(changes: dict[str, Any]):
    with pytest.raises(ValidationError):
        Evaluation.model_validate(evaluation(classification=[outcomes(**changes)]))
