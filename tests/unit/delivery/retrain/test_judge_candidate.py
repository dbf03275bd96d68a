from pathlib import Path

import pytest
from support.dataset_rows import dataset_rows
from support.delivery_fakes import (
    Believing,
    FakeArtifacts,
    FakeDataset,
    FakeExaminer,
    FakeModelStore,
    FakePolicies,
    FakeReleases,
)
from support.delivery_records import FIRST_RELEASE, NOON, artifact, evaluation, first_right, release
from support.policy_documents import DECIDED, policy, ruled

from artifacts.errors import SignatureRefused
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.statements import signature_of
from delivery.errors import UnfitModel
from delivery.gate.gate import Gate
from delivery.gate.summary import Summary
from delivery.retrain.judge_candidate import JudgeCandidate
from delivery.retrain.retraining_folder import FolderPlace

ROWS = dataset_rows()
CANDIDATE = artifact("candidate", ROWS)


class Signing:
    """A signer without a key."""

    def sign(self, data: bytes) -> bytes:
        assert data
        return b"signed"


def judging(place: FolderPlace, *, unfit: bool = False, rules: FakePolicies | None = None):
    scored = evaluation(ROWS, first_right(140), CANDIDATE.digest)
    failure = UnfitModel(CANDIDATE.digest, "it | answers\nnothing")
    examiner = FakeExaminer(
        {CANDIDATE.digest: failure if unfit else scored}, *((failure,) if unfit else ())
    )
    artifacts = FakeArtifacts({place.candidate: CANDIDATE})
    policies = rules or FakePolicies(policy(), pin=HoldoutPin.of("architecture", ROWS))
    asked: list[Path] = []

    def gate(dataset: Path) -> Gate:
        asked.append(dataset)
        return Gate(
            artifacts=artifacts,
            store=FakeModelStore(),
            policies=policies,
            releases=FakeReleases(release(FIRST_RELEASE)),
            dataset=FakeDataset(ROWS),
            examiner=examiner,
            rebuilder=Believing(),
            clock=lambda: NOON,
        )

    summary = Summary(artifacts, examiner, Believing())
    return JudgeCandidate(gate, summary, policies, Signing(), Believing()), asked


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    return FolderPlace(tmp_path)


def test_a_judgement_leaves_a_signed_report_evidence_and_a_page(place: FolderPlace) -> None:
    judge, asked = judging(place)

    report = judge.judge(place)

    assert asked == [place.dataset]
    assert report.decision == "allowed"
    assert GateReport.read(place.report) == report
    assert signature_of(place.report).read_bytes() == b"signed"
    assert place.evidence.exists()
    assert "## Gate: allowed" in place.page.read_text()
    assert judge.report(place) == report


def test_a_report_that_lost_its_signature_is_not_believed(place: FolderPlace) -> None:
    judge, _ = judging(place)
    judge.judge(place)
    signature_of(place.report).unlink()

    with pytest.raises(SignatureRefused):
        judge.report(place)


def test_a_candidate_that_can_not_be_run_has_a_page_all_the_same(place: FolderPlace) -> None:
    place.evidence.write_text("of an earlier judgement")
    judge, _ = judging(place, unfit=True)

    report = judge.judge(place)

    assert report.decision != "allowed"
    assert not place.evidence.exists()
    page = place.page.read_text()
    assert "The candidate can't be shown" in page
    assert "it \\| answers nothing" in page


@pytest.mark.parametrize(("ask", "wanted"), [("rebuilt", True), ("attested", False)])
def test_a_rebuild_is_wanted_where_the_policy_asks_for_one(
    place: FolderPlace, ask: str, wanted: bool
) -> None:
    setting = {"ask": ask, "accept_tolerance": False, **DECIDED}
    judge, _ = judging(place, rules=FakePolicies(ruled(reproducibility=setting)))

    assert judge.wants_rebuild("architecture") is wanted


def test_without_a_policy_no_rebuild_is_wanted(place: FolderPlace) -> None:
    judge, _ = judging(place, rules=FakePolicies())

    assert not judge.wants_rebuild("architecture")
