"""A prediction is found in the files of days, however many there are."""

import pytest

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.prediction import PredictionRecord
from delivery.errors import PredictionsUnavailable
from delivery.trace.sources import find_predictions

NAME = "01a200f0-0000-7000-8000-000000000001"


def line(name=NAME, label="gothic"):
    fields = {
        "id": name,
        "at": "2026-03-01T12:00:00Z",
        "environment": "staging",
        "payload": digest_json("payload"),
        "model": {"name": "architecture", "digest": digest_json("model")},
        "feature_schema": digest_json("schema"),
        "photo": digest_json("photo"),
        "label": label,
        "probability": 0.5,
        "milliseconds": 8.0,
    }
    return PredictionRecord.parse(fields, "a test").model_dump_json() + "\n"


@pytest.fixture
def folder(tmp_path):
    other = line("01a200f0-0000-7000-8000-000000000002")
    (tmp_path / "2026-03-01.jsonl").write_text(other)
    (tmp_path / "2026-03-02.jsonl").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "text", ["{line}{other}", "{other}{line}", "{other}{line}{other}", "{torn}\n{line}", "{bare}"]
)
def test_it_is_found_wherever_it_stands(folder, text):
    words = {
        "line": line(),
        "bare": line().rstrip("\n"),
        "other": line("01a200f0-0000-7000-8000-000000000003"),
        "torn": line("01a200f0-0000-7000-8000-000000000004")[:40],
    }
    (folder / "2026-03-03.jsonl").write_text(text.format(**words))
    (record,) = find_predictions([folder / "gone", folder], NAME)
    assert record.id == NAME


def test_one_that_nobody_wrote_down_is_not_found(folder):
    assert find_predictions([folder], NAME) == ()


def test_two_that_say_the_same_are_one_and_two_that_do_not_are_two(folder):
    file = folder / "2026-03-03.jsonl"
    file.write_text(line() + line())
    assert len(find_predictions([folder], NAME)) == 1
    file.write_text(line() + line(label="baroque"))
    assert len(find_predictions([folder], NAME)) == 2


def test_a_torn_line_that_names_it_is_told(folder):
    (folder / "2026-03-03.jsonl").write_text(line()[: line().index("label")])
    with pytest.raises(UnreadableRecord, match=f"the line of {NAME}"):
        find_predictions([folder], NAME)


def test_without_a_folder_nobody_can_tell(tmp_path):
    with pytest.raises(PredictionsUnavailable, match="no such folder"):
        find_predictions([tmp_path / "gone"], NAME)


def test_a_file_that_can_not_be_read_is_told(folder):
    (folder / "2026-03-03.jsonl").mkdir()
    with pytest.raises(PredictionsUnavailable, match="2026-03-03"):
        find_predictions([folder], NAME)
