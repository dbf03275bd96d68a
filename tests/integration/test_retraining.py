"""One set of inputs from photos to a promotion, by commands, over a real repository.

It trains once. The world is one, and its tests are its days: each begins where the last one ended.
"""

import json
from pathlib import Path

import pytest
import yaml
from support.checkout import commit_all, git
from support.retraining_world import Done, RetrainingWorld, make_world

from artifacts.code import INFERENCE_CODE, code_digest
from artifacts.digests import hex_part
from artifacts.records.audit import AuditEvent
from artifacts.records.gate import GateReport
from artifacts.records.release import Release, ReleasedCode, ReleasedModel
from delivery.git.repository import GitRepository
from delivery.settings import Settings
from delivery.trail.wiring import make_audit_log

pytestmark = [
    pytest.mark.machine,
]
KILLED = -9


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> RetrainingWorld:
    return make_world(tmp_path_factory.mktemp("retraining"))


@pytest.fixture(scope="module")
def killed(world: RetrainingWorld) -> list[Done]:
    """A retraining that was killed with its verdict written down, and one that took it up.

    tests/unit/delivery/retrain/test_retrain.py kills one after each step.
    """
    world.take_photos()
    done = world.plinth("delivery", "retrain", more={"PLINTH_DIE_AFTER": "recorded"})
    return [done, world.must("delivery", "retrain")]


def branch_of(world: RetrainingWorld, pattern: str) -> str:
    """Return the one branch of origin that a pattern fits."""
    found = git(world.origin, "for-each-ref", "--format=%(refname:short)", f"refs/heads/{pattern}")
    (only,) = found.split()
    return only


def settings_of(world: RetrainingWorld) -> Settings:
    """Return delivery's settings of a world."""
    given = {
        name.removeprefix("PLINTH_").lower(): value
        for name, value in world.environment.items()
        if name.startswith("PLINTH_")
    }
    return Settings(**given)  # type: ignore[arg-type]


def test_without_a_manifest_there_is_nothing_to_train(world: RetrainingWorld) -> None:
    plan, done = (world.must("delivery", word) for word in ("plan-retraining", "retrain"))

    assert plan.outputs["needed"] == "false"
    assert "no data/manifest.csv yet" in plan.outputs["reason"]
    assert done.outputs["decision"] == "not_needed"


def test_a_run_killed_after_its_verdict_is_taken_up_without_training(killed: list[Done]) -> None:
    assert [one.code for one in killed] == [KILLED, 0]
    assert ["Running stage 'train'" in one.said for one in killed] == [True, False]
    assert "Stage 'train' didn't change" not in killed[-1].said
    assert killed[-1].outputs["decision"] == "allowed"


def test_a_verdict_is_in_the_log_once_under_its_inputs(
    world: RetrainingWorld, killed: list[Done]
) -> None:
    entries = make_audit_log(settings_of(world)).entries(full=True)

    assert [(e.event, e.outcome, e.inputs) for e in entries] == [
        ("gate", "allowed", killed[-1].outputs["inputs"])
    ]


def test_what_was_judged_is_not_trained_again(world: RetrainingWorld, killed: list[Done]) -> None:
    plan = world.must("delivery", "plan-retraining")

    assert plan.outputs["needed"] == "false"
    assert plan.outputs["carry_on"] == "true"
    assert plan.outputs["inputs"] == killed[-1].outputs["inputs"]
    assert "judged before: allowed" in plan.outputs["reason"]


@pytest.mark.usefixtures("killed")
def test_an_allowed_candidate_is_one_signed_commit_on_one_branch(world: RetrainingWorld) -> None:
    branch = branch_of(world, "proposals/*")
    repository = GitRepository(world.origin)
    commit = repository.commit(branch)
    release = Release.model_validate_json(
        _as_json(repository.file(commit, "releases/staging.yaml") or b"")
    )
    (champion,) = release.released["architecture"]
    report = f"releases/reports/{hex_part(champion.gate_report)}.json"
    changed = git(world.origin, "diff", "--name-only", "main", branch).split()

    assert repository.parents(commit) == (repository.commit("main"),)
    assert changed == [report, f"{report}.sig", "releases/staging.yaml"]
    data = repository.file(commit, report)
    assert GateReport.model_validate_json(data or b"").digest == champion.gate_report
    assert signed_by(world, commit) == "delivery"


@pytest.mark.usefixtures("killed")
def test_a_second_trigger_leaves_a_proposal_that_is_up_to_date(world: RetrainingWorld) -> None:
    before = git(world.origin, "rev-parse", branch_of(world, "proposals/*"))

    done = world.must("delivery", "retrain")

    assert done.outputs["decision"] == "allowed"
    assert "Running stage" not in done.said
    assert git(world.origin, "rev-parse", branch_of(world, "proposals/*")) == before


@pytest.fixture(scope="module")
def merged(world: RetrainingWorld, killed: list[Done]) -> str:
    """Main after the proposal's merge."""
    assert killed
    git(world.checkout, "fetch", "--quiet", "origin")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@people.invalid")
    branch = f"origin/{branch_of(world, 'proposals/*')}"
    git(world.checkout, *author, "merge", "--quiet", "--no-ff", "-m", "Merge", branch)
    git(world.checkout, "push", "--quiet", "origin", "HEAD:main")
    return git(world.checkout, "rev-parse", "HEAD").strip()


@pytest.mark.usefixtures("merged")
def test_after_the_merge_nothing_is_left_to_do(world: RetrainingWorld) -> None:
    done = world.must("delivery", "retrain")
    plan = world.must("delivery", "plan-retraining")

    assert "has this candidate already" in done.outputs["reason"]
    assert (plan.outputs["needed"], plan.outputs["carry_on"]) == ("false", "false")


@pytest.mark.usefixtures("merged")
def test_nothing_is_promoted_that_staging_did_not_verify(world: RetrainingWorld) -> None:
    done = world.plinth("delivery", "promote")

    assert done.code == 1
    assert "staging has verified nothing yet" in done.said


@pytest.fixture(scope="module")
def verified(world: RetrainingWorld, merged: str) -> str:
    """The payload that staging runs and verified, as the log has it."""
    repository = GitRepository(world.checkout)
    files = repository.files(merged, INFERENCE_CODE)
    code = ReleasedCode(digest=code_digest(files), commit=merged)
    release = Release.read(world.checkout / "releases/staging.yaml")
    payload = release.payload(code)
    assert payload is not None
    log = make_audit_log(settings_of(world))
    for event in ("deploy", "verification"):
        shape = {"event": event, "outcome": "green", "actor": "tests", "environment": "staging"}
        log.append(AuditEvent.model_validate(shape | {"commit": merged, "payload": payload.digest}))
    return payload.digest


def test_a_promotion_pins_what_staging_verified(world: RetrainingWorld, verified: str) -> None:
    done = world.must("delivery", "promote")

    branch = f"promotions/{hex_part(verified)[:12]}"
    commit = GitRepository(world.origin).commit(branch)
    text = GitRepository(world.origin).file(commit, "releases/production.yaml") or b""
    release = Release.model_validate_json(_as_json(text))
    assert f"open a pull request of {branch} into main" in done.said
    assert isinstance(release.champion("architecture"), ReleasedModel)
    payload = release.payload()
    assert payload is not None
    assert payload.digest == verified
    assert signed_by(world, commit) == "delivery"


def test_promoting_again_keeps_what_people_signed_on_the_branch(
    world: RetrainingWorld, verified: str, tmp_path: Path
) -> None:
    branch = f"promotions/{hex_part(verified)[:12]}"
    world.must("delivery", "promote")
    person = tmp_path / "person"
    git(tmp_path, "clone", "--quiet", "--branch", branch, str(world.origin), str(person))
    (person / "policies/approvals").mkdir()
    (person / "policies/approvals/word.json").write_text("{}")
    approved = commit_all(person, "Approve")
    git(person, "push", "--quiet", "origin", branch)

    world.must("delivery", "promote")

    assert git(world.origin, "rev-parse", branch).strip() == approved


def test_photos_that_nobody_pushed_are_named(world: RetrainingWorld, tmp_path: Path) -> None:
    dataset = tmp_path / "data"
    dataset.mkdir()
    manifest = (world.folder / "checkout/data/manifest.csv").read_text()
    (dataset / "manifest.csv").write_text(manifest)

    done = world.plinth(
        "training", "fetch-photos", "--dataset", dataset, more={"PLINTH_PHOTOS": str(tmp_path)}
    )

    assert done.code == 2
    photo = manifest.splitlines()[1].partition(",")[0]
    assert f"photo {photo}" in done.said
    assert "training push-photos" in done.said


def signed_by(world: RetrainingWorld, commit: str) -> str:
    """Return who signed a commit, by the signers that delivery keeps."""
    signers = f"gpg.ssh.allowedSignersFile={world.folder}/keys/delivery.signers"
    return git(world.origin, "-c", signers, "log", "-1", "--format=%GS", commit).strip()


def _as_json(text: bytes) -> str:
    return json.dumps(yaml.safe_load(text), default=str)
