"""The adapters of those who deploy and compare."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from artifacts.errors import SigningFailed
from artifacts.records.release import Environment
from delivery.changes.person_keys import key_fault
from delivery.deploy.change_verdict import DeployVerdict
from delivery.deploy.deploy import Deploy
from delivery.deploy.deploy_locks import FileDeployLocks
from delivery.deploy.dying import DieAfter
from delivery.deploy.status import Status
from delivery.deploy.verify import Verify
from delivery.forges.wiring import find_forge, make_branches
from delivery.git.branches import EMAIL, NAME
from delivery.git.main_branch import MainBranch
from delivery.git.repository import GitRepository
from delivery.releases.propose_revert import ProposeRevert
from delivery.releases.revert import Revert
from delivery.releases.revert_branch import GitReverter
from delivery.releases.taken_over import GitTakeOver
from delivery.rooms.standing_walls import missing_walls
from delivery.settings import Settings, child_environment
from delivery.signing import make_signer
from delivery.step_files import StepFiles
from delivery.targets.wiring import make_survey
from delivery.trail.ports import AuditLog
from delivery.trail.wiring import make_audit_log, make_audit_log_of_a_person

KEPT_PAYLOADS = 3
"""How many payloads of an environment stay installed: the present one, and two to go back to."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class LazyJudge:
    """The judge of changes, built when there is something to deploy."""

    settings: Settings

    def judge_deploy(self, environment: Environment, commit: str) -> DeployVerdict:
        """Say whether a commit's release may be deployed."""
        from delivery.changes.wiring import make_judge_deploy  # noqa: PLC0415

        verdict = make_judge_deploy(self.settings).judge_deploy(environment, commit)
        reasons = tuple(f"{found.rule}: {found.reason}" for found in verdict.problems)
        return DeployVerdict(verdict.decision, reasons, verdict.break_glass)


def make_deploy(settings: Settings, say: Say) -> Deploy:
    """Put deploying together."""
    return Deploy(
        repository=GitRepository(settings.root),
        main=_main(settings),
        judge=LazyJudge(settings),
        walls=partial(missing_walls, settings),
        survey=make_survey(settings, say),
        audit=make_audit_log(settings),
        locks=FileDeployLocks(settings.needed("terraform")),
        proposer=_proposer(settings),
        actor=who(settings),
        keep=KEPT_PAYLOADS,
        say=say,
        after=DieAfter(settings.die_after),
    )


def make_verify(settings: Settings, say: Say) -> Verify:
    """Put comparing together."""
    return Verify(GitRepository(settings.root), _main(settings), make_survey(settings, say))


def make_status(settings: Settings, say: Say) -> Status:
    """Put the status together."""
    return Status(make_verify(settings, say), make_audit_log(settings))


def make_revert(
    settings: Settings, key: Path | None, name: str | None, email: str | None
) -> Revert:
    """Put reverting together, for a person; what isn't given is git's own configuration.

    SigningFailed where the key can't be one.
    """
    return Revert(
        GitRepository(settings.root),
        _main(settings),
        GitReverter(settings.root, child_environment(), _usable(key), name, email),
        make_audit_log_of_a_person(settings),
    )


def make_take_over(
    settings: Settings, key: Path | None, name: str | None, email: str | None
) -> GitTakeOver:
    """Put taking over together; what isn't given is git's own configuration. SigningFailed."""
    return GitTakeOver(settings.root, child_environment(), _usable(key), name, email)


def _usable(key: Path | None) -> Path | None:
    """Return a key that a person gave, if it can be one; SigningFailed."""
    if key and (fault := key_fault(key := key.expanduser())):
        raise SigningFailed(key, fault)
    return key


def audit_log(settings: Settings) -> AuditLog:
    """Return the audit log."""
    return make_audit_log(settings)


def step_files(settings: Settings) -> StepFiles:
    """Return where a step of a workflow leaves outputs and a summary."""
    return StepFiles(settings.step_output, settings.step_summary)


def who(settings: Settings) -> str:
    """Return who deploys, for the audit log: a person, and the run that acts for them."""
    return f"{settings.actor} ({settings.run})"[:200]


def _main(settings: Settings) -> MainBranch:
    return MainBranch(settings.root, make_branches(settings).base)


def _proposer(settings: Settings) -> ProposeRevert:
    signer = make_signer(settings, "delivery", "git")
    reverter = GitReverter(settings.root, child_environment(), None, NAME, EMAIL, signer)
    branches, forge = make_branches(settings), find_forge(settings)
    return ProposeRevert(_main(settings), reverter, branches.push, forge)
