"""Deploys with real processes, MLflow and a signed log. In the order of a day."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.deploy_loop import DeployLoop, make_deploy_loop

from delivery.deploy.alias_registry import MlflowAliases
from delivery.deploy.deploy import all_steps
from delivery.releases.wanted import AliasPoint
from delivery.rooms.training_rooms import TrainingRooms
from delivery.targets.local.swap import STEPS as SWAP
from rehearsal.load import load_during
from training.registry.mlflow_tracking import MlflowTracking

# MLflow's own, of libraries that it uses.
pytestmark = [
    pytest.mark.machine,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
RATE = 20.0
UNUSED = TrainingRooms(Path("/nonexistent/plinth"), {})


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployLoop]:
    """A world in which the first model runs in staging."""
    made = make_deploy_loop(tmp_path_factory.mktemp("loop"))
    # What Terraform left for the local target is not read any more.
    state = made.folder / "terraform/staging/terraform.tfstate"
    state.parent.mkdir(parents=True)
    state.write_text('{"version": 4, "outputs": {"payload": {"value": "sha256:of before"}}}')
    try:
        _, ended = made.deploy(made.release(0))
        assert ended.returncode == 0, ended.stdout + ended.stderr
        yield made
    finally:
        made.host.stop()


def runs(loop: DeployLoop) -> str:
    """Return the digest of the model that the service says it runs."""
    (model,) = {answer.model for answer in loop.host.observe().answers}
    return str(model)


def payloads(loop: DeployLoop) -> set[str | None]:
    """Return the digests of the payloads that the service says it runs."""
    return {answer.payload for answer in loop.host.observe().answers}


def test_after_a_deploy_every_place_says_the_same(loop):
    found = loop.delivery("verify", "staging")
    assert found.returncode == 0, found.stdout + found.stderr
    assert runs(loop) == loop.models[0].digest
    assert [(e.event, e.outcome) for e in loop.log()] == [
        ("deploy", "undecided"),
        ("alias", "done"),
        ("deploy", "green"),
        ("verification", "green"),
    ]
    status = loop.delivery("status")
    assert status.returncode == 0, status.stdout + status.stderr


def test_aliases_are_read_as_mlflow_itself_says_them(loop):
    read = MlflowAliases(loop.tracking_uri, UNUSED).aliases("architecture")
    tracking = MlflowTracking(loop.tracking_uri, loop.folder / "mlruns")
    said = tracking.aliases("architecture")
    assert [vars(point) for point in read] == [vars(point) for point in said]
    assert read == (AliasPoint("architecture", "staging", 1, loop.models[0].digest),)
    assert MlflowAliases(loop.tracking_uri, UNUSED).aliases("fraud") == ()


def test_another_model_is_swapped_in_without_building_code_and_the_alias_follows(loop):
    code = loop.folder / "host/code"
    before = {path.name: path.stat().st_mtime_ns for path in code.iterdir()}
    _, ended = loop.deploy(loop.release(1))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {path.name: path.stat().st_mtime_ns for path in code.iterdir()} == before
    assert runs(loop) == loop.models[1].digest
    seen = loop.host.observe()
    assert seen.state.warm == seen.state.previous == seen.at_door.payload
    (alias,) = MlflowAliases(loop.tracking_uri, UNUSED).aliases("architecture")
    assert alias.version == 2


def test_an_alias_that_was_moved_by_hand_is_found_and_put_back(loop):
    with closing(sqlite3.connect(loop.folder / "mlflow/mlflow.db")) as file:
        file.execute("UPDATE registered_model_aliases SET version = 1")
        file.commit()
    found = loop.delivery("verify", "staging", "--record")
    assert found.returncode == 1
    assert "mlflow: alias staging of architecture is version 1" in found.stdout
    assert loop.log()[-1].outcome == "red"
    _, ended = loop.deploy(loop.merge())
    assert ended.returncode == 0
    assert "was moved by hand to version 1" in ended.stdout
    assert loop.delivery("verify", "staging").returncode == 0


def test_processes_that_are_gone_are_named_and_brought_back(loop):
    loop.host.stop()
    found = loop.delivery("verify", "staging")
    assert found.returncode == 1
    assert "host: the socket's holder is dead" in found.stdout
    assert "service: " in found.stdout
    _, ended = loop.deploy(loop.merge())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert runs(loop) == loop.models[1].digest


@pytest.mark.parametrize("step", [step.name for step in all_steps(SWAP)])
def test_whatever_step_a_deploy_is_killed_after_no_request_is_lost_and_the_next_heals(loop, step):
    (before,) = payloads(loop)
    commit = loop.release(1, report=f"killed after {step}")
    with load_during(loop.host.url("/v1/release"), {}, None, RATE) as load:
        _, killed = loop.deploy(commit, PLINTH_DIE_AFTER=step)
        between = payloads(loop)
        _, ended = loop.deploy(commit)

    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    assert ended.returncode == 0, ended.stdout + ended.stderr
    after = loop.log()[-1].payload
    assert between <= {before, after}
    assert payloads(loop) == {after} != {before}
    assert (loop.log()[-1].event, loop.log()[-1].outcome) == ("verification", "green")
    assert load.report.failed == 0, str(load.report)


def test_a_step_that_is_not_there_can_not_be_killed_after(loop):
    _, ended = loop.deploy(loop.merge(), PLINTH_DIE_AFTER="no-such-step")
    assert ended.returncode == 2
    assert "there is no step no-such-step" in ended.stderr


def test_the_steps_are_listed_for_whoever_wants_to_kill_after_each(loop):
    lines = loop.delivery("steps").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [step.name for step in all_steps(SWAP)]


def test_a_deploy_that_moves_no_alias_starts_no_python(loop):
    """git, ssh-keygen and a try of the wall are started: each start of Python costs a second."""
    same = [one.digest for one in loop.models].index(runs(loop))
    done = loop.watched_deploy(loop.release(same, report="counted"))
    assert done.returncode == 0, done.stdout + done.stderr
    started = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("started:")]
    names = {Path(word).name for words in started for word in words}
    assert {"git", "ssh-keygen"} <= names
    assert [name for name in names if name == "plinth" or name.startswith("python")] == []


def test_of_two_deploys_at_once_the_one_of_the_tip_wins(loop):
    first = loop.merge()
    second = loop.merge(**{"README.md": "newer"})
    running = [loop.start("deploy", "staging", "--commit", one) for one in (second, first)]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert "green: " in said[0]
    assert "superseded: " in said[1]
