"""The working tree as a git repository of its own: whatever is trained from it isn't dirty."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

_AUTHOR: Final = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@people.invalid")
_PLAIN: Final = ("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null")


def committed_copy(root: Path, into: Path) -> Path:
    """Copy what git tracks or would track in `root` to a new folder, commit it, and return it.

    PLINTH_ROOT may point there, with `bin/plinth` and the environments of `root`.
    """
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in sorted({name for name in listed.split("\0") if name}):
        source, target = root / name, into / name
        if source.is_symlink() or source.is_file():  # a tracked file may have been deleted
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    _git(into, "init", "--quiet", "--initial-branch=main")
    _git(into, "add", "--all")
    _git(into, *_AUTHOR, *_PLAIN, "commit", "--quiet", "--message=A copy of the working tree")
    return into


def is_clean(root: Path) -> bool:
    """Whether no tracked file differs from its commit."""
    return not _git(root, "status", "--porcelain", "--untracked-files=no").strip()


def _git(repository: Path, *words: str) -> str:
    # git's own variables, set while a hook runs, would lead it to another repository.
    apart = ("env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE", "git", "-C")
    command = [*apart, str(repository), *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
