import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.deploy_world import code, model

from artifacts.records.release import Payload
from delivery.errors import TerraformFailed
from delivery.releases.wanted import Applied
from delivery.settings import child_environment
from delivery.targets.aws.terraform_checks import TerraformChecks
from delivery.targets.aws.terraform_process import TerraformProcess
from delivery.targets.local.terraform_local import LocalTerraform

ROOT = Path(__file__).resolve().parents[2]
FIRST = Payload(code=code("one"), models={"architecture": (model(),)})
SECOND = Payload(code=code("two"), models={"architecture": (model(),)})
LAUNCHER = """\
#!{python}
import sys, pathlib
folder = pathlib.Path(__file__).parent
with (folder / "called").open("a") as file:
    print(*sys.argv[1:], file=file)
sys.exit((folder / "broken").exists() and sys.argv[2] == "run")
"""


class Target:
    """The root, applied with a launcher that writes down what it is called for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        launcher = folder / "a launcher"
        launcher.write_text(LAUNCHER.format(python=sys.executable))
        launcher.chmod(0o755)
        self.terraform = LocalTerraform(
            engine=TerraformProcess(
                ROOT / "infra/terraform/local", child_environment(), self.said.append
            ),
            folder=folder / "state",
            launcher=launcher,
            source=folder / "a repository",
        )

    def apply(self, payload: Payload | None, *, replace: bool = False) -> list[str]:
        """Apply a payload, and return the commands of the host that this ran."""
        called = self.folder / "called"
        called.unlink(missing_ok=True)
        self.terraform.apply("staging", payload, replace=replace)
        return called.read_text().splitlines() if called.exists() else []

    def runs(self, payload: Payload) -> str:
        """Return the command that makes the host run a payload."""
        return f"host run staging {payload.digest} --port 0"


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path)


def test_a_payload_is_installed_and_run_once_and_the_state_says_so(target):
    assert target.terraform.applied("staging") is None
    installed, ran = target.apply(FIRST)
    file = target.folder / "state/staging/payload.json"
    assert installed == f"host install {file} --source {target.folder / 'a repository'}"
    assert ran == target.runs(FIRST)
    assert Payload.read(file) == FIRST
    assert target.terraform.applied("staging") == Applied(FIRST.digest)
    assert target.apply(FIRST) == []


def test_what_was_installed_before_is_not_installed_once_more(target):
    target.terraform = replace(target.terraform, installed=True)
    assert target.apply(FIRST) == [target.runs(FIRST)]
    assert target.terraform.applied("staging") == Applied(FIRST.digest)


def test_where_something_else_runs_than_was_applied_the_service_alone_is_run_again(target):
    target.apply(FIRST)
    assert target.apply(FIRST, replace=True) == [target.runs(FIRST)]
    assert target.apply(FIRST) == []


def test_another_payload_takes_its_place_and_nothing_leaves_nothing(target):
    target.apply(FIRST)
    assert target.apply(SECOND)[-1] == target.runs(SECOND)
    assert target.terraform.applied("staging") == Applied(SECOND.digest)
    assert target.apply(None) == []
    assert target.terraform.applied("staging") == Applied(None)


def test_environments_have_states_of_their_own(target):
    target.apply(FIRST)
    assert target.terraform.applied("production") is None


def test_a_command_that_fails_is_told_and_is_run_again_by_the_next_apply(target):
    target.apply(FIRST)
    (target.folder / "broken").touch()
    with pytest.raises(TerraformFailed, match="exit status 1"):
        target.apply(SECOND)
    assert any("exit status 1" in line for line in target.said)
    (target.folder / "broken").unlink()
    assert target.apply(SECOND) == [target.runs(SECOND)]


def test_the_payload_before_is_run_again_after_one_that_failed(target):
    target.apply(FIRST)
    (target.folder / "broken").touch()
    with pytest.raises(TerraformFailed):
        target.apply(SECOND)
    (target.folder / "broken").unlink()
    assert target.apply(FIRST)[-1] == target.runs(FIRST)
    assert target.terraform.applied("staging") == Applied(FIRST.digest)


def test_the_state_that_is_read_is_what_terraform_itself_says(target):
    target.apply(FIRST)
    state = json.loads((target.folder / "state/staging/terraform.tfstate").read_text())
    assert state["version"] == 4
    assert any(f'payload = "{FIRST.digest}"' in line for line in target.said)
    assert target.terraform.applied("staging") == Applied(FIRST.digest)


@pytest.mark.parametrize("text", ["", "{}", '{"version": 3, "outputs": {}}', '{"version": 4'])
def test_a_state_that_can_not_be_read_is_said_and_not_taken_for_nothing(target, text):
    state = target.folder / "state/staging/terraform.tfstate"
    state.parent.mkdir(parents=True)
    state.write_text(text)
    with pytest.raises(TerraformFailed, match="terraform show"):
        target.terraform.applied("staging")


def test_a_checkout_is_left_as_it_was(target):
    before = sorted((ROOT / "infra").rglob("*"))
    target.apply(FIRST)
    assert sorted((ROOT / "infra").rglob("*")) == before


def test_the_committed_root_passes_its_own_checks():
    said: list[str] = []
    checks = TerraformChecks(ROOT / "infra/terraform", child_environment(), said.append)
    assert checks.run(("local",)) == ()
    assert any("pass" in line for line in said)


def test_every_root_and_module_is_checked_the_local_root_first():
    names = TerraformChecks(ROOT / "infra/terraform", {}, print).names()
    modules = {f"modules/{path.name}" for path in (ROOT / "infra/terraform/modules").iterdir()}
    assert names[0] == "local"
    assert set(names) == {"local", "aws", "foundation", *modules}


def test_a_root_that_is_badly_written_fails_its_checks(tmp_path):
    (tmp_path / "local/tests").mkdir(parents=True)
    (tmp_path / "local/main.tf").write_text('variable "x"{\ntype=nonsense}\n')
    said: list[str] = []
    failed = TerraformChecks(tmp_path, child_environment(), said.append).run()
    assert failed == ("terraform fmt", "terraform init of local")
