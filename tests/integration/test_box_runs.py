"""Runs of the box: what steps see, one after the other, killed and put right."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.box_rehearsal import JUDGE, MAIN, PULL, Checkout, rehearsal, until, workflow

pytestmark = pytest.mark.machine

DISPATCH = "  workflow_dispatch:\n    inputs:\n      word:\n        default: none\n"
ANY = "  push:\n    branches-ignore: [main]\n"
SEEN = """\
env
cat .env .secrets
echo "SECRET=[${{ secrets.EVIL }}] VAR=[${{ vars.EVIL }}] HOME=[$HOME]"
"""
JUDGED = """\
echo "at $(git rev-parse HEAD) head ${{ github.event.pull_request.head.sha }}"
echo "before $(git show origin/main:a.txt) after $(git show $HEAD_SHA:a.txt)"
echo "by ${{ github.event.sender.login }} of ${{ github.event.pull_request.base.sha }}"
echo "# Verdict" >> "$GITHUB_STEP_SUMMARY"
"""


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Checkout]:
    """A box whose workflow says that it has begun, and ends when a shared file appears."""
    (tmp_path / "signs").mkdir()
    given = tmp_path / "environment"
    given.write_text(f"SIGNS={tmp_path}/signs\n")
    wait = f"echo begun; while [ ! -e '{tmp_path}/signs/go' ]; do sleep 0.1; done; echo went on"
    options = ("--environment", str(given), "--share", "SIGNS")
    with rehearsal(tmp_path, {"slow.yml": workflow("slow", ANY, wait)}, *options) as checkout:
        yield checkout


def _begun(box: Checkout, number: int) -> bool:
    log = box.box_folder / "runs" / str(number) / "log"
    return log.is_file() and "begun" in log.read_text()


def _pushed_branch(box: Checkout, name: str) -> str:
    box.branch(name)
    return box.commit(name)


def test_files_of_a_branch_change_nothing_of_what_its_steps_see(tmp_path: Path) -> None:
    given = tmp_path / "environment"
    given.write_text("GIVEN=by the box\n")
    flows = {"seen.yml": workflow("seen", ANY, SEEN)}
    with rehearsal(tmp_path, flows, "--environment", str(given)) as box:
        box.env |= {"EVIL": "pusher", "ACT_EVIL": "pusher", "GIT_AUTHOR_NAME": "evil"}
        box.branch("sly")
        for name in (".env", ".secrets", ".vars", ".input"):
            box.put(name, "EVIL=smuggled\n")
        box.put(".actrc", "--env EVIL=flag\n--dryrun\n")
        box.put(".config/act/actrc", "--env EVIL=flag\n")
        box.commit()
        said = box.push("sly")

    seen = [line.split(" | ", 1)[-1].strip() for line in said.splitlines()]
    assert seen.count("EVIL=smuggled") == 2  # cat shows the files: they are there
    assert not [line for line in seen if line.startswith("GIVEN=")]
    assert "PLINTH_RUN=1" in seen
    assert not [line for line in seen if "flag" in line or "pusher" in line or "evil" in line]
    assert any(line.startswith("SECRET=[] VAR=[] HOME=[/") for line in seen)


def test_what_a_step_prints_reaches_no_terminal_as_an_escape_sequence(tmp_path: Path) -> None:
    shout = r"printf 'red \033[31mtext\033[0m \033]0;title\007 bell \007\n'"
    with rehearsal(tmp_path, {"loud.yml": workflow("loud", ANY, shout)}) as box:
        _pushed_branch(box, "loud")
        said = box.push("loud")

    assert "| red text  bell ?" in said
    assert "\x1b" not in said.replace("\x1b[K", "")


def test_the_judge_runs_on_main_and_can_read_the_head(tmp_path: Path) -> None:
    judge = workflow("judge", JUDGE, JUDGED).replace(
        "      - name: step 1\n",
        "      - name: step 1\n        env:\n"
        "          HEAD_SHA: ${{ github.event.pull_request.head.sha }}\n",
    )
    with rehearsal(tmp_path, {"judge.yml": judge}, "--required", "judge") as box:
        main = box.head("main")
        head = box.open_green("change", "a.txt", "second\n")
        log = box.box("log", "1").stdout
        summary = box.box("log", "1", "--summary").stdout
        status = box.json("status", "change")

    assert f"at {main} head {head}" in log
    assert "before first after second" in log
    assert f"by ada of {main}" in log
    assert "# Verdict" in summary
    assert [(s["context"], s["state"], s["base"]) for s in status] == [("judge", "success", main)]


def test_a_merge_runs_what_waits_for_main_and_ends_red_where_that_fails(tmp_path: Path) -> None:
    # act drops what a step says in the instant before it fails.
    failing = "echo after ${{ github.event.after }}; sleep 0.2; exit 3"
    flows = {
        "ci.yml": workflow("ci", PULL, "true"),
        "deploy.yml": workflow("deploy", MAIN, failing),
    }
    with rehearsal(tmp_path, flows, "--required", "ci") as box:
        box.open_green("change")
        merged = box.box("pull-request", "merge", "1", "--as", "bob", "--wait", check=False)
        main = box.sync()
        author = box.git("log", "-1", "--format=%an|%s").stdout.strip()
        waited = box.box("wait", check=False)

    assert merged.returncode == waited.returncode == 1
    assert f"after {main}" in merged.stdout
    assert "red: deploy failure (run 2)" in merged.stdout
    assert author == "bob|Merge pull request #1: change"


def test_a_dispatched_workflow_gets_its_inputs_and_no_unknown_one(tmp_path: Path) -> None:
    flow = workflow("say", DISPATCH, "echo it is ${{ inputs.word }}")
    with rehearsal(tmp_path, {"say.yml": flow}) as box:
        said = box.box("dispatch", "say.yml", "-f", "word=plinth", "--wait")
        unknown = box.box("dispatch", "say", "-f", "wurd=x", check=False)
        nothing = box.box("dispatch", "sing", check=False)

    assert "it is plinth" in said.stdout
    assert (unknown.returncode, nothing.returncode) == (1, 1)
    assert "has no input wurd; it has word" in unknown.stderr
    assert "there is no workflow sing" in nothing.stderr


def test_two_pushes_run_one_after_the_other(slow: Checkout, tmp_path: Path) -> None:
    _pushed_branch(slow, "one")
    slow.push("--push-option=no-wait", "one")
    until(lambda: _begun(slow, 1), "the first run")
    _pushed_branch(slow, "two")
    slow.push("--push-option=no-wait", "two")
    states = {run["number"]: run["state"] for run in slow.json("runs")}
    (tmp_path / "signs/go").touch()
    done = slow.box("wait", "two")
    first, second = slow.run_of(1), slow.run_of(2)

    assert states == {1: "running", 2: "queued"}
    assert "green: slow success (run 2)" in done.stdout
    assert first["ended_at"] <= second["started_at"]


def test_a_killed_pusher_harms_no_run(slow: Checkout, tmp_path: Path) -> None:
    head = _pushed_branch(slow, "one")
    pusher = slow.start("push", "box", "one")
    until(lambda: _begun(slow, 1), "the run")
    os.killpg(pusher.pid, signal.SIGKILL)
    pusher.communicate()
    (tmp_path / "signs/go").touch()
    done = slow.box("wait", "one")

    assert "green: slow success (run 1)" in done.stdout
    assert slow.json("status", head)[0]["state"] == "success"


def test_a_killed_runner_leaves_what_the_next_push_puts_right(
    slow: Checkout, tmp_path: Path
) -> None:
    head = _pushed_branch(slow, "one")
    slow.push("--push-option=no-wait", "one")
    until(lambda: _begun(slow, 1), "the run")
    scratch = Path(slow.run_of(1)["scratch"])
    os.kill(int((slow.box_folder / "locks" / "runner").read_text()), signal.SIGKILL)
    assert scratch.is_dir()
    (tmp_path / "signs/go").touch()
    _pushed_branch(slow, "two")
    said = slow.push("two")
    status = slow.json("status", head)
    retried = slow.box("retry", "1", "--wait")

    assert "green: slow success (run 2)" in said
    assert slow.run_of(1)["state"] == "interrupted"
    assert status[0]["state"] == "failure"
    assert status[0]["description"] == "interrupted: push again or `box retry 1`"
    assert not scratch.exists()
    assert "green: slow success (run 3)" in retried.stdout


def test_a_push_whose_hook_was_killed_is_settled_by_heal(slow: Checkout, tmp_path: Path) -> None:
    """git moved the ref, and nobody queued anything."""
    (tmp_path / "signs/go").touch()
    hook = slow.box_folder / "origin.git" / "hooks" / "post-receive"
    hook.rename(hook.with_name("kept"))
    head = _pushed_branch(slow, "one")
    slow.push("one")
    hook.with_name("kept").rename(hook)
    unsettled = slow.json("runs")
    slow.box("heal")
    done = slow.box("wait", "one")
    slow.box("heal")

    assert unsettled == []
    assert "green: slow success (run 1)" in done.stdout
    assert [run["commit"] for run in slow.json("runs")] == [head]


def test_a_push_from_within_a_step_waits_for_no_run(tmp_path: Path) -> None:
    """A step that waited for a run might wait for its own end: one runner may take both."""
    inner = 'git push "$PLINTH_BOX/origin.git" HEAD:refs/heads/from-a-step'
    flows = {
        "outer.yml": workflow("outer", DISPATCH, inner),
        "inner.yml": workflow("inner", ANY, "true"),
    }
    with rehearsal(tmp_path, flows) as box:
        said = box.box("dispatch", "outer", "--wait")
        box.box("wait", "from-a-step")
        pushers = box.json("pushers", "from-a-step")

    assert "queued: run 2 (inner, push)" in said.stdout
    assert pushers == ["runner"]


def test_only_those_whom_the_box_knows_may_act(tmp_path: Path) -> None:
    flows = {"ci.yml": workflow("ci", MAIN, "true")}
    with rehearsal(tmp_path, flows, "--person", "ada=ada@plinth.invalid") as box:
        _pushed_branch(box, "one")
        stranger = box.push("--push-option=as=eve", "one", check=False)
        known = box.push("--push-option=as=ada", "one")
        opened = box.box("pull-request", "open", "one", "--as", "eve", check=False)

    assert "box.yaml lists no person eve" in stranger
    assert "new branch" in known
    assert "box.yaml lists no person eve" in opened.stderr
