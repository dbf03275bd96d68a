import pytest
from support.deploy_world import World, code, commit, digest, model, release

from artifacts.records.audit import AuditEvent
from delivery.deploy.change_verdict import Deployed
from delivery.deploy.pages import status_lines, summary_lines
from delivery.deploy.verify import Status, Verify, record_verification
from delivery.errors import RevertRefused
from delivery.forges.forge import PullRequest
from delivery.releases.revert import ProposeRevert, Revert


@pytest.fixture
def world() -> World:
    made = World()
    made.commit("empty")
    made.commit("a", staging=release("staging", model()))
    made.deploy()
    return made


def verify(world: World) -> Verify:
    return Verify(world.repository, world.repository, world.survey)


def test_after_a_deploy_there_is_nothing_to_name(world):
    assert verify(world).run("staging").differences == ()
    assert verify(world).run("production").differences == ()


def test_a_merge_that_was_not_deployed_yet_is_named_everywhere(world):
    world.commit("b", staging=release("staging", model("m2", 2)))
    found = verify(world).run("staging")
    assert {one.place for one in found.differences} == {"mlflow", "host", "service"}
    assert found.certain


def test_a_place_that_is_down_leaves_a_verification_uncertain(world):
    world.registry.down = True
    found = verify(world).run("staging")
    assert [one.place for one in found.differences] == ["mlflow"]
    assert not found.certain


@pytest.mark.parametrize(
    ("break_it", "outcome"),
    [
        (lambda world: world.registry.prepare(), "green"),
        (lambda world: world.host.running.clear(), "red"),
        (lambda world: setattr(world.registry, "down", True), "undecided"),
    ],
)
def test_a_recorded_verification_says_how_it_was(world, break_it, outcome):
    break_it(world)
    found = verify(world).run("staging")
    record_verification(world.audit, found, "tests")
    entry = world.audit.log[-1]
    assert (entry.event, entry.outcome, entry.payload) == (
        "verification", outcome, found.wanted.digest,
    )  # fmt: skip
    assert bool(entry.reason) == (outcome != "green")


def test_the_status_is_green_where_all_is_well_and_names_what_is_not(world):
    status = Status(verify(world), world.audit)
    assert status.run("staging").green
    lines = status_lines([status.run("staging"), status.run("production")])
    assert len(lines) == 3
    assert lines[1].split()[2] == "green"
    assert "deploy green" in lines[1]
    assert "never" in lines[2]
    world.host.running.clear()
    lines = status_lines([status.run("staging")])
    assert lines[1].split()[2] == "RED"
    assert any("the port is silent" in line for line in lines)


def test_broken_glass_keeps_the_status_red_until_it_is_reviewed(world):
    case = AuditEvent(
        event="break_glass",
        outcome="done",
        actor="tests",
        environment="staging",
        payload=digest("p"),
        subject=digest("s"),
    )
    status = Status(verify(world), world.audit)
    world.audit.append(case)
    found = status.run("staging")
    assert not found.green
    assert any("glass was broken" in line for line in status_lines([found]))
    review = {"event": "review", "environment": None, "payload": None}
    world.audit.append(case.model_copy(update=review))
    assert status.run("staging").green


def test_superseded_deploys_are_shown(world):
    world.commit("b")
    world.commit("c")
    world.deploy(name="b")
    status = Status(verify(world), world.audit).run("staging")
    assert f"staging: the deploy of {commit('b')[:12]} was superseded" in status_lines([status])


def test_a_summary_escapes_what_others_wrote():
    lines = summary_lines("staging", Deployed("red", ("<img src=x> [link](x)",)))
    assert lines[0] == "### staging: red"
    assert "<img" not in lines[2]
    assert "[link](" not in lines[2]


class FakeReverter:
    """Adds a commit in which production's release is a given text; remembers branches."""

    def __init__(self, world: World, text: str | None, *, fails: bool = False) -> None:
        self.world, self.text, self.fails = world, text, fails
        self.branches: dict[str, str] = {}

    def revert(self, commit: str, *, onto: str, branch: str, message: str) -> str:
        if self.fails:
            raise RevertRefused(commit, "conflict")
        repository, made = self.world.repository, digest(message).removeprefix("sha256:")[:40]
        path = "releases/production.yaml"
        before = repository.parents(commit)[0]
        text = self.text.encode() if self.text else repository.content[before][path]
        repository.content[made] = repository.content[onto] | {path: text}
        self.branches[branch] = made
        return made

    def discard(self, branch: str) -> None:
        del self.branches[branch]


def revert(world: World, reverter: FakeReverter | None = None) -> Revert:
    return Revert(
        world.repository, world.repository, reverter or FakeReverter(world, None), world.audit
    )


def promote(world: World, name: str, pinned: str) -> str:
    at = world.commit(name, production=release("production", model(), code(pinned)))
    world.deploy("production")
    return at


def test_a_promotion_is_taken_back_on_a_branch_that_names_both_payloads(world):
    promote(world, "p1", "one")
    (before,) = world.host.running["production"]
    last = promote(world, "p2", "two")
    (after,) = world.host.running["production"]
    made = revert(world).run(last)
    assert (made.branch, made.back_to, made.left) == (f"reverts/{last[:12]}", before, after)
    assert made.approved


def test_the_first_promotion_is_taken_back_to_nothing(world):
    made = revert(world).run(promote(world, "p1", "one"))
    assert (made.back_to, made.approved) == (None, True)


def test_a_payload_that_was_withdrawn_needs_new_approvals(world):
    promote(world, "p1", "one")
    promote(world, "p2", "two")
    back = promote(world, "p3", "one")
    made = revert(world).run(back)
    assert not made.approved


def test_only_the_promotion_that_production_stands_at_is_taken_back(world):
    first = promote(world, "p1", "one")
    promote(world, "p2", "two")
    with pytest.raises(RevertRefused, match="revert the promotion that came last"):
        revert(world).run(first)


def test_a_change_that_is_no_promotion_is_not_taken_back_as_one(world):
    at = world.commit("docs")
    with pytest.raises(RevertRefused, match="it is no promotion"):
        revert(world).run(at)


def test_a_commit_that_main_does_not_contain_is_not_taken_back(world):
    world.repository.content[commit("elsewhere")] = {}
    with pytest.raises(RevertRefused, match="main doesn't contain it"):
        revert(world).run(commit("elsewhere"))


def test_a_revert_that_brings_back_something_else_is_refused_and_leaves_no_branch(world):
    at = promote(world, "p1", "one")
    other = FakeReverter(world, release("production", model(), code("other")))
    with pytest.raises(RevertRefused, match="with approvals"):
        revert(world, other).run(at)
    assert other.branches == {}


class FakeForge:
    """Remembers the pull requests that it was asked to open."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, str, str]] = []

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        self.opened.append((branch, title, body))
        return PullRequest(7, branch, title, "open")


def propose(world: World, forge: FakeForge | None, *, fails: bool = False, environment="staging"):
    """Propose to take back main's tip; return what was said, and what was pushed."""
    pushed: list[tuple[str, str]] = []
    reverter = FakeReverter(world, None, fails=fails)
    proposing = ProposeRevert(
        world.repository, reverter, lambda *words: pushed.append(words), forge
    )
    return proposing.propose(environment, world.repository.tip(), "red <b>"), pushed


def test_a_revert_is_proposed_with_the_reason_escaped(world):
    forge, at = FakeForge(), world.repository.tip()
    lines, pushed = propose(world, forge)
    assert lines == ("a revert is proposed: pull request #7",)
    ((branch, title, body),) = forge.opened
    assert branch == f"reverts/{at[:12]}"
    assert [name for name, _ in pushed] == [branch]
    assert at[:12] in title
    assert "<b>" not in body


def test_what_goes_wrong_with_a_proposal_is_said_and_what_to_do_by_hand(world):
    forge = FakeForge()
    lines, pushed = propose(world, forge, fails=True)
    assert "conflict" in lines[0]
    assert f"git revert -m 1 {world.repository.tip()}" in lines[1]
    assert (forge.opened, pushed) == ([], [])


def test_without_a_forge_it_says_what_to_do_by_hand(world):
    (line,), pushed = propose(world, None, environment="production")
    assert f"delivery revert {world.repository.tip()}" in line
    assert pushed == []
