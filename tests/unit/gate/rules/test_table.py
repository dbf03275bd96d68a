"""The table of rules, and that each is shown to refuse, to miss its evidence and to pass."""

import ast
from pathlib import Path

import pytest
from support.cases import measured, passing, slice_of
from support.policy_documents import policy, ruled

from gate.case import Absent
from gate.judge import judge
from gate.rules.table import RULES
from judging.policy import Rules
from judging.result_names import RESULTS, results_of

FOLDER = Path(__file__).parent
IDS = [rule.id for rule in RULES]
SHOWN = ("_refuses_", "_is_missing_", "_on_the_boundary_")


def names_in_the_file_of(rule):
    """Names of the tests in the file of a rule."""
    tree = ast.parse((FOLDER / f"test_{rule}.py").read_text(encoding="utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("rule", IDS)
@pytest.mark.parametrize("kind", SHOWN)
def test_every_rule_has_a_test_of_each_kind_under_its_own_name(rule, kind):
    assert [name for name in names_in_the_file_of(rule) if name.startswith(f"test_{rule}{kind}")]


def test_every_file_of_tests_is_of_a_rule_of_the_table():
    files = {path.stem.removeprefix("test_") for path in FOLDER.glob("test_*.py")}
    assert files - {"table"} == set(IDS)


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_every_rule_has_a_meaning_and_a_source(rule):
    assert rule.meaning.endswith(".")
    assert rule.source.endswith(".")
    assert len(rule.meaning) > 40
    assert any(character.isdigit() for character in rule.source) or "specification" in rule.source


def test_no_rule_stands_twice():
    assert len(set(IDS)) == len(IDS)


def test_rules_with_settings_are_those_that_a_policy_can_set():
    assert [rule.settings for rule in RULES if rule.settings] == list(Rules.model_fields)
    assert all(rule.settings in {None, rule.id} for rule in RULES)


CASES = [
    passing(),
    passing(evidence=Absent("gone")),
    passing(evaluation=Absent("gone", at_fault=True)),
    passing(champion=Absent("gone"), holdout=Absent("gone")),
    measured(slices=(slice_of("lighting", "dark", 3, 0.5),), gaps=(), robustness=()),
]


@pytest.mark.parametrize("rule", RULES, ids=IDS)
@pytest.mark.parametrize("case", CASES)
def test_a_rule_gives_the_results_that_it_names_whatever_the_case(rule, case):
    assert tuple(found.rule for found in rule.judge(case)) == RESULTS[rule.id](case.policy)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.settings], ids=lambda r: r.id)
def test_a_rule_without_its_settings_is_off(rule):
    without = policy() if rule.settings is None else ruled(**{rule.settings: None})
    case = passing(policy=without)
    assert rule.judge(case) == RESULTS[rule.id](without) == ()


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_without_a_policy_a_rule_that_needs_one_gives_nothing(rule):
    found = rule.judge(passing(policy=Absent("no such file")))
    needs_none = rule.settings is None and rule.id != "required_slices"
    assert bool(found) is needs_none


def test_the_judge_applies_every_rule_once_and_in_the_tables_order():
    assert tuple(found.rule for found in judge(passing())) == results_of(policy())
    assert len(set(results_of(policy()))) == len(results_of(policy()))
