"""The examiner over real photos and a real, if senseless, model."""

import time
from dataclasses import replace

import pytest
from support.tiny_artifact import tiny_artifact

from artifacts.folder import ModelArtifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest
from features import CORRUPTIONS
from gate.errors import HoldoutEmpty, HoldoutUnusable, UnfitModel
from gate.examiner import OnnxExaminer
from gate.measures.plan import MeasurementPlan
from gate.measuring_code import measuring_code_digest
from gate.parallel import JoblibParallel
from scoring.metrics import LABELS, NUMBERS, metrics_of

HOLDOUT = 48


def examiner(jobs: int = 1) -> OnnxExaminer:
    return OnnxExaminer(JoblibParallel(jobs), time.perf_counter)


@pytest.fixture(scope="module")
def evaluation(model, dataset):
    return examiner().evaluate(model, dataset)


@pytest.fixture(scope="module")
def evidence(model, dataset, evaluation, quick_policy):
    return examiner().examine(model, dataset, evaluation, quick_policy)


def test_an_evaluation_carries_the_judges_slices_and_the_manifests(evaluation):
    assert sorted(evaluation.slices) == [
        *("era", "lighting", "region", "resolution", "source", "style", "style_rarity")
    ]
    assert set(evaluation.slices["resolution"]) == {"under 128 px"}
    assert "as someone said" not in evaluation.slices["lighting"]
    assert set(evaluation.slices["region"]) == {"north", "south"}


def test_evidence_names_what_it_is_of(evidence, model, dataset, quick_policy):
    manifest = dataset.manifest()
    assert evidence.model == model.digest
    assert evidence.photo_manifest == manifest.digest
    assert evidence.holdout == manifest.split_digest("holdout")
    assert evidence.measured_by == measuring_code_digest()
    assert evidence.method == MeasurementPlan.of(quick_policy).method
    assert (evidence.photos, evidence.groups) == (HOLDOUT, HOLDOUT // 2)


def test_evidence_has_every_metric_with_the_value_that_scoring_gives(evidence, evaluation):
    assert {name: one.value for name, one in evidence.metrics.items()} == metrics_of(evaluation)
    assert {name.partition(".")[2] for name in evidence.metrics} == {*LABELS, *NUMBERS}


def test_evidence_has_every_slice_and_the_gaps_that_the_policy_asks_for(
    evidence, evaluation, quick_policy
):
    assert {(one.dimension, one.name) for one in evidence.slices} == {
        (dimension, name) for dimension, column in evaluation.slices.items() for name in column
    }
    assert {gap.dimension for gap in evidence.gaps} <= set(
        MeasurementPlan.of(quick_policy).min_photos
    )


def test_every_corruption_is_measured_over_whole_buildings(evidence):
    assert [(one.corruption, one.severity) for one in evidence.robustness] == [
        (kind.name, kind.severity) for kind in CORRUPTIONS
    ]
    assert {one.photos for one in evidence.robustness} == {10}


def test_a_copy_of_a_training_photo_in_the_holdout_is_found(evidence, dataset):
    found = evidence.leakage
    assert (found.photos_compared, len(found.shuffled_labels)) == (HOLDOUT, 5)
    (pair,) = found.near_duplicates[:1]
    by_photo = {row.photo: row for row in dataset.manifest().rows}
    assert (by_photo[pair.holdout].group, by_photo[pair.other].group) == (
        "building 16",
        "building 0",
    )
    assert pair.split == "train"
    assert pair.bits <= found.within_bits


def test_summaries_resources_and_tables_are_there(evidence):
    assert [one.photos for one in evidence.data] == [24, 8, HOLDOUT]
    assert evidence.resources.photos_timed == HOLDOUT
    assert 0 < evidence.resources.latency_median_ms <= evidence.resources.latency_p95_ms
    assert sum(map(sum, evidence.confusions[0].counts)) == HOLDOUT
    assert sum(one.photos for one in evidence.reliability[0].bins) == HOLDOUT


def test_evidence_reads_back_as_it_was_written(evidence, tmp_path):
    path = evidence.write(tmp_path / "evidence.json")
    assert type(evidence).read(path) == evidence


def test_several_processes_find_what_one_finds(model, dataset, evaluation, evidence, quick_policy):
    two = examiner(jobs=2)
    assert two.evaluate(model, dataset) == evaluation
    found = two.examine(model, dataset, evaluation, quick_policy)
    assert found.model_copy(update={"resources": evidence.resources}) == evidence


def test_photos_of_one_schema_are_looked_at_once(model, dataset, monkeypatch):
    asked: list[str] = []
    read = type(dataset).photo
    monkeypatch.setattr(type(dataset), "photo", lambda self, p: asked.append(p) or read(self, p))
    one = examiner()
    other = ModelArtifact(*tiny_artifact(seed=1))
    assert one.evaluate(model, dataset) != one.evaluate(other, dataset)
    assert len(asked) == HOLDOUT


@pytest.mark.parametrize("split", ["train", "validation", "holdout"])
def test_a_photo_of_any_split_that_cannot_be_read_is_named(
    split, model, evaluation, quick_policy, make_dataset, tmp_path
):
    broken = make_dataset(tmp_path)
    row = broken.manifest().of_split(split)[0]
    FolderPhotoStore(tmp_path / "photos").path(row.photo).write_bytes(b"other bytes")
    with pytest.raises(HoldoutUnusable, match=f"{split} photo {row.photo}") as caught:
        examiner().examine(model, broken, evaluation, quick_policy)
    assert (caught.value.photo, caught.value.split) == (row.photo, split)


def test_an_empty_holdout_is_no_fault_of_the_models(model, dataset, quick_policy, tmp_path):
    train = PhotoManifest(rows=dataset.manifest().of_split("train"))
    train.write(tmp_path / "manifest.csv")
    empty = type(dataset)(tmp_path)
    made = examiner().evaluate(model, empty)
    assert made.photos == ()
    with pytest.raises(HoldoutEmpty, match="no holdout"):
        examiner().examine(model, empty, made, quick_policy)


def test_a_model_without_labels_cannot_be_examined(model, dataset, evaluation, quick_policy):
    silent = evaluation.model_copy(update={"classification": ()})
    with pytest.raises(UnfitModel, match="no labels"):
        examiner().examine(model, dataset, silent, quick_policy)


def test_an_evaluation_of_another_model_is_not_taken(dataset, evaluation, quick_policy):
    other = ModelArtifact(*tiny_artifact(seed=1))
    with pytest.raises(ValueError, match="is no evaluation of"):
        examiner().examine(other, dataset, evaluation, quick_policy)


def test_a_model_that_cannot_be_opened_is_blamed_itself(model, dataset, evaluation, quick_policy):
    broken = replace(model, files={**model.files, "heads/style.onnx": b"no model"})
    with pytest.raises(UnfitModel):
        examiner().evaluate(broken, dataset)
    with pytest.raises(UnfitModel):
        examiner().examine(broken, dataset, evaluation, quick_policy)
