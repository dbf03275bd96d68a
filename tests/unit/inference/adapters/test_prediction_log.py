"""The prediction log keeps what it can, and never an answer waiting."""

import json
import os
import threading
from datetime import UTC, datetime

import pytest

from artifacts.digests import digest_json
from artifacts.records.prediction import PredictionRecord
from inference.adapters import prediction_log
from inference.adapters.prediction_log import FilePredictionLog, NoPredictionLog
from inference.domain.answered import Answered
from inference.domain.prediction import ModelName, Prediction
from inference.domain.release import Deployment

AT = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
DAY = "2026-03-01.jsonl"


def answered(number, at=AT, label="gothic", photo=b"a photo"):
    stamp = Prediction(
        prediction_id=f"01a200f0-0000-7000-8000-{number:012x}",
        model=ModelName(name="architecture", digest=digest_json("model")),
        feature_schema=digest_json("schema"),
        vector_digest=digest_json("vector"),
    )
    deployment = Deployment(environment="staging", payload=digest_json("payload"))
    return Answered(stamp, label, 0.81, photo, 0.0082, at, deployment)


class Witness:
    """Notes how many answers were written and lost, and what was said of it."""

    def __init__(self):
        self.written, self.lost, self.states = 0, 0, []

    def log(self, folder, **options):
        return FilePredictionLog(
            folder, self.note, lambda *said: self.states.append(said), **options
        )

    def note(self, written, answers):
        if written:
            self.written += answers
        else:
            self.lost += answers


def numbers_in(file):
    return [int(json.loads(line)["id"][-12:], 16) for line in file.read_text().splitlines() if line]


def test_each_answer_is_a_line_that_reads_back_as_it_was(tmp_path):
    witness = Witness()
    log = witness.log(tmp_path / "predictions")
    answers = [answered(number) for number in range(20)]
    for one in answers:
        log.add(one)
    log.close()
    lines = (tmp_path / "predictions" / DAY).read_text().splitlines()
    records = [PredictionRecord.model_validate_json(line) for line in lines]
    assert records == [one.record() for one in answers]
    assert (witness.written, witness.lost) == (20, 0)
    assert witness.states == []


def test_each_day_has_its_file(tmp_path):
    log = Witness().log(tmp_path)
    log.add(answered(1))
    log.add(answered(2, datetime(2026, 3, 2, tzinfo=UTC)))
    log.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [DAY, "2026-03-02.jsonl"]


def test_the_two_services_of_a_swap_do_not_mix_their_lines(tmp_path):
    both = [Witness().log(tmp_path) for _ in range(2)]
    for number in range(1000):
        for side, log in enumerate(both):
            log.add(answered(side * 1000 + number, label="a long label " * 15))
    for log in both:
        log.close()
    assert sorted(numbers_in(tmp_path / DAY)) == list(range(2000))


def test_a_disk_that_takes_nothing_is_counted_each_time_and_told_once(tmp_path):
    blocked = tmp_path / "predictions"
    blocked.write_text("a file where the folder should be")
    witness = Witness()
    log = witness.log(blocked)
    for number in range(3):
        log.add(answered(number))
    log.close()
    assert (witness.written, witness.lost) == (0, 3)
    assert [state for state, _ in witness.states] == ["failing"]


def test_a_disk_that_takes_half_a_line_spoils_no_other(tmp_path, monkeypatch):
    whole, calls = os.write, []

    def half_at_first(handle, data):
        calls.append(data)
        return whole(handle, data[: len(data) // 2] if len(calls) == 1 else data)

    monkeypatch.setattr(prediction_log.os, "write", half_at_first)
    witness = Witness()
    log = witness.log(tmp_path)
    log.add(answered(0))
    while not witness.lost:
        threading.Event().wait(0.01)
    log.add(answered(1))
    log.add(answered(2))
    log.close()
    first, *others = (tmp_path / DAY).read_text().splitlines()
    with pytest.raises(ValueError, match="1 validation error"):
        PredictionRecord.model_validate_json(first)
    assert [PredictionRecord.model_validate_json(line) for line in others] == [
        answered(1).record(),
        answered(2).record(),
    ]
    assert (witness.written, witness.lost) == (2, 1)
    assert [state for state, _ in witness.states] == ["failing", "working"]


def test_a_disk_that_hangs_loses_records_and_keeps_no_answer_waiting(tmp_path, monkeypatch):
    hangs, go = threading.Event(), threading.Event()
    whole = os.write

    def hang(handle, data):
        hangs.set()
        assert go.wait(20)
        return whole(handle, data)

    monkeypatch.setattr(prediction_log.os, "write", hang)
    witness = Witness()
    log = witness.log(tmp_path, limit=2)
    log.add(answered(0))
    assert hangs.wait(20)
    for number in range(1, 6):  # returns, although nothing is written
        log.add(answered(number))
    assert (witness.written, witness.lost) == (0, 3)
    go.set()
    log.close()
    assert numbers_in(tmp_path / DAY) == [0, 1, 2]
    assert (witness.written, witness.lost) == (3, 3)


def test_photos_that_wait_for_the_disk_take_a_bounded_part_of_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(prediction_log, "WAITING_BYTES", 100)
    monkeypatch.setattr(prediction_log, "PAUSE_SECONDS", 20)
    witness = Witness()
    log = witness.log(tmp_path)
    for number in range(3):
        log.add(answered(number, photo=b"x" * 50))
    assert (witness.written, witness.lost) == (0, 1)
    log.close()
    assert numbers_in(tmp_path / DAY) == [0, 1]


def test_an_answer_that_makes_no_record_takes_no_later_one_with_it(tmp_path):
    witness = Witness()
    log = witness.log(tmp_path)
    log.add(answered(0, label="x" * 300))
    while not witness.lost:
        threading.Event().wait(0.01)
    log.add(answered(1))
    log.close()
    assert numbers_in(tmp_path / DAY) == [1]
    assert "label" in witness.states[0][1]


def test_a_service_without_a_folder_writes_nothing(tmp_path):
    log = NoPredictionLog()
    log.add(answered(1))
    log.close()
    assert list(tmp_path.iterdir()) == []
