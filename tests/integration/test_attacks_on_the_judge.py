"""Attacks on what judges: policies, keys, holdouts, authors, rejections."""

from pathlib import Path

import pytest
from support import change_records, policy_documents
from support.attacks import PROMOTED, Attacks
from support.change_records import AFTER_FIRST, STAGING, WEAKER, approvers
from support.change_world import World

from artifacts.policies.holdout_text import pin_text

POLICY, PIN = "policies/models/architecture.yaml", "policies/holdouts/architecture.csv"
PEOPLE, JUDGE = "policies/approvers.yaml", "services/delivery/src/judge.py"
ATTACKS = Attacks()
attack = ATTACKS.attack


@attack("a policy weakened in the branch that it judges", "gate_reports", "judged by the policy")
def own_policy(world: World) -> None:
    world.branch("proposal-second")
    weaker = policy_documents.policy(known_limits=["None at all."])
    files = {POLICY: change_records.policy_text(known_limits=["None at all."])}
    files[STAGING] = change_records.staging(world.entry("second", policy=weaker.digest))
    world.commit("max", files | world.reported("second", policy=weaker.digest))


@attack("a policy changed without approvals", "change_approved", "lacks approvals")
def policy_alone(world: World) -> None:
    world.branch("weaker")
    world.commit("max", {POLICY: change_records.policy_text(known_limits=["None at all."])})


@attack("a key of people changed without approvals", "change_approved", "approvers.yaml lacks")
def key_alone(world: World) -> None:
    world.branch("mine")
    key = change_records.public(world.keys, "max")
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
    world.commit("max", {POLICY: change_records.policy_text(tier="low")})
    world.approve("ada", "bo", "cleo")


@attack("the policy renamed so that none applies", "policies_apply", "no policy any more")
def renamed_policy(world: World) -> None:
    world.branch("renamed")
    other = change_records.policy_text(model="buildings")
    world.commit("max", {POLICY: None, "policies/models/buildings.yaml": other})
    world.approve("ada", "bo", "cleo")


@attack("the model renamed so that no policy applies", "policies_apply", "has no policy on main")
def renamed_model(world: World) -> None:
    world.branch("renamed")
    files = {STAGING: change_records.staging(world.entry("first"), model="buildings")}
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


@attack(
    "a forged commit author", "authors", "forged author: it says that ada committed it", PROMOTED
)
def forged_author(world: World) -> None:
    words = ("-c", "user.email=ada@people.invalid", "commit", "--amend", "--no-edit", "--quiet")
    world.git(*world.as_person("max"), *words)


@attack("an unsigned commit in another's name", "authors", "is not signed")
def unsigned(world: World) -> None:
    world.promote(name=None)


@attack("a commit signed by nobody on main", "authors", "main does not list")
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
    assert "only its author may withdraw it" in refused.reason  # type: ignore[union-attr]
    said = world.gather("main", "HEAD").statements[0].approval
    world.state("bo", word="withdrawn", of=said.digest)  # type: ignore[union-attr]


@attack("the champion forgotten", "change_approved", "changing releases/staging.yaml lacks")
def forgotten_champion(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.branch("proposal-second")
    files = {STAGING: change_records.staging(world.entry("second", **AFTER_FIRST))}
    world.commit("delivery", files | world.reported("second", **AFTER_FIRST))
    world.merge()
    world.branch("forget")
    world.commit("max", {STAGING: change_records.staging(change_records.FIRST)})


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
def test_every_attack_on_the_judge_fails_with_a_named_reason(
    starts: dict[str, World], tmp_path: Path, name: str
) -> None:
    ATTACKS.must_fail(name, starts, tmp_path / "world")


@pytest.mark.parametrize("name", [".env", ".secrets", ".vars", ".input", "sub/.actrc"])
def test_files_that_a_runner_would_obey_are_refused(world: World, name: str) -> None:
    world.branch("smuggled")
    world.commit("max", {name: "PLINTH_AUDIT=elsewhere\n"})
    found = {one.rule: one.reason for one in world.judge().problems}
    assert name in found["smuggled_files"]
