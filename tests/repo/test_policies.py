"""The policies that lie in git: readable, as strict as their tiers, and as their pages say."""

import ast
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from support import cases
from support import policy_examples as examples
from support.policy_examples import Example

from artifacts.digests import digest_json
from artifacts.records.evidence import LabelDoubt, Method, NearDuplicate, Slice
from artifacts.records.gate import RuleResult
from gate.comparing import PairedResamples
from gate.judge import decide, judge
from gate.policy_page import policy_page
from gate.resampling import resample_groups
from judging.case import Case, Champion
from judging.policy import results_of
from judging.policy_files import YamlPolicies
from judging.policy_schemas import write_policy_schemas
from judging.table import CHOSEN, RULES

ROOT = Path(__file__).parents[2]
RULE_TESTS = ROOT / "tests/unit/gate/rules"
FILES = YamlPolicies(ROOT / "policies")
POLICY, RISK = FILES.read("architecture"), FILES.tiers()
DIMENSIONS = tuple(examples.JUDGED_FROM)
ALWAYS = [rule.id for rule in RULES if rule.id not in CHOSEN]


def slice_of(dimension: str, name: str, photos: int, low: float = 0.6) -> Slice:
    """A slice whose lower bounds of accuracy and top-3 accuracy are as given."""
    found = cases.estimate(low + 0.1, 0.1).model_copy(update={"low": low})
    metrics = {"style.accuracy": found, "style.top3_accuracy": found}
    return Slice(dimension=dimension, name=name, photos=photos, groups=photos, metrics=metrics)


def names_of(dimension: str) -> tuple[str, ...]:
    required = {entry.dimension: entry.names for entry in POLICY.slices.required}
    return required.get(dimension, ("some", "other"))


def slices(**low: float) -> tuple[Slice, ...]:
    """Two slices of each dimension, just large enough to be judged."""
    return tuple(
        slice_of(dimension, name, examples.JUDGED_FROM[dimension], low.get(dimension, 0.6))
        for dimension in DIMENSIONS
        for name in (*names_of(dimension), "more")
    )


def metrics(**changed: float) -> dict[str, object]:
    good = {name: (0.95 if example.passes <= 1 else 1.0) for example, name in METRICS}
    good |= {"style.calibration_error": 0.01}
    good |= {"declined.unfamiliar": 0.01, "declined.none_of_these": 0.01}
    return {name: cases.estimate(value) for name, value in (good | changed).items()}


METRICS = tuple(examples.METRICS.items())


def gaps(**changed: float) -> tuple[object, ...]:
    return tuple(
        cases.gap(changed.get(dimension, 0.1), dimension, examples.JUDGED_FROM[dimension])
        for dimension in DIMENSIONS
    )


def drops(**changed: float) -> tuple[object, ...]:
    corruptions = [example.result.partition(".")[2] for example in examples.DROPS]
    return tuple(
        cases.corrupted(severity, changed.get(name, 0.05), name, cases.PHOTOS)
        for name in corruptions
        for severity in (1, 3)
    ) + tuple(cases.corrupted(5, 0.7, name, cases.PHOTOS) for name in corruptions)


def passing(**evidence: object) -> Case:
    """A case that the committed policy allows, with changes to its evidence."""
    fields = {
        "method": Method.model_validate(
            {k: v for k, v in examples.MEASUREMENT.items() if k in Method.model_fields}
        ),
        "metrics": metrics(),
        "slices": slices(),
        "gaps": gaps(),
        "robustness": drops(),
        "leakage": cases.leakage(within_bits=32, label_from_source=cases.estimate(0.36)),
    }
    columns = dict.fromkeys(DIMENSIONS, ("all",) * cases.PHOTOS)
    ours = cases.evaluation(cases.first_right(cases.RIGHT))
    return cases.passing(
        policy=POLICY,
        tiers=RISK,
        evaluation=ours.model_copy(update={"slices": columns}),
        evidence=cases.evidence(**(fields | evidence)),
    )


def result_of(case: Case, name: str) -> RuleResult:
    return cases.result_of(case, name)


def test_the_committed_policy_allows_an_honest_candidate() -> None:
    """All that the gate's own measuring code has no part in: the examples start from here."""
    results = judge(passing())
    assert [(one.rule, one.reason) for one in results if one.outcome != "passed"] == []
    assert decide(results, first_release=False) == "allowed"
    assert tuple(one.rule for one in results) == results_of(POLICY)


def check(example: Example, right: Case, wrong: Case) -> None:
    """One value passes, the next is refused, by this very result."""
    assert result_of(right, example.result).outcome == "passed"
    assert result_of(wrong, example.result).outcome in {"failed", "insufficient"}
    assert decide(judge(wrong), first_release=True) == "refused"


def dimension_of(example: Example) -> str:
    return example.result.partition(".")[2]


@pytest.mark.parametrize(("example", "metric"), METRICS, ids=str)
def test_every_limit_of_a_metric_is_where_it_was_decided(example: Example, metric: str) -> None:
    right, wrong = (
        passing(metrics=metrics(**{metric: value})) for value in (example.passes, example.refused)
    )
    check(example, right, wrong)


@pytest.mark.parametrize("example", examples.SLICE_FLOORS, ids=str)
def test_every_slice_floor_is_where_it_was_decided(example: Example) -> None:
    right, wrong = (
        passing(slices=slices(**{dimension_of(example): value}))
        for value in (example.passes, example.refused)
    )
    check(example, right, wrong)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_slices_are_judged_from_the_size_that_was_decided(dimension: str) -> None:
    least = examples.JUDGED_FROM[dimension]
    small, large = (
        passing(slices=(*slices(), slice_of(dimension, "bad", photos, 0.0)))
        for photos in (least - 1, least)
    )
    check(Example(f"slice_floor.{dimension}", 0, 0), small, large)


@pytest.mark.parametrize("example", examples.SLICE_GAPS, ids=str)
def test_every_slice_gap_is_where_it_was_decided(example: Example) -> None:
    right, wrong = (
        passing(gaps=gaps(**{dimension_of(example): value}))
        for value in (example.passes, example.refused)
    )
    check(example, right, wrong)


def compared(lost: int) -> Case:
    """Ten buildings of a hundred photos; so many of each hundred are lost against the champion."""
    groups = tuple(f"building {i // 100}" for i in range(1000))

    def scored(model: str, hits: list[bool]) -> object:
        found = cases.evaluation([True] * cases.PHOTOS, model)
        style = found.classification[0].model_copy(
            update={
                "truths": (0,) * 1000,
                "probabilities": tuple((0.8, 0.2, 0.0) if h else (0.2, 0.8, 0.0) for h in hits),
            }
        )
        columns = dict.fromkeys(DIMENSIONS, ("all",) * 1000)
        changes = {"photos": tuple(f"photo {i}" for i in range(1000)), "groups": groups}
        return found.model_copy(
            update=changes | {"slices": columns, "classification": (style,), "regression": ()}
        )

    ours = scored(cases.MODEL, [i % 100 >= lost for i in range(1000)])
    theirs = Champion(cases.CHAMPION, cases.MANIFEST, scored(cases.CHAMPION, [True] * 1000))  # type: ignore[arg-type]
    drawn = resample_groups(groups, 1000, 1)
    return replace(passing(), evaluation=ours, champion=theirs, comparing=PairedResamples(drawn))  # type: ignore[arg-type]


@pytest.mark.parametrize("example", examples.COMPARISONS, ids=str)
def test_every_margin_is_where_it_was_decided(example: Example) -> None:
    right, wrong = compared(int(example.passes)), compared(int(example.refused))
    assert result_of(right, example.result).outcome == "passed"
    assert result_of(wrong, example.result).outcome == "failed"


def test_confidences_of_comparisons_are_as_they_were_decided() -> None:
    rules = POLICY.rules
    found = {f"slice_regression.{one.dimension}": one.confidence for one in rules.slice_regressions}
    assert rules.non_inferiority is not None
    assert found | {"non_inferiority": rules.non_inferiority.confidence} == examples.CONFIDENCES


@pytest.mark.parametrize(("example", "severity"), examples.DROPS.items(), ids=str)
def test_every_drop_is_where_it_was_decided(example: Example, severity: int) -> None:
    right, wrong = (
        passing(robustness=drops(**{dimension_of(example): value}))
        for value in (example.passes, example.refused)
    )
    check(example, right, wrong)
    without = [
        one
        for one in drops()
        if (one.corruption, one.severity) != (dimension_of(example), severity)  # type: ignore[attr-defined]
    ]
    assert result_of(passing(robustness=tuple(without)), example.result).outcome == "missing"


def copied(count: float) -> Case:
    pairs = tuple(
        NearDuplicate(holdout=digest_json(i), other=digest_json(-i), split="train", bits=1)
        for i in range(1, int(count) + 1)
    )
    leak = cases.leakage(within_bits=32, near_duplicates=pairs)
    return passing(leakage=leak.model_copy(update={"label_from_source": cases.estimate(0.35)}))


def doubted(count: float) -> Case:
    doubt = {"given": "gothic", "suggested": "baroque", "quality": 0.1}
    return passing(
        label_doubts=tuple(
            LabelDoubt.model_validate({"photo": digest_json(i), **doubt}) for i in range(int(count))
        )
    )


def gained(example: Example, value: float) -> Case:
    score = round(0.35 + value, 6)
    source = cases.estimate(score if example.result == "leakage.source" else 0.35)
    shuffled = (score if example.result != "leakage.source" else 0.35,)
    return passing(
        leakage=cases.leakage(within_bits=32, label_from_source=source, shuffled_labels=shuffled)
    )


def test_every_share_is_where_it_was_decided() -> None:
    copies, doubts = examples.SHARES
    check(copies, copied(copies.passes), copied(copies.refused))
    check(doubts, doubted(doubts.passes), doubted(doubts.refused))


@pytest.mark.parametrize("example", examples.GAINS, ids=str)
def test_every_gain_is_where_it_was_decided(example: Example) -> None:
    check(example, gained(example, example.passes), gained(example, example.refused))


def shortened(photos: int, groups: int) -> Case:
    """A holdout of so many different photos of so many buildings."""
    case = passing()
    found = case.evaluation.model_copy(  # type: ignore[union-attr]
        update={
            "photos": tuple(f"photo {i % photos}" for i in range(cases.PHOTOS)),
            "groups": tuple(f"building {i % groups}" for i in range(cases.PHOTOS)),
        }
    )
    return replace(case, evaluation=found)


def required(dimension: str, photos: int) -> Case:
    others = [one for one in slices() if one.dimension != dimension]
    named = [slice_of(dimension, name, photos) for name in names_of(dimension)]
    return passing(slices=(*others, *named))


def counted(result: str, value: float) -> Case:
    """A case with just so much of what a result counts, weighs or times."""
    if result.startswith("holdout_size"):
        photos = result.endswith("photos")
        return shortened(int(value) if photos else 240, 120 if photos else int(value))
    if result.startswith("required_slices"):
        return required(result.partition(".")[2], int(value))
    if result == "data_quality.groups":
        labels = dict.fromkeys(cases.LABELS, 40) | {"gothic": int(value)}
        return passing(data=(cases.split_summary(**labels),))
    weighed = {
        "artifact_limits.size": {"size_bytes": int(value * 2**20)},
        "artifact_limits.load": {"load_seconds": float(value)},
        "artifact_limits.latency": {"latency_p95_ms": float(value)},
    }
    return passing(resources=cases.resources(**weighed[result]))


@pytest.mark.parametrize("example", examples.COUNTS, ids=str)
def test_every_count_is_where_it_was_decided(example: Example) -> None:
    check(
        example, counted(example.result, example.passes), counted(example.result, example.refused)
    )


def test_copies_are_sought_as_far_as_was_decided() -> None:
    for bits in (examples.WITHIN_BITS - 1, examples.WITHIN_BITS + 1):
        case = passing(leakage=cases.leakage(within_bits=bits))
        assert result_of(case, "leakage.near_duplicates").outcome == "missing"


def test_evidence_is_measured_as_was_decided() -> None:
    found = {name: getattr(POLICY.measurement, name) for name in examples.MEASUREMENT}
    assert found == examples.MEASUREMENT


def test_uncommitted_files_are_refused_and_a_clean_commit_is_enough() -> None:
    assert result_of(passing(), "reproducibility").outcome == "passed"
    dirty = cases.candidate(code=cases.candidate().code.model_copy(update={"dirty": True}))
    case = replace(passing(), candidate=dirty)
    assert result_of(case, "reproducibility").outcome == "failed"
    assert POLICY.rules.reproducibility is not None
    assert POLICY.rules.reproducibility.accept_tolerance is False


def test_the_review_is_due_on_the_day_that_was_decided() -> None:
    due = date.fromisoformat(examples.LAST_DAY)
    for day, outcome in ((due, "passed"), (due + timedelta(1), "missing")):
        assert result_of(replace(passing(), today=day), "review").outcome == outcome


def test_every_result_of_the_policy_has_an_example() -> None:
    tables = (examples.SLICE_FLOORS, examples.SLICE_GAPS, examples.COMPARISONS, examples.SHARES)
    shown = {one.result for table in (*tables, examples.GAINS, examples.COUNTS) for one in table}
    shown |= {one.result for table in (examples.METRICS, examples.DROPS) for one in table}
    shown |= {name for path in RULE_TESTS.glob("test_*.py") for name in committed(path)}
    assert set(results_of(POLICY)) - set(ALWAYS) - {"reproducibility"} == shown


def committed(path: Path) -> dict[str, tuple[float, float]]:
    """What a rule's test says in COMMITTED of the policy: for results, what passes and what not."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMITTED":
            return dict(ast.literal_eval(node.value))
    return {}


def test_the_page_in_docs_is_that_of_the_policy() -> None:
    """A line of a policy that changes shows there too, so nobody changes one unseen."""
    page = (ROOT / "docs/policies/architecture.md").read_text(encoding="utf-8")
    assert page == policy_page(POLICY, RISK)


def test_the_committed_schemas_are_what_the_records_make(tmp_path: Path) -> None:
    committed = {p.name: p.read_text() for p in (ROOT / "policies/schemas").glob("*.json")}
    assert committed == {path.name: path.read_text() for path in write_policy_schemas(tmp_path)}


@pytest.mark.parametrize(
    ("file", "schema"),
    [("models/architecture.yaml", "ModelPolicy"), ("risk_tiers.yaml", "RiskTiers")],
)
def test_a_committed_file_names_its_schema_and_keeps_it(file: str, schema: str) -> None:
    path = ROOT / "policies" / file
    text = path.read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    found = (path.parent / named).resolve()
    assert found == ROOT / "policies" / "schemas" / f"{schema}.schema.json"
    document = json.loads(json.dumps(yaml.safe_load(text), default=str))
    assert list(Draft202012Validator(json.loads(found.read_text())).iter_errors(document)) == []
