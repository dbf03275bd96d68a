"""The table of rules, and that each is shown to refuse, to miss its evidence and to pass."""

import ast
from dataclasses import replace
from pathlib import Path
from pkgutil import ModuleInfo

import pytest
from pydantic import create_model
from support.cases import measured, passing, slice_of
from support.policy_documents import policy, ruled, settings

from gate.judge import judge
from judging.case import Absent
from judging.policy import Rules, results_of
from judging.policy_files import YamlPolicies
from judging.table import ALWAYS_ON, CHOSEN, RULES, declared, modules

FOLDER = Path(__file__).parent
ARCHITECTURE = YamlPolicies(Path(__file__).parents[4] / "policies").read("architecture")
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


# A report names its rules in this order; one that is new may stand anywhere among them.
ORDER = [
    "artifact",
    "policy",
    "review",
    "holdout_pin",
    "same_data",
    "parity",
    "champion",
    "required_slices",
    "holdout_size",
    "floors",
    "error_limits",
    "calibration",
    "coverage",
    "non_inferiority",
    "slice_floors",
    "slice_gaps",
    "slice_regressions",
    "robustness",
    "leakage",
    "data_quality",
    "artifact_limits",
    "reproducibility",
]


def test_rules_keep_their_order():
    assert [rule for rule in IDS if rule in ORDER] == ORDER


@pytest.mark.parametrize("lost", sorted(ALWAYS_ON))
def test_a_lost_module_of_a_rule_that_is_always_on_stops_every_command(lost):
    """Judge and proposal read one table: a report without the rule would pass both."""
    module = next(r for r in RULES if r.id == lost).judge.__module__
    there = [found for found in modules() if found.name != module]
    with pytest.raises(ImportError, match=rf"differ by .*\b{lost}\b.*: restore the module"):
        declared(there)


def test_a_folder_among_the_rules_stops_every_command():
    """Git ignores folders of some names; what lies there would run beside the keys."""
    with pytest.raises(ImportError, match="build is a folder"):
        declared([ModuleInfo(None, "judging.rules.build", ispkg=True)])


def test_the_settings_of_one_rule_are_no_other_rules():
    """A policy gives settings by their kind: a rule would be judged by another's as well."""
    kinds = [rule.settings for rule in CHOSEN.values()]
    assert [(a, b) for a in kinds for b in kinds if a is not b and issubclass(a, b)] == []
    assert len(set(kinds)) == len(kinds)


def test_every_rule_that_can_be_chosen_is_shown_in_the_committed_policy():
    assert set(ARCHITECTURE.rules.named()) == set(CHOSEN)


# As they were before rules were found in their modules: signed approvals name such digests.
DIGESTS = [
    (ruled(declining=None), "9071b25d1949c243c39ae90d58796bebce1af6181f1b943ef9a5ed2bc955a563"),
    (
        ruled(leakage=None, robustness=None, floors=None, declining=None),
        "ab0b137840d59b03dcc7bf54059cc4dae33c1df814b229d9b5f7fc38ddaa077d",
    ),
    (
        ruled(**dict.fromkeys(settings())),
        "2be16a392f5d4c9dfff90f518f8736830464e83ad41246f18dc99a2bc9153dd3",
    ),
]


@pytest.mark.parametrize(("found", "digest"), DIGESTS)
def test_a_policy_keeps_the_digest_that_approvals_name(found, digest):
    assert found.digest == f"sha256:{digest}"


def test_a_policy_says_nothing_of_a_later_rule_that_it_leaves_off():
    later = create_model("Later", __base__=Rules, later=(CHOSEN["leakage"].settings | None, None))
    given = ARCHITECTURE.rules.model_dump()
    assert later.model_validate(given).model_dump() == given
    shown = later.model_validate(given | {"later": given["leakage"]})
    assert set(shown.model_dump()) == {*given, "later"}


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
    for given in (case, replace(case, policy=ARCHITECTURE)):
        assert tuple(found.rule for found in rule.judged(given)) == rule.results(given.policy)


def test_the_judge_applies_every_rule_once_and_in_the_tables_order():
    assert tuple(found.rule for found in judge(passing())) == results_of(policy())
    assert len(set(results_of(policy()))) == len(results_of(policy()))
