"""Each hop of a trace, in a real repository with real keys: it holds, or it is the one that fails.

Whatever is broken, the hop that it breaks is named, and no hop is left out.
"""

import json
import shutil
from datetime import timedelta

import pytest
from support.checkout import git
from support.tiny_artifact import public_key_of
from support.traced_world import AT, IDS, World, data_of, make_parts
from typer.testing import CliRunner

from artifacts.digests import digest_json
from artifacts.records.approval import Approval
from artifacts.records.manifest import Code
from artifacts.records.prediction import AnsweringModel
from artifacts.records.release import Release, ReleasedCode
from artifacts.signatures import KeySigner, create_key_pair
from artifacts.statements import SshSigner, write_signed
from delivery.bootstrap.tracing import make_trace
from delivery.cli.tracing import app
from delivery.domain.promotion.documents import report_path
from delivery.domain.release_text import release_text
from delivery.domain.trace import NEEDS, trace_lines

pytestmark = pytest.mark.usefixtures("no_variables")
UNKNOWN = "0123456789abcdef0123456789abcdef01234567"
OTHER = digest_json("another")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return make_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture
def no_variables(monkeypatch):
    """Nothing of the developer's own environment reaches a world."""
    for name in ("PLINTH_HOST", "PLINTH_AUDIT", "PLINTH_ROOT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def whole(parts, tmp_path_factory):
    """A world in which nothing is wrong; tests copy it."""
    return World(tmp_path_factory.mktemp("whole") / "world", parts)


@pytest.fixture
def build(parts, whole, tmp_path):
    """Build a world, spoilt or whole."""

    def build(**changes):
        root = tmp_path / "world"
        return World(root, parts, **changes) if changes else whole.copied(root)

    return build


def traced(world, environment="staging", prediction=None):
    return make_trace(world.settings(), ())(prediction or IDS[environment])


def hops(trace):
    return {hop.hop: hop for hop in trace.hops}


def require_failed(trace, name, reason):
    """The first hop to fail is this one, for this reason; those that need it fail with it."""
    found = hops(trace)
    assert list(found) == list(NEEDS)
    assert found[name].outcome == "failed", trace_lines(trace)
    assert reason in found[name].what
    first = next(hop for hop in trace.hops if hop.outcome != "ok")
    assert first.hop == name
    for hop, needs in NEEDS.items():
        if any(found[need].outcome != "ok" for need in needs):
            assert found[hop].what.startswith("not reached: the hop ")
            assert found[hop].outcome == "failed"
    assert trace.outcome == "failed"


# --- Whole -----------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_every_hop_of_a_true_world_holds(build, environment):
    world = build()
    trace = traced(world, environment)
    assert [hop.outcome for hop in trace.hops] == ["ok"] * 9, trace_lines(trace)
    found = {name: hop.what for name, hop in hops(trace).items()}
    assert world.record(environment).photo in found["prediction"]
    assert world.payload().digest in found["release"]
    assert world.manifest.digest in found["model"]
    assert world.parts.trained in found["commit"]
    assert "12 train, 4 validation, 4 holdout" in found["photo manifest"]
    people = {
        "staging": "staging needs none",
        "production": "approved by alice (model_owner), bob (risk_officer)",
    }
    assert people[environment] in found["approvals"]


def test_the_command_prints_a_line_a_hop_and_ends_as_the_trace_does(build, monkeypatch):
    world = build()
    for name, value in world.variables().items():
        monkeypatch.setenv(f"PLINTH_{name.upper()}", str(value))
    done = CliRunner().invoke(app, ["trace", IDS["production"]])
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert [line.split("  ")[0] for line in lines[:-1]] == ["ok"] * 9
    assert lines[-1] == f"{IDS['production']} is traced: 9 hops, all verified"
    told = CliRunner().invoke(app, ["trace", IDS["production"], "--json"])
    assert {hop["outcome"] for hop in json.loads(told.stdout)["hops"]} == {"ok"}
    missing = CliRunner().invoke(app, ["trace", "01a200f0-0000-7000-8000-00000000dead"])
    assert missing.exit_code == 1
    assert missing.stdout.startswith("FAILED  prediction")
    assert "is not traced: the first to fail is prediction" in missing.stdout
    nowhere = ["trace", IDS["staging"], "--predictions", str(world.root / "nowhere")]
    assert CliRunner().invoke(app, nowhere).exit_code == 2


# --- prediction ------------------------------------------------------------------------------


def test_a_line_that_is_no_record_fails(build):
    world = build()
    file = world.predictions("staging")
    file.write_text(file.read_text().replace('"photo":"sha256:', '"photo":"'))
    require_failed(traced(world), "prediction", "photo: String should match")


def test_two_different_answers_of_one_name_fail(build):
    world = build()
    world.answer(world.record("staging"), world.record("staging", label="baroque"))
    require_failed(traced(world), "prediction", "2 different answers")


def test_a_name_that_only_stands_in_another_answer_is_no_answer(build):
    world = build()
    name = "01a200f0-0000-7000-8000-00000000dead"
    world.answer(world.record("staging", label=name))
    require_failed(traced(world, prediction=name), "prediction", "no service wrote down")


def test_without_any_prediction_log_nobody_can_tell(build):
    world = build()
    shutil.rmtree(world.root / "host")
    trace = traced(world)
    assert {hop.outcome for hop in trace.hops} == {"unknown"}
    assert trace.outcome == "unknown"
    assert "there is no such folder" in hops(trace)["prediction"].what


# --- deploy ----------------------------------------------------------------------------------


def test_an_answer_of_a_service_that_nobody_deployed_fails(build):
    world = build()
    world.answer(world.record("staging", payload=None))
    require_failed(traced(world), "deploy", "started by hand")


def test_an_answer_of_a_payload_that_was_never_deployed_fails(build):
    world = build()
    world.answer(world.record("staging", payload=OTHER))
    require_failed(traced(world), "deploy", "the log knows no deploy of")


def test_an_answer_from_before_the_deploy_fails(build):
    world = build()
    world.answer(world.record("staging", at=AT - timedelta(seconds=1)))
    require_failed(traced(world), "deploy", "in staging before this prediction")


def test_an_answer_after_another_payload_was_deployed_fails(build):
    world = build()
    world.moment = AT + timedelta(minutes=30)
    world.deployed("staging", world.commits["production"], payload=OTHER)
    require_failed(traced(world), "deploy", f"staging was to run {OTHER}")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda world: edit(world.log_file, '"green"', '"red"'), "is not what was written"),
        (lambda world: (world.root / "audit-head/head.json").unlink(), "is missing"),
        (lambda world: world.log_file.unlink(), "lines are missing"),
    ],
    ids=["an edited line", "a deleted head", "a deleted log"],
)
def test_a_broken_audit_log_fails(build, edit, reason):
    world = build()
    edit(world)
    require_failed(traced(world), "deploy", reason)


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


# --- release ---------------------------------------------------------------------------------


def test_a_deploy_of_a_commit_that_is_not_on_main_fails(build):
    world = build()
    git(world.checkout, "update-ref", "refs/heads/main", world.commits["ground"])
    require_failed(traced(world), "release", "is not on main")


def test_a_commit_whose_release_gives_another_payload_fails(build):
    world = build()
    world.deployed("staging", world.commits["staging"], payload=OTHER)
    world.answer(world.record("staging", payload=OTHER))
    require_failed(traced(world), "release", f"gives {world.payload().digest}, not {OTHER}")


def change_the_code(world):
    world.write("services/inference/src/module.py", "# changed\n")


def test_a_commit_without_a_release_fails(build):
    world = build()
    world.deployed("staging", world.commits["ground"])
    require_failed(traced(world), "release", "releases/staging.yaml: there is no such file")


# --- code ------------------------------------------------------------------------------------


def pin(world, commit):
    """Pin the same digest, and a commit that doesn't give it: the payload's digest is the same."""
    code = ReleasedCode(digest=world.payload().code.digest, commit=commit)
    models = {"architecture": (world.released,)}
    release = Release(environment="production", code=code, models=models)
    world.write("releases/production.yaml", release_text(release))


def test_code_that_is_not_what_its_digest_says_fails(build):
    def spoil(world):
        whole = world.checkout / "services/inference/src/module.py"
        kept = whole.read_bytes()
        change_the_code(world)
        changed = world.commit("changed")
        whole.write_bytes(kept)
        pin(world, changed)

    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "code", "the payload names")


def test_code_of_a_commit_that_is_not_on_main_fails(build):
    def spoil(world):
        aside = git(world.checkout, "commit-tree", "-m", "aside", "HEAD^{tree}").strip()
        pin(world, aside)

    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "code", "is not on main")


def test_code_of_a_commit_that_nobody_has_fails(build):
    world = build(spoil={"production": lambda world: pin(world, UNKNOWN)})
    require_failed(traced(world, "production"), "code", f"there is no commit {UNKNOWN}")


# --- model -----------------------------------------------------------------------------------


def test_a_model_that_is_gone_from_the_store_fails(build):
    world = build()
    shutil.rmtree(world.store)
    require_failed(traced(world), "model", "holds no artifact")


def test_a_model_whose_bytes_were_replaced_fails(build):
    world = build()
    (world.store / "heads/style.onnx").write_bytes(b"another")
    require_failed(traced(world), "model", "heads/style.onnx")


def test_a_model_that_another_key_signed_fails(build, tmp_path):
    world = build()
    create_key_pair(tmp_path / "key.pem", public_key_of(tmp_path / "key.pem"))
    (world.store / "model.sig").unlink()
    KeySigner(tmp_path / "key.pem").sign(world.store, world.store / "model.sig")
    require_failed(traced(world), "model", "signature")


def test_an_answer_of_a_model_that_is_not_in_the_payload_fails(build):
    world = build()
    model = AnsweringModel(name="architecture", digest=OTHER)
    world.answer(world.record("staging", model=model))
    require_failed(traced(world), "model", "is not in the payload")


def test_an_answer_by_another_feature_schema_fails(build):
    world = build()
    world.answer(world.record("staging", feature_schema=OTHER))
    require_failed(traced(world), "model", "feature schema is another")


# --- gate report -----------------------------------------------------------------------------


def test_a_gate_report_that_is_not_committed_fails(build):
    def spoil(world):
        (world.checkout / report_path(world.report.digest)).unlink()

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "there is no such file")


def test_an_edited_gate_report_fails(build):
    def spoil(world):
        edit(world.checkout / report_path(world.report.digest), "often enough", "always")

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "was edited")


def test_an_unsigned_gate_report_fails(build):
    def spoil(world):
        (world.checkout / f"{report_path(world.report.digest)}.sig").unlink()

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "it is not signed")


def test_a_gate_report_that_a_stranger_signed_fails(build):
    def spoil(world):
        signer = SshSigner(world.parts.key("stranger"), "plinth-gate-report")
        write_signed(world.report, world.checkout / report_path(world.report.digest), signer)

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "not signed by the gate's key")


def test_a_gate_report_without_the_gate_s_key_on_main_fails(build):
    def spoil(world):
        (world.checkout / "policies/keys/gate.signers").unlink()

    world = build(spoil={"staging": spoil})
    require_failed(traced(world), "gate report", "policies/keys/gate.signers")


@pytest.mark.parametrize(
    "changes", [{"decision": "refused"}, {"candidate": OTHER}, {"model": "fraud"}]
)
def test_a_gate_report_that_does_not_allow_this_model_fails(build, changes):
    world = build(report=changes)
    require_failed(traced(world), "gate report", "doesn't allow")


# --- approvals -------------------------------------------------------------------------------


def statements(world, person=""):
    return sorted((world.checkout / "policies/approvals").rglob(f"{person}*.json"))


def forget(world, person):
    (file,) = statements(world, person)
    file.unlink()


def forget_and(person, **options):
    """Replace a person's approval by another statement."""

    def spoil(world):
        forget(world, person)
        world.approve(person, **options)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda world: forget(world, "bob"), "approvals by risk_officer are missing"),
        (forget_and("bob", key="stranger"), "a key that was not theirs on main"),
        (forget_and("bob", key="alice"), "a key that was not theirs on main"),
        (forget_and("bob", role="model_owner"), "they didn't hold the role model_owner"),
        (forget_and("bob", word="rejected"), "approvals by risk_officer are missing"),
    ],
    ids=["forgotten", "unknown key", "another's key", "another role", "a rejection"],
)
def test_approvals_that_are_too_few_fail(build, spoil, reason):
    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "approvals", reason)
    assert traced(world, "staging").outcome == "ok"


def test_an_approval_that_was_edited_fails(build):
    def spoil(world):
        (file,) = statements(world, "bob")
        edit(file, "what staging verified", "what staging has seen")

    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "approvals", "it was edited after it")


def test_an_approval_that_its_person_withdrew_fails(build):
    def spoil(world):
        (file,) = statements(world, "bob")
        digest = Approval.read(file).digest
        world.approve("bob", word="withdrawn", of=digest)

    world = build(spoil={"production": spoil})
    require_failed(traced(world, "production"), "approvals", "they withdrew it before")


@pytest.mark.parametrize("line", ["roles", "since", "people"])
def test_people_count_as_main_knew_them_before_the_promotion(build, line):
    def spoil_before(world):
        file = world.checkout / "policies/approvers.yaml"
        changes = {
            "roles": ("['risk_officer']", "['model_owner']"),
            "since": ("'2026-01-01'}}", "'2099-01-01'}}"),
            "people": (world.public("bob").split()[1], world.public("stranger").split()[1]),
        }
        edit(file, *changes[line])

    world = build(spoil={"staging": spoil_before})
    require_failed(
        traced(world, "production"), "approvals", "approvals by risk_officer are missing"
    )


def test_what_main_learns_of_people_later_changes_no_promotion(build):
    def spoil(world):
        edit(world.checkout / "policies/approvers.yaml", "['risk_officer']", "['model_owner']")

    world = build(spoil={"production": spoil})
    assert traced(world, "production").outcome == "ok"


def test_a_broken_glass_is_told_as_one(build):
    def spoil(world):
        for person in ("alice", "bob"):
            forget(world, person)
            world.approve(person, word="break_glass", expires_at=AT + timedelta(hours=2))

    world = build(spoil={"production": spoil})
    trace = traced(world, "production")
    assert trace.outcome == "ok"
    assert "let in by break-glass by alice" in hops(trace)["approvals"].what


def test_a_rollback_rests_on_the_promotion_before(build):
    world = build()
    before = (world.checkout / "releases/production.yaml").read_text()
    payload = world.payload().digest
    pin(world, world.commits["staging"])
    edit(world.checkout / "releases/production.yaml", "version: 3", "version: 4")
    other = world.commit("another promotion")
    world.deployed("production", other, payload=OTHER)
    world.write("releases/production.yaml", before)
    back = world.commit("a revert")
    world.deployed("production", back, event="rollback", left=OTHER, payload=payload)
    trace = traced(world, "production")
    assert trace.outcome == "ok", trace_lines(trace)
    assert "a rollback brought it back" in hops(trace)["approvals"].what


# --- commit and photo manifest ---------------------------------------------------------------


def test_a_model_of_a_commit_that_nobody_has_fails(build):
    world = build(model={"code": Code(commit=UNKNOWN, dirty=False)})
    require_failed(traced(world), "commit", f"there is no commit {UNKNOWN}")


def test_a_model_of_changed_files_fails(build, parts):
    world = build(model={"code": Code(commit=parts.trained, dirty=True)})
    require_failed(traced(world), "commit", "with files changed since")


def without_the_first(photos):
    return photos.model_copy(update={"rows": photos.rows[1:]})


def test_photos_that_git_never_had_fail(build, parts):
    world = build(model={"data": data_of(without_the_first(parts.photos))})
    require_failed(traced(world), "photo manifest", "is not found: data/manifest.csv of")


def test_photos_that_are_counted_otherwise_fail(build, parts):
    data = data_of(without_the_first(parts.photos))
    wrong = data.model_copy(update={"photo_manifest": parts.photos.digest})
    world = build(model={"data": wrong})
    require_failed(traced(world), "photo manifest", "is another than the model's")


def test_another_holdout_than_the_gate_s_fails(build):
    world = build(report={"holdout": OTHER})
    require_failed(traced(world), "photo manifest", f"the gate judged on the holdout {OTHER}")


def test_photos_that_came_with_the_release_are_found_there(build, parts):
    photos = without_the_first(parts.photos)

    def spoil(world):
        photos.write(world.checkout / "data/manifest.csv")

    world = build(
        spoil={"staging": spoil},
        model={"data": data_of(photos)},
        report={"holdout": photos.split_digest("holdout")},
    )
    trace = traced(world)
    assert trace.outcome == "ok", trace_lines(trace)
    assert world.commits["staging"][:12] in hops(trace)["photo manifest"].what
