import pytest
from pydantic import ValidationError
from support.policy_documents import DECIDED, policy, policy_document, settings

from artifacts.errors import UnreadableRecord
from judging.policy import Policy, Rules, unknown_rules
from judging.rules.metric_limits import Floor


def make_floor(**changes):
    fields = {"id": "x", "metric": "style.accuracy", "at_least": 0.5, **DECIDED}
    return Floor.model_validate(fields | changes)


def ruled(**rules):
    return policy(rules=settings(**rules))


def altered(rule, **changes):
    """The policy with one entry of a rule changed."""
    given = settings()[rule]
    return ruled(**{rule: [given[0] | changes] if isinstance(given, list) else given | changes})


@pytest.mark.parametrize("limit", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("side", ["at_least", "at_most"])
def test_a_limit_that_is_not_finite_is_refused(limit, side):
    with pytest.raises(ValidationError):
        make_floor(**{"at_least": None, side: limit})


@pytest.mark.parametrize("changes", [{"at_most": 0.9}, {"at_least": None}])
def test_a_floor_needs_exactly_one_limit(changes):
    with pytest.raises(ValidationError, match="exactly one"):
        make_floor(**changes)


@pytest.mark.parametrize("metric", ["style.beauty", "style.set_coverage", "style.set_size"])
def test_a_metric_of_another_rule_is_refused_as_a_floor(metric):
    with pytest.raises(ValidationError, match="has no place here"):
        make_floor(metric=metric)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("floors", {"at_least": None, "at_most": 0.9}),
        ("error_limits", {"at_most": None, "at_least": 60}),
        ("calibration", {"at_most": None, "at_least": 0.1}),
        ("coverage", {"at_least": None, "at_most": 0.9}),
        ("coverage", {"metric": "style.set_size"}),
    ],
)
def test_a_limit_on_the_better_side_is_refused(rule, changes):
    """An error of at least 60 years would be kept by the worst model of all."""
    with pytest.raises(UnreadableRecord, match="is limited by"):
        altered(rule, **changes)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_everything_keeps_is_refused(limit):
    with pytest.raises(ValidationError, match="lets every model pass"):
        make_floor(at_least=limit)


def test_a_limit_that_nothing_keeps_is_refused():
    with pytest.raises(UnreadableRecord, match="lets no model pass"):
        altered("calibration", at_most=-0.1)


@pytest.mark.parametrize("rule", sorted(settings()))
@pytest.mark.parametrize("field", ["reason", "decided_on"])
def test_a_setting_without_its_reason_or_day_is_refused(rule, field):
    with pytest.raises(UnreadableRecord, match=field):
        altered(rule, **{field: None})


@pytest.mark.parametrize("rule", sorted(settings()))
def test_an_unknown_key_in_a_setting_is_refused(rule):
    """An `override: true` that nobody reads looks like one that somebody does."""
    with pytest.raises(UnreadableRecord, match="override"):
        altered(rule, override=True)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("non_inferiority", {"margin": -0.01}),
        ("non_inferiority", {"margin": 0.11}),
        ("non_inferiority", {"margin": float("nan")}),
        ("non_inferiority", {"confidence": 0.5}),
        ("non_inferiority", {"confidence": 1.0}),
        ("non_inferiority", {"metric": "era.median_absolute_error"}),
        ("non_inferiority", {"reason": "short"}),
        ("slice_floors", {"at_least": 0}),
        ("slice_floors", {"metric": "style.macro_f1"}),
        ("slice_gaps", {"at_most": -0.1}),
        ("slice_regressions", {"margin": 0.21}),
        ("slice_regressions", {"confidence": 0.8}),
        ("robustness", {"up_to_severity": 0}),
        ("robustness", {"up_to_severity": 6}),
        ("robustness", {"max_drop": 1.1}),
        ("leakage", {"within_bits": 65}),
        ("leakage", {"max_source_gain": 1.1}),
        ("data_quality", {"min_groups_per_label": 0}),
        ("artifact_limits", {"max_size_mib": 0}),
        ("artifact_limits", {"max_latency_p95_ms": float("inf")}),
        ("reproducibility", {"ask": "promised"}),
        ("holdout_size", {"min_photos": 0}),
        ("holdout_size", {"min_groups": 1}),
    ],
)
def test_a_setting_that_asks_for_nothing_is_refused(rule, changes):
    with pytest.raises(UnreadableRecord, match=rule):
        altered(rule, **changes)


LISTS = ["floors", "error_limits", "calibration", "coverage", "robustness"]


@pytest.mark.parametrize("rule", [*LISTS, "slice_floors", "slice_gaps", "slice_regressions"])
def test_no_two_limits_of_a_rule_share_a_result(rule):
    with pytest.raises(UnreadableRecord, match="stands twice"):
        ruled(**{rule: settings()[rule] * 2})


@pytest.mark.parametrize("rule", ["slice_floors", "slice_gaps", "slice_regressions"])
def test_a_rule_on_slices_that_the_policy_does_not_size_is_refused(rule):
    with pytest.raises(UnreadableRecord, match="slices says nothing of colour"):
        altered(rule, dimension="colour")


def test_a_dimension_is_either_required_or_optional():
    slices = policy_document()["slices"]
    both = slices | {"optional": [{"dimension": "lighting", "min_photos": 9, **DECIDED}]}
    with pytest.raises(UnreadableRecord, match="lighting stands twice"):
        policy(slices=both)


@pytest.mark.parametrize("key", sorted(set(policy_document()) - {"kind"}))
def test_no_part_of_a_policy_may_be_left_out(key):
    document = policy_document()
    del document[key]
    with pytest.raises(UnreadableRecord, match=key):
        Policy.parse(document, "a test")


@pytest.mark.parametrize(
    "key", ["intended_use", "forbidden_use", "stakeholders", "known_limits", "owner"]
)
def test_what_people_must_know_may_not_be_empty(key):
    with pytest.raises(UnreadableRecord, match=key):
        policy(**{key: []})


@pytest.mark.parametrize("due_on", ["2026-11-22", "2026-11-21"])
def test_the_next_review_is_after_the_last(due_on):
    review = policy_document()["review"] | {"due_on": due_on}
    with pytest.raises(UnreadableRecord, match="due_on is not after reviewed_on"):
        policy(review=review)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"rules": {"flooors": [], "beauty": {}, "floors": []}}, ["beauty", "flooors"]),
        ({"rules": settings()}, []),
        ({"rules": ["floors"]}, []),
        ({}, []),
        ("text", []),
    ],
)
def test_unknown_rules_are_named_beside_the_known(document, names):
    found = unknown_rules(document)
    assert len(found) == len(names)
    for name, problem in zip(names, found, strict=True):
        assert f"there is no rule {name!r}" in problem
        assert all(known in problem for known in Rules.model_fields)


@pytest.mark.parametrize(("value", "holds"), [(0.2499, False), (0.25, True), (0.2501, True)])
def test_a_lower_limit_holds_on_the_boundary(value, holds):
    assert make_floor(at_least=0.25).holds(value) is holds


@pytest.mark.parametrize(("value", "holds"), [(59.9, True), (60, True), (60.1, False)])
def test_an_upper_limit_holds_on_the_boundary(value, holds):
    assert policy().rules.error_limits[0].holds(value) is holds


def test_settings_are_found_by_the_name_of_their_rule():
    found = policy()
    assert found.settings("measurement") == (found.measurement,)
    assert found.settings("required_slices") == found.slices.required
    assert found.settings("optional_slices") == found.slices.optional
    assert found.settings("floors") == found.rules.floors
    assert found.settings("leakage") == (found.rules.leakage,)
    assert found.settings("parity") == ()
    assert ruled(leakage=None).settings("leakage") == ()


def test_an_error_limit_of_nothing_at_all_may_be_asked_for():
    assert altered("calibration", at_most=0).rules.calibration[0].limit == 0


@pytest.mark.parametrize(
    ("rule", "metric", "limit"),
    [
        ("floors", "style.macro_f1", {}),
        ("floors", "style.top3_accuracy", {}),
        ("error_limits", "era.mean_absolute_error", {}),
        ("calibration", "style.brier_score", {}),
        ("coverage", "era.interval_coverage", {}),
        ("coverage", "era.interval_width", {"at_least": None, "at_most": 100}),
        ("coverage", "style.set_size", {"at_least": None, "at_most": 3}),
    ],
)
def test_a_rule_takes_each_of_its_metrics(rule, metric, limit):
    (entry,) = getattr(altered(rule, metric=metric, **limit).rules, rule)
    assert entry.metric == metric


def test_the_rules_that_have_settings_are_named():
    assert set(ruled(error_limits=[], leakage=None).rules.named()) == (
        set(settings()) - {"error_limits", "leakage"}
    )
