"""git in a repository of a test."""

import subprocess
from pathlib import Path

_AUTHOR = ("-c", "user.name=Plinth tests", "-c", "user.email=tests@plinth.invalid")
_PLAIN = ("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null", "-c", "core.fsync=none")


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
