"""Bounds that no policy and no tier may cross: on it a value is read, beyond it refused."""

import pytest
from support.policy_documents import DECIDED, policy, policy_document, settings, tiers
from support.staging_asked import shown_by_staging

from artifacts.errors import UnreadableRecord

SETTINGS = [
    ("holdout_size", "min_photos", 1, 0),
    ("holdout_size", "min_groups", 2, 1),
    ("floors", "id", "a_1", "Not an id"),
    ("non_inferiority", "metric", "style.accuracy", "style.top3_accuracy"),
    ("non_inferiority", "margin", 0, -0.001),
    ("non_inferiority", "margin", 0.1, 0.101),
    ("non_inferiority", "confidence", 0.9, 0.89),
    ("non_inferiority", "confidence", 0.999, 1),
    ("slice_floors", "metric", "style.top3_accuracy", "style.macro_f1"),
    ("slice_floors", "at_least", 0.001, 0),
    ("slice_floors", "at_least", 0.999, 1),
    ("slice_gaps", "at_most", 0, -0.001),
    ("slice_regressions", "metric", "style.accuracy", "style.top3_accuracy"),
    ("slice_regressions", "margin", 0, -0.001),
    ("slice_regressions", "margin", 0.2, 0.201),
    ("slice_regressions", "confidence", 0.9, 0.89),
    ("slice_regressions", "confidence", 0.999, 1),
    ("robustness", "up_to_severity", 1, 0),
    ("robustness", "up_to_severity", 5, 6),
    ("robustness", "max_drop", 0, -0.001),
    ("robustness", "max_drop", 1, 1.001),
    ("leakage", "within_bits", 0, -1),
    ("leakage", "within_bits", 64, 65),
    ("data_quality", "min_groups_per_label", 1, 0),
    ("artifact_limits", "max_size_mib", 0.001, 0),
    ("artifact_limits", "max_load_seconds", 0.001, 0),
    ("artifact_limits", "max_latency_p95_ms", 0.001, 0),
    ("data_quality", "reason", "x" * 20, "x" * 19),
    ("data_quality", "reason", "x" * 1200, "x" * 1201),
]
MEASUREMENT = [
    ("confidence", 0.9, 0.89),
    ("confidence", 0.999, 1),
    ("resamples", 1000, 999),
    ("resamples", 20_000, 20_001),
    ("seed", 0, -1),
    ("robustness_photos", 20, 19),
    ("max_cpu_minutes", 0.001, 0),
    ("max_cpu_minutes", 480, 480.1),
    ("max_memory_mib", 1024, 1023),
    ("max_memory_mib", 65_536, 65_537),
]
REQUIRED = [("min_photos", 5, 4), ("names", ["normal"], [])]
LINES = [(["x" * 3], ["x" * 2]), (["x" * 600], ["x" * 601]), (["one"], [])]
TIER = [
    ("belongs_here", ["one"], []),
    ("rules", ["floors"], []),
    ("approvals", [{"role": "model_owner", "persons": 1}], []),
    (
        "approvals",
        [{"role": "model_owner", "persons": 1}],
        [{"role": "model_owner", "persons": 0}],
    ),
    ("approvals_valid_days", 1, 0),
    ("staging", shown_by_staging(1, 0), shown_by_staging(0, 0)),
    (
        "staging",
        shown_by_staging(1, 0),
        shown_by_staging(1, -0.001),
    ),
    ("staging", shown_by_staging(1, 0, gap=0.001), shown_by_staging(1, 0, gap=0)),
    ("staging", shown_by_staging(1, 0, gap=744), shown_by_staging(1, 0, gap=744.5)),
    ("staging", shown_by_staging(1, 0, last=0.001), shown_by_staging(1, 0, last=0)),
    ("staging", shown_by_staging(1, 0, last=744), shown_by_staging(1, 0, last=744.5)),
    ("monitoring", ["one"], []),
    ("review_period_days", 1, 0),
    ("review_period_days", 1096, 1097),
    ("regulations", [{"name": "A law", "question": "Does it apply?"}], []),
]


def altered(rule, field, value):
    """The policy with one field of a rule's first entry changed."""
    given = settings()[rule]
    entry = (given[0] if isinstance(given, list) else given) | {field: value}
    return policy(rules=settings(**{rule: [entry] if isinstance(given, list) else entry}))


@pytest.mark.parametrize(("rule", "field", "accepted", "refused"), SETTINGS)
def test_a_setting_is_read_on_its_bound_and_refused_beyond(rule, field, accepted, refused):
    altered(rule, field, accepted)
    with pytest.raises(UnreadableRecord, match=field):
        altered(rule, field, refused)


@pytest.mark.parametrize(("field", "accepted", "refused"), MEASUREMENT)
def test_a_measurement_is_read_on_its_bound_and_refused_beyond(field, accepted, refused):
    given = policy_document()["measurement"]
    policy(measurement=given | {field: accepted})
    with pytest.raises(UnreadableRecord, match=field):
        policy(measurement=given | {field: refused})


@pytest.mark.parametrize(("field", "accepted", "refused"), REQUIRED)
def test_required_slices_are_read_on_their_bound_and_refused_beyond(field, accepted, refused):
    given = policy_document()["slices"]
    (entry,) = given["required"]
    policy(slices=given | {"required": [entry | {field: accepted}]})
    with pytest.raises(UnreadableRecord, match=field):
        policy(slices=given | {"required": [entry | {field: refused}]})


def test_optional_slices_of_four_photos_are_refused():
    given = policy_document()["slices"]
    entry = {"dimension": "style", **DECIDED}
    policy(slices=given | {"optional": [entry | {"min_photos": 5}]})
    with pytest.raises(UnreadableRecord, match="min_photos"):
        policy(slices=given | {"optional": [entry | {"min_photos": 4}]})


def test_a_policy_that_requires_no_slices_is_refused():
    given = policy_document()["slices"]
    moved = [{"dimension": "lighting", "min_photos": 30, **DECIDED}, *given["optional"]]
    with pytest.raises(UnreadableRecord, match="required"):
        policy(slices={"required": [], "optional": moved})


@pytest.mark.parametrize("key", ["intended_use", "forbidden_use", "known_limits"])
@pytest.mark.parametrize(("accepted", "refused"), LINES)
def test_lines_for_people_are_neither_missing_nor_endless(key, accepted, refused):
    policy(**{key: accepted})
    with pytest.raises(UnreadableRecord, match=key):
        policy(**{key: refused})


def test_a_policy_that_touches_nobody_is_refused():
    with pytest.raises(UnreadableRecord, match="stakeholders"):
        policy(stakeholders=[])


@pytest.mark.parametrize(("field", "accepted", "refused"), TIER)
def test_a_tier_is_read_on_its_bound_and_refused_beyond(field, accepted, refused):
    tiers(**{field: accepted})
    with pytest.raises(UnreadableRecord, match=field):
        tiers(**{field: refused})
