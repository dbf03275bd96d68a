"""Two folders of twenty photos, no table and no years: trained, judged, reported, served, asked."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from artifacts.records.gate import GateReport
from artifacts.records.manifest import ModelManifest
from rehearsal.small_world import MILD, PARAMS, make_mild
from samples.facades import draw_facades, write_facades
from samples.facades.store import SOURCE
from training.photos.sources import TableRow

STYLES = ("gothic", "international")
ERA = "error_limit.era_median_absolute_error"


@pytest.fixture(scope="module")
def world(place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos, candidate, gate report and card; policies and releases of its own."""
    folder = tmp_path_factory.mktemp("without-years")
    photos = folder / "photos"
    write_facades(draw_facades(20, 5, views=(1, 1), styles=STYLES), photos).unlink()
    (folder / "params.yaml").write_text(json.dumps(PARAMS), encoding="utf-8")
    run = ("--work", folder / "work", "--out", folder / "candidate")
    where = ("--photos", photos, "--params", folder / "params.yaml")
    trained = place.plinth("training", "run-pipeline", *where, *run)
    assert trained.code == 0, trained.said
    (folder / "said.txt").write_text(trained.said, encoding="utf-8")
    for name in ("policies", "releases"):
        shutil.copytree(place.checkout / name, folder / name)
    make_mild(folder / "policies", MILD)
    policy = folder / "policies/models/architecture.yaml"
    text = policy.read_text(encoding="utf-8")
    assert text.count(f"- {SOURCE}\n") == 1
    # Without a table nobody has said where the photos are from.
    policy.write_text(text.replace(f"- {SOURCE}\n", f"- {TableRow().source}\n"), encoding="utf-8")
    asked(place, folder, "pin-holdout", "--dataset", folder / "work/data")
    record = ("--out", folder / "report.json", "--evidence", folder / "evidence.json")
    asked(place, folder, "judge", folder / "candidate", "--dataset", folder / "work/data", *record)
    shown = ("--gate-report", folder / "report.json", "--evidence", folder / "evidence.json")
    asked(place, folder, "report", folder / "candidate", "--out", folder / "card.html", *shown)
    return folder


def asked(place, folder: Path, *words: str | Path) -> None:
    more = {f"PLINTH_{name.upper()}": str(folder / name) for name in ("policies", "releases")}
    done = place.plinth("gate", *words, more=more)
    assert done.code == 0, done.said


def test_training_says_where_the_era_comes_from_before_it_fits_anything(world: Path) -> None:
    said = (world / "said.txt").read_text(encoding="utf-8")
    assert "era: from the styles' periods; 0 training photos have a year, at least 10" in said
    assert ModelManifest.read(world / "candidate/manifest.json").origin("era") == "periods"


def test_the_gate_allows_it_and_says_what_it_could_not_measure(world: Path) -> None:
    report = GateReport.read(world / "report.json")
    assert report.decision == "allowed"
    (era,) = (rule for rule in report.rules if rule.rule == ERA)
    assert (era.outcome, era.value) == ("passed", None)
    assert era.reason.startswith("not measured: no years in the holdout")


def test_the_card_says_it_too(world: Path) -> None:
    card = (world / "card.html").read_text(encoding="utf-8").replace("&#39;", "'")
    assert "Era comes from the styles' periods" in card
    assert "Not measured: no years in the holdout." in card


def test_the_service_answers_with_a_year_and_its_origin(world: Path, place) -> None:
    photo = min((world / "photos/gothic").iterdir())
    with place.serve(world / "candidate") as client:
        headers = {"Content-Type": "image/jpeg"}
        content = photo.read_bytes()
        answer = client.post("/v1/predictions", content=content, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    era = answer.json()["era"]
    assert era["origin"] == "from the styles' periods"
    assert 1130 <= era["year_low"] <= era["year"] <= era["year_high"] <= 1972


def test_a_folder_becomes_a_table_that_says_where_years_come_from(world: Path, place) -> None:
    out = world / "answers.csv"
    where = ("--model", world / "candidate", "--out", out)
    done = place.plinth("inference", "predict", world / "photos/gothic", *where)
    assert done.code == 0, done.said
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    assert {row["year_origin"] for row in rows} == {"from the styles' periods"}
