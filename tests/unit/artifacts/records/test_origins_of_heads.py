"""Where a head's answers come from, as a manifest says it."""

import pytest
from pydantic import ValidationError
from support.tiny_artifact import LABELS, tiny_artifact

from artifacts.records.manifest import LabelPeriod, ModelManifest, PeriodsHead, head_files

MANIFEST, _ = tiny_artifact()
STYLE, ERA = MANIFEST.heads
SPANS = tuple(
    LabelPeriod(label=label, first=1000 + i, last=1100 + i) for i, label in enumerate(LABELS)
)


def periods(**changes: object) -> PeriodsHead:
    fields: dict[str, object] = {
        "name": "era",
        "of": "style",
        "unit": "year",
        "periods": SPANS,
        "level": 0.9,
        "mass": 0.95,
        "known": 12,
        "held": 11,
    }
    return PeriodsHead.model_validate(fields | changes)


def manifest(*heads: object) -> ModelManifest:
    names = {head.name for head in heads}  # type: ignore[attr-defined]
    golden = tuple(
        photo.model_copy(update={"answers": {n: a for n, a in photo.answers.items() if n in names}})
        for photo in MANIFEST.golden_photos
    )
    return ModelManifest.model_validate(dict(MANIFEST) | {"heads": heads, "golden_photos": golden})


def test_a_manifest_says_where_each_heads_answers_come_from():
    assert MANIFEST.origin("era") == "learned"
    assert manifest(STYLE, periods()).origin("era") == "periods"
    assert manifest(STYLE).origin("era") == "off"


def test_a_head_of_periods_has_no_file():
    assert head_files((STYLE, periods())) == ("heads/style.onnx",)


def test_a_manifest_with_periods_reads_back_as_it_was_written(tmp_path):
    made = manifest(STYLE, periods())
    assert ModelManifest.read(made.write(tmp_path / "manifest.json")) == made


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"of": "era"}, "not era's labels"),
        ({"of": "material"}, "not material's labels"),
        ({"periods": SPANS[::-1]}, "not style's labels"),
        ({"periods": SPANS[:-1]}, "not style's labels"),
    ],
)
def test_periods_are_those_of_the_labels_in_their_order(changes, reason):
    """Periods in another order than the probabilities would be those of other labels."""
    with pytest.raises(ValidationError, match=reason):
        manifest(STYLE, periods(**changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mass": 0.8}, "below the level"),
        ({"held": 13}, "13 years are held of 12"),
        ({"mass": 1.1}, "less than or equal to 1"),
        ({"periods": SPANS[:1]}, "at least 2"),
    ],
)
def test_a_head_of_periods_can_not_claim_less_than_its_level(changes, reason):
    with pytest.raises(ValidationError, match=reason):
        periods(**changes)


@pytest.mark.parametrize(("first", "last"), [(1900, 1900), (1901, 1900), (0, 10**7)])
def test_a_period_begins_before_it_ends_and_within_history(first, last):
    with pytest.raises(ValidationError):
        LabelPeriod(label="gothic", first=first, last=last)
