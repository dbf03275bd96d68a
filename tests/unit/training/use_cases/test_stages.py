"""The stages in one process, on a few drawn photos: each makes what the next one reads."""

from pathlib import Path

import numpy as np
import pytest
from support.training_doubles import MemoryCache, MemoryTracker, Serial, small_params

from artifacts.folder import open_artifact
from artifacts.records.gate import GateReport, RuleResult
from artifacts.records.manifest import Code, ModelManifest
from artifacts.records.photos import PhotoManifest
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair
from artifacts.store import FolderModelStore
from features import Extractor
from scoring import Scorer, prove
from training.adapters.onnx_exporter import OnnxExporter
from training.adapters.photo_folder import PhotoFolder
from training.adapters.work_folder import WorkFolder
from training.domain.runs import RunIdentity
from training.errors import (
    MissingStageOutput,
    SchemaChanged,
    UnfaithfulExport,
    UnusableDataset,
)
from training.facades import draw_facades, write_facades
from training.models import model_definition
from training.use_cases.evaluate import evaluate_candidate
from training.use_cases.featurize import featurize
from training.use_cases.import_photos import import_photos
from training.use_cases.package import package
from training.use_cases.prepare import prepare
from training.use_cases.record_run import record_run
from training.use_cases.register import register
from training.use_cases.train import require_faithful, train

MODEL = model_definition("architecture")
STYLES = ("gothic", "international", "ancient_egyptian")
DIGEST = "sha256:" + "a" * 64


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


def run_all(work: WorkFolder, keys: Path) -> ModelManifest:
    private, public = keys / "private.pem", keys / "public.pem"
    create_key_pair(private, public)
    prepare(work, MODEL, Serial())
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), Serial())
    train(work, MODEL, identity_of(work), OnnxExporter(), Serial())
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
    assert manifest.head("style").labels == tuple(sorted(STYLES))


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
    scorer = trained_model.scorer(MODEL, files)
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


def test_a_photo_whose_bytes_changed_stops_the_pipeline(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    first = work.manifest().rows[0].photo
    work.photos.path(first).write_bytes(b"other bytes")
    with pytest.raises(UnusableDataset, match="its bytes have another digest"):
        prepare(work, MODEL, Serial())


def test_a_stage_without_its_input_names_the_stage_to_run(drawn: Path, tmp_path: Path) -> None:
    work = start(tmp_path, drawn)
    with pytest.raises(MissingStageOutput, match="'featurize'"):
        train(work, MODEL, identity_of(work), OnnxExporter(), Serial())
    with pytest.raises(MissingStageOutput, match="'train'"):
        evaluate_candidate(work, MODEL)


def test_heads_of_another_feature_schema_are_not_packaged(
    trained: tuple[WorkFolder, Path],
) -> None:
    model, files = trained[0].model()
    other = model.identity.model_copy(update={"feature_schema": DIGEST})
    with pytest.raises(SchemaChanged, match="featurize and train again"):
        model.model_copy(update={"identity": other}).scorer(MODEL, files)


def test_an_export_that_names_one_other_label_is_refused(
    trained: tuple[WorkFolder, Path],
) -> None:
    work, _ = trained
    model, files = work.model()
    scorer = model.scorer(MODEL, files)
    photo = work.manifest().rows[0].photo
    vectors = scorer.extractor.extract(work.photos.get(photo))[np.newaxis]

    class Other:
        def predict_proba(self, vectors: np.ndarray) -> np.ndarray:
            return np.roll(scorer.scores(vectors)["style"], 1, axis=1)

    class Same:
        def predict(self, vectors: np.ndarray) -> np.ndarray:
            return scorer.scores(vectors)["era"]

    with pytest.raises(UnfaithfulExport, match="on 1 of 1 photos"):
        require_faithful(scorer, {"style": Other(), "era": Same()}, vectors, [photo])


def test_an_export_whose_probabilities_are_off_is_refused(
    trained: tuple[WorkFolder, Path],
) -> None:
    """Its labels are all right: it is only surer of them than the trained model."""
    work, _ = trained
    model, files = work.model()
    scorer = model.scorer(MODEL, files)
    photo = work.manifest().rows[0].photo
    vectors = scorer.extractor.extract(work.photos.get(photo))[np.newaxis]

    class LessSure:
        def predict_proba(self, vectors: np.ndarray) -> np.ndarray:
            return 0.9 * scorer.scores(vectors)["style"] + 0.1 / len(STYLES)

    class Same:
        def predict(self, vectors: np.ndarray) -> np.ndarray:
            return scorer.scores(vectors)["era"]

    with pytest.raises(UnfaithfulExport, match="on 1 of 1 photos"):
        require_faithful(scorer, {"style": LessSure(), "era": Same()}, vectors, [photo])


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


class Versions:
    """A registry in memory."""

    def __init__(self) -> None:
        self.registered: list[str] = []

    def register(self, _artifact: object, _location: Path, gate_report: str) -> int:
        self.registered.append(gate_report)
        return len(self.registered)


def report_on(candidate: str, decision: str, outcome: str = "passed") -> GateReport:
    rule = RuleResult.model_validate(
        {
            "rule": "accuracy",
            "outcome": outcome,
            "value": 0.5,
            "low": None,
            "high": None,
            "limit": "at least 0.25",
            "reason": "measured",
        }
    )
    return GateReport.model_validate(
        {
            "model": "architecture",
            "candidate": candidate,
            "champion": None,
            "first_release": True,
            "policy": DIGEST,
            "photo_manifest": DIGEST,
            "holdout": DIGEST,
            "rules": [rule.model_dump()],
            "decision": decision,
            "decided_at": "2026-11-22T00:00:00Z",
        }
    )


def test_what_the_gate_allowed_gets_a_version(
    trained: tuple[WorkFolder, Path], tmp_path: Path
) -> None:
    work, root = trained
    verifier, registry = KeyVerifier(root / "keys/public.pem"), Versions()
    digest = open_artifact(work.candidate, verifier).digest
    store = FolderModelStore(tmp_path, verifier)
    report = report_on(digest, "allowed")
    done = register(work.candidate, report, verifier, store, registry)
    assert (done.version, done.refusal) == (1, None)
    assert store.get(digest).digest == digest
    assert registry.registered == [report.digest]


@pytest.mark.parametrize(
    ("decision", "outcome", "candidate", "reason"),
    [
        ("refused", "failed", None, "decision is refused"),
        ("undecided", "missing", None, "decision is undecided"),
        ("no_improvement", "passed", None, "decision is no_improvement"),
        ("allowed", "passed", DIGEST, "is about architecture " + DIGEST),
    ],
)
def test_nothing_is_registered_without_an_allowed_report_on_these_bytes(
    trained: tuple[WorkFolder, Path],
    tmp_path: Path,
    decision: str,
    outcome: str,
    candidate: str | None,
    reason: str,
) -> None:
    work, root = trained
    verifier, registry = KeyVerifier(root / "keys/public.pem"), Versions()
    digest = open_artifact(work.candidate, verifier).digest
    report = report_on(candidate or digest, decision, outcome)
    store = FolderModelStore(tmp_path, verifier)
    done = register(work.candidate, report, verifier, store, registry)
    assert done.version is None
    assert done.refusal is not None
    assert reason in done.refusal
    assert registry.registered == []
    assert not store.folder(digest).exists()
