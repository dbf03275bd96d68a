"""The page of a pull request and the model card: both believe what the gate signed, and no more."""

from pathlib import Path

import pytest
from support.dataset_rows import dataset_rows
from support.delivery_stores import Believing, FakePolicies
from support.gate_cases import PROOF, evaluation, evidence, first_right, gate_report, good_case
from support.gate_fakes import FakeArtifacts, FakeDataset, FakeExaminer
from support.made_records import artifact
from support.policy_documents import policy

from artifacts.errors import PolicyRefused, SignatureRefused, UnreadableRecord
from artifacts.records.gate import GateReport
from artifacts.statements import signature_of
from gate.errors import UnfitModel
from gate.report import Report
from gate.summary import Summary
from judging.case import Absent

FOLDER = Path("candidate")
ROWS = dataset_rows()
CANDIDATE = artifact("candidate", ROWS)
SCORED = evaluation(ROWS, first_right(140), CANDIDATE.digest)
EXAMINER = FakeExaminer({CANDIDATE.digest: SCORED}, PROOF)
ARTIFACTS = FakeArtifacts({FOLDER: CANDIDATE})


def summary(**changes):
    return Summary(
        **({"artifacts": ARTIFACTS, "examiner": EXAMINER, "gate": Believing()} | changes)
    )


def report(**changes):
    ports = {
        "artifacts": ARTIFACTS,
        "policies": FakePolicies(policy()),
        "examiner": EXAMINER,
        "gate": Believing(),
        "dataset": None,
    }
    return Report(**(ports | changes))


@pytest.fixture
def judged(tmp_path) -> Path:
    path = gate_report().write(tmp_path / "gate.json")
    signature_of(path).write_text("signed")
    return path


@pytest.fixture
def measured(tmp_path) -> Path:
    return evidence(SCORED).write(tmp_path / "evidence.json")


def test_a_summary_without_a_report_says_that_nobody_judged():
    page = summary()(FOLDER, None, None)
    assert CANDIDATE.digest in page
    assert "Not judged yet" in page


def test_a_summary_shows_what_the_gate_said_and_measured(judged, measured):
    page = summary()(FOLDER, judged, measured)
    assert "## Gate: allowed" in page
    assert "Measured anew over the holdout" in page
    assert "style.accuracy" in page


def test_a_candidate_that_can_not_be_run_has_a_page_of_what_the_report_says(tmp_path):
    failure = UnfitModel(CANDIDATE.digest, "it | answers\nnothing")
    refused = gate_report(good_case(proof=Absent(str(failure), at_fault=True)))
    path = refused.write(tmp_path / "refused.json")
    signature_of(path).write_text("signed")
    unfit = FakeExaminer({CANDIDATE.digest: failure}, failure)

    page = summary(examiner=unfit).or_violations(FOLDER, path, None)

    assert "The candidate can't be shown" in page
    assert "it \\| answers nothing" in page
    assert "- parity: " in page
    assert summary().or_violations(FOLDER, path, None) == summary()(FOLDER, path, None)


def test_evidence_without_a_signed_report_is_not_shown(measured):
    assert "Measured anew" not in summary()(FOLDER, None, measured)


@pytest.mark.parametrize("make", [summary, report])
def test_a_report_without_a_signature_is_not_believed(make, judged):
    signature_of(judged).unlink()
    with pytest.raises(SignatureRefused):
        make()(FOLDER, judged, None)


@pytest.mark.parametrize("make", [summary, report])
def test_a_report_about_another_candidate_is_a_breakdown(make, judged):
    other = FakeArtifacts({FOLDER: artifact("other", ROWS)})
    with pytest.raises(UnreadableRecord, match="it is about"):
        make(artifacts=other)(FOLDER, judged, None)


@pytest.mark.parametrize("make", [summary, report])
def test_evidence_that_the_report_does_not_name_is_a_breakdown(make, judged, tmp_path):
    better = evaluation(ROWS, first_right(200), CANDIDATE.digest)
    path = evidence(better).write(tmp_path / "better.json")
    with pytest.raises(UnreadableRecord, match="rests on"):
        make()(FOLDER, judged, path)


def test_a_card_is_one_page_of_the_candidate_its_verdict_and_its_policy(judged, measured):
    page = report(dataset=FakeDataset(ROWS))(FOLDER, judged, measured)
    assert page.startswith("<!doctype html>")
    assert CANDIDATE.digest in page
    assert "Allowed" in page
    assert policy().forbidden_use[0] in page


def test_a_card_can_be_made_before_there_is_a_policy():
    bad = PolicyRefused("architecture.yaml", ("no such rule",))
    for policies in (FakePolicies(), FakePolicies(error=bad)):
        assert CANDIDATE.digest in report(policies=policies)(FOLDER, None, None)


def test_a_card_of_a_judgement_under_another_policy_is_a_breakdown(judged):
    other = FakePolicies(policy(known_limits=["Other ones."]))
    with pytest.raises(UnreadableRecord, match="policy"):
        report(policies=other)(FOLDER, judged, None)


def test_the_fake_report_is_one(judged):
    assert GateReport.read(judged).candidate == CANDIDATE.digest
