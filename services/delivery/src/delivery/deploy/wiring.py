"""Builds what deploys and compares, from the settings."""

from collections.abc import Callable
from functools import partial

from artifacts.records.release import Environment
from delivery.deploy.change_verdict import DeployVerdict
from delivery.deploy.deploy import Deploy, all_steps
from delivery.deploy.deploy_locks import FileDeployLocks
from delivery.deploy.dying import die_after
from delivery.deploy.verify import Pending, Status, Verify
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_main
from delivery.releases.revert import make_proposer
from delivery.rooms.standing_walls import missing_walls
from delivery.settings import Settings
from delivery.targets.wiring import make_survey
from delivery.trail.wiring import make_audit_log, who

KEPT_PAYLOADS = 3
"""How many payloads of an environment stay installed: the present one, and two to go back to."""
Say = Callable[[str], None]


def judge_deploy(settings: Settings, environment: Environment, commit: str) -> DeployVerdict:
    """Say whether a commit's release may be deployed; the judge loads when it is asked."""
    from delivery.changes.wiring import make_judge_deploy  # noqa: PLC0415

    verdict = make_judge_deploy(settings).judge_deploy(environment, commit)
    reasons = tuple(f"{found.rule}: {found.reason}" for found in verdict.problems)
    return DeployVerdict(verdict.decision, reasons, verdict.break_glass)


def make_deploy(settings: Settings, say: Say) -> Deploy:
    """Build a `Deploy` from the settings."""
    survey = make_survey(settings, say)
    steps = all_steps(survey.target.steps)
    return Deploy(
        repository=GitRepository(settings.root),
        main=make_main(settings),
        judge=partial(judge_deploy, settings),
        walls=partial(missing_walls, settings),
        survey=survey,
        audit=make_audit_log(settings),
        locks=_locks(settings),
        proposer=make_proposer(settings),
        actor=who(settings),
        keep=KEPT_PAYLOADS,
        say=say,
        after=die_after(settings.die_after, [step.name for step in steps]),
    )


def make_verify(settings: Settings, say: Say) -> Verify:
    """Put comparing together."""
    return Verify(GitRepository(settings.root), make_main(settings), make_survey(settings, say))


def make_pending(settings: Settings, say: Say) -> Pending:
    """Put together what tells whether there is anything to deploy."""
    return Pending(make_verify(settings, say), make_audit_log(settings), _locks(settings))


def make_status(settings: Settings, say: Say) -> Status:
    """Put the status together."""
    return Status(make_verify(settings, say), make_audit_log(settings))


def _locks(settings: Settings) -> FileDeployLocks:
    return FileDeployLocks(settings.needed("terraform"))
