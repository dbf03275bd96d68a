"""Looking for drift, and planning: what is told to whom."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from support.deploy_world import World, model, release

from artifacts.cant_tell import CantTell
from artifacts.records.release import Payload
from delivery.deploy.compare import Drift
from delivery.deploy.infrastructure import NO_IMAGE, PlanInfrastructure, ReportDrift
from delivery.deploy.pages import plan_lines, plan_page
from delivery.deploy.verify import Verify
from delivery.errors import TerraformFailed

BUCKET = Drift("aws_s3_bucket.predictions", "update", ("tags",))
GONE = Drift("module.inference.aws_wafv2_web_acl.this", "to be created")


@dataclass
class FakeIssues:
    """One issue."""

    open: tuple[str, str] | None = None
    told: list[str] = field(default_factory=list)

    def report(self, marker: str, title: str, body: str) -> str:
        """Open or update."""
        self.open = (title, body)
        self.told.append(marker)
        return "issue 1"

    def settle(self, marker: str, note: str) -> str | None:
        """Close."""
        was, self.open = self.open, None
        self.told.append(f"{marker}: {note}")
        return "issue 1" if was else None


@pytest.fixture
def world() -> World:
    made = World()
    made.commit("empty")
    made.commit("a", staging=release("staging", model()))
    made.deploy()
    return made


def look(world: World, issues: FakeIssues | None):
    verify = Verify(world.repository, world.repository, world.survey)
    return ReportDrift(verify, world.audit, issues, "tests")(("staging",))


def test_what_drifted_is_named_by_resource_and_attribute_in_one_issue(world: World) -> None:
    world.host.drifts = (BUCKET, GONE)
    issues = FakeIssues()

    report = look(world, issues)

    assert (report.drifted, report.certain, report.issue) == (True, True, "issue 1")
    assert issues.open is not None
    title, body = issues.open
    assert title == "Not as git has it: staging (2)"
    assert "aws\\_s3\\_bucket.predictions is other in tags" in body
    assert "is to be created" in body
    assert world.audit.log[-1].outcome == "red"


def test_a_second_look_brings_the_same_issue_up_to_date_and_a_clean_one_closes_it(
    world: World,
) -> None:
    world.host.drifts = (BUCKET,)
    issues = FakeIssues()
    look(world, issues)
    look(world, issues)
    assert issues.told == ["drift", "drift"]

    world.host.drifts = ()
    report = look(world, issues)

    assert (report.drifted, report.issue, issues.open) == (False, "issue 1", None)
    assert world.audit.log[-1].outcome == "green"


def test_what_nobody_can_tell_is_told_as_that_and_closes_nothing(world: World) -> None:
    def broken(*_: object) -> tuple[Drift, ...]:
        raise TerraformFailed("plan", "no credentials")

    world.host.drift = broken  # type: ignore[method-assign]
    issues = FakeIssues(open=("old", "old"))

    report = look(world, issues)

    assert (report.drifted, report.certain) == (True, False)
    assert issues.open is not None
    assert "no credentials" in issues.open[1]
    assert world.audit.log[-1].outcome == "undecided"


def test_without_issues_the_report_is_all_there_is(world: World) -> None:
    world.host.drifts = (BUCKET,)

    report = look(world, None)

    assert (report.drifted, report.issue) == (True, None)


def test_a_plan_says_what_would_change_and_changes_nothing(world: World) -> None:
    world.host.drifts = (BUCKET, GONE)
    state, log = dict(world.host.state), len(world.audit.log)
    planning = PlanInfrastructure(world.repository, world.survey)

    (plan,) = planning(("staging",), world.repository.tip())

    heading, *changes = plan_lines([plan])
    assert heading.endswith("2 resources would change")
    assert changes[-2:] == [f"{BUCKET.address}: tags", f"{GONE.address}: to be created"]
    assert "- aws\\_s3\\_bucket.predictions: tags" in plan_page([plan])
    assert (world.host.state, len(world.audit.log)) == (state, log)


def test_a_plan_that_nobody_can_make_says_why(world: World) -> None:
    def broken(*_: object) -> tuple[Drift, ...]:
        raise TerraformFailed("plan", "no credentials")

    world.host.drift = broken  # type: ignore[method-assign]

    (plan,) = PlanInfrastructure(world.repository, world.survey)(
        ("staging",), world.repository.tip()
    )

    assert isinstance(plan.changes, CantTell)
    assert plan_lines([plan])[0] == "staging: no plan"
    assert "no credentials" in plan_lines([plan])[1]


def test_an_image_that_is_built_on_merge_is_planned_with_a_stand_in(world: World) -> None:
    planned: list[Payload | None] = []
    world.images = SimpleNamespace(image_of=lambda _: None)
    world.host.drift = lambda _where, payload: planned.append(payload) or ()  # type: ignore[method-assign]

    (plan,) = PlanInfrastructure(world.repository, world.survey)(
        ("staging",), world.repository.tip()
    )

    (payload,) = planned
    assert payload is not None
    assert payload.image == NO_IMAGE
    assert "built on merge" in plan_lines([plan])[1]
