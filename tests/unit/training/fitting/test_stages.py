"""The stages in one process, on a few drawn photos: each makes what the next one reads."""

import csv
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.training_doubles import (
    DrawingSampler,
    MemoryCache,
    MemoryTracker,
    Serial,
    small_params,
)

from artifacts.folder import open_artifact
from artifacts.records.manifest import ClassificationHead, Code, ModelManifest
from artifacts.records.photos import PhotoManifest
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair
from features import Extractor, other_pictures
from samples.facades import draw_facades, write_facades
from scoring import Scorer, prove
from training.dataset.featurize import featurize
from training.dataset.prepare import prepare
from training.errors import (
    MissingStageOutput,
    SchemaChanged,
    UnfaithfulExport,
    UnusableDataset,
)
from training.fitting.commands import doubtful_line
from training.fitting.declining import pictures_digest
from training.fitting.evaluate import evaluate_candidate
from training.fitting.onnx_exporter import OnnxExporter
from training.fitting.package import package
from training.fitting.train import require_faithful, train
from training.models import model_definition
from training.params import DecliningParams
from training.photos.import_photos import import_photos
from training.photos.photo_folder import PhotoFolder
from training.registry.mlflow_tracking import record_run
from training.work.runs import Inputs, RunIdentity, TrainedModel
from training.work.study import Trial
from training.work.work_folder import WorkFolder

MODEL = model_definition("architecture")
STYLES = ("gothic", "international", "ancient_egyptian")
DIGEST = "sha256:" + "a" * 64
INPUTS = Inputs(
    feature_schema=DIGEST, feature_code=DIGEST, training_code=DIGEST, environment=DIGEST
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    write_facades(draw_facades(14, seed=3, views=(1, 1), styles=STYLES), folder)
    return folder


def start(root: Path, photos: Path) -> WorkFolder:
    root.mkdir(parents=True, exist_ok=True)
    params = small_params()
    (root / "params.yaml").write_text(params.to_json(), encoding="utf-8")
    work = WorkFolder(root)
    source = PhotoFolder(photos)
    import_photos(source, work.dataset, MODEL, params.import_photos, 7, Serial(), exact=False)
    return work


def identity_of(work: WorkFolder) -> RunIdentity:
    return RunIdentity(
        model="architecture",
        code=Code(commit="c" * 40, dirty=False),
        photo_manifest=work.manifest().digest,
        feature_schema=MODEL.schema().digest,
        environment=DIGEST,
        params=work.params().digest,
    )


def train_in(work: WorkFolder, parallel: Serial | None = None) -> TrainedModel:
    return train(
        work,
        MODEL,
        identity_of(work),
        INPUTS,
        OnnxExporter(),
        parallel or Serial(),
        DrawingSampler(),
        lambda *_: None,
    )


def run_all(work: WorkFolder, keys: Path) -> ModelManifest:
    private, public = keys / "private.pem", keys / "public.pem"
    create_key_pair(private, public)
    prepare(work, MODEL, Serial())
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), Serial())
    train_in(work)
    evaluate_candidate(work, MODEL)
    return package(work, MODEL, KeySigner(private), KeyVerifier(public)).manifest


@pytest.fixture(scope="module")
def trained(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[WorkFolder, Path]:
    root = tmp_path_factory.mktemp("work")
    work = start(root, drawn)
    run_all(work, root / "keys")
    return work, root


def test_the_candidate_opens_and_its_golden_photos_hold(trained: tuple[WorkFolder, Path]) -> None:
    work, root = trained
    artifact = open_artifact(work.candidate, KeyVerifier(root / "keys/public.pem"))
    proof = prove(artifact, Scorer.of(artifact))
    assert proof.holds
    assert proof.bit_equal


def test_the_manifest_says_what_the_model_was_made_of(trained: tuple[WorkFolder, Path]) -> None:
    work, root = trained
    manifest = open_artifact(work.candidate, KeyVerifier(root / "keys/public.pem")).manifest
    assert manifest.data.photo_manifest == work.manifest().digest
    assert manifest.feature_schema == MODEL.schema().digest
    assert manifest.params == work.params().digest
    assert manifest.code.commit == "c" * 40
    assert {metric.over for metric in manifest.metrics} == {"cross_validation", "validation"}
    measured = {(metric.name, metric.over) for metric in manifest.metrics}
    assert {("era.interval_width", over) for over in ("cross_validation", "validation")} <= measured
    style = manifest.head("style")
    assert isinstance(style, ClassificationHead)
    assert style.labels == tuple(sorted(STYLES))


def test_the_manifest_names_every_family_that_was_compared(
    trained: tuple[WorkFolder, Path],
) -> None:
    work, root = trained
    manifest = open_artifact(work.candidate, KeyVerifier(root / "keys/public.pem")).manifest
    styles = [score for score in manifest.comparison if score.head == "style"]
    settings = [score.settings for score in styles]
    assert [score.family for score in styles] == ["linear", "extra_trees", "linear"]
    assert settings[0] == {"strength": "100.0"}
    assert 50 <= float(settings[2]["strength"]) <= 500
    assert {score.head for score in manifest.comparison} == {"style", "era"}
    for head in ("style", "era"):
        (chosen,) = [s for s in manifest.comparison if s.head == head and s.chosen]
        assert chosen.family == manifest.head(head).family
    best = max(score.metrics["accuracy"] for score in styles)
    assert next(score for score in styles if score.chosen).metrics["accuracy"] == best


def test_the_style_head_says_how_it_is_calibrated(trained: tuple[WorkFolder, Path]) -> None:
    model, files = trained[0].model()
    head = model.heads[0]
    assert isinstance(head, ClassificationHead)
    assert head.prediction_set.level == small_params().train.set_level
    assert 0 < head.prediction_set.threshold < 1
    constants = {c.name: c for c in onnx.load_from_string(files[head.file]).graph.initializer}
    stated = numpy_helper.to_array(constants["tempering_temperature"])
    assert stated == np.float32(head.temperature)
    chosen = next(score for score in model.families if score.head == "style" and score.chosen)
    assert chosen.metrics["set_coverage"] >= 0.8


def test_a_model_that_declines_says_what_it_was_set_by_and_certifies_it(
    drawn: Path, tmp_path: Path
) -> None:
    work = start(tmp_path, drawn)
    params = small_params()
    declining = DecliningParams(level=0.1, pictures=2)
    params = params.model_copy(
        update={"train": params.train.model_copy(update={"declining": declining})}
    )
    (tmp_path / "params.yaml").write_text(params.to_json(), encoding="utf-8")
    manifest = run_all(work, tmp_path / "keys")
    head = manifest.declining
    assert head is not None
    pictures = tuple(other_pictures(2, params.seed))
    assert (head.of, head.level, head.pictures) == ("style", 0.1, pictures_digest(pictures))
    # Of what the limits were set by, and of what they are for.
    assert head.pictures_declined > 0.8 * head.pictures_tried == 0.8 * len(pictures)
    artifact = open_artifact(work.candidate, KeyVerifier(tmp_path / "keys/public.pem"))
    scorer = Scorer.of(artifact)
    assert prove(artifact, scorer).holds
    vectors = scorer.extractor.extract_many(picture.data for picture in pictures)
    said = [answers["declined"].declined for answers in scorer.answers(vectors)]
    assert said.count("unfamiliar") == head.pictures_declined
    found = {
        metric.name: metric.value for metric in manifest.metrics if metric.over == "validation"
    }
    assert found["declined.unfamiliar"] <= 0.34


def test_training_again_tries_nothing_again_and_finds_the_same(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), Serial())
    first, again = Serial(), Serial()
    models = [(train_in(work, parallel), work.model()[1]) for parallel in (first, again)]
    assert models[0] == models[1]
    folds = [len(done.worked["cross-validating"]) for done in (first, again)]
    assert folds == [8, 4], "the regressor's folds, and those that calibrate the chosen family"


def test_every_trial_is_told(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), Serial())
    told: list[tuple[int, Trial]] = []
    train(
        work,
        MODEL,
        identity_of(work),
        INPUTS,
        OnnxExporter(),
        Serial(),
        DrawingSampler(),
        lambda number, trial: told.append((number, trial)),
    )
    assert [number for number, _ in told] == [1, 2, 3]


def test_training_learns_three_styles_apart(trained: tuple[WorkFolder, Path]) -> None:
    model, _ = trained[0].model()
    chosen = next(score for score in model.families if score.head == "style" and score.chosen)
    assert chosen.metrics["accuracy"] > 0.6
    assert {score.family for score in model.families if score.head == "style"} == {
        "linear",
        "extra_trees",
    }


def test_training_overfits_a_few_photos(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    rows = work.manifest().of_split("train")
    run_all(work, tmp_path / "keys")
    trained_model, files = work.model()
    scorer = trained_model.scorer(Extractor(MODEL.schema()), files)
    vectors = scorer.extractor.extract_many([work.photos.get(row.photo) for row in rows])
    answers = [answer["style"] for answer in scorer.answers(vectors)]
    right = [
        a.ranking[0].label == r.style
        for a, r in zip(answers, rows, strict=True)
        if a.kind == "classification"
    ]
    assert np.mean(right) > 0.95


def test_the_same_inputs_give_the_same_artifact(drawn: Path, tmp_path: Path) -> None:
    digests = {
        run_all(start(tmp_path / name, drawn), tmp_path / "keys").digest for name in ("a", "b")
    }
    assert len(digests) == 1


def test_the_holdout_changes_nothing_that_is_learned(drawn: Path, tmp_path: Path) -> None:
    """Labels of the holdout are the gate's alone: swap them, and the same heads come out."""
    heads = []
    for name, swap in (("as-is", False), ("swapped", True)):
        work = start(tmp_path / name, drawn)
        if swap:
            work.dataset.write(_with_swapped_holdout(work))
        run_all(work, tmp_path / "keys")
        heads.append(work.model()[1])
    assert heads[0] == heads[1]


def _with_swapped_holdout(work: WorkFolder) -> PhotoManifest:
    rows = [
        row.model_copy(update={"style": "gothic", "year": 1500}) if row.split == "holdout" else row
        for row in work.manifest().rows
    ]
    return work.manifest().model_copy(update={"rows": tuple(rows)})


def test_a_photo_of_a_wrong_style_is_listed_with_the_one_that_it_shows(
    drawn: Path, tmp_path: Path
) -> None:
    work = start(tmp_path, drawn)
    rows = work.manifest().rows
    wrong = next(row for row in rows if row.split == "train" and row.style == "international")
    changed = [
        r.model_copy(update={"style": "ancient_egyptian"}) if r == wrong else r for r in rows
    ]
    work.dataset.write(work.manifest().model_copy(update={"rows": tuple(changed)}))
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), Serial())
    train_in(work)
    with work.doubtful_labels.open(encoding="utf-8", newline="") as file:
        listed = {line["photo"]: line for line in csv.DictReader(file)}
    assert listed[wrong.photo]["style"] == "ancient_egyptian"
    assert listed[wrong.photo]["suggested"] == "international"
    assert (tmp_path / listed[wrong.photo]["file"]).read_bytes() == work.photos.get(wrong.photo)
    assert all(row.split == "train" for row in rows if row.photo in listed)
    assert f"{len(listed)} photo" in doubtful_line(work.doubtful_labels)


def test_a_photo_whose_bytes_changed_stops_the_pipeline(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    first = work.manifest().rows[0].photo
    work.photos.path(first).write_bytes(b"other bytes")
    with pytest.raises(UnusableDataset, match="its bytes have another digest"):
        prepare(work, MODEL, Serial())


def test_a_stage_without_its_input_names_the_stage_to_run(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    with pytest.raises(MissingStageOutput, match="'featurize'"):
        train_in(work)
    with pytest.raises(MissingStageOutput, match="'train'"):
        evaluate_candidate(work, MODEL)


def test_heads_of_another_feature_schema_are_not_packaged(
    trained: tuple[WorkFolder, Path],
) -> None:
    model, files = trained[0].model()
    other = model.identity.model_copy(update={"feature_schema": DIGEST})
    with pytest.raises(SchemaChanged, match="featurize and train again"):
        model.model_copy(update={"identity": other}).scorer(Extractor(MODEL.schema()), files)


def test_an_export_that_names_one_other_label_is_refused(
    trained: tuple[WorkFolder, Path],
) -> None:
    work, _ = trained
    model, files = work.model()
    scorer = model.scorer(Extractor(MODEL.schema()), files)
    photo = work.manifest().rows[0].photo
    vectors = scorer.extractor.extract(work.photos.get(photo))[np.newaxis]
    scores = scorer.scores(vectors)

    class Other:
        def predict_proba(self, vectors: np.ndarray) -> np.ndarray:
            return np.roll(scorer.scores(vectors)["style"], 1, axis=1)

    class Same:
        def predict(self, vectors: np.ndarray) -> np.ndarray:
            return scorer.scores(vectors)["era"]

    with pytest.raises(UnfaithfulExport, match="on 1 of 1 photos"):
        require_faithful(scorer, {"style": Other(), "era": Same()}, vectors, [photo], scores)


def test_an_export_whose_probabilities_are_off_is_refused(
    trained: tuple[WorkFolder, Path],
) -> None:
    """Its labels are all right: it is only surer of them than the trained model."""
    work, _ = trained
    model, files = work.model()
    scorer = model.scorer(Extractor(MODEL.schema()), files)
    photo = work.manifest().rows[0].photo
    vectors = scorer.extractor.extract(work.photos.get(photo))[np.newaxis]
    scores = scorer.scores(vectors)

    class LessSure:
        def predict_proba(self, vectors: np.ndarray) -> np.ndarray:
            return 0.9 * scorer.scores(vectors)["style"] + 0.1 / len(STYLES)

    class Same:
        def predict(self, vectors: np.ndarray) -> np.ndarray:
            return scorer.scores(vectors)["era"]

    with pytest.raises(UnfaithfulExport, match="on 1 of 1 photos"):
        require_faithful(scorer, {"style": LessSure(), "era": Same()}, vectors, [photo], scores)


def test_a_run_is_recorded_before_and_after_packaging_as_one(
    trained: tuple[WorkFolder, Path],
) -> None:
    work, _ = trained
    tracker = MemoryTracker()
    record_run(tracker, work, candidate=None)
    (begun,) = tracker.runs.values()
    record_run(tracker, work, DIGEST)
    (run,) = tracker.runs.values()
    assert (begun.candidate, begun.metrics) == (None, ())
    assert (run.candidate, run.metrics) == (DIGEST, work.metrics())
    assert run.identity == work.model()[0].identity
    assert run.params["train.folds"] == "2"
