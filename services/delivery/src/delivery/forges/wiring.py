"""The forge that the settings name, for every group that opens pull requests."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from delivery.forges.issue_ports import Issues
from delivery.forges.ports import Forge, ForgeSettings
from delivery.git.branches import GitBranches
from delivery.settings import Settings, child_environment
from delivery.signing import make_signer

if TYPE_CHECKING:
    from delivery.forges.github_api import GithubApi
    from delivery.forges.github_statuses import GithubStatuses

RUNNER = "runner"
"""Whom the box takes for its own runner."""


def find_forge(settings: Settings) -> Forge | None:
    """Return GitHub where a token is given, or else the box where there is one, or else None."""
    # Each is imported where it is used: an HTTP client is a third of a second.
    if api := _github(settings):
        from delivery.forges.github import GithubForge  # noqa: PLC0415

        return GithubForge(api)
    if _has_box(settings):
        from delivery.forges.box import BoxForge  # noqa: PLC0415

        return BoxForge(settings.root / "bin" / "plinth", RUNNER)
    return None


def find_issues(settings: Settings) -> Issues | None:
    """Return GitHub's issues where a token is given; a box keeps none."""
    api = _github(settings)
    if api is None:
        return None
    from delivery.forges.github_issues import GithubIssues  # noqa: PLC0415

    return GithubIssues(api)


def find_statuses(settings: Settings) -> "GithubStatuses | None":
    """Return what sets the status of a commit at GitHub, where a token is given."""
    from delivery.forges.github_statuses import GithubStatuses  # noqa: PLC0415

    api = _github(settings)
    return GithubStatuses(api) if api else None


def find_forge_settings(settings: Settings) -> ForgeSettings | None:
    """Return what asks GitHub how it is set up, where a token is given."""
    from delivery.forges.github_settings import GithubSettings  # noqa: PLC0415

    api = _github(settings)
    return GithubSettings(api) if api else None


def make_branches(settings: Settings) -> GitBranches:
    """Put publishing branches together."""
    token = settings.forge_token.get_secret_value() if settings.forge_token else None
    # To whoever pushes from within one of its runs a box says nothing until that run has ended.
    to_box = not token and _has_box(settings)
    return GitBranches(
        folder=settings.root,
        signer=make_signer(settings, "delivery", "git"),
        clock=_now,
        environment=child_environment(),
        options=(f"as={RUNNER}", "no-wait") if to_box else (),
        token=token,
    )


def _has_box(settings: Settings) -> bool:
    return settings.box is not None and (settings.box / "origin.git").is_dir()


def _github(settings: Settings) -> "GithubApi | None":
    token = settings.forge_token.get_secret_value() if settings.forge_token else ""
    if not (settings.forge_url and settings.forge_repository and token):
        return None
    from delivery.forges.github_api import GithubApi, github_client  # noqa: PLC0415

    return GithubApi(
        github_client(settings.forge_url, token), settings.forge_repository, time.sleep
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given
