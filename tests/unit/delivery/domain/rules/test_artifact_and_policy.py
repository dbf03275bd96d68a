import pytest
from support.delivery_fakes import good_evidence, policy

from delivery.domain.evidence import Absent
from delivery.domain.rules.artifact import judge_artifact
from delivery.domain.rules.policy_applies import judge_policy

CANDIDATE = good_evidence().candidate


def test_an_artifact_that_opens_passes_by_its_digest():
    found = judge_artifact(CANDIDATE)
    assert found.outcome == "passed"
    assert CANDIDATE.digest in found.reason


@pytest.mark.parametrize(("at_fault", "outcome"), [(True, "failed"), (False, "missing")])
def test_an_artifact_that_does_not_open_fails_if_it_is_to_blame(at_fault, outcome):
    found = judge_artifact(Absent("signature refused", at_fault))
    assert (found.outcome, found.reason) == (outcome, "signature refused")


def test_a_policy_of_the_candidates_model_applies():
    assert judge_policy(policy(), CANDIDATE).outcome == "passed"


def test_a_policy_of_another_model_is_missing_evidence():
    found = judge_policy(policy(model="fraud"), CANDIDATE)
    assert found.outcome == "missing"
    assert "fraud" in found.reason


def test_a_policy_that_could_not_be_read_is_missing_evidence():
    found = judge_policy(Absent("no such file"), CANDIDATE)
    assert (found.outcome, found.reason) == ("missing", "no such file")


def test_no_policy_applies_to_a_candidate_that_did_not_open():
    assert judge_policy(policy(), Absent("broken", at_fault=True)).outcome == "missing"
