"""The commands over the world in memory: what they print, leave for a workflow, and end with."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.deploy_world import World, code, commit, model, release

from delivery import cli
from delivery.deploy import commands as deploying
from delivery.deploy.change_verdict import Deployed
from delivery.deploy.verify import Pending, Status, Verify

SETTINGS = (
    *("ROOT", "MODEL_STORE", "PUBLIC_KEY", "GATE_KEY", "GATE_SIGNERS", "REPRODUCTION_SIGNERS"),
    *("EVIDENCE", "POLICIES", "RELEASES"),
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A world that the commands work in, with staging deployed."""
    for name in SETTINGS:
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / name))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    made = World()
    made.commit("empty")
    made.commit("a", staging=release("staging", model()))
    made.deploy()
    verify = Verify(made.repository, made.repository, made.survey)
    pending = Pending(verify, made.audit, SimpleNamespace(taken=made.locked.__contains__))
    run = SimpleNamespace(run=lambda where, at: made.deploy(where, _name(at)))
    monkeypatch.setattr(deploying, "make_deploy", lambda _settings, _say: run)
    monkeypatch.setattr(deploying, "make_verify", lambda _settings, _say: verify)
    monkeypatch.setattr(deploying, "make_pending", lambda _settings, _say: pending)
    monkeypatch.setattr(deploying, "make_audit_log", lambda _settings: made.audit)
    monkeypatch.setattr(
        deploying, "make_status", lambda _settings, _say: Status(verify, made.audit)
    )
    return made


def _name(at: str) -> str:
    return next(name for name in ("empty", "a", "b", "c") if commit(name) == at)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["delivery", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def outputs(tmp_path: Path) -> dict[str, str]:
    lines = (tmp_path / "output").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_deploy_tells_the_workflow_how_it_ended(world, monkeypatch, tmp_path, capsys):
    at = world.commit("b", production=release("production", model(), code()))
    assert run(monkeypatch, "deploy", "staging", "--commit", at) == 0
    assert outputs(tmp_path) == {"outcome": "green"}
    assert "### staging: green" in (tmp_path / "summary").read_text()
    assert "green: staging runs" in capsys.readouterr().out


def test_a_deploy_that_is_asked_to_does_nothing_where_nothing_differs(world, monkeypatch, capsys):
    at, entries = world.repository.tip(), len(world.audit.log)
    for environment in ("staging", "production"):
        assert run(monkeypatch, "deploy", environment, "--commit", at, "--if-different") == 0
        assert f"nothing: {environment} runs what" in capsys.readouterr().out
    assert len(world.audit.log) == entries


@pytest.mark.parametrize("differs", ["the release", "the port"])
def test_such_a_deploy_is_made_where_anything_differs(world, monkeypatch, tmp_path, differs):
    at, environment = world.repository.tip(), "staging"
    if differs == "the release":
        at = world.commit("b", production=release("production", model(), code()))
        environment = "production"
    else:
        world.host.running.clear()
    assert run(monkeypatch, "deploy", environment, "--commit", at, "--if-different") == 0
    assert outputs(tmp_path) == {"outcome": "green"}


def test_such_a_deploy_is_made_while_another_one_is_under_way(world, monkeypatch, tmp_path):
    """What runs now doesn't tell what that one will make run."""
    world.locked.add("staging")
    ended = SimpleNamespace(run=lambda *_: Deployed("superseded", ("main has moved",)))
    monkeypatch.setattr(deploying, "make_deploy", lambda _settings, _say: ended)
    words = ("deploy", "staging", "--commit", world.repository.tip(), "--if-different")
    assert run(monkeypatch, *words) == 0
    assert outputs(tmp_path) == {"outcome": "superseded"}


def test_a_superseded_deploy_is_green_and_sends_nobody_to_production(world, monkeypatch, tmp_path):
    at = world.commit("b", production=release("production", model(), code()))
    world.commit("c")
    assert run(monkeypatch, "deploy", "staging", "--commit", at) == 0
    assert outputs(tmp_path) == {"outcome": "superseded"}


@pytest.mark.parametrize(
    ("outcome", "exit_code"),
    [
        ("green", 0),
        ("nothing", 0),
        ("superseded", 0),
        ("refused", 1),
        ("undecided", 2),
        ("red", 2),
    ],
)
def test_each_way_to_end_has_its_exit_code(world, monkeypatch, capsys, outcome, exit_code):
    ended = Deployed(outcome, ("why\x1b[31m",))
    monkeypatch.setattr(
        deploying, "make_deploy", lambda _settings, _say: SimpleNamespace(run=lambda *_: ended)
    )
    words = ("deploy", "production", "--commit", world.repository.tip())
    assert run(monkeypatch, *words) == exit_code
    said = capsys.readouterr()
    assert f"{outcome}: why?[31m" in (said.err if exit_code else said.out)


def test_a_plan_says_of_each_environment_whether_there_is_anything_to_do(
    world, monkeypatch, tmp_path
):
    at = world.commit("b", production=release("production", model(), code()))
    assert run(monkeypatch, "plan-deploy", "--commit", at) == 0
    assert outputs(tmp_path) == {"staging": "false", "production": "true"}


def test_verifying_ends_by_what_was_found(world, monkeypatch, capsys):
    assert run(monkeypatch, "verify", "staging") == 0
    world.host.running.clear()
    assert run(monkeypatch, "verify", "staging", "--record") == 1
    assert "service: the port is silent" in capsys.readouterr().out
    assert world.audit.log[-1].outcome == "red"


def test_where_nobody_can_tell_verifying_is_undecided(world, monkeypatch, capsys):
    world.registry.down = True
    assert run(monkeypatch, "verify", "staging") == 2
    assert "can't be told" in capsys.readouterr().out


def test_the_status_ends_by_whether_all_is_well(world, monkeypatch, capsys):
    assert run(monkeypatch, "status") == 0
    world.host.running.clear()
    assert run(monkeypatch, "status") == 1
    assert "RED" in capsys.readouterr().out


@pytest.mark.parametrize("module", ["delivery.deploy.commands", "delivery.changes.wiring"])
def test_deploying_and_judging_load_nothing_that_they_have_no_use_for(module):
    heavy = "{'numpy', 'onnxruntime', 'sklearn', 'mlflow', 'httpx', 'features', 'scoring'}"
    asked = f"import sys, {module}; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
