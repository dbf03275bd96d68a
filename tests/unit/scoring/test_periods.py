"""A year from probabilities of labels: the mixture of their periods, its median and its middle."""

from dataclasses import replace

import numpy as np
import pytest
from support.dataset_rows import dataset_rows
from support.tiny_artifact import tiny_artifact, tiny_heads

from artifacts.folder import ModelArtifact
from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.manifest import ClassificationHead, LabelPeriod, ModelManifest, PeriodsHead
from features import Extractor, architecture_schema
from scoring import Scorer, UnusableModel, evaluate, prove
from scoring.periods import mass_to_hold, periods_answer

STYLE, _ = tiny_heads()
FIRST_LAST = {"old": (-500, -300), "young": (1900, 1930)}


def head(mass: float = 0.9, **periods: tuple[int, int]) -> PeriodsHead:
    spans = (periods or FIRST_LAST).items()
    return PeriodsHead(
        name="era",
        of="style",
        unit="year",
        periods=tuple(LabelPeriod(label=n, first=a, last=b) for n, (a, b) in spans),
        level=0.4,
        mass=mass,
        known=0,
        held=0,
    )


def answer(*probabilities: float, mass: float = 0.9, **periods: tuple[int, int]):
    return periods_answer(head(mass, **periods), np.array(probabilities))


def periods_of(style: ClassificationHead) -> PeriodsHead:
    spans = {label: (1000 + 100 * i, 1080 + 100 * i) for i, label in enumerate(style.labels)}
    return head(**spans)


def test_a_sure_style_answers_with_the_middle_of_its_period():
    found = answer(0.0, 1.0)
    assert (found.value, found.low, found.high) == pytest.approx((1915, 1901.5, 1928.5))


def test_the_interval_holds_its_mass_of_the_mixture():
    found = answer(0.3, 0.7, mass=0.5, one=(1000, 1100), two=(1050, 1250))
    years = np.linspace(900, 1300, 4_001)
    density = 0.3 * ((years >= 1000) & (years < 1100)) / 100
    density += 0.7 * ((years >= 1050) & (years < 1250)) / 200
    inside = density[(years >= found.low) & (years <= found.high)].sum() * 0.1
    assert inside == pytest.approx(0.5, abs=0.01)


def test_a_style_of_little_probability_does_not_move_the_year_by_centuries():
    """A mean would: 4 % of antiquity are 90 years."""
    assert answer(0.04, 0.96).value == pytest.approx(1914.375)


def test_two_distant_styles_make_an_interval_over_both():
    found = answer(0.5, 0.5)
    assert found.low < -300
    assert found.high > 1900


def test_a_style_without_probability_is_not_in_the_widest_interval():
    found = answer(0.0, 1.0, mass=1.0)
    assert (found.low, found.high) == (1900, 1930)


def test_the_widest_interval_holds_every_likely_period():
    found = answer(0.3, 0.7, mass=1.0)
    assert (found.low, found.high) == (-500, 1930)


@pytest.mark.parametrize("year", [-450.0, 1903.0, 1929.0])
def test_the_mass_that_holds_a_year_makes_an_interval_that_holds_it(year):
    likely = np.array([0.2, 0.8])
    mass = mass_to_hold(head(), likely, year)
    found = periods_answer(head(min(1, mass + 1e-6)) if mass > 0.9 else head(), likely)
    assert found.low <= year <= found.high


@pytest.mark.parametrize("year", [-2000.0, 2020.0])
def test_a_year_beyond_all_periods_needs_the_whole_mixture(year):
    assert mass_to_hold(head(), np.array([0.2, 0.8]), year) == 1


@pytest.fixture(scope="module")
def periods_artifact() -> ModelArtifact:
    """A tiny artifact whose era follows from its styles: it has no file of its own."""
    manifest, files = tiny_artifact()
    heads = (manifest.heads[0], periods_of(STYLE))
    files = {name: data for name, data in files.items() if name != "heads/era.onnx"}
    scorer = Scorer(Extractor(architecture_schema()), heads, files)
    golden = tuple(
        photo.model_copy(
            update={
                "answers": scorer.answers(scorer.extractor.extract(files[photo.file])[np.newaxis])[
                    0
                ]
            }
        )
        for photo in manifest.golden_photos
    )
    kept = tuple(file for file in manifest.files if file.path in files)
    changes = {"heads": heads, "golden_photos": golden, "files": kept}
    checked = ModelManifest.model_validate(dict(manifest) | changes)
    return ModelArtifact(checked, files)


def test_a_model_answers_with_a_year_that_no_file_of_it_knows(periods_artifact):
    scorer = Scorer.of(periods_artifact)
    photo = periods_artifact.manifest.golden_photos[0]
    vector = scorer.extractor.extract(periods_artifact.files[photo.file])
    found = scorer.answers(vector[np.newaxis])[0]
    assert isinstance(found["era"], RegressionAnswer)
    assert found["era"] == photo.answers["era"]


def test_an_era_of_periods_is_certified_by_the_golden_photos(periods_artifact):
    proof = prove(periods_artifact, Scorer.of(periods_artifact))
    assert proof.holds
    assert proof.bit_equal


def test_a_certificate_whose_year_does_not_follow_from_its_styles_proves_nothing(periods_artifact):
    manifest = periods_artifact.manifest
    first, *others = manifest.golden_photos
    false = first.model_copy(
        update={"answers": first.answers | {"era": RegressionAnswer(value=1, low=0, high=2)}}
    )
    forged = manifest.model_copy(update={"golden_photos": (false, *others)})
    proof = prove(replace(periods_artifact, manifest=forged), Scorer.of(periods_artifact))
    assert len(proof.differences) == 1
    assert "era says" in proof.differences[0]


def test_a_hair_of_probability_on_another_machine_is_no_other_year(periods_artifact):
    """Where no period is near, a hair of probability is a century."""
    manifest, scorer = periods_artifact.manifest, Scorer.of(periods_artifact)
    first, *others = manifest.golden_photos
    style = first.answers["style"]
    assert isinstance(style, ClassificationAnswer)
    moved = [item.probability for item in style.ranking]
    moved[0], moved[-1] = moved[0] - 9e-4, moved[-1] + 9e-4
    ranking = tuple(
        LabelProbability(label=item.label, probability=p)
        for item, p in zip(style.ranking, moved, strict=True)
    )
    stated = {item.label: item.probability for item in ranking}
    era = periods_answer(periods_of(STYLE), np.array([stated[label] for label in STYLE.labels]))
    answers = {"style": ClassificationAnswer(ranking=ranking), "era": era}
    elsewhere = first.model_copy(update={"answers": answers})
    made = manifest.model_copy(update={"golden_photos": (elsewhere, *others)})
    assert prove(replace(periods_artifact, manifest=made), scorer).holds


def test_periods_of_other_labels_are_no_model():
    _, files = tiny_artifact()
    heads = (STYLE, head())
    with pytest.raises(UnusableModel, match="made for style's labels"):
        Scorer(Extractor(architecture_schema()), heads, files)


def test_an_evaluation_holds_the_years_of_periods(periods_artifact):
    scorer = Scorer.of(periods_artifact)
    rows = dataset_rows(6)
    labels = dict.fromkeys(("style",), STYLE.labels[0])
    same = type(rows)(rows=tuple(row.model_copy(update=labels) for row in rows.rows))
    width = scorer.extractor.schema.width
    vectors = np.zeros((len(same.of_split("holdout")), width), np.float32)
    found = evaluate(scorer, same, "holdout", vectors, model=None)
    (years,) = found.regression
    assert years.unit == "year"
    answers = zip(years.lows, years.values, years.highs, strict=True)
    assert all(low <= value <= high for low, value, high in answers)
