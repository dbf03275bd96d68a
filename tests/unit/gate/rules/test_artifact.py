import pytest
from support.cases import MODEL, outcome, passing, result_of

from judging.case import Absent


def test_artifact_refuses_what_is_to_blame_for_not_opening():
    found = result_of(passing(candidate=Absent("signature refused", at_fault=True)), "artifact")
    assert (found.outcome, found.reason) == ("failed", "signature refused")


def test_artifact_is_missing_where_nothing_could_be_opened():
    assert outcome(passing(candidate=Absent("no such folder")), "artifact") == "missing"


def test_artifact_on_the_boundary_is_one_that_opens_and_passes_by_its_digest():
    found = result_of(passing(), "artifact")
    assert found.outcome == "passed"
    assert MODEL in found.reason


@pytest.mark.parametrize("policy", [Absent("none"), Absent("bad", at_fault=True)])
def test_an_artifact_is_judged_without_a_policy_too(policy):
    case = passing(policy=policy, candidate=Absent("altered", at_fault=True))
    assert outcome(case, "artifact") == "failed"
