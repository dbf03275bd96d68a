"""Each fake of the gate's ports does what the real adapter does, where tests rely on it."""

import os
import stat
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from support.delivery_stores import FakeModelStore, FakePolicies, FakeReleases
from support.gate_cases import evaluation
from support.gate_fakes import FakeArtifacts, FakeDataset, FakeDoor, FakeExaminer
from support.made_records import release
from support.policy_documents import FIRST_RELEASE, policy, tiers
from support.tiny_artifact import LABELS, build_tiny_artifact, public_key_of, tiny_photo

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import UnknownArtifact, UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.records.release import Release
from artifacts.store import FolderArtifacts, model_store
from delivery.releases.propose import write_release
from gate.dataset import FolderDataset
from gate.doors import DoorRooms, training_door
from gate.errors import DoorFailed, HoldoutUnusable
from gate.examiner import OnnxExaminer
from gate.parallel import JoblibParallel
from gate.parity_report import DoorAnswer, ParityPhoto
from judging.policy_files import YamlPolicies
from walls import Unwalled

KINDS = ["fake", "real"]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("ports")
    return build_tiny_artifact(root / "candidate", root / "key.pem")


@pytest.fixture(scope="module")
def opened(folder):
    return FolderArtifacts(public_key_of(folder.parent / "key.pem")).open(folder)


@pytest.fixture(scope="module")
def photos():
    found = [tiny_photo(seed=seed) for seed in range(6)]
    return {digest_bytes(data): data for data in found}


@pytest.fixture(scope="module")
def rows(photos):
    return PhotoManifest(
        rows=tuple(
            PhotoRow(
                photo=photo,
                split="holdout",
                group=f"building {i // 2}",
                style=LABELS[i],
                year=None if i == 0 else 1900 + i,
                source="made up",
                licence="CC0-1.0",
            )
            for i, photo in enumerate(sorted(photos))
        )
    )


@pytest.mark.parametrize("kind", KINDS)
def test_artifact_readers_open_what_is_there_and_tell_what_is_not(kind, folder, opened):
    key = public_key_of(folder.parent / "key.pem")
    reader = FakeArtifacts({folder: opened}) if kind == "fake" else FolderArtifacts(key)
    assert reader.open(folder).digest == opened.digest
    with pytest.raises(UnreadableRecord):
        reader.open(folder / "missing")


@pytest.mark.parametrize("kind", KINDS)
def test_model_stores_give_by_digest_and_tell_what_they_do_not_have(kind, folder, opened, tmp_path):
    store = FakeModelStore(opened)
    if kind == "real":
        store = model_store(tmp_path, public_key_of(folder.parent / "key.pem"))
        store.put(folder)
    assert store.get(opened.digest).digest == opened.digest
    with pytest.raises(UnknownArtifact):
        store.get(digest_json("other"))


@pytest.mark.parametrize("kind", KINDS)
def test_policies_are_read_by_model(kind, tmp_path):
    policies = FakePolicies(policy())
    if kind == "real":
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "architecture.yaml").write_text(policy().to_json())
        policies = YamlPolicies(tmp_path)
    assert policies.read("architecture") == policy()
    with pytest.raises(UnreadableRecord):
        policies.read("fraud")


@pytest.mark.parametrize("kind", KINDS)
def test_risk_tiers_are_one_file_for_all_models(kind, tmp_path):
    policies = FakePolicies()
    if kind == "real":
        text = tiers().model_dump_json(exclude_defaults=True)
        (tmp_path / "risk_tiers.yaml").write_text(text)
        policies = YamlPolicies(tmp_path)
    assert policies.tiers() == tiers()


@pytest.mark.parametrize("kind", KINDS)
def test_a_pin_is_none_before_it_is_written_and_read_back_after(kind, rows, tmp_path):
    policies = FakePolicies() if kind == "fake" else YamlPolicies(tmp_path)
    assert policies.pin("architecture") is None
    pin = HoldoutPin.of("architecture", rows)
    assert policies.write_pin(pin).name == "architecture.csv"
    assert policies.pin("architecture") == pin


@pytest.mark.parametrize("kind", KINDS)
def test_releases_are_read_as_they_lie_and_a_missing_one_is_told(kind, tmp_path):
    given = release(FIRST_RELEASE)
    read, nothing = FakeReleases(given).read, FakeReleases().read
    if kind == "real":
        nothing = partial(Release.of_environment, tmp_path / "empty")
        write_release(tmp_path, given)
        read = partial(Release.of_environment, tmp_path)
    assert read("staging") == given
    with pytest.raises(UnreadableRecord):
        nothing("staging")


@pytest.mark.parametrize("kind", KINDS)
def test_datasets_give_manifest_and_photos_and_tell_what_is_missing(kind, rows, photos, tmp_path):
    dataset, empty = FakeDataset(rows, photos), FakeDataset(None)
    if kind == "real":
        dataset, empty = real_dataset(tmp_path / "data", rows, photos), FolderDataset(tmp_path)
    assert dataset.manifest() == rows
    assert [digest_bytes(dataset.photo(row.photo)) for row in rows.rows] == sorted(photos)
    with pytest.raises(UnreadableRecord):
        dataset.photo(digest_json("other"))
    with pytest.raises(UnreadableRecord):
        empty.manifest()


@pytest.mark.parametrize("kind", KINDS)
def test_examiners_evaluate_the_holdout_of_a_dataset(kind, rows, photos, opened, tmp_path):
    dataset = real_dataset(tmp_path, rows, photos)
    examiner = OnnxExaminer(JoblibParallel(1), time.perf_counter)
    if kind == "fake":
        examiner = FakeExaminer({opened.digest: evaluation_of(rows, opened.digest)})
    assert examiner.prove(opened).holds
    found = examiner.evaluate(opened, dataset)
    assert (found.model, found.split) == (opened.digest, "holdout")
    assert found.split_digest == rows.split_digest("holdout")
    assert (found.photo_manifest, len(found.photos)) == (rows.digest, 6)
    assert [one.head for one in (*found.classification, *found.regression)] == ["style", "era"]


@pytest.mark.parametrize("kind", KINDS)
def test_examiners_tell_of_a_photo_that_cannot_be_read(kind, rows, photos, opened, tmp_path):
    dataset = real_dataset(tmp_path, rows, photos)
    first = rows.rows[0].photo
    FolderPhotoStore(tmp_path / "photos").path(first).unlink()
    examiner = OnnxExaminer(JoblibParallel(1), time.perf_counter)
    if kind == "fake":
        examiner = FakeExaminer({opened.digest: HoldoutUnusable(first, "gone")})
    with pytest.raises(HoldoutUnusable, match=first):
        examiner.evaluate(opened, dataset)


@pytest.mark.parametrize("kind", KINDS)
def test_doors_answer_each_photo_in_order_or_fail(kind, tmp_path):
    photos = tuple(ParityPhoto(path=tmp_path / name) for name in ("b.jpg", "a.jpg"))
    door = FakeDoor("training", answer_of) if kind == "fake" else real_door(tmp_path)
    assert door.name == "training"
    assert door.answer(photos) == tuple(answer_of(photo) for photo in photos)


def test_a_real_door_that_gives_nothing_fails(tmp_path):
    with pytest.raises(DoorFailed):
        training_door(rooms(tmp_path / "missing"), tmp_path).answer((ParityPhoto(path=tmp_path),))


def answer_of(photo):
    return DoorAnswer(
        path=photo.path,
        style="gothic",
        probability=0.5,
        year=1240,
        vector_digest=digest_json("vector"),
    )


def real_door(tmp_path):
    program = tmp_path / "environment/bin/python"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!{sys.executable}\nimport sys\nwords = sys.argv\n"
        "rows = ['path,style,probability,year,vector_digest,error']\n"
        f"rest = ',gothic,0.5,1240,{digest_json('vector')},'\n"
        "rows += [photo + rest for photo in words[words.index('--') + 1:]]\n"
        "open(words[words.index('--out') + 1], 'w').write('\\n'.join(rows))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "bin").mkdir()
    environment = tmp_path / "bin/environment"
    environment.write_text(f"#!/bin/sh\necho {program.parents[1]}\n")
    environment.chmod(0o755)
    return training_door(rooms(tmp_path), tmp_path)


def rooms(root):
    return DoorRooms(root, {"PATH": os.defpath}, wall=Unwalled("a test has none"))


def real_dataset(root, rows, photos):
    rows.write(root / "manifest.csv")
    store = FolderPhotoStore(root / "photos")
    for data in photos.values():
        store.put(data)
    return FolderDataset(root)


def evaluation_of(rows, model):
    return evaluation(
        rows.model_copy(
            update={"rows": tuple(row.model_copy(update={"style": "gothic"}) for row in rows.rows)}
        ),
        [True] * 6,
        model,
    ).model_copy(
        update={"split_digest": rows.split_digest("holdout"), "photo_manifest": rows.digest}
    )
