"""Folders of styles alone: from drawn photos without a table to answers, in one process.

Two styles with twenty photos each, as someone brings them on the first day.
"""

from pathlib import Path

import numpy as np
import pytest
from support.training_doubles import PARAMS, DrawingSampler, MemoryCache, Serial

from artifacts.folder import ModelArtifact, open_artifact
from artifacts.records.answers import RegressionAnswer
from artifacts.records.manifest import Code, DistributionHead, PeriodsHead
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair
from features import Extractor
from samples.facades import draw_facades, write_facades
from scoring import Scorer, prove
from training.dataset.featurize import featurize
from training.dataset.origins import origin_line
from training.dataset.prepare import prepare
from training.errors import UnusableDataset
from training.fitting.evaluate import evaluate_candidate
from training.fitting.onnx_exporter import OnnxExporter
from training.fitting.package import package
from training.fitting.train import train
from training.models import model_definition
from training.params import Params
from training.photos.import_photos import import_photos
from training.photos.photo_folder import PhotoFolder
from training.reproducing.score_photos import score_photos
from training.work.runs import Inputs, RunIdentity
from training.work.work_folder import WorkFolder

MODEL = model_definition("architecture")
STYLES = ("gothic", "international")
SEED = 3
DIGEST = "sha256:" + "a" * 64
INPUTS = Inputs(
    feature_schema=DIGEST, feature_code=DIGEST, training_code=DIGEST, environment=DIGEST
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    write_facades(draw_facades(20, seed=SEED, views=(1, 1), styles=STYLES), folder)
    return folder


def trained(root: Path, photos: Path, table: list[str], **heads: str) -> ModelArtifact:
    """Train on photos with these lines of a table, and open the artifact."""
    source = root / "photos"
    for photo in photos.glob("*/*.jpg"):
        there = source / photo.relative_to(photos)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.symlink_to(photo)
    if table:
        (source / "table.csv").write_text("\n".join(["path,year", *table]) + "\n")
    prepare_params = {"min_groups_per_label": 4, "min_labels": 2, "min_photos_with_year": 10}
    params = Params.model_validate(
        PARAMS | {"seed": SEED, "prepare": prepare_params | {"heads": heads}}
    )
    (root / "params.yaml").write_text(params.to_json(), encoding="utf-8")
    work = WorkFolder(root)
    given = (PhotoFolder(source), work.dataset, MODEL, params.import_photos, SEED, Serial())
    import_photos(*given, exact=False)
    prepare(work, MODEL, Serial())
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), Serial())
    identity = RunIdentity(
        model="architecture",
        code=Code(commit="c" * 40, dirty=False),
        photo_manifest=work.manifest().digest,
        feature_schema=MODEL.schema().digest,
        environment=DIGEST,
        params=params.digest,
    )
    tools = (OnnxExporter(), Serial(), DrawingSampler())
    train(work, MODEL, identity, INPUTS, *tools, lambda *_: None)
    evaluate_candidate(work, MODEL)
    private, public = root / "keys/private.pem", root / "keys/public.pem"
    create_key_pair(private, public)
    package(work, MODEL, KeySigner(private), KeyVerifier(public))
    return open_artifact(work.candidate, KeyVerifier(public))


def era(artifact: ModelArtifact) -> PeriodsHead:
    head = artifact.manifest.head("era")
    assert isinstance(head, PeriodsHead)
    return head


def years(photos: Path, count: int) -> list[str]:
    lines = (photos / "table.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [",".join(line.split(",")[:2]) for line in lines[:: max(1, len(lines) // count)]][:count]


@pytest.fixture(scope="module")
def bare(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelArtifact:
    return trained(tmp_path_factory.mktemp("bare"), drawn, [])


def test_two_styles_of_twenty_photos_without_a_year_train(bare: ModelArtifact) -> None:
    assert bare.manifest.origin("era") == "periods"
    assert era(bare).labels == STYLES
    assert (era(bare).known, era(bare).mass) == (0, 0.8)
    assert [file.path for file in bare.manifest.files if "era" in file.path] == []


def test_what_was_trained_without_years_answers_as_it_was_certified(bare: ModelArtifact) -> None:
    proof = prove(bare, Scorer.of(bare))
    assert proof.holds
    assert proof.bit_equal


def test_a_year_from_periods_lies_within_them(bare: ModelArtifact, drawn: Path) -> None:
    scorer = Scorer.of(bare)
    photo = next(drawn.glob("international/*.jpg")).read_bytes()
    answer = scorer.answers(scorer.extractor.extract(photo)[np.newaxis])[0]["era"]
    assert isinstance(answer, RegressionAnswer)
    assert 1130 <= answer.low <= answer.value <= answer.high <= 1972


def test_parity_has_a_year_from_periods(bare: ModelArtifact, drawn: Path) -> None:
    (row,) = score_photos([next(drawn.glob("gothic/*.jpg"))], Scorer.of(bare), Serial())
    assert row.year is not None


def test_a_few_years_check_the_periods_and_are_counted(drawn: Path, tmp_path: Path) -> None:
    artifact = trained(tmp_path, drawn, years(drawn, 9))
    assert 0 < era(artifact).known < 10
    (score,) = (score for score in artifact.manifest.comparison if score.head == "era")
    assert "interval_coverage" in score.metrics
    assert "median_absolute_error" in {
        metric.name.partition(".")[2]
        for metric in artifact.manifest.metrics
        if metric.name.startswith("era.") and metric.over == "cross_validation"
    }


def test_enough_years_are_learned_from_as_ever(drawn: Path, tmp_path: Path) -> None:
    artifact = trained(tmp_path, drawn, years(drawn, 40))
    assert artifact.manifest.origin("era") == "learned"
    head = artifact.manifest.head("era")
    assert isinstance(head, DistributionHead)
    known = [int(line.rpartition(",")[2]) for line in years(drawn, 40)]
    assert min(known) - 1 <= head.knots[0] < head.knots[-1] <= max(known), "no year of the future"
    scores = [score for score in artifact.manifest.comparison if score.head == "era"]
    assert [(score.family, score.chosen) for score in scores] == [
        ("linear", True),
        ("periods", False),
    ], "what the styles' periods alone score stands beside it"
    learned, periods = (score.metrics["mean_absolute_error"] for score in scores)
    assert learned < periods


def test_an_era_that_is_off_is_in_no_file_no_answer_and_no_metric(
    drawn: Path, tmp_path: Path
) -> None:
    artifact = trained(tmp_path, drawn, years(drawn, 40), era="off")
    assert artifact.manifest.origin("era") == "off"
    assert all(set(photo.answers) == {"style"} for photo in artifact.manifest.golden_photos)
    assert [m.name for m in artifact.manifest.metrics if m.name.startswith("era.")] == []
    (row,) = score_photos([next(drawn.glob("gothic/*.jpg"))], Scorer.of(artifact), Serial())
    assert (row.style in STYLES, row.year) == (True, None)


def test_an_era_that_must_be_learned_is_refused_before_anything_is_fitted(
    drawn: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnusableDataset, match=r"0 training photos have a year.*is learned"):
        trained(tmp_path, drawn, [], era="learned")
    assert not (tmp_path / "build/vectors").exists()


def test_what_there_is_to_train_on_is_said_with_where_the_era_comes_from(
    drawn: Path, tmp_path: Path
) -> None:
    work = WorkFolder(tmp_path)
    (tmp_path / "params.yaml").write_text(Params.model_validate(PARAMS).to_json())
    given = (PhotoFolder(drawn), work.dataset, MODEL, work.params().import_photos, SEED, Serial())
    import_photos(*given, exact=False)
    prepare(work, MODEL, Serial())
    assert origin_line(work.manifest().of_split("train"), MODEL, work.params()) == (
        "era: learned from the photos' years"
    )
