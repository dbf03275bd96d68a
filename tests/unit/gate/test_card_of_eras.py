"""Where the card and the candidate's page say that an era comes from."""

from dataclasses import replace

import pytest
from support.sample_evidence import sample_records

from artifacts.records.manifest import ClassificationHead, LabelPeriod, PeriodsHead
from gate.card import CardRecords, choose, model_card
from gate.card.quality import era_origin
from pages import render

RECORDS = sample_records()


def with_era(known: int = 0, held: int = 0) -> CardRecords:
    style = RECORDS.manifest.heads[0]
    assert isinstance(style, ClassificationHead)
    spans = tuple(LabelPeriod(label=n, first=1800, last=1900) for n in style.labels)
    era = PeriodsHead(
        name="era",
        of="style",
        unit="year",
        periods=spans,
        level=0.9,
        mass=0.9,
        known=known,
        held=held,
    )
    return with_heads(style, era)


def with_heads(*heads: ClassificationHead | PeriodsHead) -> CardRecords:
    manifest = RECORDS.manifest.model_copy(update={"heads": heads})
    assert RECORDS.evidence is not None
    metrics = {n: e for n, e in RECORDS.evidence.metrics.items() if not n.startswith("era.")}
    evidence = RECORDS.evidence.model_copy(
        update={"metrics": metrics, "model": manifest.digest, "slices": (), "gaps": ()}
    )
    return replace(RECORDS, manifest=manifest, evidence=evidence, report=None, evaluation=None)


def test_a_learned_era_is_told_to_be_learned() -> None:
    assert era_origin(RECORDS) == "Era was learned from photos whose year is known."


def test_an_era_from_periods_says_so_and_that_no_year_measured_it() -> None:
    said = era_origin(with_era())
    assert said.startswith("Era comes from the styles' periods: when buildings of the likely")
    assert "No training photo had a year to check that by" in said
    assert said.endswith("Not measured: no years in the holdout.")


def test_few_known_years_are_told_with_how_many_lie_in_the_interval() -> None:
    assert "Of 12 training photos whose year is known, 11 lie in it" in era_origin(
        with_era(known=12, held=11)
    )


def test_a_model_without_an_era_says_so() -> None:
    style = RECORDS.manifest.heads[0]
    assert isinstance(style, ClassificationHead)
    assert era_origin(with_heads(style)) == "It gives no era: it was trained without one."


@pytest.mark.parametrize("era", ["periods", "off"])
def test_a_card_of_either_can_be_read(era: str) -> None:
    style = RECORDS.manifest.heads[0]
    assert isinstance(style, ClassificationHead)
    records = with_era() if era == "periods" else with_heads(style)
    page = render(model_card(records, choose(records), {}))
    assert era_origin(records).partition("'")[0] in page.replace("&#39;", "'")
