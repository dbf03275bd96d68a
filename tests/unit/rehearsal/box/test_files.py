"""The box's own files: numbered once, whole or not there, and refused where they make no sense."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.box_fakes import pull, run, sha, status, update
from support.checkout import commit_all, git

from rehearsal.box.box import Box
from rehearsal.box.errors import BoxUnfit, GitFailed, NoBox, Unknown
from rehearsal.box.folder import BoxFolder
from rehearsal.box.locks import held, tried
from rehearsal.box.record_files import PullFiles, PushFiles
from rehearsal.box.records import BoxConfig, Push, State
from rehearsal.box.repository import Git, GitNotes, GitRepository
from rehearsal.box.run_files import RunFiles
from rehearsal.box.runner import end_runner, start_runner

ENVIRONMENT = {"PATH": os.environ["PATH"]}  # noqa: TID251


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A repository with one commit."""
    folder = tmp_path / "source"
    (folder / "flows" / "deep").mkdir(parents=True)
    (folder / "flows" / "a b.yml").write_text("on: push\n")
    (folder / "flows" / "deep" / "c.yml").write_text("on: push\n")
    (folder / "flows" / "link.yml").symlink_to("a b.yml")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit_all(folder, "first")
    return folder


@pytest.fixture
def folder(tmp_path: Path, source: Path) -> BoxFolder:
    """A new box of it."""
    made = BoxFolder(tmp_path / "a box", ENVIRONMENT)
    made.create(source, None, None)
    return made


@pytest.fixture
def repository(folder: BoxFolder) -> GitRepository:
    return GitRepository(Git(folder.origin, ENVIRONMENT))


def test_runs_queued_by_many_at_once_get_numbers_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as queuers:  # a file's lock holds between threads that each open it
        list(queuers.map(lambda _: RunFiles(tmp_path).queue(run()), range(20)))

    assert RunFiles(tmp_path).waiting() == tuple(range(1, 21))


def test_a_run_is_in_the_queue_until_it_has_ended(tmp_path: Path) -> None:
    runs = RunFiles(tmp_path)
    queued = runs.queue(run())
    runs.end(queued.model_copy(update={"state": State.SUCCESS}))

    assert runs.waiting() == ()
    assert runs.read(1).state == State.SUCCESS
    assert runs.queue(run()).number == 2
    assert [each.number for each in runs.all()] == [2, 1]
    with pytest.raises(Unknown, match="no run 3"):
        runs.read(3)


def test_a_log_is_read_in_whole_lines_from_where_one_stopped(tmp_path: Path) -> None:
    runs = RunFiles(tmp_path)
    runs.queue(run())
    assert runs.log(1) == ((), 0)
    runs.say(1, "one\x1b[31m\ntwo")
    first, offset = runs.log(1)
    with (tmp_path / "runs" / "1" / "log").open("a") as log:
        log.write("thr")
    second = runs.log(1, offset)

    assert first == ("one", "two")
    assert second == ((), offset)


def test_a_summary_is_kept_without_escape_sequences(tmp_path: Path) -> None:
    runs = RunFiles(tmp_path)
    runs.queue(run())

    assert runs.summary(1) == ""
    runs.summarise(1, "# A\n\x1b[31mb\n")
    assert runs.summary(1) == "# A\nb\n"


def test_pull_requests_and_pushes_are_numbered_and_read_back(tmp_path: Path) -> None:
    pulls, pushes = PullFiles(tmp_path), PushFiles(tmp_path)
    added = pulls.add(pull(0))
    with pulls.lock():
        pulls.write(added.model_copy(update={"title": "new"}))
    pushes.add(Push(number=0, update=update(), pusher="ada", at=added.opened_at))

    assert pulls.read(1).title == "new"
    assert [push.number for push in pushes.all()] == [1]
    with pytest.raises(Unknown, match="no PullRequest 9"):
        pulls.read(9)


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    with held(tmp_path / "lock"), tried(tmp_path / "lock") as mine:
        assert not mine
    with tried(tmp_path / "lock") as mine:
        assert mine


def test_the_repository_says_what_is_in_it(repository: GitRepository, source: Path) -> None:
    first = git(source, "rev-parse", "HEAD").strip()

    assert repository.tip("main") == repository.commit("refs/heads/main") == first
    assert repository.tip("gone") is None
    assert repository.commit("--all") is None
    assert repository.parents(first) == ()
    assert repository.files(first, "flows") == {"flows/a b.yml": "on: push"}
    assert repository.files(first, "nothing") == {}
    assert repository.contains(first, first)
    assert not repository.contains(first, sha("e"))


def test_the_repository_merges_and_moves_main_once(
    repository: GitRepository, source: Path, folder: BoxFolder
) -> None:
    first = git(source, "rev-parse", "HEAD").strip()
    git(source, "switch", "--quiet", "--create", "one")
    (source / "one").write_text("1")
    one = commit_all(source, "one")
    git(folder.origin, "fetch", "--quiet", str(source), "one:refs/heads/one")
    tree = repository.merged_tree(first, one)
    assert tree == repository.tree(one)
    merge = repository.merge_commit(tree, (first, one), "Merge\n", ("ada", "ada@box.invalid"))

    assert repository.parents(merge) == (first, one)
    assert repository.move("refs/heads/main", first, merge)
    assert not repository.move("refs/heads/main", first, one)
    assert repository.tip("main") == merge


def test_a_conflict_has_no_tree(repository: GitRepository, source: Path, folder: BoxFolder) -> None:
    heads = []
    for name in ("left", "right"):
        git(source, "switch", "--quiet", "--create", name, "main")
        (source / "same").write_text(name)
        heads.append(commit_all(source, name))
        git(folder.origin, "fetch", "--quiet", str(source), f"{name}:refs/heads/{name}")

    assert repository.merged_tree(*heads) is None
    with pytest.raises(GitFailed, match="merge-tree failed"):
        repository.merged_tree(heads[0], sha("e"))


def test_statuses_are_notes_the_oldest_first(
    repository: GitRepository, folder: BoxFolder, tmp_path: Path
) -> None:
    notes = GitNotes(Git(folder.origin, ENVIRONMENT), tmp_path / "lock")
    main = repository.tip("main") or ""
    first, second = status("ci", "pending"), status("ci", description="of 2\u2028lines\n")

    assert notes.of(main) == ()
    notes.add(main, first)
    notes.add(main, second)
    assert notes.of(main) == (first, second)


def test_git_that_fails_says_why(folder: BoxFolder) -> None:
    with pytest.raises(GitFailed, match="rev-parse failed: "):
        Git(folder.origin, ENVIRONMENT)("rev-parse", "--verify", "gone")


def test_a_box_made_twice_keeps_what_it_has(folder: BoxFolder, source: Path) -> None:
    tip = folder.create(source, None, BoxConfig(required=("ci",)))
    commit_all(source, "second")

    assert folder.create(source, None, None) == tip
    assert folder.config().required == ("ci",)


def test_hooks_quote_the_paths_that_they_hold(folder: BoxFolder) -> None:
    hook = (folder.origin / "hooks" / "pre-receive").read_text()

    assert f"PLINTH_BOX='{folder.folder}'" in hook
    assert os.access(folder.origin / "hooks" / "post-receive", os.X_OK)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "no KEY=VALUE"),
        ("a b=c", "no KEY=VALUE"),
        ("=c", "no KEY=VALUE"),
        ("HOME=/x", "HOME is the runner's own"),
        ("GITHUB_TOKEN=x", "GITHUB_TOKEN is the runner's own"),
        ("GIT_DIR=x", "GIT_DIR is the runner's own"),
        ("XDG_CONFIG_HOME=x", "the runner's own"),
        ("ACT_X=x", "the runner's own"),
    ],
)
def test_an_environment_that_cannot_be_given_is_refused(
    folder: BoxFolder, text: str, reason: str
) -> None:
    (folder.folder / "environment").write_text(f"# a comment\n\nGOOD=a=b c\n{text}\n")

    with pytest.raises(BoxUnfit, match=reason):
        folder.environment()


def test_an_environment_is_given_as_it_stands(
    folder: BoxFolder, source: Path, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    given.write_text("A=a=b $c 'd'\n")
    folder.create(source, given, None)

    assert folder.environment() == {"A": "a=b $c 'd'"}
    assert (folder.folder / "environment").stat().st_mode & 0o077 == 0


def test_only_an_empty_folder_becomes_a_box(source: Path) -> None:
    with pytest.raises(BoxUnfit, match="it holds other things"):
        BoxFolder(source, ENVIRONMENT).create(source, None, None)


def test_a_path_that_a_hook_cannot_be_told_is_refused(tmp_path: Path, source: Path) -> None:
    with pytest.raises(BoxUnfit, match="line breaks"):
        BoxFolder(tmp_path / "a\nbox", ENVIRONMENT).create(source, None, None)


def test_a_packaged_copy_that_hooks_run_from_is_kept(tmp_path: Path, source: Path) -> None:
    (tmp_path / "sources").mkdir()
    box = BoxFolder(tmp_path / "box", ENVIRONMENT, tmp_path / "sources" / "box-1")
    box.create(source, None, None)

    kept = (tmp_path / "sources" / "box-1.keep").read_text(encoding="utf-8")
    assert kept == f"{box.folder}\n"


def test_only_a_box_is_destroyed(folder: BoxFolder, source: Path) -> None:
    with pytest.raises(NoBox, match="is no box"):
        BoxFolder(source, ENVIRONMENT).destroy()
    folder.destroy()

    assert source.is_dir()
    assert not folder.folder.exists()


def test_a_runner_is_a_process_of_its_own_that_a_box_can_end(
    tmp_path: Path, folder: BoxFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box(folder.folder, ENVIRONMENT, {})
    box.runs.queue(run())

    def settle(box: Box) -> None:
        """What a runner does first with the turn that it has."""
        if (box.path / "runner.log").exists() and box.runs.waiting():
            signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
            # Several are started: the one that has the turn writes its number down.
            with tried(box.path / "locks" / "runner") as mine:
                if mine:
                    (box.path / "locks" / "runner").write_text(str(os.getpid()))
                    (tmp_path / "began").touch()
                    time.sleep(60)

    monkeypatch.setattr("rehearsal.box.runner.settle", settle)
    start_runner(box)
    deadline = time.monotonic() + 30
    while not (tmp_path / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    with tried(box.path / "locks" / "runner") as free:
        taken = not free
    end_runner(box)

    assert taken
    with tried(box.path / "locks" / "runner") as free:
        assert free


def test_a_runner_that_breaks_says_why_in_its_log(
    folder: BoxFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle(box: Box) -> None:
        raise BoxUnfit(str(box.path), "it is full")

    monkeypatch.setattr("rehearsal.box.runner.settle", settle)
    start_runner(Box(folder.folder, ENVIRONMENT, {}))
    log = folder.folder / "runner.log"
    deadline = time.monotonic() + 30
    while "it is full" not in (log.read_text() if log.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_box_made_when_it_was_a_service_is_brought_over(folder: BoxFolder, source: Path) -> None:
    hook = folder.origin / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexec /gone/.envs/sources/box-1/bin/python -I -m box hook x\n")
    box = Box(folder.folder, ENVIRONMENT, {})
    tip = box.repository.tip("main") or ""
    pulls = folder.folder / "pulls"
    # As `bin/plinth box` wrote them before 2026-11-30.
    (pulls / "1.json").write_text(
        '{"approvals":[],"body":"","branch":"x","comments":[],'
        '"merge_commit":null,"merged_by":null,"number":1,"opened_at":"2026-05-04T12:00:00Z",'
        '"opened_by":"ada","state":"open","title":"X"}\n'
    )

    assert folder.create(source, None, None) == tip
    assert f"exec {sys.executable} -I -m rehearsal.box hook pre-receive" in hook.read_text()
    assert box.pulls.read(1) == pull(branch="x", title="X")
