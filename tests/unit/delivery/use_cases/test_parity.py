from pathlib import Path

import pytest
from support.delivery_fakes import FakeArtifacts, FakeDoor
from support.delivery_records import artifact, dataset_rows

from artifacts.digests import digest_json
from delivery.domain.parity import DoorAnswer
from delivery.errors import DoorFailed
from delivery.use_cases.parity import Parity

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


def test_a_door_that_answers_too_little_is_a_breakdown():
    class Short(FakeDoor):
        def answer(self, photos):
            return super().answer(photos)[:1]

    with pytest.raises(DoorFailed, match="1 answers for 2 photos"):
        parity(FakeDoor("training", says()), Short("batch", says()))
