"""Commands of the box, in this process: what they print and how they end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.box_fakes import FakeEngine
from support.checkout import commit_all, git
from typer.testing import CliRunner, Result

import rehearsal.box.cli
from rehearsal.box.act_engine import Ended
from rehearsal.box.box import Box
from rehearsal.box.records import State
from rehearsal.box.run_files import RunFiles

FLOWS = {
    "ci.yml": "name: ci\non: [pull_request]\n",
    "judge.yml": "name: judge\non: [pull_request_target]\n",
    "deploy.yml": "name: deploy\non:\n  push:\n    branches: [main]\n"
    "  workflow_dispatch:\n    inputs:\n      word: {}\n  schedule: [{cron: '0 4 * * *'}]\n",
}


class Desk:
    """A box, a checkout that has a branch, and an engine that ends as it is told."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.box = folder / "box"
        self.engine = FakeEngine()
        flows = self.checkout / ".github" / "workflows"
        flows.mkdir(parents=True)
        for name, text in FLOWS.items():
            (flows / name).write_text(text)
        git(self.checkout, "init", "--quiet", "--initial-branch=main")
        commit_all(self.checkout, "first")

    def __call__(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run a command, and return what it prints."""
        done: Result = CliRunner().invoke(rehearsal.box.cli.app, list(words), input=stdin)
        assert done.exit_code == code, (words, done.output, done.exception)
        return done.output

    def push(self, branch: str, *, code: int = 0) -> str:
        """Do as git does with a new branch of one commit: ask, move, tell."""
        git(self.checkout, "switch", "--quiet", "--create", branch, "main")
        (self.checkout / branch).touch()
        new = commit_all(self.checkout, branch)
        line = f"{'0' * 40} {new} refs/heads/{branch}\n"
        git(self.checkout, "push", "--quiet", "--receive-pack=git -c core.hooksPath=/dev/null "
            "receive-pack", str(self.box / "origin.git"), branch)  # fmt: skip
        asked = self("hook", "pre-receive", stdin=line, code=code)
        return asked + self("hook", "post-receive", stdin=line)

    def json(self, *words: str) -> object:
        """What a command prints as JSON."""
        return json.loads(self(*words, "--json"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    found = Desk(tmp_path)
    monkeypatch.setenv("PLINTH_BOX", str(found.box))
    for name in ("PLINTH_RUN", "GIT_PUSH_OPTION_COUNT", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("rehearsal.box.runner.detach", lambda _, run: run())
    monkeypatch.setattr(Box, "engine", found.engine)
    found("create", "--from", str(found.checkout), "--person", "ada=ada@plinth.invalid",
          "--person", "bob=bob@plinth.invalid")  # fmt: skip
    monkeypatch.setenv("GIT_PUSH_OPTION_COUNT", "1")
    monkeypatch.setenv("GIT_PUSH_OPTION_0", "as=ada")
    return found


def test_a_change_goes_from_a_branch_to_main(desk: Desk) -> None:
    desk.push("feature")
    opened = desk("pull-request", "open", "feature", "--as", "ada", "--wait")
    approved = desk("pull-request", "approve", "1", "--as", "bob", "--note", "fine")
    merged = desk("pull-request", "merge", "1", "--as", "bob", "--wait")

    assert "green: judge success (run 1), ci success (run 2)" in opened
    assert "approved by bob  fine" in approved
    assert "pushed by ada" in approved
    assert "merged #1: main is " in merged
    assert "green: deploy success (run 3)" in merged
    assert "deploy  push  success  run 3" in desk("status")
    assert "#1  merged  feature  feature" in desk("pull-request", "list", "--all")
    assert desk("pull-request", "list") == ""
    assert desk("pushers", "feature") == "ada\n"


def test_every_command_about_a_pull_request_prints_it_as_json(desk: Desk, tmp_path: Path) -> None:
    body = tmp_path / "body.md"
    body.write_text("evidence")
    desk.push("feature")
    desk("pull-request", "open", "feature", "--as", "ada", "--body-file", str(body))
    commented = ("pull-request", "comment", "1", "--body-file", str(body), "--marker", "m",
                 "--as", "ada")  # fmt: skip
    printed = [
        desk.json("pull-request", "open", "feature", "--title", "New", "--as", "bob"),
        desk.json(*commented),
        desk.json("pull-request", "approve", "1", "--as", "bob"),
        desk.json("pull-request", "show", "1"),
        desk.json("pull-request", "merge", "1", "--as", "bob"),
    ]
    listed = desk.json("pull-request", "list", "--all", "--branch", "feature")

    views = [view["pull_request"] for view in printed]  # type: ignore[index]
    assert [view["title"] for view in views] == ["New"] * 5
    assert [view["state"] for view in views] == ["open"] * 4 + ["merged"]
    assert views[-1]["merge_commit"]
    assert len(listed) == 1  # type: ignore[arg-type]


def test_a_red_run_is_read_repeated_and_turns_green(desk: Desk) -> None:
    red = Ended(succeeded=False, description="failed: ci", summary="# No")
    desk.engine.endings = [Ended(succeeded=True), red]
    desk.push("feature")
    desk("pull-request", "open", "feature", "--as", "ada", "--wait", code=1)

    assert "refused: the check ci is red" in desk(
        "pull-request", "merge", "1", "--as", "bob", code=1
    )
    assert "not yet: the check ci is red" in desk("pull-request", "show", "1")
    assert desk("log", "2") == "in scratch\nfailed: ci\n"
    assert "# No" in desk("log", "2", "--summary")
    assert "red: ci failure" in desk("log", "2", "--follow", code=1)
    assert "2  failure  ci  pull_request  refs/heads/feature" in desk("runs")
    desk("wait", "feature", code=1)
    desk("wait", "feature", "--workflow", "judge")
    desk("wait", "feature", "--workflow", "ci", code=1)
    assert "green: ci success (run 3)" in desk("retry", "2", "--wait")
    desk("wait", "feature")
    assert "ci  pull_request  success  run 3" in desk("status", "feature")
    assert len(desk.json("runs", "--limit", "2")) == 2  # type: ignore[arg-type]


def test_workflows_are_started_by_hand(desk: Desk) -> None:
    assert "queued: run 1 (deploy, workflow_dispatch)" in desk("dispatch", "deploy")
    assert "green" in desk("dispatch", "deploy.yml", "-f", "word=a=b", "--wait")
    assert "green" in desk("schedule", "deploy", "--wait")
    assert "refused: there is no workflow x" in desk("dispatch", "x", code=1)
    assert "refused: main has no workflow ci" in desk("schedule", "ci", code=1)
    assert [order.run.inputs for order in desk.engine.orders] == [{}, {"word": "a=b"}, {}]


def test_a_push_is_refused_with_its_reason(desk: Desk) -> None:
    main = git(desk.checkout, "rev-parse", "main").strip()
    line = f"{main} {'0' * 40} refs/heads/main\n"

    said = desk("hook", "pre-receive", stdin=line, code=1)

    assert said == "refused: main moves only by the merge of a pull request: it can't be deleted\n"


def test_a_step_that_pushes_waits_for_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.push("feature")
    desk("pull-request", "open", "feature", "--as", "ada")
    runs = RunFiles(desk.box)
    runs.update(runs.read(1).model_copy(update={"state": State.RUNNING}))
    monkeypatch.setenv("PLINTH_RUN", "1")
    old, new = (git(desk.checkout, "rev-parse", name).strip() for name in ("main", "feature"))
    line = f"{old} {new} refs/heads/feature\n"
    monkeypatch.delenv("GIT_PUSH_OPTION_COUNT")

    desk("hook", "pre-receive", stdin=line)
    said = desk("hook", "post-receive", stdin=line)

    assert said == "queued: run 3 (judge, pull_request_target), run 4 (ci, pull_request)\n"
    assert desk("pushers", "feature") == "ada\nrunner\n"


def test_a_step_that_waits_for_a_run_is_told_that_it_never_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("dispatch", "deploy")
    monkeypatch.setenv("PLINTH_RUN", "1")

    done = CliRunner().invoke(rehearsal.box.cli.app, ["wait"])

    assert "from within run 1, which would never end" in str(done.exception)


def test_heal_says_what_it_found(desk: Desk) -> None:
    desk("dispatch", "deploy")
    ended = desk.box / "runs" / "1" / "run.json"
    left = json.loads(ended.read_text()) | {"state": "running"}
    (desk.box / "queue" / "1.json").write_text(json.dumps(left))
    desk("work")

    assert desk("heal") == ""
    assert "1  interrupted  deploy" in desk("runs")
    (desk.box / "queue" / "1.json").write_text(json.dumps(left))
    assert "run 1 (deploy, workflow_dispatch) was interrupted" in desk("heal")


def test_a_run_that_goes_on_is_not_repeated(desk: Desk) -> None:
    desk("dispatch", "deploy")
    ended = desk.box / "runs" / "1" / "run.json"
    left = json.loads(ended.read_text()) | {"state": "queued"}
    (desk.box / "queue" / "1.json").write_text(json.dumps(left))

    assert "is queued: wait for its end" in desk("retry", "1", code=1)


def test_a_box_is_destroyed(desk: Desk) -> None:
    desk("destroy")

    assert not desk.box.exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("status", "gone"), "there is no commit gone"),
        (("wait", "gone"), "there is no commit gone"),
        (("log", "9"), "there is no run 9"),
        (("pull-request", "show", "9"), "there is no PullRequest 9"),
        (("dispatch", "deploy", "-f", "word"), "no key=value"),
        (("create", "--from", ".", "--person", "ada"), "no NAME=ADDRESS"),
        (("create", "--from", "nowhere"), ""),
    ],
)
def test_what_breaks_ends_with_2_in_one_paragraph(
    desk: Desk,
    words: tuple[str, ...],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if words[-1] == "nowhere":
        monkeypatch.setenv("PLINTH_BOX", str(desk.box / "new" / "box"))
    monkeypatch.setattr("signal.signal", lambda *_: None)

    with pytest.raises(SystemExit) as ended:
        rehearsal.box.cli.main(words)

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("box: ")
    assert said.count("\n") == 1
    assert reason in said


def test_a_box_that_is_none_and_a_missing_setting_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLINTH_BOX", str(tmp_path))
    assert "is no box" in str(CliRunner().invoke(rehearsal.box.cli.app, ["runs"]).exception)
    monkeypatch.delenv("PLINTH_BOX")
    assert "PLINTH_BOX" in str(CliRunner().invoke(rehearsal.box.cli.app, ["runs"]).exception)


def test_no_run_of_a_commit_is_undecided(desk: Desk) -> None:
    assert "no run of any workflow for " in desk("wait", code=2)
    assert "no run of judge for " in desk("wait", "--workflow", "judge", code=2)
