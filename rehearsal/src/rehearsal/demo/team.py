"""The people of the demo: each has a clone of the box, and does by command what people do."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.demo.timeline import StepFailed
from rehearsal.make_box import Rehearsal
from rehearsal.people import Person


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code and all that it said."""

    code: int
    said: str

    @property
    def json(self) -> Any:
        """What it said in a line of JSON, among lines for people."""
        lines = [line for line in self.said.splitlines() if line[:1] in {"{", "["}]
        if not lines:
            raise StepFailed(self.said)
        return json.loads(lines[-1])

    def line(self, mark: str) -> str:
        """Return the last line that holds some words, or nothing."""
        found = [line for line in self.said.splitlines() if mark in line]
        return found[-1].strip() if found else ""


@dataclass(frozen=True)
class Member:
    """A person at work in a clone of their own."""

    person: Person
    rehearsal: Rehearsal
    clone: Path

    @property
    def _myself(self) -> tuple[str, str]:
        return "--as", self.person.name

    @property
    def signing(self) -> tuple[str, ...]:
        """The options by which delivery commits as this person."""
        name, email = self.person.name.title(), self.person.email
        return "--key", str(self.person.key), "--name", name, "--email", email

    @property
    def head(self) -> str:
        """The commit that this person has checked out."""
        return self.git("rev-parse", "HEAD").said.strip()

    def begin(self, branch: str) -> None:
        """Start a branch from main as it is now, or take up one that is there."""
        if not self.clone.exists():
            origin = str(self.rehearsal.setting.origin)
            self.run("git", "clone", "--quiet", origin, str(self.clone), cwd=self.clone.parent)
        self.git("fetch", "--quiet", "--prune", "origin")
        there = self.git("rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{branch}")
        start = f"origin/{branch}" if there.code == 0 else "origin/main"
        self.git("checkout", "--quiet", "--force", "-B", branch, start)

    def commit(self, message: str) -> str:
        """Commit everything, signed, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={message}")
        return self.git("rev-parse", "HEAD").said.strip()

    def push(self, branch: str) -> Done:
        """Push, see what the runner says, and wait for it."""
        return self.git("push", "-o", f"as={self.person.name}", "origin", f"HEAD:{branch}")

    def open(self, branch: str, title: str) -> int:
        """Open a pull request and return its number."""
        words = ("pull-request", "open", branch, "--title", title, *self._myself, "--json")
        done = self.plinth("box", *words)
        return int(done.json["pull_request"]["number"])

    def wait(self, commit: str, workflow: str = "") -> Done:
        """Wait until every run of a commit, or of one workflow, has ended: 0 if all are green."""
        return self.plinth("box", "wait", commit, *(("--workflow", workflow) if workflow else ()))

    def merge(self, number: int) -> Done:
        """Merge a pull request; what that sets off runs on."""
        return self.plinth("box", "pull-request", "merge", str(number), *self._myself)

    def approve(self, role: str, reason: str) -> Done:
        """Sign an approval of what this branch changes, and commit it."""
        identity = (*self._myself, "--role", role, "--key", str(self.person.key))
        done = self.plinth("delivery", "approve", "--head", "HEAD", *identity, "--reason", reason)
        if done.code == 0:
            self.commit(f"Approve as {role}")
        return done

    def git(self, *words: str) -> Done:
        """Run git in the clone, as this person, who signs."""
        mine = ("-c", f"include.path={self.person.git_configuration}")
        return self.run("git", *mine, *words, cwd=self.clone)

    def plinth(self, *words: str, more: Mapping[str, str] | None = None) -> Done:
        """Run this checkout's `bin/plinth` over the clone, in the box's setting."""
        where = {"PLINTH_ROOT": str(self.clone)} | dict(more or {})
        return self.run(
            str(self.rehearsal.setting.root / "bin/plinth"), *words, cwd=self.clone, more=where
        )

    def run(self, *words: str, cwd: Path, more: Mapping[str, str] | None = None) -> Done:
        """Run any command."""
        cwd.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            words,
            cwd=cwd,
            env=self.rehearsal.environment | dict(more or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout)


def make_team(rehearsal: Rehearsal, folder: Path) -> dict[str, Member]:
    """Give everyone an empty desk: their clones of an earlier demo are gone."""
    shutil.rmtree(folder, ignore_errors=True)
    return {
        name: Member(person, rehearsal, folder / name) for name, person in rehearsal.people.items()
    }
