from dataclasses import replace
from pathlib import Path

import pytest
from support.dataset_rows import dataset_rows
from support.gate_fakes import FakeArtifacts, FakeDoor
from support.made_records import artifact

from artifacts.digests import digest_json
from gate.errors import DoorFailed
from gate.parity import Parity
from gate.parity_report import DoorAnswer

FOLDER = Path("candidate")
ROWS = dataset_rows()
CANDIDATE = artifact("candidate", ROWS)
ARTIFACTS = FakeArtifacts({FOLDER: CANDIDATE})
PHOTOS = (Path("/a.jpg"), Path("/b.jpg"))


def says(year=1900):
    return lambda photo: DoorAnswer(
        path=photo.path,
        style="gothic",
        probability=0.5,
        year=year,
        vector_digest=digest_json(str(photo.path)),
    )


def parity(*doors):
    return Parity(ARTIFACTS, doors)(PHOTOS, FOLDER)


def test_doors_that_agree_are_equal():
    report = parity(FakeDoor("training", says()), FakeDoor("batch", says()))
    assert report.equal
    assert (report.model, report.photos) == (CANDIDATE.digest, 2)


def test_a_door_that_differs_is_named():
    doors = (FakeDoor("training", says()), FakeDoor("batch", says()), FakeDoor("http", says(1901)))
    report = parity(*doors)
    assert not report.equal
    assert {(found.door, found.aspect) for found in report.differences} == {("http", "year")}


def test_a_door_that_leaves_out_the_year_of_a_model_with_an_era_is_a_breakdown():
    """Doors that all left it out would agree on nothing."""
    with pytest.raises(DoorFailed, match=r"the batch door .* /a\.jpg has no year"):
        parity(FakeDoor("training", says()), FakeDoor("batch", says(None)))


def test_the_doors_of_a_model_whose_era_is_off_agree_without_a_year():
    heads = CANDIDATE.manifest.heads[:1]
    golden = tuple(
        photo.model_copy(update={"answers": {"style": photo.answers["style"]}})
        for photo in CANDIDATE.manifest.golden_photos
    )
    manifest = CANDIDATE.manifest.model_copy(update={"heads": heads, "golden_photos": golden})
    artifacts = FakeArtifacts({FOLDER: replace(CANDIDATE, manifest=manifest)})
    doors = (FakeDoor("training", says(None)), FakeDoor("batch", says(None)))
    assert Parity(artifacts, doors)(PHOTOS, FOLDER).equal


def test_a_door_that_answers_too_little_is_a_breakdown():
    class Short(FakeDoor):
        def answer(self, photos):
            return super().answer(photos)[:1]

    with pytest.raises(DoorFailed, match="1 answers for 2 photos"):
        parity(FakeDoor("training", says()), Short("batch", says()))
