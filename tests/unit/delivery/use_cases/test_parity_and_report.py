from pathlib import Path

import pytest
from support.delivery_fakes import (
    FakeArtifacts,
    FakeDataset,
    FakeDoor,
    FakeExaminer,
    artifact,
    dataset_rows,
    evaluation,
    first_right,
    gate_report,
)

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from delivery.domain.parity import DoorAnswer
from delivery.errors import DoorFailed
from delivery.use_cases.parity import Parity
from delivery.use_cases.report import Report

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


def report(**changes):
    examiner = FakeExaminer(
        {CANDIDATE.digest: evaluation(ROWS, first_right(140), CANDIDATE.digest)}
    )
    return Report(**({"artifacts": ARTIFACTS, "examiner": examiner, "dataset": None} | changes))


def test_a_report_without_a_dataset_has_no_evaluation():
    page = report()(FOLDER, None)
    assert CANDIDATE.digest in page
    assert "Not judged yet" in page
    assert "Recall by label" not in page


def test_a_report_with_a_dataset_shows_recall_by_label():
    assert "Recall by label: style" in report(dataset=FakeDataset(ROWS))(FOLDER, None)


def test_a_report_shows_what_the_gate_said(tmp_path):
    path = gate_report().write(tmp_path / "gate.json")
    assert "## Gate: allowed" in report()(FOLDER, path)


def test_a_gate_report_about_another_candidate_is_a_breakdown(tmp_path):
    other = FakeArtifacts({FOLDER: artifact("other", ROWS)})
    path = gate_report().write(tmp_path / "gate.json")
    with pytest.raises(UnreadableRecord, match="it is about"):
        report(artifacts=other)(FOLDER, path)
