"""The working tree as a git repository of its own: whatever is trained from it isn't dirty."""

import shutil
import subprocess
from pathlib import Path

_AUTHOR = ("-c", "user.name=Plinth tests", "-c", "user.email=tests@plinth.invalid")
_PLAIN = ("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null")


def committed_copy(root: Path, into: Path) -> Path:
    """Copy what git tracks or would track in `root` to a new folder, commit it, and return it.

    PLINTH_ROOT may point there, with `bin/plinth` and the environments of `root`.
    """
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in sorted({name for name in listed.split("\0") if name}):
        source, target = root / name, into / name
        if source.is_symlink() or source.is_file():  # a tracked file may have been deleted
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    git(into, "init", "--quiet", "--initial-branch=main")
    commit_all(into, "A copy of the working tree")
    return into


def is_clean(root: Path) -> bool:
    """Whether no tracked file differs from its commit."""
    return not git(root, "status", "--porcelain", "--untracked-files=no").strip()


def commit_all(repository: Path, message: str) -> str:
    """Commit everything in a repository by a fixed author, and return the commit."""
    git(repository, "add", "--all")
    git(repository, *_AUTHOR, *_PLAIN, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return git(repository, "rev-parse", "HEAD").strip()


def git(repository: Path, *words: str) -> str:
    """Run git in a repository and return what it prints; CalledProcessError if it fails."""
    # git's own variables, set while a hook runs, would lead it to another repository.
    apart = ("env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE", "git", "-C")
    command = [*apart, str(repository), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
