"""The status of a commit at GitHub: a check that no job of that commit's own run could report."""

from delivery.forges.github_api import GithubApi


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
