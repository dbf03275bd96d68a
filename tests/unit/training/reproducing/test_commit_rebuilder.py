"""A commit of a small repository, whose `training` packages an artifact that a test can know."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.checkout import commit_all, git

from artifacts.digests import digest_file
from training.errors import CannotReproduce
from training.reproducing.commit_rebuilder import CommitRebuilder, rebuilding_folder

STAGES = """\
stages:
  first: {cmd: training note one}
  second: {cmd: training note two --fast}
"""
MAIN = """\
import os, sys
from pathlib import Path
import features
with Path("notes").open("a") as notes:
    print(*sys.argv[1:], features.ANSWER, Path("params.yaml").read_text().strip(), file=notes)
with Path("settings").open("w") as settings:
    found = (f"{n}={v}" for n, v in os.environ.items() if n.startswith("PLINTH_"))
    print(*found, sep="\\n", file=settings)
sys.exit(int("fail" in Path("params.yaml").read_text()))
"""
PARAMS = """\
from types import SimpleNamespace
class Params:
    @staticmethod
    def read(path):
        return SimpleNamespace(digest="of the old code: " + path.read_text().strip())
"""
FILES = {
    "dvc.yaml": STAGES,
    "params.yaml": "seed 7",
    "requirements/training.txt": "a==1",
    "libs/features/src/features/__init__.py": "ANSWER = 'old features'",
    "services/training/src/training/__init__.py": "",
    "services/training/src/training/__main__.py": MAIN,
    "services/training/src/training/params.py": PARAMS,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    git(root, "init", "--quiet")
    return root


@pytest.fixture
def commit(repository: Path) -> str:
    """A commit that isn't the latest: today's code is another."""
    found = commit_all(repository, "old")
    path = repository / "libs/features/src/features/__init__.py"
    path.write_text("ANSWER = 'new features'", encoding="utf-8")
    commit_all(repository, "new")
    return found


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    (tmp_path / "data/photos").mkdir(parents=True)
    (tmp_path / "data/manifest.csv").write_text("photos", encoding="utf-8")
    return tmp_path / "data"


@pytest.fixture
def rebuilder(repository: Path, tmp_path: Path) -> CommitRebuilder:
    (tmp_path / "place").mkdir()
    return CommitRebuilder(repository, tmp_path / "place", repository / "requirements/training.txt")


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def trained(rebuilder: CommitRebuilder, dataset: Path, params: Path) -> Exception:
    """Train; the small repository packages nothing, which is told in the end."""
    with pytest.raises(Exception, match=r"no such folder|failed, see above") as caught:
        rebuilder.train(dataset, params)
    return caught.value


def test_the_stages_of_the_commit_run_with_its_own_code(
    rebuilder: CommitRebuilder, commit: str, dataset: Path, tmp_path: Path
) -> None:
    rebuilder.check_out(commit)
    rebuilder.provide_environment()
    assert rebuilder.params_digest(rebuilder.params) == "of the old code: seed 7"
    trained(rebuilder, dataset, rebuilder.params)
    notes = (tmp_path / "place/work/notes").read_text(encoding="utf-8").splitlines()
    assert notes == ["note one old features seed 7", "note two --fast old features seed 7"]


def test_the_parameters_of_a_commit_before_training_had_stories_are_read_by_its_code(
    repository: Path, rebuilder: CommitRebuilder
) -> None:
    source = repository / "services/training/src/training"
    (source / "domain").mkdir()
    (source / "domain/__init__.py").touch()
    (source / "params.py").rename(source / "domain/params.py")
    rebuilder.check_out(commit_all(repository, "older"))
    rebuilder.provide_environment()

    assert rebuilder.params_digest(rebuilder.params) == "of the old code: seed 7"


def test_nothing_of_the_user_s_is_within_reach(
    rebuilder: CommitRebuilder,
    commit: str,
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLINTH_MODEL_STORE", "/of/the/user")
    monkeypatch.setenv("PLINTH_VECTOR_CACHE", "/of/the/user")
    monkeypatch.setenv("PLINTH_DASK_SCHEDULER", "tcp://of.the.user:1")
    rebuilder.check_out(commit)
    trained(rebuilder, dataset, rebuilder.params)
    lines = (tmp_path / "place/work/settings").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    assert len(settings) >= 11
    assert [n for n, value in settings.items() if str(tmp_path / "place") not in value] == []


def test_the_dataset_and_the_repository_are_as_they_were(
    rebuilder: CommitRebuilder, repository: Path, commit: str, dataset: Path
) -> None:
    before = files_of(repository), files_of(dataset)
    rebuilder.check_out(commit)
    rebuilder.provide_environment()
    trained(rebuilder, dataset, rebuilder.params)
    assert (files_of(repository), files_of(dataset)) == before


def test_a_rebuild_that_is_killed_leaves_nothing_in_the_repository(
    repository: Path, commit: str, tmp_path: Path
) -> None:
    before = files_of(repository)
    program = (
        "import os, signal, sys; from pathlib import Path; "
        "from training.reproducing.commit_rebuilder import CommitRebuilder; "
        "r, p, c = sys.argv[1:]; CommitRebuilder(Path(r), Path(p), Path(r)).check_out(c); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    (tmp_path / "killed").mkdir()
    words = [sys.executable, "-c", program, str(repository), str(tmp_path / "killed"), commit]
    assert subprocess.run(words, check=False).returncode == -9
    assert (tmp_path / "killed/checkout/params.yaml").is_file()
    assert files_of(repository) == before
    assert git(repository, "worktree", "list").count("\n") == 1


def test_the_checkout_is_clean_and_at_the_commit(
    rebuilder: CommitRebuilder, commit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it must be for the model not to be marked dirty; also when a hook of git's runs this."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    rebuilder.check_out(commit)
    tree = tmp_path / "place/checkout"
    assert git(tree, "rev-parse", "HEAD").strip() == commit
    assert git(tree, "status", "--porcelain") == ""


def test_a_commit_that_is_not_there_is_refused(rebuilder: CommitRebuilder, commit: str) -> None:
    assert len(commit) == 40
    with pytest.raises(CannotReproduce, match=r"has no commit 0000.*fetch it"):
        rebuilder.check_out("0" * 40)


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    rebuilder = CommitRebuilder(tmp_path, tmp_path, tmp_path)
    with pytest.raises(CannotReproduce, match="has no commit"):
        rebuilder.check_out("0" * 40)


def test_a_stage_that_fails_is_named(
    rebuilder: CommitRebuilder, commit: str, dataset: Path, tmp_path: Path
) -> None:
    rebuilder.check_out(commit)
    (tmp_path / "fail.yaml").write_text("fail", encoding="utf-8")
    error = trained(rebuilder, dataset, tmp_path / "fail.yaml")
    assert "`training note one` of the commit failed" in str(error)


def test_another_lock_needs_an_environment_of_its_own(
    repository: Path, commit: str, tmp_path: Path
) -> None:
    (tmp_path / "own.txt").write_text("a==2", encoding="utf-8")
    (tmp_path / "place").mkdir()
    rebuilder = CommitRebuilder(repository, tmp_path / "place", tmp_path / "own.txt")
    rebuilder.check_out(commit)
    assert rebuilder.environment == digest_file(repository / "requirements/training.txt")
    with pytest.raises(CannotReproduce, match="needs a package registry"):
        rebuilder.provide_environment()


def test_code_that_comes_from_elsewhere_is_refused(
    rebuilder: CommitRebuilder, commit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the commit's sources on the path, what is installed here would be run."""
    rebuilder.check_out(commit)
    settings = rebuilder._settings() | {"PYTHONPATH": str(tmp_path)}
    monkeypatch.setattr(rebuilder, "_settings", lambda: settings)
    with pytest.raises(CannotReproduce, match=r"would not be the commit's: .*training"):
        rebuilder.provide_environment()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("dvc.yaml", "stages: {a: {cmd: rm -rf x}}", "runs more than training: `rm -rf x`"),
        ("dvc.yaml", "stages: [1]", "can't be read"),
        ("dvc.yaml", "{", "can't be read"),
    ],
)
def test_a_commit_whose_pipeline_is_another_is_refused(
    name: str, text: str, reason: str, rebuilder: CommitRebuilder, repository: Path, dataset: Path
) -> None:
    (repository / name).write_text(text, encoding="utf-8")
    rebuilder.check_out(commit_all(repository, "other"))
    with pytest.raises(CannotReproduce, match=reason):
        rebuilder.train(dataset, rebuilder.params)


def test_a_commit_without_a_lock_or_readable_parameters_is_refused(
    rebuilder: CommitRebuilder, repository: Path, commit: str
) -> None:
    (repository / "requirements/training.txt").unlink()
    rebuilder.check_out(commit_all(repository, "no lock"))
    assert commit
    with pytest.raises(CannotReproduce, match=r"no requirements/training\.txt"):
        rebuilder.environment  # noqa: B018 - it is read for its error
    with pytest.raises(CannotReproduce, match=r"can't read .*missing\.yaml"):
        rebuilder.params_digest(repository / "missing.yaml")


def test_a_private_folder_is_removed_and_a_named_one_stays(tmp_path: Path) -> None:
    with rebuilding_folder(None) as place:
        assert place.is_dir()
    assert not place.exists()
    with rebuilding_folder(tmp_path / "mine") as mine:
        (mine / "kept").touch()
    assert (tmp_path / "mine/kept").exists()
    with pytest.raises(CannotReproduce, match="not empty"), rebuilding_folder(tmp_path / "mine"):
        pytest.fail("it was opened")
