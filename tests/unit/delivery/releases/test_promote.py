from datetime import timedelta

import pytest
import yaml
from support.audit import FakeAuditLog
from support.deploy_world import FakeRepository
from support.forge_fakes import FakeBranches, FakeForge
from support.made_records import gate_report, release
from support.policy_documents import FIRST_RELEASE, policy, tiers

from artifacts.code import code_digest
from artifacts.digests import digest_json, hex_part
from artifacts.records.audit import AuditEvent
from artifacts.records.release import Release, ReleasedCode, ReleasedModel
from artifacts.refusal import Refusal
from delivery.forges.open_proposal import Opened
from delivery.releases.promote import AlreadyThere, Promote
from delivery.releases.wanted import release_text

REPORT = gate_report()
MODEL = ReleasedModel(digest=str(REPORT.candidate), version=7, gate_report=REPORT.digest)
CODE = {"services/inference/src/inference/app.py": "print()\n"}
REPORT_PATH = f"releases/reports/{hex_part(REPORT.digest)}.json"
PRODUCTION = "releases/production.yaml"
FILES = {
    **CODE,
    "releases/staging.yaml": release_text(release(MODEL)),
    PRODUCTION: release_text(
        Release(environment="production", models={"architecture": (FIRST_RELEASE,)})
    ),
    "policies/models/architecture.yaml": yaml.safe_dump(policy().model_dump(mode="json")),
    "policies/risk_tiers.yaml": yaml.safe_dump(tiers().model_dump(mode="json")),
    REPORT_PATH: REPORT.to_json(),
    f"{REPORT_PATH}.sig": "signed",
}


class World:
    """Main with a staging release that was deployed and verified."""

    def __init__(self, **files: str | None) -> None:
        self.repository = FakeRepository()
        kept = {path: text for path, text in (FILES | files).items() if text is not None}
        self.commit = self.repository.add("released", kept)
        code = ReleasedCode(
            digest=code_digest({path: text.encode() for path, text in CODE.items()}),
            commit=self.commit,
        )
        found = release(MODEL).payload(code)
        assert found is not None
        self.payload = found
        self.audit = FakeAuditLog(self.event("deploy"), self.event("verification"))
        self.branches, self.forge = FakeBranches(self.commit), FakeForge()

    def event(self, kind: str, outcome: str = "green", **changes: object) -> AuditEvent:
        """Return an event of this payload in staging."""
        known = {"event": kind, "outcome": outcome, "actor": "tests", "environment": "staging"}
        about = {"commit": self.commit, "payload": self.payload.digest}
        return AuditEvent.model_validate(known | about | changes)

    def promote(self) -> Opened | AlreadyThere | Refusal:
        """Promote."""
        return Promote(self.repository, self.audit, self.branches, self.forge)()

    def refused(self) -> str:
        """Return why nothing is promoted."""
        done = self.promote()
        assert isinstance(done, Refusal)
        assert self.forge.pulls == {}
        assert self.branches.published == {}
        return done.reason


def test_production_is_to_pin_the_payload_that_staging_verified() -> None:
    world = World()

    done = world.promote()

    assert isinstance(done, Opened)
    branch = f"promotions/{hex_part(world.payload.digest)[:12]}"
    files = world.branches.published[branch]
    written = Release.model_validate(yaml.safe_load(files[PRODUCTION]))
    assert written.payload() == world.payload
    assert set(files) == {PRODUCTION, REPORT_PATH, f"{REPORT_PATH}.sig"}
    assert world.forge.pulls[1].branch == branch


def test_the_body_says_all_that_approvers_sign_and_how() -> None:
    world = World()
    world.promote()

    body = world.forge.bodies[1]

    for digest in (
        *(world.payload.digest, world.payload.code.digest, MODEL.digest, REPORT.digest),
        *(str(REPORT.policy), str(REPORT.risk_tiers), str(REPORT.photo_manifest)),
    ):
        assert f"`{digest}`" in body
    assert "environment `production`" in body
    assert "bin/plinth delivery approve --head HEAD --as NAME" in body
    assert "as `model_owner`" in body
    for rule in REPORT.rules:
        assert f"| {rule.outcome} |" in body


def test_the_body_says_whether_staging_showed_enough() -> None:
    world = World()
    world.promote()
    once = world.forge.bodies[1]
    many = World()
    for _ in range(30):
        many.audit.append(many.event("verification"))
    many.audit._moments = iter([many.audit.entries()[-1].at + timedelta(hours=23)])
    many.audit.append(many.event("verification"))
    many.promote()

    assert "Verified 1 times in a row over 0.00 hours" in once
    assert "**not enough yet**" in once
    assert "that is enough" in many.forge.bodies[1]


def test_the_body_warns_of_a_payload_that_a_rollback_left() -> None:
    world = World()
    back = world.event(
        "rollback", environment="production", payload=digest_json("b"), left=world.payload.digest
    )
    world.audit = FakeAuditLog(back, world.event("deploy"), world.event("verification"))

    world.promote()

    assert "A rollback left this payload" in world.forge.bodies[1]


def test_promoting_again_updates_the_same_pull_request() -> None:
    world = World()

    first, second = world.promote(), world.promote()

    assert isinstance(first, Opened)
    assert isinstance(second, Opened)
    assert list(world.forge.pulls) == [1]


def test_a_payload_that_production_pins_is_not_promoted_again() -> None:
    world = World()
    pinned = Release(
        environment="production", code=world.payload.code, models={"architecture": (MODEL,)}
    )
    world.branches.move(world.repository.add("later", {PRODUCTION: release_text(pinned)}))

    assert world.promote() == AlreadyThere(world.payload.digest)
    assert world.forge.pulls == {}


def test_nothing_is_promoted_before_staging_verified_something() -> None:
    world = World()
    world.audit = FakeAuditLog(world.event("deploy"))

    assert "has verified nothing yet" in world.refused()


@pytest.mark.parametrize("outcome", ["red", "undecided"])
def test_nothing_is_promoted_after_a_verification_that_is_not_green(outcome: str) -> None:
    world = World()
    world.audit.append(world.event("verification", outcome, reason="an alias was moved"))

    assert f"is {outcome}: an alias was moved" in world.refused()


def test_what_staging_runs_now_must_be_what_it_verified() -> None:
    world = World()
    world.audit.append(world.event("deploy", payload=digest_json("another")))

    assert "verify what it runs" in world.refused()


def test_an_empty_staging_is_not_promoted() -> None:
    world = World()
    world.audit.append(world.event("verification", payload=None))

    assert "nothing is released" in world.refused()


def test_a_commit_that_is_not_mains_is_not_promoted() -> None:
    world = World()
    world.branches.move("f" * 40)
    world.repository.history.insert(0, "f" * 40)

    assert "not in main's history" in world.refused()


def test_a_payload_that_its_commit_does_not_give_is_not_promoted() -> None:
    world = World()
    forged = digest_json("forged")
    for kind in ("deploy", "verification"):
        world.audit.append(world.event(kind, payload=forged))

    assert f"staging verified {forged}" in world.refused()


def test_a_payload_whose_report_is_not_in_git_is_not_promoted() -> None:
    assert f"{REPORT_PATH}.sig is not in git" in World(**{f"{REPORT_PATH}.sig": None}).refused()


def test_a_report_that_main_lost_comes_along() -> None:
    world = World()
    later = world.repository.add("later", {})
    del world.repository.content[later][REPORT_PATH]
    world.branches.move(later)

    assert isinstance(world.promote(), Opened)
    (files,) = world.branches.published.values()
    assert files[REPORT_PATH] == REPORT.to_json().encode()


def test_a_model_without_a_policy_says_that_nobody_can_approve() -> None:
    world = World(**{"policies/models/architecture.yaml": None})
    world.promote()

    assert "nobody can approve it" in world.forge.bodies[1]
