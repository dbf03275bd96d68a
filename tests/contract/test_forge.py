"""Every forge does what the port says: the one in memory, a box, and GitHub's API."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.checkout import commit_all, git
from support.forge_fakes import FakeForge
from support.github_stand_in import HEAD, REPOSITORY, TOKEN, Github, serving

from artifacts.refusal import Refusal
from delivery.forges.box import BoxForge
from delivery.forges.forge import Forge, Merged
from delivery.forges.github import GithubForge
from delivery.forges.github_api import GithubApi, github_client

READS = ("rehearsal",)

BRANCHES = tuple(f"proposals/architecture-0123456789a{number}" for number in range(8))
"""One a test: a box is made once for all of them."""
ODD = "-other;-odd"
LAUNCHER = '#!/bin/sh\nshift\nexport PLINTH_BOX="{box}"\nexec "{python}" -P -m rehearsal.box "$@"\n'


class Place:
    """A forge under test, and a look behind its door."""

    forge: Forge
    somebody: Forge
    branch: str = BRANCHES[0]

    def protect(self) -> None:
        """Let nothing be merged."""
        raise NotImplementedError

    def force(self, number: int) -> str:
        """Force another commit onto a pull request's branch, and return the one before."""
        raise NotImplementedError

    def body(self, number: int) -> str:
        """Return what a pull request says."""
        raise NotImplementedError

    def comments(self, number: int) -> list[str]:
        """Return the texts of all comments."""
        raise NotImplementedError


class InMemory(Place):
    def __init__(self) -> None:
        self.forge = FakeForge()
        self.somebody = self.forge.as_somebody_else()

    def protect(self) -> None:
        self.forge.protected = "ci is red"  # type: ignore[attr-defined]

    def force(self, number: int) -> str:
        self.forge.heads[number] = ("e" * 40,)  # type: ignore[attr-defined]
        return "e" * 40

    def body(self, number: int) -> str:
        return self.forge.bodies[number]  # type: ignore[attr-defined]

    def comments(self, number: int) -> list[str]:
        return list(self.forge.comments.get(number, {}).values())  # type: ignore[attr-defined]


class OnGithub(Place):
    def __init__(self, github: Github, url: str) -> None:
        self._github = github
        self.forge = GithubForge(GithubApi(github_client(url, TOKEN), REPOSITORY, lambda _: None))
        self.somebody = _AsAnother(github, self.forge)

    def protect(self) -> None:
        self._github.protected = "ci is red"

    def force(self, number: int) -> str:
        ref, none = f"refs/heads/{self._github.pulls[number]['head']['ref']}", "0" * 40
        moves = ((none, "e" * 40, ref), ("e" * 40, HEAD, ref), (none, "f" * 40, f"{ref}-other"))
        self._github.activity += [
            {"before": before, "after": after, "ref": of, "activity_type": "force_push"}
            for before, after, of in moves
        ]
        return "e" * 40

    def body(self, number: int) -> str:
        return self._github.pulls[number]["body"]

    def comments(self, number: int) -> list[str]:
        return [comment["body"] for comment in self._github.comments.get(number, [])]


class _AsAnother(GithubForge):
    """The same forge with another person's token."""

    def __init__(self, github: Github, forge: GithubForge) -> None:
        super().__init__(forge._api)
        self._github = github

    def approve(self, number: int, note: str) -> Refusal | None:
        self._github.login, own = "somebody", self._github.login
        try:
            return super().approve(number, note)
        finally:
            self._github.login = own


class InABox(Place):
    def __init__(self, folder: Path) -> None:
        self._box = folder / "the box"
        self._launcher = folder / "plinth"
        self._launcher.write_text(LAUNCHER.format(box=self._box, python=sys.executable))
        self._launcher.chmod(0o755)
        checkout = self._checkout = folder / "checkout"
        checkout.mkdir()
        git(checkout, "init", "--quiet", "--initial-branch=main")
        (checkout / "README.md").write_text("words\n")
        commit_all(checkout, "Begin")
        self._run("create", "--from", str(checkout))
        where = [_change(checkout, branch) for branch in (*BRANCHES, ODD)]
        git(checkout, "push", "--quiet", "-o", "no-wait", str(self._box / "origin.git"), *where)
        self._left = list(BRANCHES)
        self.forge = BoxForge(self._launcher, "runner")
        self.somebody = BoxForge(self._launcher, "somebody")

    def begin(self) -> None:
        """Take a branch that no test has had."""
        self.branch = self._left.pop(0)
        self._require(())

    def protect(self) -> None:
        self._require(("ci",))

    def force(self, number: int) -> str:
        branch = self._pull(number)["branch"]
        before = git(self._box / "origin.git", "rev-parse", f"refs/heads/{branch}").strip()
        other = _change(self._checkout, f"{branch}-again").partition(":")[0]
        to = f"+{other}:refs/heads/{branch}"
        git(self._checkout, "push", "--quiet", "-o", "no-wait", str(self._box / "origin.git"), to)
        return before

    def body(self, number: int) -> str:
        return self._pull(number)["body"]

    def comments(self, number: int) -> list[str]:
        return [comment["body"] for comment in self._pull(number)["comments"]]

    def destroy(self) -> None:
        self._run("destroy")

    def _pull(self, number: int) -> dict[str, Any]:
        said = self._run("pull-request", "show", str(number), "--json")
        return yaml.safe_load(said)["pull_request"]

    def _require(self, checks: tuple[str, ...]) -> None:
        path = self._box / "box.yaml"
        shape = yaml.safe_load(path.read_text()) | {"required": list(checks), "against_tip": []}
        path.write_text(yaml.safe_dump(shape))

    def _run(self, *words: str) -> str:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PLINTH_")}  # noqa: TID251
        done = subprocess.run(
            [self._launcher, "box", *words], env=kept, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _change(checkout: Path, branch: str) -> str:
    """Commit something that no other branch has, and say what to push where."""
    git(checkout, "checkout", "--quiet", "--detach", "main")
    (checkout / branch.replace("/", "_")).write_text("a change\n")
    return f"{commit_all(checkout, 'Change')}:refs/heads/{branch}"


@pytest.fixture(scope="module")
def the_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InABox]:
    box = InABox(tmp_path_factory.mktemp("forge"))
    try:
        yield box
    finally:
        box.destroy()


@pytest.fixture(params=["memory", "github", "box"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "memory":
        yield InMemory()
    elif request.param == "github":
        github = Github()
        with serving(github) as url:
            yield OnGithub(github, url)
    else:
        box: InABox = request.getfixturevalue("the_box")
        box.begin()
        yield box


def test_a_branch_of_which_nobody_asked_has_no_pull_request(place: Place) -> None:
    assert place.forge.pull_request_of(place.branch) is None


def test_a_pull_request_is_opened_once_and_then_brought_up_to_date(place: Place) -> None:
    first = place.forge.open_pull_request(place.branch, "Release 1", "first | *words*\n")
    second = place.forge.open_pull_request(place.branch, "Release 1, again", "other words\n")

    assert (first.branch, first.state, first.title) == (place.branch, "open", "Release 1")
    assert (second.number, second.title) == (first.number, "Release 1, again")
    assert place.body(first.number) == "other words\n"
    assert place.forge.pull_request_of(place.branch) == second
    assert second.head is not None


def test_a_comment_replaces_the_one_of_its_marker_alone(place: Place) -> None:
    number = place.forge.open_pull_request(place.branch, "Release 1", "words").number

    for marker, body in (("judge", "one"), ("evidence", "two"), ("judge", "three\n")):
        place.forge.comment(number, marker, body)

    said = [comment.strip().splitlines()[-1] for comment in place.comments(number)]
    assert sorted(said) == ["three", "two"]


def test_nobody_approves_their_own_pull_request(place: Place) -> None:
    number = place.forge.open_pull_request(place.branch, "Release 1", "words").number

    own, others = place.forge.approve(number, "fine"), place.somebody.approve(number, "fine")

    assert isinstance(own, Refusal)
    assert own.reason
    assert others is None


def test_a_merge_that_protection_refuses_says_why(place: Place) -> None:
    number = place.forge.open_pull_request(place.branch, "Release 1", "words").number
    place.protect()

    done = place.forge.merge(number)

    assert isinstance(done, Refusal)
    assert "ci" in done.reason
    found = place.forge.pull_request_of(place.branch)
    assert found is not None
    assert found.state == "open"


def test_a_merged_pull_request_is_known_as_merged(place: Place) -> None:
    number = place.forge.open_pull_request(place.branch, "Release 1", "words").number

    done = place.forge.merge(number)

    assert isinstance(done, Merged)
    assert len(done.commit) == 40
    found = place.forge.pull_request_of(place.branch)
    assert found is not None
    assert (found.number, found.state) == (number, "merged")


def test_what_a_forced_push_took_off_a_branch_is_known(place: Place) -> None:
    number = place.forge.open_pull_request(place.branch, "Release 1", "words").number
    before = place.force(number)

    assert place.forge.earlier_heads(number) == (before,)


def test_a_branch_may_be_called_like_an_option(place: Place) -> None:
    opened = place.forge.open_pull_request(ODD, "--title", "--body")

    assert (opened.branch, opened.title) == (ODD, "--title")
