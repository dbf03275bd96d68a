from support.dataset_rows import dataset_rows
from support.delivery_stores import FakePolicies
from support.gate_fakes import FakeDataset

from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest
from artifacts.refusal import Refusal
from gate.pin_holdout import PinHoldout, Pinned

ROWS = dataset_rows(20)
PIN = HoldoutPin.of("architecture", ROWS)


def test_the_first_pin_is_written_and_says_what_it_holds():
    policies = FakePolicies()
    outcome = PinHoldout(policies, FakeDataset(ROWS))("architecture")
    assert isinstance(outcome, Pinned)
    assert (outcome.photos, outcome.added, outcome.digest) == (20, 20, PIN.split_digest)
    assert policies.written == [PIN]


def test_a_holdout_that_lost_photos_is_refused_and_nothing_is_written():
    policies = FakePolicies(pin=PIN)
    fewer = PhotoManifest(rows=ROWS.rows[:18])
    assert isinstance(PinHoldout(policies, FakeDataset(fewer))("architecture"), Refusal)
    assert policies.written == []
