"""What act is given to run, and what is made of its answer; the real one runs in integration."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from support.box_fakes import run
from support.checkout import commit_all, git

from rehearsal.box.act_engine import ActEngine, Ended, Order
from rehearsal.box.errors import BoxUnfit
from rehearsal.box.records import Event
from walls import OtherUser, Unwalled, Wall, find_wall

FAKE = f"""#!{sys.executable}
import json, os, sys, time
print(json.dumps({{"job": "ci/check", "level": "info", "raw_output": True, "step": "one",
    "msg": json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()])}}))
print("Couldn't get a valid docker connection: quiet")
print(json.dumps({{"command": "summary", "job": "ci/check", "content": "# Report"}}))
print(json.dumps({{"job": "ci/check", "jobResult": "success"}}), flush=True)
"""


class Bench:
    """An engine over a small repository, with a program in act's place."""

    def __init__(self, folder: Path) -> None:
        self.box = folder / "a box"
        self.act = folder / "act"
        self.said: list[str] = []
        source = folder / "source"
        (source / ".github/workflows").mkdir(parents=True)
        (source / ".github/workflows/ci.yml").write_text("on: push\n")
        cached = f"on: push\n# actions/cache/restore@{'c' * 40} # v4\n"
        (source / ".github/workflows/cached.yml").write_text(cached)
        git(source, "init", "--quiet", "--initial-branch=main")
        self.commit = commit_all(source, "first")
        self.box.mkdir()
        git(source, "clone", "--quiet", "--bare", ".", str(self.box / "origin.git"))
        self.program(FAKE)
        given = {"PATH": os.environ["PATH"], "HOME": "/none"}  # noqa: TID251
        self.wall: Wall = Unwalled("this test has none")
        self.engine = ActEngine(self.box, self.act, given, lambda: self.wall)
        self.scratch = self.engine.scratch()

    def program(self, text: str) -> None:
        """Put a program in act's place."""
        self.act.write_text(text)
        self.act.chmod(0o755)

    def run(
        self,
        seconds: float = 60,
        *,
        trusted: bool = True,
        accepted: str = "",
        given: Mapping[str, str] | None = None,
        shared: tuple[str, ...] = ("SHARED",),
        **fields: object,
    ) -> Ended:
        """Run a workflow of the only commit."""
        shape = {"commit": self.commit, "ref": "refs/heads/main", "number": 7} | fields
        asked = run(**shape)
        variables = {"TARGET": "aws"}
        order = Order(
            asked, self.commit, asked.ref, "{}", given or {"GIVEN": "yes"}, variables, seconds,
            trusted=trusted, shared=shared, accept_missing_wall=accepted,
        )  # fmt: skip
        return self.engine.run(order, self.scratch, self.said.append)

    def seen(self) -> tuple[list[str], dict[str, str], str]:
        """The arguments, environment and folder that the program saw."""
        arguments, environment, folder = json.loads(self.said[0].split(" | ", 1)[1])
        return arguments, environment, folder


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.engine.clear(found.scratch)


def test_act_stands_in_an_empty_folder_and_reads_no_file_of_the_clone(bench: Bench) -> None:
    ended = bench.run()

    arguments, _, folder = bench.seen()
    nulls = [arguments[i + 1] for i, word in enumerate(arguments) if word.endswith("-file")]
    assert ended == Ended(succeeded=True, summary="# Report\n")
    assert nulls == [os.devnull] * 4
    assert folder == str(bench.scratch / "neutral")
    assert not list((bench.scratch / "neutral").iterdir())
    assert not list((bench.scratch / "home").iterdir())


def test_steps_see_what_is_allowed_and_what_the_box_gives(bench: Bench) -> None:
    bench.run()

    _, environment, _ = bench.seen()
    environment.pop("LC_CTYPE", None)  # Python's own
    assert environment.pop("PATH")
    assert environment == {
        "GIVEN": "yes", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0", "NO_COLOR": "1",
        "PAGER": "cat", "TERM": "dumb", "HOME": str(bench.scratch / "home"),
        "PLINTH_BOX": str(bench.box), "PLINTH_RUN": "7", "PLINTH_ACTOR": "ada",
    }  # fmt: skip


@pytest.mark.parametrize(("releases", "jobs"), [(False, "1"), (True, "2")])
def test_jobs_run_one_after_the_other_but_production_beside_staging(
    bench: Bench, releases: bool, jobs: str
) -> None:
    bench.run(releases=releases)

    arguments, _, _ = bench.seen()
    assert arguments[arguments.index("--concurrent-jobs") + 1] == jobs


def test_the_forges_cache_is_an_action_here_that_keeps_nothing(bench: Bench) -> None:
    bench.run(file=".github/workflows/cached.yml")

    arguments, _, _ = bench.seen()
    (option,) = [word for word in arguments if word.startswith("--local-repository=")]
    assert option == f"--local-repository=actions/cache@{'c' * 40}={bench.scratch / 'no-cache'}"
    for part in ("", "restore/", "save/"):
        action = yaml.safe_load((bench.scratch / f"no-cache/{part}action.yml").read_text())
        assert action["runs"]["using"] == "composite"
        # Otherwise a step of ours would fetch what the box lends.
        assert action["outputs"]["cache-hit"]["value"] == "true"


def test_workflows_read_the_variables_of_the_box(bench: Bench) -> None:
    bench.run()

    arguments, environment, _ = bench.seen()
    assert "--var=TARGET=aws" in arguments
    assert "TARGET" not in environment


def test_a_clone_that_was_made_before_is_as_one_made_now_and_is_used_once(bench: Bench) -> None:
    origin, spare, clone = bench.box / "origin.git", bench.box / "spare", bench.scratch / "clone"
    git(origin, "branch", "gone")
    (bench.box / "spare-draft").mkdir()  # a runner was killed while it made one
    bench.engine.prepare()
    bench.engine.prepare()
    work = bench.box / "work"
    git(bench.box, "clone", "--quiet", str(origin), "work")
    (work / "later").write_text("words\n")
    (work / ".github/workflows/cached.yml").unlink()
    bench.commit = commit_all(work, "second")
    git(work, "tag", "later")
    git(work, "push", "--quiet", "--tags", "origin", "main", "main:other", ":gone")
    marked = spare.stat().st_ino
    bench.run()
    assert clone.stat().st_ino == marked
    assert not spare.exists()
    words = ("for-each-ref", "--format=%(refname) %(objectname) %(symref)")
    seen = [git(clone, *words), git(clone, "status", "--porcelain", "--branch"),
            git(clone, "ls-files", "-s")]  # fmt: skip
    assert git(clone, "rev-parse", "HEAD").strip() == bench.commit
    assert (clone / "later").read_text() == "words\n"
    bench.engine.clear(bench.scratch)

    bench.scratch = bench.engine.scratch()
    bench.run()
    clone = bench.scratch / "clone"
    assert seen == [git(clone, *words), git(clone, "status", "--porcelain", "--branch"),
                    git(clone, "ls-files", "-s")]  # fmt: skip


def test_the_clone_has_main_and_the_head_of_the_pull_request(bench: Bench) -> None:
    bench.run(event=Event.PULL_REQUEST_TARGET, pull_request=3)

    clone = bench.scratch / "clone"
    assert git(clone, "rev-parse", "HEAD", "origin/main", "pull/3/head").split() == [
        bench.commit
    ] * 3  # fmt: skip
    assert git(clone, "symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert git(clone, "status", "--porcelain") == ""


def test_a_tag_is_checked_out_without_a_branch(bench: Bench) -> None:
    assert bench.run(ref="refs/tags/v1").succeeded

    assert git(bench.scratch / "clone", "rev-parse", "HEAD").strip() == bench.commit


def test_a_workflow_that_main_no_longer_has_is_red(bench: Bench) -> None:
    ended = bench.run(file=".github/workflows/gone.yml")

    assert ended == Ended(
        succeeded=False, description="main has no .github/workflows/gone.yml any more"
    )


def test_the_jobs_that_failed_are_named(bench: Bench) -> None:
    bench.program("""#!/bin/sh
echo '{"job": "ci/check", "jobResult": "failure"}'
echo '{"job": "ci/after", "jobResult": "success"}'
exit 1
""")

    assert bench.run() == Ended(succeeded=False, description="failed: ci/check")


def test_an_act_that_breaks_is_red_with_what_it_said(bench: Bench) -> None:
    bench.program("#!/bin/sh\necho 'Error: workflow is not valid' >&2; exit 1\n")

    assert bench.run() == Ended(succeeded=False, description="act failed")
    assert bench.said == ["act  | Error: workflow is not valid"]


def test_a_workflow_of_which_nothing_ran_is_red(bench: Bench) -> None:
    """act skips a job for whose label it knows no machine, and ends well."""
    bench.program("#!/bin/sh\ntrue\n")

    ended = bench.run()

    assert not ended.succeeded
    assert "no job of it ran" in ended.description


def test_a_run_that_takes_too_long_is_ended_with_all_that_it_started(bench: Bench) -> None:
    bench.program("#!/bin/sh\nsleep 300 & sleep 300\n")

    ended = bench.run(seconds=0.3)

    assert not ended.succeeded
    assert "took longer than 0.005 minutes" in ended.description


def test_a_runs_folder_goes_with_what_still_works_in_it(bench: Bench) -> None:
    sleeper = subprocess.Popen(["sleep", "300"], cwd=bench.scratch)
    locked = bench.scratch / "locked"
    locked.mkdir()
    (locked / "file").touch()
    locked.chmod(0o500)

    bench.engine.clear(bench.scratch)
    bench.engine.clear(bench.scratch)

    assert sleeper.wait() < 0
    assert not bench.scratch.exists()


def test_no_other_folder_is_ever_removed(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(BoxUnfit, match="no run's folder"):
        bench.engine.clear(tmp_path)

    assert tmp_path.is_dir()


def test_a_runs_folder_has_no_space_in_its_path(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """act starts a step's script unquoted."""
    spaced = tmp_path / "with space"
    spaced.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spaced))

    found = bench.engine.scratch()
    bench.engine.clear(found)

    assert " " not in str(found)


def test_a_branchs_workflow_is_refused_where_there_is_no_wall(bench: Bench) -> None:
    ended = bench.run(trusted=False)

    assert not ended.succeeded
    assert "refused: no wall" in ended.description
    assert "this test has none" in ended.description
    assert "--accept-missing-wall REASON" in ended.description
    assert bench.said == []


def test_a_box_that_accepts_a_missing_wall_says_so_first_and_gives_no_state(bench: Bench) -> None:
    ended = bench.run(trusted=False, accepted="a rehearsal")

    first = bench.said.pop(0)
    _, environment, _ = bench.seen()
    assert ended.succeeded
    assert first.startswith("NO WALL")
    assert "a rehearsal" in first
    assert not {"GIVEN", "PLINTH_BOX"} & set(environment)


def test_a_branchs_room_adds_to_what_the_box_shares_and_reads_a_cache_as_it_is(
    bench: Bench, tmp_path: Path
) -> None:
    bench.wall = bubblewrap()
    tools, cache = tmp_path / "tools", tmp_path / "cache"
    for folder in (tools / "environment/bin", cache / "packages"):
        folder.mkdir(parents=True)
    (tools / "lock").touch()
    (cache / "CACHEDIR.TAG").touch()
    bench.program("""#!/bin/sh
test -d "$SHARED/environment/bin" && : > "$SHARED/lock" && : > "$SHARED/mine" && echo added
test -d "$CACHE/packages" && touch "$CACHE/mine" 2>/dev/null || echo "only read: $CACHE"
echo '{"job": "ci/check", "jobResult": "success"}'
""")

    ended = bench.run(
        trusted=False,
        given={"SHARED": str(tools), "CACHE": str(cache)},
        shared=("SHARED", "CACHE"),
    )

    assert ended.succeeded
    assert bench.said[1:3] == ["act  | added", f"act  | only read: {cache}"]
    assert not (tools / "mine").exists()


def test_a_branchs_workflow_runs_as_another_user_where_that_is_the_wall(bench: Bench) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can start a command as another user")
    folder = Path(tempfile.mkdtemp(prefix="plinth-act-"))
    folder.chmod(0o755)
    try:
        act = folder / "act"
        mark = f"plinth-left-{os.getpid()}"
        act.write_text(f"""#!/bin/sh
echo "user $(id -u) $(ls -d .. >/dev/null && echo here) [$GIVEN]"
cp /bin/sleep {bench.scratch}/{mark}; (setsid {bench.scratch}/{mark} 60 >/dev/null 2>&1 &)
ls -A '{bench.box}' 2>&1
echo '{{"job": "ci/check", "jobResult": "success"}}'
""")
        act.chmod(0o755)
        bench.box.chmod(0o700)
        engine = ActEngine(bench.box, act, {"PATH": "/usr/bin:/bin"}, _other_user)
        asked = run(commit=bench.commit, ref="refs/heads/feature", number=7)
        order = Order(asked, bench.commit, asked.ref, "{}", {"GIVEN": str(bench.box)}, {}, 60)
        ended = engine.run(order, bench.scratch, bench.said.append)
    finally:
        shutil.rmtree(folder)

    said = "\n".join(bench.said)
    assert ended.succeeded, (ended, said)
    assert "user 0" not in said
    assert "Permission denied" in said
    assert "[]" in said
    assert "origin.git" not in said
    assert (
        mark
        not in subprocess.run(["ps", "-Aww"], capture_output=True, text=True, check=True).stdout
    )


def bubblewrap() -> Wall:
    """Bubblewrap; the test is skipped where it doesn't work."""
    wall = find_wall()
    if wall.name != "bubblewrap":
        pytest.skip(f"the wall here is {wall.name}")
    return wall


def _other_user() -> Wall:
    return OtherUser(Path(shutil.which("setpriv") or "/nowhere"))
