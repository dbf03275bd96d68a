import pytest
from support.audit import FakeAuditLog
from support.made_records import gate_report

from artifacts.digests import digest_json
from artifacts.records.audit import AuditEvent
from artifacts.records.inputs import TrainingInputs
from delivery.retrain.retraining import (
    Plan,
    gate_event,
    plan_outputs,
    plan_retraining,
    proposal_branch,
    verdict_on,
)

KEY, OTHER = digest_json("inputs"), digest_json("other inputs")
COMMIT = "a" * 40


def judged(outcome: str, inputs: str = KEY) -> AuditEvent:
    shape = {"event": "gate", "outcome": outcome, "actor": "tests", "inputs": inputs}
    return AuditEvent.model_validate(shape)


def plan(
    *events: AuditEvent, under_way: bool = False, kept: bool = True, settled: bool = False
) -> Plan:
    entries = FakeAuditLog(*events).entries()
    return plan_retraining(KEY, entries, under_way=under_way, kept=kept, settled=settled)


def test_inputs_that_nobody_judged_are_trained_on() -> None:
    found = plan(judged("refused", OTHER), kept=False)

    assert (found.needed, found.carry_on, found.inputs) == (True, False, KEY)


def test_a_candidate_that_nobody_judged_yet_is_judged_without_training() -> None:
    found = plan(judged("refused", OTHER), kept=True)

    assert (found.needed, found.carry_on, found.inputs) == (False, True, KEY)
    assert "waits for its verdict" in found.reason


@pytest.mark.parametrize("verdict", ["allowed", "refused", "no_improvement"])
def test_inputs_with_a_verdict_are_never_trained_on_again(verdict: str) -> None:
    for kept in (True, False):
        found = plan(judged(verdict), kept=kept)

        assert not found.needed
        assert f"judged before: {verdict}" in found.reason


def test_an_allowed_candidate_is_carried_on_until_its_proposal_is_settled() -> None:
    assert plan(judged("allowed")).carry_on
    assert plan(judged("allowed"), settled=True).idle
    assert plan(judged("allowed"), kept=False).idle


@pytest.mark.parametrize("verdict", ["refused", "no_improvement"])
def test_nothing_follows_from_a_verdict_that_allows_nothing(verdict: str) -> None:
    assert plan(judged(verdict)).idle


def test_what_nobody_could_decide_is_judged_again_without_training() -> None:
    found = plan(judged("undecided"))

    assert (found.needed, found.carry_on) == (False, True)


def test_what_nobody_could_decide_is_trained_again_if_the_candidate_is_gone() -> None:
    assert plan(judged("undecided"), kept=False).needed


def test_nothing_is_begun_beside_a_run_for_the_same_inputs() -> None:
    found = plan(under_way=True)

    assert found.idle
    assert "under way" in found.reason


def test_the_last_verdict_counts() -> None:
    entries = FakeAuditLog(judged("undecided"), judged("refused"), judged("allowed", OTHER))

    found = verdict_on(KEY, entries.entries())

    assert found is not None
    assert found.outcome == "refused"


def test_the_log_learns_of_a_verdict_what_it_is_about() -> None:
    report = gate_report()

    event = gate_event(report, KEY, COMMIT, "ada")

    assert (event.event, event.outcome, event.inputs) == ("gate", report.decision, KEY)
    assert (event.subject, event.candidate) == (report.digest, report.candidate)
    assert (event.model, event.commit, event.actor) == (report.model, COMMIT, "ada")


def test_outputs_of_a_plan_are_words_that_a_workflow_compares() -> None:
    assert plan_outputs(Plan(needed=True, carry_on=False, reason="new", inputs=KEY)) == {
        "needed": "true",
        "carry_on": "false",
        "inputs": KEY,
        "reason": "new",
    }


def test_the_same_inputs_share_a_branch_and_others_have_their_own() -> None:
    shape = dict.fromkeys(TrainingInputs.model_fields, KEY) | {"model": "architecture"}
    inputs = TrainingInputs.model_validate(shape)
    other = TrainingInputs.model_validate(shape | {"params": OTHER})

    assert proposal_branch(inputs) == f"proposals/architecture-{inputs.digest[7:19]}"
    assert proposal_branch(other) != proposal_branch(inputs)
