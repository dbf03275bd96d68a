"""A box of a test's own, and a checkout that pushes to it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

READS = ("rehearsal",)

CHECKOUT_STEP = """\
      - name: checkout
        uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
"""
_HEAD = "jobs:\n  {name}:\n    runs-on: ubuntu-latest\n    steps:\n"
PATIENCE_SECONDS = 30.0


def workflow(name: str, on: str, *commands: str) -> str:
    """A workflow of one job that checks out and runs commands, a step each."""
    steps = "".join(
        f"      - name: step {number}\n        run: |\n"
        + "".join(f"          {line}\n" for line in command.splitlines())
        for number, command in enumerate(commands, 1)
    )
    return f"name: {name}\non:\n{on}\n{_HEAD.format(name=name)}{CHECKOUT_STEP}{steps}"


PULL = "  pull_request:\n"
JUDGE = "  pull_request_target:\n"
MAIN = "  push:\n    branches: [main]\n"
QUICK = {
    "ci.yml": workflow("ci", PULL, "test ! -e red"),
    "judge.yml": workflow(
        "judge", JUDGE, "! git cat-file -e ${{ github.event.pull_request.head.sha }}:refused"
    ),
}


class Checkout:
    """A person's checkout of a box's main, and the commands they type."""

    def __init__(self, folder: Path, box: Path) -> None:
        self.folder = folder
        self.box_folder = box
        kept = ("GIT_", "PLINTH_")
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(kept)},  # noqa: TID251 - the caller's environment, on purpose
            "PLINTH_BOX": str(box),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def git(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@box.invalid")
        return self._run(["git", *who, *words], check)

    def box(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-P", "-m", "rehearsal.box", *words], check)

    def json(self, *words: str) -> Any:
        """What a command of the box prints as JSON."""
        return json.loads(self.box(*words, "--json").stdout)

    def write(self, **files: str) -> None:
        """Write files by path; `__` stands for a slash, `_dot_` for a leading dot."""
        for name, text in files.items():
            self.put(name.replace("_dot_", ".").replace("__", "/"), text)

    def put(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def commit(self, message: str = "a change") -> str:
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.head()

    def head(self, revision: str = "HEAD") -> str:
        """The commit that a revision names."""
        return self.git("rev-parse", "--verify", revision).stdout.strip()

    def branch(self, name: str, start: str = "main") -> None:
        self.git("switch", "--quiet", "--create", name, start)

    def push(self, *words: str, check: bool = True) -> str:
        """Push to the box, and return what the pusher reads."""
        return self.git("push", "box", *words, check=check).stderr

    def sync(self) -> str:
        """Bring the local main to the box's, and return it."""
        self.git("fetch", "--quiet", "box")
        self.git("switch", "--quiet", "--force-create", "main", "box/main")
        return self.head()

    def open_green(self, branch: str, path: str = "a.txt", text: str = "changed\n") -> str:
        """Push a branch that changes one file, with a pull request whose checks are green."""
        self.branch(branch)
        self.put(path, text)
        head = self.commit(f"change {path}")
        self.push("--push-option=no-wait", branch)
        self.box("pull-request", "open", branch, "--as", "ada", "--wait")
        return head

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start git, in a session that a test may kill as one."""
        return subprocess.Popen(
            ["git", *words], cwd=self.folder, env=self.env, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run_of(self, number: int) -> Any:
        """A run's own file, wherever it lies now."""
        found = [run for run in self.json("runs", "--limit", "1000") if run["number"] == number]
        return found[0] if found else None

    def _run(self, words: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, cwd=self.folder, env=self.env, text=True, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done


@contextmanager
def rehearsal(folder: Path, workflows: dict[str, str], *options: str) -> Iterator[Checkout]:
    """A box in a path with a space, made from a repository with workflows; gone at the end."""
    checkout = Checkout(folder / "check out", folder / "a box")
    checkout.folder.mkdir(parents=True)
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.put("a.txt", "first\n")
    for name, text in workflows.items():
        checkout.put(f".github/workflows/{name}", text)
    checkout.commit("the first")
    try:
        checkout.box("create", "--from", ".", *options)
        checkout.git("remote", "add", "box", str(checkout.box_folder / "origin.git"))
        yield checkout
    finally:
        checkout.box("destroy", check=False)


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is so; fails with what was waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.05)
