import pytest
import yaml
from support.deploy_world import Killed, World, code, commit, digest, kill_after, model, release
from support.policy_documents import tiers_document

from artifacts.errors import UnreadableRecord
from artifacts.records.release import Payload
from delivery.deploy.change_verdict import DeployVerdict
from delivery.deploy.deploy import all_steps
from delivery.errors import CommitUnknown
from delivery.releases.read_wanted import wanted_at
from delivery.releases.wanted import AliasPoint
from delivery.targets.local.swap import STEPS as SWAP

STEP_NAMES = [step.name for step in all_steps(SWAP)]
FIRST, SECOND = model("m1", 1), model("m2", 2)


@pytest.fixture
def world() -> World:
    made = World()
    made.commit("empty")
    return made


def running(world: World, environment: str = "staging") -> tuple[str, ...]:
    return world.host.running.get(environment, ())


def promoted(world: World, name: str, pinned: str, champion=FIRST) -> str:
    """Merge a promotion, deploy it, and return the payload that production runs then."""
    world.commit(name, production=release("production", champion, code(pinned)))
    ended = world.deploy("production")
    assert ended.outcome == "green"
    return ended.wanted.digest


def test_nothing_released_yet_is_green_and_touches_nothing(world):
    ended = world.deploy()
    assert ended.outcome == "nothing"
    assert "nothing is released" in ended.lines[0]
    assert (world.host.installs, world.host.wanted, world.host.state) == (0, {}, {})
    assert world.audit.log == []


def test_a_deploy_goes_through_every_step_in_order_and_ends_verified(world):
    world.commit("a", staging=release("staging", FIRST))
    ended = world.deploy()
    assert ended.outcome == "green"
    assert world.steps == STEP_NAMES
    assert running(world) == (ended.wanted.digest,)
    assert world.audit.told("deploy", "verification") == [
        ("deploy", "undecided"),
        ("deploy", "green"),
        ("verification", "green"),
    ]


def test_staging_runs_the_code_of_its_own_commit(world):
    world.commit("a", staging=release("staging", FIRST), code="one")
    before = world.deploy().wanted
    world.commit("b", code="two")
    after = world.deploy().wanted
    assert after.payload.code.commit == commit("b")
    assert after.digest != before.digest
    assert running(world) == (after.digest,)


def test_a_change_of_documentation_deploys_no_new_payload(world):
    world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    world.commit("b")
    assert world.deploy().outcome == "green"
    assert (world.host.installs, world.host.swaps) == (1, 1)


def test_production_runs_the_code_that_it_pins(world):
    payload = promoted(world, "a", "pinned")
    assert world.host.payloads[payload].code == code("pinned")


def test_staging_is_judged_as_production_is(world):
    first = world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    assert world.judged == [f"staging {first}"]
    second = world.commit("b", production=release("production", FIRST, code()))
    world.deploy("production")
    assert world.judged == [f"staging {first}", f"production {second}"]


@pytest.mark.parametrize("decision", ["refused", "undecided"])
def test_a_staging_release_that_the_judge_does_not_allow_touches_nothing(world, decision):
    world.verdict = DeployVerdict(decision, ("gate_reports: fabricated",))
    world.commit("a", staging=release("staging", FIRST))
    ended = world.deploy()
    assert (ended.outcome, ended.lines) == (decision, ("gate_reports: fabricated",))
    assert (world.host.installs, world.host.wanted, world.host.state) == (0, {}, {})


@pytest.mark.parametrize("decision", ["refused", "undecided"])
def test_what_the_judge_does_not_allow_touches_nothing(world, decision):
    world.verdict = DeployVerdict(decision, ("approvals: one of two persons",))
    world.commit("a", production=release("production", FIRST, code()))
    ended = world.deploy("production")
    assert (ended.outcome, ended.lines) == (decision, ("approvals: one of two persons",))
    assert (world.host.installs, world.host.wanted, world.host.state) == (0, {}, {})
    assert world.audit.told("deploy") == [("deploy", decision)]


def test_a_refused_return_withdraws_nothing(world):
    promoted(world, "a", "one")
    promoted(world, "b", "two")
    world.verdict = DeployVerdict("refused", ("no",))
    world.commit("c", production=release("production", FIRST, code("one")))
    world.deploy("production")
    assert world.audit.log[-1].event == "deploy"
    assert world.audit.log[-1].left is None


def test_a_commit_that_is_no_longer_the_tip_is_superseded(world):
    world.commit("a", staging=release("staging", FIRST))
    world.commit("b")
    ended = world.deploy(name="a")
    assert ended.outcome == "superseded"
    assert commit("b")[:12] in ended.lines[0]
    assert world.host.wanted == {}
    assert world.audit.told("deploy") == [("deploy", "superseded")]


@pytest.mark.parametrize("moment", STEP_NAMES[: STEP_NAMES.index("still_tip")])
def test_a_merge_that_comes_before_the_swap_wins(world, moment):
    world.commit("a", staging=release("staging", FIRST))
    ended = world.deploy(after=lambda step: step == moment and world.commit("b"))
    assert ended.outcome == "superseded"
    assert (running(world), world.host.state) == ((), {})


def test_a_merge_that_comes_after_the_swap_waits_for_its_own_deploy(world):
    world.commit("a", staging=release("staging", FIRST))
    ended = world.deploy(after=lambda step: step == "apply" and world.commit("b"))
    assert ended.outcome == "green"


def test_a_swap_that_a_newer_deploy_forbade_is_superseded_not_red(world):
    world.commit("a", staging=release("staging", FIRST))

    def overtaken(step: str) -> None:
        if step == "begin":
            world.commit("b")
            world.host.wanted["staging"] = digest("another")

    ended = world.deploy(after=overtaken)
    assert ended.outcome == "superseded"
    assert world.proposed == []


def test_two_merges_in_quick_succession_end_in_the_state_of_the_second(world):
    world.commit("a", staging=release("staging", FIRST))
    world.commit("b", staging=release("staging", SECOND))
    second = world.deploy(name="b").wanted
    assert world.deploy(name="a").outcome == "superseded"
    assert running(world) == (second.digest,)


@pytest.mark.parametrize("step", STEP_NAMES)
def test_whatever_step_it_is_killed_after_the_next_deploy_heals_it(world, step):
    world.commit("a", staging=release("staging", FIRST))
    old = world.deploy().wanted.digest
    world.commit("b", staging=release("staging", SECOND))
    with pytest.raises(Killed):
        world.deploy(after=kill_after(step))
    assert running(world)[0] in {old, world.host.wanted["staging"]}
    ended = world.deploy()
    assert ended.outcome == "green"
    assert running(world) == (ended.wanted.digest,)
    assert world.registry.points["architecture", "staging"].version == 2
    assert world.audit.log[-1].outcome == "green"


@pytest.mark.parametrize("step", STEP_NAMES)
def test_a_return_that_is_killed_withdraws_what_it_left_once_it_is_deployed_again(world, step):
    promoted(world, "a", "one")
    left = promoted(world, "b", "two")
    world.commit("c", production=release("production", FIRST, code("one")))
    with pytest.raises(Killed):
        world.deploy("production", after=kill_after(step))
    assert world.deploy("production").outcome == "green"
    back = [entry for entry in world.audit.log if entry.event == "rollback"]
    assert {entry.left for entry in back} == {left}
    assert "green" in {entry.outcome for entry in back}


def test_processes_that_were_killed_are_brought_back_by_a_deploy_of_the_same_payload(world):
    world.commit("a", staging=release("staging", FIRST))
    payload = world.deploy().wanted.digest
    world.host.running.clear()
    assert world.deploy().outcome == "green"
    assert running(world) == (payload,)


def test_two_releases_that_answer_at_once_are_brought_to_one(world):
    world.commit("a", staging=release("staging", FIRST))
    old = world.deploy().wanted.digest
    world.commit("b", staging=release("staging", SECOND))
    new = world.deploy().wanted.digest
    world.host.running["staging"] = (old, new)
    assert world.deploy().outcome == "green"
    assert running(world) == (new,)


def test_a_release_that_never_gets_ready_leaves_the_old_one_and_is_red(world):
    world.commit("a", staging=release("staging", FIRST))
    old = world.deploy().wanted.digest
    world.commit("b", staging=release("staging", SECOND))
    unfit = wanted_at(world.repository, "staging", world.repository.tip()).digest
    world.host.never_ready.add(unfit)
    assert world.deploy().outcome == "red"
    assert running(world) == (old,)
    assert world.audit.told("deploy")[-1] == ("deploy", "red")
    assert len(world.proposed) == 1
    assert world.registry.points["architecture", "staging"].version == 1


def test_a_service_that_says_it_is_something_else_makes_the_deploy_red(world):
    world.commit("a", staging=release("staging", FIRST))
    world.host.lies_of_code = digest("other code")
    ended = world.deploy()
    assert ended.outcome == "red"
    assert "service: the code it names" in ended.lines[0]
    assert world.audit.told("verification") == [("verification", "red")]
    assert world.proposed


@pytest.mark.parametrize(
    ("command", "step"), [("install", "install"), ("observe", "look"), ("want", "install")]
)
@pytest.mark.parametrize("blamed", [True, False])
def test_what_can_not_be_installed_is_red_and_nothing_is_applied(world, command, step, blamed):
    world.commit("a", staging=release("staging", FIRST))
    world.host.broken.add(command)
    world.host.blames_release = blamed
    ended = world.deploy()
    assert ended.outcome == "red"
    assert ended.lines[0].startswith(f"red at {step}")
    assert command in ended.lines[0]
    assert world.host.state == {}
    assert bool(world.proposed) == blamed


def test_a_deploy_of_what_runs_already_prunes_nothing(world):
    world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    world.host.broken.add("prune")
    world.commit("b")
    world.deploy()
    assert not any("not pruned" in line for line in world.said)


def test_old_payloads_that_can_not_be_pruned_are_no_reason_to_be_red(world):
    world.commit("a", staging=release("staging", FIRST))
    world.host.broken.add("prune")
    assert world.deploy().outcome == "green"
    assert any("not pruned" in line for line in world.said)


def test_the_last_payloads_of_both_environments_are_kept(world):
    world.commit("a", staging=release("staging", FIRST))
    kept = [world.deploy().wanted.digest]
    kept.append(promoted(world, "p", "one"))
    for name in ("b", "c"):
        world.commit(name, code=name)
        kept.append(world.deploy().wanted.digest)
    assert set(world.host.pruned) == set(kept[1:])


def test_aliases_follow_the_release(world):
    world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    point = world.registry.points["architecture", "staging"]
    assert point == AliasPoint("architecture", "staging", 1, FIRST.digest)
    assert [e.reason for e in world.audit.log if e.event == "alias"] == [
        f"alias staging of architecture moved from nothing to {point.target}"
    ]


def test_an_alias_that_was_moved_by_hand_is_put_back_and_written_down(world):
    world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    by_hand = AliasPoint("architecture", "staging", 7, digest("m7"))
    world.registry.point([by_hand])
    assert world.deploy().outcome == "green"
    assert world.registry.points["architecture", "staging"].version == 1
    assert "moved by hand to version 7" in world.audit.log[-3].reason
    assert world.audit.log[-3].event == "alias"


def test_an_alias_of_what_is_not_released_is_taken_away(world):
    world.registry.point([AliasPoint("architecture", "staging", 7, digest("m7"))])
    assert world.deploy().outcome == "nothing"
    assert world.registry.points == {}
    assert world.audit.told("alias") == [("alias", "done")]


def test_an_alias_that_points_right_is_not_touched(world):
    world.commit("a", staging=release("staging", FIRST))
    world.deploy()
    world.commit("b", code="other")
    world.deploy()
    assert world.registry.prepared == 1
    assert len(world.audit.told("alias")) == 1


def test_what_moves_aliases_starts_once_what_people_wait_for_answers(world):
    seen = []
    world.commit("a", staging=release("staging", FIRST))
    world.deploy(after=lambda done: seen.append((done, world.registry.prepared)))
    first = next(done for done, prepared in seen if prepared)
    assert first == "apply"


def test_a_registry_that_is_down_is_red_and_no_reason_to_take_the_change_back(world):
    world.commit("a", staging=release("staging", FIRST))
    world.registry.down = True
    ended = world.deploy()
    assert ended.lines[0].startswith("red at aliases")
    assert world.proposed == []
    assert running(world) == (ended.wanted.digest,)


def test_a_return_to_an_installed_payload_installs_nothing_and_withdraws_what_it_leaves(world):
    first = promoted(world, "a", "one")
    second = promoted(world, "b", "two")
    installs = world.host.installs
    back = promoted(world, "c", "one")
    assert back == first
    assert world.host.installs == installs
    assert running(world, "production") == (first,)
    done = [e for e in world.audit.log if e.event == "rollback" and e.outcome == "green"]
    assert [(e.payload, e.left) for e in done] == [(first, second)]


def test_what_was_withdrawn_comes_back_as_a_deploy_and_not_as_a_rollback(world):
    promoted(world, "a", "one")
    promoted(world, "b", "two")
    promoted(world, "c", "one")
    promoted(world, "d", "two")
    assert world.audit.told("deploy", "rollback")[-1] == ("deploy", "green")


def test_staging_going_back_withdraws_nothing(world):
    for name, champion in (("a", FIRST), ("b", SECOND), ("c", FIRST)):
        world.commit(name, staging=release("staging", champion))
        world.deploy()
    assert {event for event, _ in world.audit.told("deploy", "rollback")} == {"deploy"}


def test_a_release_taken_away_stops_what_ran(world):
    world.commit("a", staging=release("staging", FIRST))
    empty = world.repository.file(commit("empty"), "releases/staging.yaml").decode()
    world.deploy()
    world.commit("b", staging=empty)
    assert world.deploy().outcome == "green"
    assert (running(world), world.host.state["staging"]) == ((), None)


def test_strays_of_an_environment_in_which_nothing_is_released_are_stopped(world):
    world.host.running["staging"] = (digest("stray"),)
    world.host.payloads[digest("stray")] = Payload(code=code(), models={"architecture": (FIRST,)})
    assert world.deploy().outcome == "green"
    assert running(world) == ()


def test_broken_glass_is_written_down_with_its_statements(world):
    world.verdict = DeployVerdict("allowed", (), (digest("s1"), digest("s2")))
    world.commit("a", production=release("production", FIRST, code()))
    assert world.deploy("production").outcome == "green"
    cases = [entry for entry in world.audit.log if entry.event == "break_glass"]
    assert [case.subject for case in cases] == [digest("s1"), digest("s2")]


def test_a_commit_that_is_not_there_is_a_breakdown(world):
    with pytest.raises(CommitUnknown):
        world.deploy(name="never made")


@pytest.mark.parametrize(
    "text", ["", "environment: production\nmodels: {}\n", "environment: staging\nmore: 1\n"]
)
def test_a_release_that_can_not_be_read_is_a_breakdown_that_touches_nothing(world, text):
    world.commit("a", staging=text)
    with pytest.raises(UnreadableRecord, match=r"releases/staging\.yaml"):
        world.deploy()
    assert world.host.wanted == {}
    assert world.locked == set()


def tiers(**more: object) -> str:
    return yaml.safe_dump(tiers_document() | more)


def keeping(keep_warm: bool) -> dict[str, object]:
    return {"rollback": {"keep_warm": keep_warm, "reason": "This machine has little memory."}}


@pytest.mark.parametrize(
    ("policy", "kept"), [(tiers(), True), (tiers(**keeping(True)), True), ("tiers: [", False)]
)
def test_the_release_before_is_kept_warm_unless_the_policy_can_not_be_read(world, policy, kept):
    world.commit("a", staging=release("staging", FIRST), tiers=policy)
    first = world.deploy().wanted.digest
    assert world.host.warm == {"staging": None}
    world.commit("b", staging=release("staging", SECOND))
    for _ in range(2):
        world.deploy()
        assert world.host.warm == {"staging": first if kept else None}


def test_a_team_that_is_short_of_memory_keeps_no_release_warm(world):
    world.commit("a", staging=release("staging", FIRST), tiers=tiers(**keeping(False)))
    world.deploy()
    world.commit("b", staging=release("staging", SECOND))
    world.deploy()
    assert world.host.warm == {"staging": None}


def test_what_a_rollback_withdraws_is_not_kept_warm(world):
    world.commit("tiers", tiers=tiers())
    first = promoted(world, "a", "one")
    promoted(world, "b", "two")
    assert world.host.warm == {"production": first}
    world.commit("c", production=release("production", FIRST, code("one")))
    for _ in range(2):
        assert world.deploy("production").outcome == "green"
        assert world.host.warm == {"production": None}
