from pathlib import Path

import pytest
from support.checkout import commit_all, git

from artifacts.errors import SourceUnreadable
from delivery.git.repository import GitSource


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "a.py").write_bytes(b"a\n\n")
    (tmp_path / "src" / "deep" / "ü b.py").write_bytes(b"")
    (tmp_path / "lock.txt").write_bytes(b"$Format:%H$\r\n")
    (tmp_path / "other.py").write_bytes(b"not asked for")
    (tmp_path / ".gitattributes").write_text("lock.txt export-subst text\na.py export-ignore\n")
    return tmp_path


def files(repository: Path, commit: str) -> dict[str, bytes]:
    source = GitSource(repository)
    return dict(source.files(commit, ["src", "lock.txt", "missing"]))


def test_the_bytes_are_those_of_gits_objects_whatever_attributes_say(repository: Path) -> None:
    git(repository, "config", "core.autocrlf", "false")
    (repository / ".gitattributes").write_text("lock.txt export-subst\na.py export-ignore\n")
    commit = commit_all(repository, "Code")
    (repository / "src" / "a.py").write_bytes(b"not committed")

    assert files(repository, commit) == {
        "src/a.py": b"a\n\n",
        "src/deep/ü b.py": b"",
        "lock.txt": b"$Format:%H$\r\n",
    }


def test_a_link_in_the_code_is_an_error(repository: Path) -> None:
    (repository / "src" / "link.py").symlink_to("/etc/passwd")

    with pytest.raises(SourceUnreadable, match=r"src/link\.py is no regular file"):
        files(repository, commit_all(repository, "A link"))


def test_a_commit_without_the_code_is_an_error(repository: Path) -> None:
    git(repository, "rm", "-r", "--cached", "--force", "--ignore-unmatch", "--quiet", ".")
    (repository / ".gitignore").write_text("src\nlock.txt\n")

    with pytest.raises(SourceUnreadable, match="none of these files"):
        files(repository, commit_all(repository, "Nothing"))


def test_an_unknown_commit_is_an_error_that_says_what_to_do(repository: Path) -> None:
    with pytest.raises(SourceUnreadable, match="--source"):
        files(repository, "0" * 40)


def test_a_folder_that_is_no_repository_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable):
        files(tmp_path, "0" * 40)
