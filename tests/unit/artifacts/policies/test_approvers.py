"""Who may approve: a person is one, however many keys, and a key belongs to one."""

from datetime import date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError
from support.people import NOON, key_of, people

KEY, OTHER = key_of("bo"), key_of("bo2")


def test_keys_addresses_and_accounts_lead_to_their_person():
    found = people(bo={"keys": [f"{KEY} at work", OTHER], "accounts": ["Bo-Forge"]})
    assert [found.owner(key) for key in (KEY, f"{OTHER} x", key_of("eve"))] == ["bo", "bo", None]
    assert found.of_email("BO@people.invalid") == "bo"
    assert found.of_email("eve@people.invalid") is None
    assert [found.of_account(name) for name in ("bo-forge", "Bo", "eve")] == ["bo", "bo", None]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keys": [f"{key_of('ada')} another comment"]}, "the key"),
        ({"keys": [KEY, f"{KEY} again"]}, "the key"),
        ({"emails": ["Ada@people.invalid"]}, "the address"),
        ({"accounts": ["forge", "Forge"]}, "the account"),
        ({"keys": ["ssh-dss AAAAAAAAAAAAAAAAAAAAAAAAAAAA"]}, "keys"),
        ({"keys": []}, "keys"),
        ({"roles": []}, "roles"),
        ({"emails": []}, "emails"),
        ({"emails": ["no address"]}, "emails"),
        ({"name": ""}, "name"),
        ({"accounts": ["a b"]}, "accounts"),
        ({"revoked": {OTHER: "2026-01-01"}}, "doesn't stand under keys"),
        ({"until": "2025-12-31"}, "until is before since"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_can_not_be_followed_is_refused(change, words):
    with pytest.raises(ValidationError, match=words):
        people(bo=change)


@pytest.mark.parametrize(
    ("change", "day", "objection"),
    [
        ({}, date(2026, 1, 1), ""),
        ({}, date(2025, 12, 31), "counts from 2026-01-01 on"),
        ({"until": "2026-06-01"}, date(2026, 5, 31), ""),
        ({"until": "2026-01-01"}, date(2026, 1, 1), "counts no more since 2026-01-01"),
        ({"until": "2026-06-01"}, date(2026, 6, 1), "counts no more since 2026-06-01"),
        ({"revoked": {f"{KEY} old": "2026-06-01"}}, date(2026, 5, 31), ""),
        ({"revoked": {f"{KEY} old": "2026-06-01"}}, date(2026, 6, 1), "revoked this key"),
    ],
)
def test_a_key_counts_from_a_day_to_a_day(change, day, objection):
    person = people(bo=change).persons["bo"]
    found = person.objection(KEY, datetime.combine(day, NOON.timetz()))
    assert found == objection if not objection else objection in found


def test_days_are_those_of_utc():
    person = people(bo={"since": "2026-11-22"}).persons["bo"]
    east = timezone(timedelta(hours=10))
    assert person.objection(KEY, datetime(2026, 11, 22, 9, tzinfo=east))
    assert not person.objection(KEY, datetime(2026, 11, 22, 10, tzinfo=east))
