"""Which deploy a prediction belongs to."""

from datetime import timedelta

import pytest
from support.audit import BEGIN, FakeAuditLog, deploy

from artifacts.digests import digest_json
from artifacts.records.prediction import AnsweringModel, PredictionRecord
from delivery.trace.hops import REPLACED, deploy_of

MINUTE = timedelta(minutes=1)


def answered(minutes, payload="payload", **changes):
    """An answer so many minutes after the log's first entry; later entries are a minute apart."""
    fields = {
        "id": "01a200f0-0000-7000-8000-000000000001",
        "at": BEGIN + minutes * MINUTE,
        "environment": "staging",
        "payload": digest_json(payload),
        "model": AnsweringModel(name="architecture", digest=digest_json("model")),
        "feature_schema": digest_json("schema"),
        "photo": digest_json("photo"),
        "label": "gothic",
        "probability": 0.5,
        "milliseconds": 8.0,
    }
    return PredictionRecord.model_validate(fields | changes)


def found(record, *events):
    return deploy_of(FakeAuditLog(*events).entries(), record)


def test_it_is_the_last_deploy_of_its_payload_before_it():
    events = (deploy(), deploy("other", environment="production"), deploy(), deploy())
    assert found(answered(2.5), *events).sequence == 3


def test_an_answer_after_a_deploy_began_and_before_it_ended_is_of_that_deploy():
    events = (
        deploy("old"),
        deploy(outcome="undecided", reason="begun"),
        deploy(outcome="green"),
    )
    assert found(answered(1.5), *events).sequence == 2


def test_an_old_process_may_answer_until_the_new_one_has_taken_over():
    events = (deploy("old"), deploy(outcome="undecided", reason="begun"), deploy())
    assert found(answered(2.5, "old"), *events).sequence == 1
    assert found(answered(2 + REPLACED / MINUTE, "old"), *events).sequence == 1
    assert "staging was to run" in found(answered(2.1 + REPLACED / MINUTE, "old"), *events)


def test_a_deploy_that_began_and_never_ended_takes_nothing_from_the_payload_before():
    events = (deploy("old"), deploy(outcome="undecided", reason="begun"))
    assert found(answered(60, "old"), *events).sequence == 1


@pytest.mark.parametrize(
    "event",
    [
        deploy(outcome="red"),
        deploy(outcome="refused"),
        deploy(outcome="superseded"),
        deploy(outcome="undecided", reason="a gate report can't be read"),
        deploy(event="verification"),
        deploy(environment="production"),
        deploy("other"),
    ],
    ids=["red", "refused", "superseded", "undecided", "no deploy", "elsewhere", "another"],
)
def test_what_brought_nothing_up_is_no_deploy(event):
    assert "knows no deploy" in found(answered(5), event)


def test_a_rollback_is_a_deploy():
    assert found(answered(5), deploy(event="rollback")).sequence == 1


def test_a_deploy_after_the_answer_explains_nothing():
    assert "before this prediction" in found(answered(-1), deploy())


@pytest.mark.parametrize("field", ["environment", "payload"])
def test_a_service_that_was_started_by_hand_has_no_deploy(field):
    record = answered(5).model_copy(update={field: None})
    assert "started by hand" in found(record, deploy())
