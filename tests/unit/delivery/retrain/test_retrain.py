from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from support.made_records import gate_report as report_of
from support.made_records import release, released
from support.retraining_fakes import ALLOWED, STAGING, World, training_inputs

from artifacts.digests import digest_json
from artifacts.records.gate import GateReport
from artifacts.records.release import Release
from delivery.errors import AuditBroken, OtherCheckout, TrainingFailed
from delivery.forges.open_proposal import open_proposal
from delivery.retrain.retrain import STEPS
from delivery.retrain.retraining import retrained_outputs, retrained_page
from delivery.retrain.training_claims import MANIFEST, PARAMS

KEY = training_inputs().digest
BRANCH = f"proposals/architecture-{KEY[7:19]}"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def verdict(decision: str) -> GateReport:
    """Return a report with a decision, on the candidate that is allowed elsewhere."""
    if decision == "undecided":
        return report_of("undecided", failing="floor.right")
    shape = ALLOWED.model_dump(mode="json")
    if decision == "refused":
        worse = {"outcome": "failed", "reason": "worse | than\nthe `champion`"}
        shape["rules"] = [shape["rules"][0] | worse, *shape["rules"][1:]]
    return GateReport.model_validate(shape | {"decision": decision})


def proposed(world: World) -> Release:
    """Return the release that the proposal brings to staging."""
    return Release.model_validate(yaml.safe_load(world.branches.published[BRANCH][STAGING]))


def test_an_allowed_candidate_is_recorded_registered_and_proposed(world: World) -> None:
    done = world.retrain()("HEAD")

    (entry,) = world.audit.entries()
    assert (done.decision, done.inputs) == ("allowed", KEY)
    assert (entry.event, entry.outcome, entry.inputs) == ("gate", "allowed", KEY)
    assert entry.commit == world.repository.tip()
    assert (world.trainer.trained, world.trainer.registered) == (1, 1)
    champion = proposed(world).champion("architecture")
    assert champion == released(str(ALLOWED.candidate)).model_copy(
        update={"version": 7, "gate_report": ALLOWED.digest}
    )
    assert list(world.forge.pulls) == [1]
    assert "# The candidate" in world.forge.bodies[1]
    assert KEY in world.forge.bodies[1]


def test_the_signed_report_is_committed_with_the_release(world: World) -> None:
    world.retrain()("HEAD")

    files = world.branches.published[BRANCH]
    path = f"releases/reports/{ALLOWED.digest[7:]}.json"
    assert set(files) == {STAGING, path, f"{path}.sig"}
    assert GateReport.model_validate_json(files[path]) == ALLOWED


@pytest.mark.parametrize("step", STEPS)
def test_a_retraining_killed_after_a_step_is_taken_up_and_trains_once(
    world: World, step: str
) -> None:
    world.kill_after(step)

    done = world.retrain()("HEAD")

    assert done.decision == "allowed"
    assert world.trainer.trained == 1
    assert [entry.outcome for entry in world.audit.entries()] == ["allowed"]
    assert list(world.forge.pulls) == [1]
    assert world.forge.pulls[1].branch == BRANCH


@pytest.mark.parametrize("step", STEPS[STEPS.index("recorded") :])
def test_a_verdict_that_is_written_down_stands(world: World, step: str) -> None:
    world.kill_after(step)

    world.retrain()("HEAD")

    assert world.judge.judged == 1


def test_what_is_registered_gets_no_second_version(world: World) -> None:
    world.kill_after("registered")

    world.retrain()("HEAD")

    assert world.trainer.registered == 1


@pytest.mark.parametrize("decision", ["refused", "no_improvement"])
def test_what_is_not_allowed_is_recorded_and_never_proposed_nor_tried_again(
    world: World, decision: str
) -> None:
    world.judge.verdict = verdict(decision)

    first, second = world.retrain()("HEAD"), world.retrain()("HEAD")

    assert (first.decision, second.decision) == (decision, "not_needed")
    assert world.trainer.trained == 1
    assert world.trainer.registered == 0
    assert world.forge.pulls == {}
    assert world.branches.published == {}
    assert f"judged before: {decision}" in second.reason


def test_undecided_is_judged_again_without_training(world: World) -> None:
    world.judge.verdict = verdict("undecided")
    first = world.retrain()("HEAD")
    world.judge.verdict = ALLOWED

    second = world.retrain()("HEAD")

    assert (first.decision, second.decision) == ("undecided", "allowed")
    assert (world.trainer.trained, world.judge.judged) == (1, 2)


def test_a_second_trigger_updates_the_same_pull_request(world: World) -> None:
    world.retrain()("HEAD")
    world.merge(release(released(str(ALLOWED.champion))), "other work", docs="words")

    done = world.retrain()("HEAD")

    assert done.pull_request is not None
    assert done.pull_request.number == 1
    assert list(world.forge.pulls) == [1]
    assert world.trainer.trained == 1


def test_a_merged_proposal_is_settled(world: World) -> None:
    world.retrain()("HEAD")
    world.merge(proposed(world), "the proposal")

    done, after = world.retrain()("HEAD"), world.planning("HEAD")

    assert "has this candidate already" in done.reason
    assert after.idle


def test_a_proposal_that_people_closed_is_not_opened_again(world: World) -> None:
    world.retrain()("HEAD")
    world.forge.close(1)

    done, after = world.retrain()("HEAD"), world.planning("HEAD")

    assert "people have decided" in done.reason
    assert list(world.forge.pulls) == [1]
    assert after.idle


def test_a_candidate_is_judged_again_once_main_has_another_champion(world: World) -> None:
    world.retrain()("HEAD")
    other = digest_json("another champion")
    world.merge(release(released(other)), "another model")
    shape = ALLOWED.model_dump(mode="json") | {"champion": other}
    world.judge.verdict = GateReport.model_validate(shape)

    done = world.retrain()("HEAD")

    assert done.decision == "allowed"
    assert (world.trainer.trained, world.judge.judged) == (1, 2)
    assert [entry.outcome for entry in world.audit.entries()] == ["allowed", "allowed"]
    assert list(world.forge.pulls) == [1]


def test_a_candidate_that_loses_to_the_new_champion_is_refused(world: World) -> None:
    world.retrain()("HEAD")
    world.merge(release(released(digest_json("another champion"))), "another model")
    world.judge.verdict = verdict("refused")

    done = world.retrain()("HEAD")

    assert done.decision == "refused"
    assert world.planning("HEAD").idle


def test_what_main_does_not_accept_is_not_proposed_and_says_why(world: World) -> None:
    stale = GateReport.model_validate(
        ALLOWED.model_dump(mode="json") | {"policy": digest_json("an older policy")}
    )
    world.judge.verdict = stale

    done = world.retrain()("HEAD")

    assert done.decision == "allowed"
    assert "it is not proposed: the report was judged by policy" in done.reason
    assert world.forge.pulls == {}


def test_a_registry_that_refuses_is_named(world: World) -> None:
    world.trainer.refusal = "the report is about another model"

    done = world.retrain()("HEAD")

    assert "the registry didn't take it: the report is about another model" in done.reason
    assert world.forge.pulls == {}


def test_a_report_that_was_exchanged_after_its_verdict_is_not_believed(world: World) -> None:
    world.kill_after("recorded")
    place = world.places.place(KEY)
    GateReport.model_validate(
        ALLOWED.model_dump(mode="json") | {"evidence": digest_json("forged")}
    ).write(place.report)

    with pytest.raises(AuditBroken, match="the audit log"):
        world.retrain()("HEAD")


def test_a_report_that_is_gone_is_made_again(world: World) -> None:
    """The judge removes it before it leaves another, and may be killed in between."""
    world.kill_after("recorded")
    world.places.place(KEY).report.unlink()

    assert world.retrain()("HEAD").decision == "allowed"

    assert world.trainer.trained == 1


def test_a_candidate_is_rebuilt_where_its_policy_asks_for_it(world: World) -> None:
    world.retrain()("HEAD")
    before = world.trainer.rebuilt
    staging = release(released(str(ALLOWED.champion)))
    world.merge(staging, "other parameters", **{PARAMS: "model: architecture\nseed: 8\n"})
    world.judge.rebuild = True

    world.retrain()("HEAD")

    assert (before, world.trainer.rebuilt) == (0, 1)


def test_a_run_beside_another_for_the_same_inputs_does_nothing(world: World) -> None:
    with world.places.held(KEY):
        done = world.retrain()("HEAD")

    assert (done.decision, done.reason) == (
        "not_needed",
        "a run for the same inputs is under way",
    )
    assert world.trainer.trained == 0


def test_without_a_manifest_nothing_is_asked_of_training(world: World) -> None:
    del world.repository.content[world.repository.tip()][MANIFEST]

    done, plan = world.retrain()("HEAD"), world.planning("HEAD")

    assert done.decision == "not_needed"
    assert (plan.needed, plan.inputs) == (False, None)
    assert f"no {MANIFEST} yet" in plan.reason


def test_a_checkout_at_another_commit_is_not_taken_for_the_one_that_is_asked_for(
    world: World,
) -> None:
    earlier = world.repository.tip()
    world.merge(release(), "later")

    with pytest.raises(OtherCheckout, match="check that one out"):
        world.retrain()(earlier)


def test_a_training_that_breaks_leaves_no_verdict(world: World) -> None:
    world.trainer.breaks = "the disk is full"

    with pytest.raises(TrainingFailed, match="the disk is full"):
        world.retrain()("HEAD")
    assert world.audit.entries() == ()
    assert world.planning("HEAD").needed


def test_without_a_forge_it_says_what_to_do_by_hand(world: World) -> None:
    world.by_hand = True

    done = world.retrain()("HEAD")

    assert done.decision == "allowed"
    assert any("open a pull request of proposals/" in line for line in done.by_hand)


def test_a_branch_that_is_here_alone_is_to_be_pushed_by_hand(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish: Callable = world.branches.publish
    monkeypatch.setattr(
        world.branches, "publish", lambda *words: replace(publish(*words), pushed=False)
    )

    done = open_proposal(world.branches, None, "branch", {"a": b"b"}, "title", "body", base="base")

    assert "push the branch: git push origin branch" in done.by_hand


def test_a_summary_leads_with_the_decision_and_escapes_reasons(world: World) -> None:
    world.judge.verdict = verdict("refused")

    page = retrained_page(world.retrain()("HEAD"))

    assert page.startswith("# Retraining: refused\n\nThe gate refuses the candidate")
    assert "worse \\| than the \\`champion\\`" in page
    assert "# The candidate" in page


def test_outputs_say_the_decision_and_where_it_is_proposed(world: World) -> None:
    outputs = retrained_outputs(world.retrain()("HEAD"))

    assert outputs == {
        "decision": "allowed",
        "inputs": KEY,
        "pull_request": "1",
        "reason": "proposed by pull request #1",
    }
