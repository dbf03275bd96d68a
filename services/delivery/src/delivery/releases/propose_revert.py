"""Propose to take back a change that can't be deployed, so that git says again what runs."""

from collections.abc import Callable
from dataclasses import dataclass

from artifacts.records.release import Environment
from artifacts.text import markdown, plain
from delivery.errors import DeliveryError
from delivery.forges.ports import Forge
from delivery.git.main_branch import MainBranch
from delivery.releases.revert_branch import GitReverter

Push = Callable[[str, str], None]
"""Hands a commit on as a branch; BranchFailed."""


@dataclass(frozen=True)
class ProposeRevert:
    """Opens a proposal where there is a forge to open it on; else says what to do by hand."""

    main: MainBranch
    reverter: GitReverter
    push: Push
    forge: Forge | None

    def propose(self, environment: Environment, commit: str, reason: str) -> tuple[str, ...]:
        """Return lines for whoever reads the log. What goes wrong here is said, never raised."""
        by_hand = f"to take it back: {_command(environment, commit)}, then open a pull request"
        if self.forge is None:
            return (by_hand,)
        try:
            branch = f"reverts/{commit[:12]}"
            message = _message(environment, commit, reason)
            made = self.reverter.revert(
                commit, onto=self.main.tip(), branch=branch, message=message
            )
            self.push(branch, made)
            title = f"Revert {commit[:12]}: it can't be deployed to {environment}"
            opened = self.forge.open_pull_request(branch, title, _body(environment, commit, reason))
        except DeliveryError as exc:
            return (f"no revert was proposed: {plain(exc, 1000)}", by_hand)
        return (f"a revert is proposed: {plain(opened.name)}",)


def _command(environment: Environment, commit: str) -> str:
    if environment == "production":
        return f"bin/plinth delivery revert {commit}"
    return f"git revert -m 1 {commit}"


def _message(environment: Environment, commit: str, reason: str) -> str:
    return (
        f"Revert {commit[:12]}, which can't be deployed to {environment}\n\n"
        f"This reverts commit {commit}.\n\n{plain(reason, 1000)}\n"
    )


def _body(environment: Environment, commit: str, reason: str) -> str:
    return (
        f"The deploy of {commit} to {environment} ended red; what served before serves on.\n\n"
        f"{markdown(reason)}\n\nMerge this to have git say again what runs, or mend the fault in "
        "another change.\n"
    )
