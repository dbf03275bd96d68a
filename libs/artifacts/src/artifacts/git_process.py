"""Running git so that neither an environment nor a clone's settings change what it says.

Replaced objects, grafts, files of attributes and settings outside the repository are switched off.
What a repository's own settings could start (hooks, monitors of files, programs that sign or show)
is overridden on the command line. Only variables on a list reach git.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.errors import GitFailed
from artifacts.text import plain

_NOWHERE: Final = os.devnull
FIXED: Final = MappingProxyType(
    {
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": _NOWHERE,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
)
"""What every git command is given, whatever the caller's environment says."""
ALONE: Final = MappingProxyType(
    {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": _NOWHERE,
        "GIT_CONFIG_GLOBAL": _NOWHERE,
        "HOME": "/nonexistent",
        "TZ": "UTC",
    }
)
"""What a command is given besides that only reads: it needs nobody's settings."""
SHARED: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "XDG_CONFIG_HOME"),
        *("SSH_AUTH_SOCK", "SSH_ASKPASS", "GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
        *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"),
        *("GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_GLOBAL"),
        "PLINTH_RUN",
    }
)
"""Variables of the caller that a command may need that fetches, pushes or signs.

By `PLINTH_RUN` the hooks of a box on this machine know from which run a push comes.
"""
OPTIONS: Final = (
    *("-c", f"core.hooksPath={_NOWHERE}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.attributesFile={_NOWHERE}"),
    *("-c", "core.commitGraph=false"),
    *("-c", "core.useReplaceRefs=false"),
    *("-c", "advice.graftFileDeprecated=false"),
    *("-c", "log.showSignature=false"),
    *("-c", f"mailmap.file={_NOWHERE}"),
    *("-c", "mailmap.blob="),
    *("-c", "diff.external="),
    *("-c", "gpg.ssh.program=ssh-keygen"),
    *("-c", "safe.directory=*"),
    *("-c", "credential.interactive=false"),
)
"""Settings that stand above a clone's own. A clone that another user owns may be read: nothing of
its settings is obeyed that starts a program."""


OLDEST: Final = (2, 38)
"""The first git whose `merge-tree` joins two commits."""


def version_fault() -> str:
    """Return why git is too old, or "" where it isn't or can't be asked.

    For whoever saw a command of git fail: an old one shows its usage, and tells no reason.
    """
    done = subprocess.run(  # noqa: S603 - git's own word
        git_command("version"), capture_output=True, check=False, env=reading_environment()
    )
    found = re.search(rb"git version ((\d+)\.(\d+)[\w.]*)", done.stdout)
    if found is None or (int(found[2]), int(found[3])) >= OLDEST:
        return ""
    return f"needs git 2.38 or newer, this is {found[1].decode('ascii', 'replace')}"


@dataclass(frozen=True)
class GitAnswer:
    """How a command of git ended, and what it printed."""

    words: tuple[str, ...]
    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """What it printed; bytes that are no text come back by the same error handler."""
        return self.out.decode(errors="surrogateescape")

    @property
    def reason(self) -> str:
        """Why it failed, in one printable line."""
        said = plain(self.err.decode(errors="replace"), 600)
        return said or f"git {self.words[0]} ended with {self.code}"


def run_git(
    folder: Path,
    *words: str,
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> GitAnswer:
    """Run a command of git in a folder, and return how it ended.

    Without an `environment` (see `sharing_environment`) it only reads, and has nothing of the
    caller's. GitFailed where there is no git, or it takes more than some seconds.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and words of ours or names that git checks
            git_command("-C", str(folder), *words),
            input=data,
            capture_output=True,
            check=False,
            timeout=seconds,
            env=reading_environment() if environment is None else environment,
        )
    except OSError as exc:
        raise GitFailed(folder, plain(exc)) from exc
    except subprocess.TimeoutExpired as exc:
        raise GitFailed(folder, f"git {words[0]} took more than {seconds:g} s") from exc
    return GitAnswer(words, done.returncode, done.stdout, done.stderr)


def git_command(*words: str) -> list[str]:
    """Return the argument list of a git command; GitFailed where there is no git."""
    program = shutil.which("git")
    if program is None:
        raise GitFailed(Path("git"), "the command git is missing: install git 2.38 or newer")
    return [program, "--no-pager", "--literal-pathspecs", *OPTIONS, *words]


def reading_environment() -> dict[str, str]:
    """Return the environment of a git command that only reads: nothing of the caller's."""
    program = shutil.which("git")
    path = os.defpath if program is None else f"{Path(program).parent}{os.pathsep}{os.defpath}"
    return {"PATH": path, **FIXED, **ALONE}


def sharing_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a git command that fetches, pushes or signs.

    Of the caller's variables it has those of `SHARED` alone: a name that says where the repository,
    its index, its objects or its settings lie never reaches git.
    """
    kept = {name: value for name, value in variables.items() if name in SHARED}
    return {**kept, **FIXED}
