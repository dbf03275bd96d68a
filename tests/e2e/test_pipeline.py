"""From a folder of photos to a signed candidate, and what is done again when something changes."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from samples.facades import STYLES, draw_building

READS = ("services/delivery",)

STAGES = ("prepare", "featurize", "train", "evaluate", "package")
OUTPUTS = (
    "prepared/data.json",
    "vectors/vectors.npy",
    "model/trained.json",
    "evaluation/validation.json",
    "evaluation/metrics.json",
    "candidate/manifest.json",
    "candidate/model.sig",
)


def stages_run(said: str) -> list[str]:
    return re.findall(r"Running stage '(\w+)'", said)


def digest_in(said: str) -> str:
    return re.findall(r"candidate (sha256:[0-9a-f]{64}) in ", said)[0]


def test_a_first_run_runs_every_stage_and_leaves_its_output(pipeline) -> None:
    assert stages_run(pipeline.done.said) == list(STAGES)
    assert [name for name in OUTPUTS if not (pipeline.work / "build" / name).is_file()] == []
    assert "labels equal in scikit-learn and ONNX on all 35 photos" in pipeline.done.said


def test_the_candidate_is_a_copy_of_what_was_packaged(pipeline) -> None:
    packaged, copied = pipeline.work / "build/candidate", pipeline.candidate
    names = {path.relative_to(packaged) for path in packaged.rglob("*") if path.is_file()}
    assert {path.relative_to(copied) for path in copied.rglob("*") if path.is_file()} == names
    assert all((packaged / name).read_bytes() == (copied / name).read_bytes() for name in names)


def test_a_second_run_does_nothing_and_gives_the_same_candidate(pipeline, tmp_path: Path) -> None:
    again = pipeline.again(
        photos=pipeline.photos,
        work=pipeline.work,
        out=tmp_path / "candidate",
        params=pipeline.params,
    )
    assert again.code == 0, again.said
    assert stages_run(again.said) == []
    assert digest_in(again.said) == digest_in(pipeline.done.said)


def test_one_new_photo_is_the_only_one_that_is_featurized(pipeline, tmp_path: Path) -> None:
    work = pipeline.copy_of_work(tmp_path)
    more = tmp_path / "more/gothic"
    more.mkdir(parents=True)
    (more / "new.jpg").write_bytes(draw_building("gothic", 99, seed=99)[0].photo)
    where = ("--dataset", work / "data", "--params", pipeline.params)
    imported = pipeline.place.plinth("training", "import-photos", more.parent, *where)
    assert "1 photo added" in imported.said
    featurized = pipeline.place.plinth("training", "featurize", "--work", work)
    assert "1 photos featurized, 35 vectors from the cache" in featurized.said


def test_other_training_parameters_train_again_and_featurize_nothing(
    pipeline, tmp_path: Path
) -> None:
    work, params = pipeline.copy_of_work(tmp_path), tmp_path / "params.yaml"
    changed = json.loads(pipeline.params.read_text(encoding="utf-8"))
    changed["train"]["interval_level"] = 0.8
    params.write_text(json.dumps(changed), encoding="utf-8")
    out = tmp_path / "candidate"
    again = pipeline.again(photos=pipeline.photos, work=work, out=out, params=params)
    assert again.code == 0, again.said
    assert stages_run(again.said) == ["train", "evaluate", "package"]
    assert digest_in(again.said) != digest_in(pipeline.done.said)


def test_a_dataset_that_cannot_be_trained_on_ends_the_pipeline_by_name(
    pipeline, tmp_path: Path
) -> None:
    shutil.copytree(pipeline.photos / "gothic", tmp_path / "photos/gothic")
    done = pipeline.again(
        photos=tmp_path / "photos",
        work=tmp_path / "work",
        out=tmp_path / "candidate",
        params=pipeline.params,
    )
    assert done.code == 2
    assert "the dataset can't be trained on" in done.said
    assert "1 style, at least 2 are needed" in done.said
    assert "Traceback" not in done.said
    assert not (tmp_path / "candidate").exists()


def test_scored_photos_have_an_answer_or_the_code_of_their_error(pipeline, tmp_path: Path) -> None:
    (photo,) = pipeline.some_photos(1)
    bad, out = tmp_path / "notes.jpg", tmp_path / "answers.csv"
    bad.write_bytes(b"no photo at all")
    where = ("--model", pipeline.candidate, "--out", out)
    done = pipeline.place.plinth("training", "score-photos", photo, bad, *where)
    assert done.code == 0, done.said
    with out.open(encoding="utf-8", newline="") as file:
        answered, refused = csv.DictReader(file)
    assert list(answered) == [
        *("path", "declined", "style", "probability", "year", "vector_digest", "error")
    ]
    assert answered["declined"] == ""
    assert answered["style"] in STYLES
    assert 0 < float(answered["probability"]) <= 1
    assert answered["year"] == str(int(answered["year"]))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", answered["vector_digest"])
    assert answered["error"] == ""
    assert refused == dict.fromkeys(answered, "") | {"path": str(bad), "error": "not_an_image"}


@pytest.mark.parametrize("service", ["training", "inference", "gate", "delivery"])
def test_every_service_lists_its_commands(place, service: str) -> None:
    done = place.plinth(service, "--help")
    assert done.code == 0
    assert "Commands" in done.said
