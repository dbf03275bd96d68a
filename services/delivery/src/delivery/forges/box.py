"""The forge of a box: its commands, as people run them."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from artifacts.refusal import Refusal
from artifacts.text import plain
from delivery.errors import ForgeUnavailable
from delivery.forges.forge import Merged, PullRequest, PullState

REFUSED: Final = 1
_TIMEOUT: Final = 900


class _Pull(BaseModel):
    number: int
    branch: str
    title: str
    state: PullState
    merge_commit: str | None = None


class _View(BaseModel):
    pull_request: _Pull
    head: str | None = None
    heads: tuple[str, ...] = ()


class BoxForge:
    """`bin/plinth box pull-request ...` of a checkout, over the box that the settings name.

    `actor` is who acts: the box knows its runner beside its persons, as GitHub knows apps.
    """

    def __init__(self, launcher: Path, actor: str) -> None:
        self._launcher = launcher
        self._actor = actor

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """Return a branch's open pull request, or else its latest, or None."""
        done = self._run("list", "--all", f"--branch={branch}")
        _checked(done, "list")
        try:
            views = [_View.model_validate(found) for found in json.loads(done.stdout)]
        except (ValueError, TypeError) as exc:
            raise ForgeUnavailable("list", f"its answer can't be read: {exc}") from exc
        views.sort(key=lambda view: (view.pull_request.state == "open", view.pull_request.number))
        return _pull(views[-1]) if views else None

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Open a branch's pull request, or bring the open one up to date."""
        options = ("--title", title, "--as", self._actor)
        return _pull(_view(self._with_body(body, "open", *options, operand=branch)))

    def earlier_heads(self, number: int) -> tuple[str, ...]:
        """Return the commits that a pull request's branch stood at before, oldest first."""
        done = self._run("show", operand=str(number))
        _checked(done, "show")
        view = _view(done.stdout)
        return tuple(at for at in view.heads if at != view.head)

    def comment(self, number: int, marker: str, body: str) -> None:
        """Write a comment, in place of the one that has the same marker."""
        options = ("--marker", marker, "--as", self._actor)
        self._with_body(body, "comment", *options, operand=str(number))

    def approve(self, number: int, note: str) -> Refusal | None:
        """Approve a pull request, which is no signed approval of a release."""
        done = self._run("approve", "--as", self._actor, "--note", note, operand=str(number))
        if done.returncode == REFUSED:
            return Refusal(_said(done))
        _checked(done, "approve")
        return None

    def merge(self, number: int) -> Merged | Refusal:
        """Merge a pull request, if the box's protection lets it."""
        done = self._run("merge", "--as", self._actor, operand=str(number))
        if done.returncode == REFUSED:
            return Refusal(_said(done))
        _checked(done, "merge")
        commit = _view(done.stdout).pull_request.merge_commit
        if commit is None:
            raise ForgeUnavailable("merge", "the box names no merge commit")
        return Merged(commit)

    def _with_body(self, body: str, *words: str, operand: str) -> str:
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            file = Path(private) / "body.md"
            file.write_text(body, encoding="utf-8")
            done = self._run(*words, "--body-file", str(file), operand=operand)
        _checked(done, words[0])
        return done.stdout

    def _run(self, *words: str, operand: str | None = None) -> "subprocess.CompletedProcess[str]":
        # A branch may be called like an option.
        last = () if operand is None else ("--", operand)
        command = [str(self._launcher), "box", "pull-request", *words, "--json", *last]
        try:
            return subprocess.run(  # noqa: S603 - the project's own launcher, no shell
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise ForgeUnavailable(words[0], str(exc)) from exc


def _checked(done: "subprocess.CompletedProcess[str]", what: str) -> None:
    if done.returncode:
        raise ForgeUnavailable(what, _said(done))


def _view(text: str) -> _View:
    try:
        return _View.model_validate_json(text)
    except ValidationError as exc:
        raise ForgeUnavailable("reading the box's answer", str(exc)) from exc


def _pull(view: _View) -> PullRequest:
    found = view.pull_request
    return PullRequest(found.number, found.branch, found.title, found.state, view.head)


def _said(done: "subprocess.CompletedProcess[str]") -> str:
    return plain(done.stderr.strip() or done.stdout.strip(), 2000) or f"exit {done.returncode}"
