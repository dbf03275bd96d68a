"""The adapters of those who deploy and compare."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from artifacts.errors import SigningFailed
from artifacts.records.release import Environment
from delivery.adapters.deploy_locks import FileDeployLocks
from delivery.adapters.dying import DieAfter
from delivery.adapters.git_branches import EMAIL, NAME
from delivery.adapters.git_repository import GitRepository
from delivery.adapters.main_branch import MainBranch
from delivery.adapters.person_keys import key_fault
from delivery.adapters.revert_branch import GitReverter
from delivery.adapters.step_files import StepFiles
from delivery.adapters.taken_over import GitTakeOver
from delivery.bootstrap.auditing import make_audit_log, make_audit_log_of_a_person
from delivery.bootstrap.forge import find_forge, make_branches
from delivery.bootstrap.signing import make_signer
from delivery.bootstrap.targets import make_survey
from delivery.bootstrap.walls import missing_walls
from delivery.domain.deployment.verdict import DeployVerdict
from delivery.ports.records import AuditLog
from delivery.settings import Settings, child_environment
from delivery.use_cases.deploy import Deploy
from delivery.use_cases.propose_revert import ProposeRevert
from delivery.use_cases.revert import Revert
from delivery.use_cases.status import Status
from delivery.use_cases.verify import Verify

KEPT_PAYLOADS = 3
"""How many payloads of an environment stay installed: the present one, and two to go back to."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class LazyJudge:
    """The judge of changes, built when there is something to deploy."""

    settings: Settings

    def judge_deploy(self, environment: Environment, commit: str) -> DeployVerdict:
        """Say whether a commit's release may be deployed."""
        from delivery.bootstrap.promotion import make_judge_deploy  # noqa: PLC0415

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
