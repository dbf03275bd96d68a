"""The forge of GitHub, by its REST API: pull requests, issues, and statuses of commits."""

from http import HTTPStatus
from typing import Final

from pydantic import BaseModel, ValidationError

from artifacts.refusal import Refusal
from delivery.errors import ForgeUnavailable
from delivery.forges.forge import Merged, PullRequest, fitted, mark_of
from delivery.forges.github_api import GithubApi, GithubRefusal

_TRUSTED: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_REFUSALS: Final = frozenset(
    {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)


class _Place(BaseModel):
    full_name: str


class _Head(BaseModel):
    ref: str
    sha: str
    repo: _Place | None = None


class _Activity(BaseModel):
    before: str
    after: str
    ref: str


class _Pull(BaseModel):
    number: int
    title: str
    state: str
    merged_at: str | None = None
    html_url: str
    head: _Head


class _User(BaseModel):
    type: str = "User"


class _Comment(BaseModel):
    id: int
    body: str | None = None
    user: _User | None = None
    author_association: str = "NONE"


class _MergeAnswer(BaseModel):
    sha: str
    merged: bool


class GithubForge:
    """Pull requests of one repository, from branches of its own into main."""

    def __init__(self, api: GithubApi) -> None:
        self._api = api

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """Return a branch's open pull request, or else its latest, or None."""
        head = f"{self._api.owner}:{branch}"
        found = [_pull(one) for one in self._api.pages("/pulls", head=head, state="all")]
        # GitHub leaves out the filter where it finds no such branch.
        mine = [one for one in found if one.branch == branch]
        return max(mine, key=lambda one: (one.state == "open", one.number), default=None)

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Open a branch's pull request, or bring the open one up to date."""
        given: dict[str, object] = {"title": title, "body": fitted(body)}
        there = self.pull_request_of(branch)
        if there and there.state == "open":
            return _pull(self._api.send("PATCH", f"/pulls/{there.number}", given))
        return _pull(self._api.send("POST", "/pulls", {**given, "head": branch, "base": "main"}))

    def earlier_heads(self, number: int) -> tuple[str, ...]:
        """Return the commits that a pull request's branch stood at before, oldest first.

        They are of the activity of the branch's repository, which forced pushes don't change.
        """
        try:
            head = _Pull.model_validate(self._api.get(f"/pulls/{number}")).head
            if head.repo is None:
                raise ForgeUnavailable(
                    f"listing what #{number} was before", "its branch's repository is gone"
                )
            ref, place = f"refs/heads/{head.ref}", head.repo.full_name
            moves = [
                _Activity.model_validate(one)
                for one in self._api.pages("/activity", of=place, ref=ref)
            ]
        except ValidationError as exc:
            raise ForgeUnavailable(f"listing what #{number} was before", str(exc)) from exc
        # GitHub lists the latest first.
        stood = (at for move in moves[::-1] if move.ref == ref for at in (move.before, move.after))
        return tuple(at for at in dict.fromkeys(stood) if at.strip("0") and at != head.sha)

    def comment(self, number: int, marker: str, body: str) -> None:
        """Write a comment, in place of the one that has the same marker.

        Not in place of a stranger's: who wrote a comment first may edit it later.
        """
        given: dict[str, object] = {"body": f"{mark_of(marker)}\n{fitted(body)}"}
        there = self._comment(number, mark_of(marker))
        if there is None:
            self._api.send("POST", f"/issues/{number}/comments", given)
        else:
            self._api.send("PATCH", f"/issues/comments/{there.id}", given)

    def approve(self, number: int, note: str) -> Refusal | None:
        """Approve a pull request, which is no signed approval of a release."""
        given: dict[str, object] = {"event": "APPROVE", "body": note}
        try:
            self._api.send("POST", f"/pulls/{number}/reviews", given)
        except GithubRefusal as exc:
            return _refused(exc)
        return None

    def merge(self, number: int) -> Merged | Refusal:
        """Merge a pull request as it stood when it was looked at, if protection lets it."""
        head = _pull(self._api.get(f"/pulls/{number}")).head
        given: dict[str, object] = {"merge_method": "merge", "sha": head}
        try:
            answer = _MergeAnswer.model_validate(
                self._api.send("PUT", f"/pulls/{number}/merge", given)
            )
        except GithubRefusal as exc:
            return _refused(exc)
        except ValidationError as exc:
            raise ForgeUnavailable(f"merging #{number}", str(exc)) from exc
        return Merged(answer.sha) if answer.merged else Refusal("GitHub did not merge it")

    def _comment(self, number: int, mark: str) -> _Comment | None:
        try:
            found = [
                _Comment.model_validate(one)
                for one in self._api.pages(f"/issues/{number}/comments")
            ]
        except ValidationError as exc:
            raise ForgeUnavailable(f"comments of #{number}", str(exc)) from exc
        marked = [one for one in found if (one.body or "").startswith(mark)]
        ours = (one for one in marked if _by_a_bot(one.user) or one.author_association in _TRUSTED)
        return next(ours, None)


def _refused(exc: GithubRefusal) -> Refusal:
    if exc.status not in _REFUSALS:
        raise exc
    return Refusal(exc.reason)


def _pull(answer: object) -> PullRequest:
    try:
        found = _Pull.model_validate(answer)
    except ValidationError as exc:
        raise ForgeUnavailable("reading a pull request", str(exc)) from exc
    return PullRequest(
        number=found.number,
        branch=found.head.ref,
        title=found.title,
        state="merged" if found.merged_at else "open" if found.state == "open" else "closed",
        head=found.head.sha,
        url=found.html_url,
    )


LABEL = "drift"


class _Issue(BaseModel):
    number: int
    html_url: str
    body: str | None = None
    user: _User | None = None
    pull_request: object | None = None


class GithubIssues:
    """The open issues that bots opened here, one a marker."""

    def __init__(self, api: GithubApi) -> None:
        self._api = api

    def report(self, marker: str, title: str, body: str) -> str:
        """Open the issue of a marker, or bring the open one up to date; return its address."""
        given: dict[str, object] = {
            "title": title,
            "body": f"{mark_of(marker)}\n{fitted(body)}",
            "labels": [LABEL],
        }
        there = self._open(marker)
        if there:
            return _issue(self._api.send("PATCH", f"/issues/{there.number}", given)).html_url
        return _issue(self._api.send("POST", "/issues", given)).html_url

    def settle(self, marker: str, note: str) -> str | None:
        """Close the issue of a marker with a note; return its address, None if none is open."""
        there = self._open(marker)
        if there is None:
            return None
        said: dict[str, object] = {"body": fitted(note)}
        self._api.send("POST", f"/issues/{there.number}/comments", said)
        closed: dict[str, object] = {"state": "closed", "state_reason": "completed"}
        return _issue(self._api.send("PATCH", f"/issues/{there.number}", closed)).html_url

    def _open(self, marker: str) -> _Issue | None:
        """Return the first that is ours: a stranger who copies a marker opens none of ours."""
        found = (_issue(one) for one in self._api.pages("/issues", state="open", labels=LABEL))
        marked = (one for one in found if (one.body or "").startswith(mark_of(marker)))
        ours = (one for one in marked if one.pull_request is None and _by_a_bot(one.user))
        return next(ours, None)


def _by_a_bot(user: _User | None) -> bool:
    return user is not None and user.type == "Bot"


def _issue(answer: object) -> _Issue:
    try:
        return _Issue.model_validate(answer)
    except ValidationError as exc:
        raise ForgeUnavailable("reading an issue", str(exc)) from exc


class GithubStatuses:
    """Sets statuses in one repository."""

    def __init__(self, api: GithubApi) -> None:
        self._api = api

    def __call__(self, commit: str, check: str, *, green: bool, description: str) -> None:
        """Set a check of a commit. Raises ForgeUnavailable where GitHub doesn't take it."""
        given: dict[str, object] = {
            "context": check,
            "state": "success" if green else "failure",
            "description": description[:140],
        }
        self._api.send("POST", f"/statuses/{commit}", given)
