"""Attacks on what is released: reports, payloads, approvals, code."""

from datetime import timedelta
from pathlib import Path

import pytest
from support import change_records
from support.attacks import APPROVED, HALF, PROMOTED, Attacks
from support.change_records import PRODUCTION, STAGING, approvers, production
from support.change_world import World
from support.people import WHY

from artifacts.digests import digest_json
from delivery.changes.findings import ChangeVerdict

PEOPLE = "policies/approvers.yaml"
ATTACKS = Attacks()
attack = ATTACKS.attack


@attack("gate report edited after approval", "gate_reports", "was edited", APPROVED)
def edited_report(world: World) -> None:
    better = change_records.report("first", evidence=digest_json("better"))
    path = change_records.report_path(change_records.report("first"))
    world.commit(None, {path: better.to_json()})


@attack("gate report removed that main has", "records_kept", "was removed")
def removed_report(world: World) -> None:
    world.branch("tidy")
    path = change_records.report_path(change_records.report("first"))
    world.commit("max", {path: None})


@attack("fabricated gate report, no signature", "gate_reports", "fabricated: it is not signed")
def unsigned_report(world: World) -> None:
    world.promote("second")
    path = change_records.report_path(change_records.report("second"))
    world.commit("max", {f"{path}.sig": None})


@attack("fabricated gate report, own key", "gate_reports", "a key that is not the gate's on main")
def fabricated_report(world: World) -> None:
    world.branch("proposal-second")
    files = {STAGING: change_records.staging(world.entry("second"))}
    world.commit("max", files | world.reported("second", key="max"))


@attack("gate's key replaced in the branch that needs it", "gate_reports", "not the gate's on main")
def own_gate(world: World) -> None:
    world.branch("proposal-second")
    line = f'gate namespaces="plinth-gate-report" {change_records.public(world.keys, "max")}\n'
    files = {STAGING: change_records.staging(world.entry("second"))}
    files["policies/keys/gate.signers"] = line
    world.commit("max", files | world.reported("second", key="max"))


@attack("refused model released", "gate_reports", "decision about architecture is refused")
def refused_model(world: World) -> None:
    world.branch("proposal-bad")
    files = {STAGING: change_records.staging(world.entry("bad", decision="refused"))}
    world.commit("delivery", files | world.reported("bad", decision="refused"))


@attack("another model under an allowed report", "gate_reports", "is about sha256")
def another_model(world: World) -> None:
    world.branch("proposal-other")
    entry = world.entry("first").model_copy(update={"digest": digest_json("poisoned")})
    world.commit("delivery", {STAGING: change_records.staging(entry)})


@attack(
    "one payload approved, another deployed", "payload_approved", "about another payload", APPROVED
)
def swapped_payload(world: World) -> None:
    heavier = world.entry("first").model_copy(update={"version": 2})
    payload = world.payload("first").model_copy(update={"models": {"architecture": (heavier,)}})
    world.commit("max", {PRODUCTION: production(payload)})


@attack("approval by an unknown key", "payload_approved", "unknown key", HALF)
def unknown_key(world: World) -> None:
    world.state("bo", key="eve")


@attack(
    "approval in another person's name", "payload_approved", "signed by ada in the name of bo", HALF
)
def other_name(world: World) -> None:
    world.state("bo", key="ada")


@attack("approval by an author", "payload_approved", "is an author")
def by_an_author(world: World) -> None:
    world.promote(name="bo")
    world.approve("ada")
    world.state("bo")


@attack("approval by whoever opened it", "payload_approved", "is an author", APPROVED)
def by_the_pusher(world: World) -> ChangeVerdict:
    return world.judge(pusher="Bo-at-forge")


@attack("one person twice, in two roles", "payload_approved", "lacks approvals by", PROMOTED)
def one_person_twice(world: World) -> None:
    world.state("dan", role="risk_officer")
    world.state("dan", role="model_owner")


@attack("approval in a role that isn't theirs", "payload_approved", "doesn't hold the role", HALF)
def wrong_role(world: World) -> None:
    world.state("max", role="risk_officer")


@attack(
    "approval for another environment", "payload_approved", "for staging, not for production", HALF
)
def other_environment(world: World) -> None:
    subject = world.judge().subjects[0].model_copy(update={"environment": "staging"})
    world.state("bo", subject=subject)


@attack("approval of another gate report", "payload_approved", "names another gate report", HALF)
def other_report(world: World) -> None:
    subject = world.judge().subjects[0]
    looked_at = subject.models["architecture"].model_copy(  # type: ignore[union-attr]
        update={"gate_report": digest_json("another")}
    )
    world.state("bo", subject=subject.model_copy(update={"models": {"architecture": looked_at}}))


@attack("approval that has expired", "payload_approved", "has expired", APPROVED)
def expired(world: World) -> None:
    world.now += timedelta(days=31)


@attack("approval dated ahead", "payload_approved", "from the future", HALF)
def from_the_future(world: World) -> None:
    world.state("bo", at=world.now + timedelta(days=20))


@attack("approval in another namespace", "payload_approved", "signed in the namespace git", HALF)
def other_namespace(world: World) -> None:
    world.state("bo", space="git")


@attack("approval edited after it was signed", "payload_approved", "not of these bytes", HALF)
def edited_approval(world: World) -> None:
    path = world.approve("bo")[0]
    name = str(path.relative_to(world.root))
    world.commit(None, {name: path.read_text().replace(WHY, "Another reason.")})


@attack(
    "approval that was withdrawn, the withdrawal deleted", "payload_approved", "was withdrawn", HALF
)
def withdrawn(world: World) -> None:
    paths = world.speak_of("bo", "withdrawn", str(world.approve("bo")[0]))
    assert isinstance(paths, tuple)
    name = str(paths[0].relative_to(world.root))
    world.commit(None, {name: None, f"{name}.sig": None})


@attack("approval by a key that main has revoked", "payload_approved", "has revoked this key")
def revoked(world: World) -> None:
    gone = {change_records.public(world.keys, "bo"): world.now.date()}
    world.git("checkout", "--quiet", "main")
    world.commit("max", {PEOPLE: approvers(world.keys, bo={"revoked": gone})})
    world.promote()
    world.approve("ada")
    world.state("bo")


@attack(
    "a new approver's key in the branch that they approve",
    "payload_approved",
    "unknown key",
    PROMOTED,
)
def own_approver(world: World) -> None:
    key = change_records.public(world.keys, "eve")
    eve = {"keys": [key], "emails": ["eve@people.invalid"], "accounts": [], "name": "Eve"}
    world.commit("max", {PEOPLE: approvers(world.keys, eve=eve)})
    world.approve("ada")
    subject = world.judge().subjects[1]
    world.state("eve", role="risk_officer", subject=subject)


@attack("staging never saw the payload", "staging_verified", "0 times over 0.00 h")
def unverified(world: World) -> None:
    world.promote("second")
    world.approve("ada", "bo")


@attack("code that is not main's", "code_on_main", "is not in main's history")
def foreign_code(world: World) -> None:
    world.branch("topic")
    commit = world.commit("max", {"services/inference/src/inference/part.py": "2\n"})
    payload = world.payload("first").model_copy(update={"code": world.code(commit)})
    world.branch("promote-first")
    world.commit("max", {PRODUCTION: production(payload)})


@attack("code that is not what its digest says", "code_on_main", "the files of")
def other_code(world: World) -> None:
    payload = world.payload("first")
    code = payload.code.model_copy(update={"digest": digest_json("other")})
    world.branch("promote-first")
    world.commit("max", {PRODUCTION: production(payload.model_copy(update={"code": code}))})


@attack("an approval of main removed", "records_kept", "was removed", PROMOTED)
def removed_approval(world: World) -> None:
    paths = world.approve("ada", "bo")
    world.merge()
    world.branch("tidy")
    world.commit("max", {str(paths[0].relative_to(world.root)): None})


@attack("a revert of the revert", "payload_approved", "made before a rollback withdrew")
def reverted_revert(world: World) -> None:
    first = world.promote()
    world.approve("ada", "bo")
    world.merge()
    world.deployed(first.digest)
    second = world.promote("second")
    world.verified(second.digest)
    world.approve("ada", "bo")
    promotion = world.merge()
    world.deployed(second.digest)
    world.now += timedelta(minutes=1)
    world.revert(promotion)
    assert world.judge().rollback
    world.now += timedelta(minutes=1)
    world.revert(world.merge(), name="max")


@attack("a candidate compared with nobody's champion", "gate_reports", "was compared with none")
def old_rival(world: World) -> None:
    world.branch("proposal-second")
    files = {STAGING: change_records.staging(world.entry("second"))}
    world.commit("delivery", files | world.reported("second"))


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_on_a_release_fails_with_a_named_reason(
    starts: dict[str, World], tmp_path: Path, name: str
) -> None:
    ATTACKS.must_fail(name, starts, tmp_path / "world")


def test_a_promotion_without_any_attack_is_allowed(starts: dict[str, World]) -> None:
    """Or every attack would fail for a reason of its own."""
    assert starts[APPROVED].judge().problems == ()
