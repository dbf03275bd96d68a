"""Builds what reads main and publishes branches, from the settings."""

from typing import Final

from delivery.clock import now
from delivery.git.branches import GitBranches, MainBranch
from delivery.settings import Settings, child_environment
from delivery.signing import make_signer

RUNNER: Final = "runner"
"""The name that the box has for its own runner."""


def make_branches(settings: Settings) -> GitBranches:
    """Build what publishes branches, signed with delivery's key."""
    token = settings.forge_token.get_secret_value() if settings.forge_token else None
    # To whoever pushes from within one of its runs a box says nothing until that run has ended.
    to_box = not token and has_box(settings)
    return GitBranches(
        folder=settings.root,
        signer=make_signer(settings, "delivery", "git"),
        clock=now,
        environment=child_environment(),
        options=(f"as={RUNNER}", "no-wait") if to_box else (),
        token=token,
    )


def make_main(settings: Settings) -> MainBranch:
    """Build what says where main stands now."""
    return MainBranch(settings.root, make_branches(settings).base)


def has_box(settings: Settings) -> bool:
    """Return whether the settings name a box that is there."""
    return settings.box is not None and (settings.box / "origin.git").is_dir()
