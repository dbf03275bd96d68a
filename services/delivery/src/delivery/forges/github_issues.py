"""Issues of one repository on GitHub, by its REST API."""

from pydantic import BaseModel, ValidationError

from delivery.errors import ForgeUnavailable
from delivery.forges.forge import fitted, mark_of
from delivery.forges.github_api import GithubApi

LABEL = "drift"


class _User(BaseModel):
    type: str = "User"


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
        return next((one for one in found if _is_ours(one, marker)), None)


def _is_ours(issue: _Issue, marker: str) -> bool:
    bot = issue.user is not None and issue.user.type == "Bot"
    marked = (issue.body or "").startswith(mark_of(marker))
    return issue.pull_request is None and bot and marked


def _issue(answer: object) -> _Issue:
    try:
        return _Issue.model_validate(answer)
    except ValidationError as exc:
        raise ForgeUnavailable("reading an issue", str(exc)) from exc
