"""Each hop of a trace, in a real repository with real keys: it holds, or it is the one that fails.

Whatever is broken, the hop that it breaks is named, and no hop is left out. The hops from the gate
report on are in test_trace_grounds.py.
"""

import json
import shutil
from datetime import timedelta

import pytest
from support.checkout import git
from support.tiny_artifact import public_key_of
from support.traced_world import AT, IDS
from support.tracing import edit, hops, pin, require_failed, traced
from typer.testing import CliRunner

from artifacts.digests import digest_json
from artifacts.records.prediction import AnsweringModel
from artifacts.signatures import KeySigner, create_key_pair
from delivery.trace.commands import app
from delivery.trace.hops import trace_lines

UNKNOWN = "0123456789abcdef0123456789abcdef01234567"
OTHER = digest_json("another")


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
