"""What was measured before is believed only if it is the judge's own word for the very same."""

import subprocess
import sys
from hashlib import sha256

import pytest
from support.cases import evaluation, evidence, first_right
from support.dataset_rows import dataset_rows
from support.gate_fakes import FakeDataset
from support.made_records import artifact
from support.policy_documents import policy, ruled

from artifacts.certificate import Proof
from artifacts.digests import digest_json
from artifacts.errors import SignatureRefused, SigningFailed
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from gate.evidence_store import EvidenceStore, RememberingExaminer

KEY, OTHER = digest_json("key"), digest_json("other key")


class Seal:
    """Signs with a secret; refuses any other's."""

    def __init__(self, secret: bytes = b"judge") -> None:
        self._secret = secret

    def sign(self, data: bytes) -> bytes:
        return sha256(self._secret + data).hexdigest().encode()

    def verify(self, data: bytes, signature: bytes, _at: object = None) -> None:
        if signature != self.sign(data):
            raise SignatureRefused("memory", "another's")


class NoKey(Seal):
    def sign(self, data: bytes) -> bytes:
        raise SigningFailed("key", f"no key for {len(data)} bytes")


@pytest.fixture
def store(tmp_path):
    return EvidenceStore(tmp_path / "kept", Seal(), Seal())


def files(tmp_path):
    return sorted((tmp_path / "kept").iterdir())


def test_a_record_comes_back_as_it_was_put(store):
    for record in (evidence(), evaluation(first_right(3))):
        store.put(KEY, record)
        assert store.get(type(record), KEY) == record


def test_another_key_has_nothing(store):
    store.put(KEY, evidence())
    assert store.get(Evidence, OTHER) is None


def test_a_changed_record_is_not_believed(store, tmp_path):
    store.put(KEY, evidence())
    record, _ = files(tmp_path)
    record.write_text(record.read_text().replace('"photos": ', '"photos":  ', 1))
    assert store.get(Evidence, KEY) is None


def test_a_record_moved_to_another_key_is_not_believed(store, tmp_path):
    """A better model's evidence, signed by the judge, under a worse model's name."""
    store.put(KEY, evidence())
    for file in files(tmp_path):
        file.rename(file.with_name(file.name.replace(KEY[7:], OTHER[7:])))
    assert store.get(Evidence, OTHER) is None


def test_anothers_signature_is_not_believed(store, tmp_path):
    EvidenceStore(tmp_path / "kept", Seal(b"forger"), Seal(b"forger")).put(KEY, evidence())
    assert store.get(Evidence, KEY) is None


@pytest.mark.parametrize("gone", [0, 1])
def test_half_an_entry_is_none(store, tmp_path, gone):
    store.put(KEY, evidence())
    files(tmp_path)[gone].unlink()
    assert store.get(Evidence, KEY) is None


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[1]", b'{"model": 1}'])
def test_a_signed_entry_that_is_no_record_is_measured_anew(store, tmp_path, data):
    store.put(KEY, evidence())
    record, signature = files(tmp_path)
    record.write_bytes(data)
    signature.write_bytes(Seal().sign(KEY.encode() + b"\n" + data))
    assert store.get(Evidence, KEY) is None


def test_a_record_of_another_kind_is_none(store):
    store.put(KEY, evaluation(first_right(3)))
    assert store.get(Evidence, KEY) is None


def test_what_cannot_be_kept_or_signed_is_no_error(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    EvidenceStore(tmp_path / "file" / "kept", Seal(), Seal()).put(KEY, evidence())
    unsigned = EvidenceStore(tmp_path / "kept", NoKey(), Seal())
    unsigned.put(KEY, evidence())
    assert unsigned.get(Evidence, KEY) is None


class Counting:
    """An examiner that counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def prove(self, _):
        self.asked.append("prove")
        return Proof((), bit_equal=True)

    def evaluate(self, artifact, _) -> Evaluation:
        self.asked.append("evaluate")
        return evaluation(first_right(3), artifact.digest)

    def examine(self, artifact, *_) -> Evidence:
        self.asked.append("examine")
        return evidence(model=artifact.digest)


@pytest.fixture
def counting():
    return Counting()


@pytest.fixture
def remembering(counting, store):
    return RememberingExaminer(counting, store, lambda: digest_json("code"))


def ask(examiner, model=None, rows=None, rules=None) -> tuple[Evaluation, Evidence]:
    model, dataset = model or artifact(), FakeDataset(rows or dataset_rows())
    made = examiner.evaluate(model, dataset)
    return made, examiner.examine(model, dataset, made, rules or policy())


def test_the_same_question_is_asked_once_and_answered_alike(remembering, counting):
    assert ask(remembering) == ask(remembering)
    assert counting.asked == ["evaluate", "examine"]


def test_golden_photos_are_answered_every_time(remembering, counting):
    remembering.prove(artifact())
    remembering.prove(artifact())
    assert counting.asked == ["prove", "prove"]


@pytest.mark.parametrize(
    "change",
    [
        {"model": artifact("another")},
        {"rows": dataset_rows(202)},
        {"rows": dataset_rows(200, per_group=4)},
    ],
    ids=["model", "photos", "groups"],
)
def test_another_model_or_dataset_is_measured_anew(remembering, counting, change):
    ask(remembering)
    ask(remembering, **change)
    assert counting.asked == ["evaluate", "examine"] * 2


def test_another_plan_of_measurement_measures_the_evidence_anew(remembering, counting):
    ask(remembering)
    longer = policy().measurement.model_copy(update={"resamples": 1234})
    ask(remembering, rules=policy().model_copy(update={"measurement": longer}))
    assert counting.asked == ["evaluate", "examine", "examine"]


def test_a_rule_that_only_judges_measures_nothing_anew(remembering, counting):
    ask(remembering)
    ask(remembering, rules=ruled(holdout_size=None))
    assert counting.asked == ["evaluate", "examine"]


def test_other_code_measures_anew(remembering, counting, store):
    ask(remembering)
    ask(RememberingExaminer(counting, store, lambda: digest_json("newer code")))
    assert counting.asked == ["evaluate", "examine"] * 2


def test_an_entry_that_was_tampered_with_is_measured_anew_and_kept_again(
    remembering, counting, tmp_path
):
    ask(remembering)
    for file in files(tmp_path):
        if file.suffix == ".json":
            file.write_text("{}")
    ask(remembering)
    ask(remembering)
    assert counting.asked == ["evaluate", "examine"] * 2


def test_reading_what_was_measured_before_imports_none_of_what_measures():
    """Re-judging must not wait for pandas."""
    heavy = ("pandas", "sklearn", "cleanlab", "scipy", "joblib", "matplotlib")
    program = (
        "import sys, gate.evidence_store, gate.examiner\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
