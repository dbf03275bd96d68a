"""Attacks on the judgement of changes. Each fails, and is told why by name.

`pytest -s` prints what each attack got to hear.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from support import change_world
from support.change_world import (
    PRODUCTION,
    STAGING,
    WEAKER,
    WHY,
    World,
    approvers,
    production,
)

from artifacts.digests import digest_json
from delivery.domain.holdout_text import pin_text
from delivery.domain.promotion.findings import ChangeVerdict

POLICY, PIN = "policies/models/architecture.yaml", "policies/holdouts/architecture.csv"
PEOPLE, JUDGE = "policies/approvers.yaml", "services/delivery/src/judge.py"
MAIN, PROMOTED, HALF, APPROVED = "main", "promoted", "half approved", "approved"
Attack = Callable[[World], Any]
ATTACKS: Final[dict[str, tuple[Attack, str, str, str]]] = {}


def attack(name: str, rule: str, words: str, start: str = MAIN) -> Callable[[Attack], Attack]:
    """Register an attack, the rule that must stop it, words of its reason, and where it starts.

    It is judged as it stands when the attack is through, unless that gives a verdict itself.
    """

    def register(one: Attack) -> Attack:
        ATTACKS[name] = (one, rule, words, start)
        return one

    return register


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """Worlds to begin from: main alone, and a promotion with no, one and two approvals."""
    folder = tmp_path_factory.mktemp("worlds")
    found = {MAIN: change_world.make_world(folder / MAIN)}
    for start, before in ((PROMOTED, MAIN), (HALF, PROMOTED), (APPROVED, HALF)):
        world = found[start] = change_world.copy_of(found[before], folder / start)
        if start == PROMOTED:
            world.promote()
        else:
            world.approve("ada" if start == HALF else "bo")
    return found


@pytest.fixture
def world(starts: dict[str, World], tmp_path: Path) -> World:
    return change_world.copy_of(starts[MAIN], tmp_path / "world")


@attack("gate report edited after approval", "gate_reports", "was edited", APPROVED)
def edited_report(world: World) -> None:
    better = change_world.report("first", evidence=digest_json("better"))
    path = change_world.report_path(change_world.report("first"))
    world.commit(None, {path: better.to_json()})


@attack("gate report removed that main has", "records_kept", "was removed")
def removed_report(world: World) -> None:
    world.branch("tidy")
    path = change_world.report_path(change_world.report("first"))
    world.commit("max", {path: None})


@attack("fabricated gate report, no signature", "gate_reports", "fabricated: it is not signed")
def unsigned_report(world: World) -> None:
    world.promote("second")
    path = change_world.report_path(change_world.report("second"))
    world.commit("max", {f"{path}.sig": None})


@attack("fabricated gate report, own key", "gate_reports", "a key that is not the gate's on main")
def fabricated_report(world: World) -> None:
    world.branch("proposal-second")
    files = {STAGING: change_world.staging(world.entry("second"))}
    world.commit("max", files | world.reported("second", key="max"))


@attack("gate's key replaced in the branch that needs it", "gate_reports", "not the gate's on main")
def own_gate(world: World) -> None:
    world.branch("proposal-second")
    line = f'gate namespaces="plinth-gate-report" {change_world.public(world.keys, "max")}\n'
    files = {STAGING: change_world.staging(world.entry("second"))}
    files["policies/keys/gate.signers"] = line
    world.commit("max", files | world.reported("second", key="max"))


@attack("refused model released", "gate_reports", "decision about architecture is refused")
def refused_model(world: World) -> None:
    world.branch("proposal-bad")
    files = {STAGING: change_world.staging(world.entry("bad", decision="refused"))}
    world.commit("delivery", files | world.reported("bad", decision="refused"))


@attack("another model under an allowed report", "gate_reports", "is about sha256")
def another_model(world: World) -> None:
    world.branch("proposal-other")
    entry = world.entry("first").model_copy(update={"digest": digest_json("poisoned")})
    world.commit("delivery", {STAGING: change_world.staging(entry)})


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
    gone = {change_world.public(world.keys, "bo"): world.now.date()}
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
    key = change_world.public(world.keys, "eve")
    eve = {"keys": [key], "emails": ["eve@people.invalid"], "accounts": [], "name": "Eve"}
    world.commit("max", {PEOPLE: approvers(world.keys, eve=eve)})
    world.approve("ada")
    subject = world.judge().subjects[1]
    world.state("eve", role="risk_officer", subject=subject)


@attack("a policy weakened in the branch that it judges", "gate_reports", "judged by the policy")
def own_policy(world: World) -> None:
    world.branch("proposal-second")
    weaker = change_world.cases.policy(known_limits=["None at all."])
    files = {POLICY: change_world.policy_text(known_limits=["None at all."])}
    files[STAGING] = change_world.staging(world.entry("second", policy=weaker.digest))
    world.commit("max", files | world.reported("second", policy=weaker.digest))


@attack("a policy changed without approvals", "change_approved", "lacks approvals")
def policy_alone(world: World) -> None:
    world.branch("weaker")
    world.commit("max", {POLICY: change_world.policy_text(known_limits=["None at all."])})


@attack("a key of people changed without approvals", "change_approved", "approvers.yaml lacks")
def key_alone(world: World) -> None:
    world.branch("mine")
    key = change_world.public(world.keys, "max")
    world.commit("max", {PEOPLE: approvers(world.keys, max={"roles": ["risk_officer"]})})
    assert key


@attack("the Makefile changed without approvals", "change_approved", "changing Makefile lacks")
def makefile(world: World) -> None:
    world.branch("make")
    world.commit("max", {"Makefile": "all:\n\ttrue\n"})


@attack("delivery's own code changed without approvals", "change_approved", "judge.py lacks")
def own_code(world: World) -> None:
    world.branch("judge")
    world.commit("max", {JUDGE: "STRICT = False\n"})


@attack("the judge changed after it was approved", "change_approved", "files were changed after")
def judge_after_approval(world: World) -> None:
    world.branch("judge")
    world.commit("max", {JUDGE: "STRICT = 1\n"})
    world.approve("ada", "bo", "cleo")
    world.commit("max", {JUDGE: "STRICT = False\n"})


@attack("a file that nobody has thought of", "change_approved", "changing conftest.py lacks")
def unknown_file(world: World) -> None:
    world.branch("new")
    world.commit("max", {"conftest.py": "import os\n"})


@attack("the model moved to a lower tier", "policies_apply", "from tier moderate to low")
def lower_tier(world: World) -> None:
    world.branch("low")
    world.commit("max", {POLICY: change_world.policy_text(tier="low")})
    world.approve("ada", "bo", "cleo")


@attack("the policy renamed so that none applies", "policies_apply", "no policy any more")
def renamed_policy(world: World) -> None:
    world.branch("renamed")
    other = change_world.policy_text(model="buildings")
    world.commit("max", {POLICY: None, "policies/models/buildings.yaml": other})
    world.approve("ada", "bo", "cleo")


@attack("the model renamed so that no policy applies", "policies_apply", "has no policy on main")
def renamed_model(world: World) -> None:
    world.branch("renamed")
    files = {STAGING: change_world.staging(world.entry("first"), model="buildings")}
    world.commit("max", files)


@attack("the holdout made easier", "holdout_grows", "would be easier: 1 pinned photos are missing")
def easier_holdout(world: World) -> None:
    world.branch("easier")
    world.commit("max", {PIN: pin_text(WEAKER)})
    world.approve("ada", "bo", "cleo")


@attack("the holdout removed", "holdout_grows", "would be gone")
def no_holdout(world: World) -> None:
    world.branch("easier")
    world.commit("max", {PIN: None})
    world.approve("ada", "bo", "cleo")


@pytest.mark.parametrize("name", [".env", ".secrets", ".vars", ".input", "sub/.actrc"])
def test_files_that_a_runner_would_obey_are_refused(world: World, name: str) -> None:
    world.branch("smuggled")
    world.commit("max", {name: "PLINTH_AUDIT=elsewhere\n"})
    found = {one.rule: one.reason for one in world.judge().problems}
    assert name in found["smuggled_files"]


@attack(
    "a forged commit author", "authors", "forged author: it says that ada committed it", PROMOTED
)
def forged_author(world: World) -> None:
    words = ("-c", "user.email=ada@people.invalid", "commit", "--amend", "--no-edit", "--quiet")
    world.git(*world.as_person("max"), *words)


@attack("an unsigned commit in another's name", "authors", "is not signed")
def unsigned(world: World) -> None:
    world.promote(name=None)


@attack("a commit signed by nobody on main", "authors", "by a key of nobody on main")
def unknown_author(world: World) -> None:
    world.promote(name="eve")


@attack(
    "a commit whose message was changed after signing", "authors", "not of these bytes", PROMOTED
)
def resigned(world: World) -> None:
    raw = world.git("cat-file", "commit", "HEAD").replace("a change", "another") + "\n"
    (world.folder / "raw").write_text(raw)
    made = world.git("hash-object", "-t", "commit", "-w", str(world.folder / "raw"))
    world.git("update-ref", "refs/heads/promote-first", made)


@attack("the pipeline's key changes the judge", "authors", "only a person changes")
def service_changes_judge(world: World) -> None:
    world.branch("judge")
    world.commit("delivery", {JUDGE: "STRICT = False\n"})
    world.approve("ada", "bo", "cleo")


@attack("a change hidden in a merge of main", "authors", "is not signed")
def evil_merge(world: World) -> None:
    world.branch("topic")
    world.commit(None, {"README.md": "more words\n"})
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"docs/page.md": "a page\n"})
    world.git("checkout", "--quiet", "topic")
    world.git(*world.as_person(None), "merge", "--quiet", "--no-commit", "--no-ff", "main")
    world.write(JUDGE, "STRICT = False\n")
    world.git("add", "--all")
    world.git(*world.as_person(None), "commit", "--quiet", "-m", "Merge main")
    world.approve("ada", "bo", "cleo")


@attack("a rejection deleted on the branch", "rejections", "bo rejected it", PROMOTED)
def deleted_rejection(world: World) -> None:
    paths = world.speak("bo", word="rejected")
    assert isinstance(paths, tuple)
    name = str(paths[0].relative_to(world.root))
    world.commit("max", {name: None, f"{name}.sig": None})
    world.approve("ada")
    world.state("dan", role="risk_officer")


@attack("a rejection's signature replaced", "rejections", "bo rejected it", PROMOTED)
def spoilt_rejection(world: World) -> None:
    paths = world.speak("bo", word="rejected")
    assert isinstance(paths, tuple)
    world.commit("max", {str(paths[0].relative_to(world.root)) + ".sig": "nothing"})


@attack("a rejected branch made anew", "rejections", "bo rejected it", PROMOTED)
def rewritten_branch(world: World) -> None:
    world.speak("bo", word="rejected")
    world.judge(record=True)
    world.promote()
    world.approve("ada")
    world.state("dan", role="risk_officer")


@attack("a rejection withdrawn by an author's role", "rejections", "ada rejected it")
def withdrawn_by_author(world: World) -> None:
    world.promote(name="bo")
    paths = world.speak("ada", word="rejected")
    assert isinstance(paths, tuple)
    refused = world.speak_of("bo", "withdrawn", str(paths[0]))
    assert "only who made it withdraws it" in refused.reason  # type: ignore[union-attr]
    said = world.gather("main", "HEAD").statements[0].approval
    world.state("bo", word="withdrawn", of=said.digest)  # type: ignore[union-attr]


@attack("staging never saw the payload", "staging_verified", "0 times over 0.00 h")
def unverified(world: World) -> None:
    world.promote("second")
    world.approve("ada", "bo")


@attack("code that is not main's", "code_on_main", "is not in main's history")
def foreign_code(world: World) -> None:
    world.branch("topic")
    commit = world.commit("max", {"services/inference/src/part.py": "2\n"})
    payload = world.payload("first").model_copy(update={"code": world.code(commit)})
    world.branch("promote-first")
    world.commit("max", {PRODUCTION: production(payload)})


@attack("code that is not what its digest says", "code_on_main", "the files of")
def other_code(world: World) -> None:
    payload = world.payload("first")
    code = payload.code.model_copy(update={"digest": digest_json("other")})
    world.branch("promote-first")
    world.commit("max", {PRODUCTION: production(payload.model_copy(update={"code": code}))})


@attack("the champion forgotten", "change_approved", "changing releases/staging.yaml lacks")
def forgotten_champion(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.branch("proposal-second")
    files = {STAGING: change_world.staging(world.entry("second"))}
    world.commit("delivery", files | world.reported("second"))
    world.merge()
    world.branch("forget")
    world.commit("max", {STAGING: change_world.staging(change_world.FIRST)})


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


@attack("a release in a symbolic link", "readable", "is a link or a submodule")
def linked(world: World) -> None:
    world.branch("linked")
    (world.root / "docs").mkdir()
    (world.root / "docs/page.md").symlink_to("/etc/passwd")
    world.commit("max")


@attack("a conflict with main that somebody would have to solve", "lands", "conflicts with main")
def conflict(world: World) -> None:
    world.branch("topic")
    world.commit("max", {"README.md": "theirs\n"})
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "ours\n"})
    world.git("checkout", "--quiet", "topic")


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_fails_with_a_named_reason(
    starts: dict[str, World], tmp_path: Path, name: str
) -> None:
    act, rule, words, start = ATTACKS[name]
    world = change_world.copy_of(starts[start], tmp_path / "world")
    verdict = act(world) or world.judge()
    found = {one.rule: one.reason for one in verdict.problems}
    print(f"\n  {name:<56} {rule}: {found.get(rule, 'NOTHING')[:230]}", end="")  # noqa: T201
    assert not verdict.allowed
    assert rule in found
    assert words in found[rule]


def test_a_promotion_without_any_attack_is_allowed(starts: dict[str, World]) -> None:
    """Or every attack would fail for a reason of its own."""
    assert starts[APPROVED].judge().problems == ()
