"""The record of a prediction."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.prediction import PredictionRecord, file_of

FIELDS = {
    "id": "01a200f0-0000-7000-8000-000000000001",
    "at": "2026-03-01T01:00:00+02:00",
    "environment": "staging",
    "payload": digest_json("payload"),
    "model": {"name": "architecture", "digest": digest_json("model")},
    "feature_schema": digest_json("schema"),
    "photo": digest_json("photo"),
    "label": "gothic",
    "probability": 0.5,
    "milliseconds": 8.0,
}


def test_a_moment_is_kept_in_utc_and_names_the_file_of_its_day():
    record = PredictionRecord.parse(FIELDS, "a test")
    assert record.at == datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
    assert record.at.tzinfo is UTC
    assert file_of(record.at) == "2026-02-28.jsonl"
    assert file_of(datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))) == (
        "2026-02-28.jsonl"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "../../etc"),
        ("id", "01A200F0-0000-7000-8000-000000000001"),
        ("at", "2026-03-01T01:00:00"),
        ("environment", "elsewhere"),
        ("payload", "sha256:short"),
        ("photo", "a/file/name.jpg"),
        ("probability", 1.5),
        ("milliseconds", -1),
        ("stray", 1),
    ],
)
def test_a_record_that_says_something_else_is_refused(field, value):
    with pytest.raises(UnreadableRecord, match=field):
        PredictionRecord.parse({**FIELDS, field: value}, "a test")
