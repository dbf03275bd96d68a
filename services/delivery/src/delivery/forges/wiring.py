"""The forge that the settings name, for every group that opens pull requests."""

import time
from typing import TYPE_CHECKING

from delivery.forges.forge import Forge
from delivery.git.wiring import RUNNER, has_box
from delivery.settings import Settings

if TYPE_CHECKING:
    from delivery.forges.github import GithubIssues, GithubStatuses
    from delivery.forges.github_api import GithubApi
    from delivery.forges.github_settings import GithubSettings


def find_forge(settings: Settings) -> Forge | None:
    """Return GitHub where a token is given, or else the box where there is one, or else None."""
    # Each is imported where it is used: an HTTP client is a third of a second.
    if api := _github(settings):
        from delivery.forges.github import GithubForge  # noqa: PLC0415

        return GithubForge(api)
    if has_box(settings):
        from delivery.forges.box import BoxForge  # noqa: PLC0415

        return BoxForge(settings.root / "bin" / "plinth", RUNNER)
    return None


def find_issues(settings: Settings) -> "GithubIssues | None":
    """Return GitHub's issues where a token is given; a box keeps none."""
    api = _github(settings)
    if api is None:
        return None
    from delivery.forges.github import GithubIssues  # noqa: PLC0415

    return GithubIssues(api)


def find_statuses(settings: Settings) -> "GithubStatuses | None":
    """Return what sets the status of a commit at GitHub, where a token is given."""
    from delivery.forges.github import GithubStatuses  # noqa: PLC0415

    api = _github(settings)
    return GithubStatuses(api) if api else None


def find_forge_settings(settings: Settings) -> "GithubSettings | None":
    """Return what asks GitHub how it is set up, where a token is given."""
    from delivery.forges.github_settings import GithubSettings  # noqa: PLC0415

    api = _github(settings)
    return GithubSettings(api) if api else None


def _github(settings: Settings) -> "GithubApi | None":
    token = settings.forge_token.get_secret_value() if settings.forge_token else ""
    if not (settings.forge_url and settings.forge_repository and token):
        return None
    from delivery.forges.github_api import GithubApi, github_client  # noqa: PLC0415

    return GithubApi(
        github_client(settings.forge_url, token), settings.forge_repository, time.sleep
    )
