"""Builds what judges changes and deploys, and what signs statements, from the settings."""

from collections.abc import Callable

from delivery.changes.gather_change import GatherChange
from delivery.changes.judge_change import JudgeChange, JudgeDeploy
from delivery.changes.persons_clone import PersonsClone
from delivery.changes.sign_statement import Speak
from delivery.clock import now
from delivery.forges.wiring import find_forge
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_branches
from delivery.settings import Settings, child_environment
from delivery.trail.wiring import make_audit_log, make_audit_log_of_a_person, who


def make_judge_change(settings: Settings) -> JudgeChange:
    """Build the judge of changes."""
    return JudgeChange(_gather(settings), make_audit_log(settings), who(settings), _heads(settings))


def make_judge_deploy(settings: Settings) -> JudgeDeploy:
    """Build the judge of deploys."""
    log = make_audit_log(settings)
    return JudgeDeploy(GitRepository(settings.root), _gather(settings), log, now)


def make_speak(settings: Settings, say: Callable[[str], None]) -> Speak:
    """Build what signs statements of a person."""
    # Who speaks rarely has the log: what it says, the judge adds.
    log = make_audit_log_of_a_person(settings)
    gather = GatherChange(GitRepository(settings.root), log, now)
    return Speak(gather, settings.root, say)


def why_not_here(settings: Settings, head: str, say: Callable[[str], None]) -> str:
    """Bring a person's clone up to date; return why nothing that is signed in it could count."""
    return PersonsClone(settings.root, child_environment(), now, say).objection(head)


def _heads(settings: Settings) -> Callable[[int], tuple[str, ...]] | None:
    forge = find_forge(settings)
    if forge is None:
        return None

    def heads(number: int) -> tuple[str, ...]:
        found = forge.earlier_heads(number)
        make_branches(settings).fetch(found)
        return found

    return heads


def _gather(settings: Settings) -> GatherChange:
    log = make_audit_log(settings)
    return GatherChange(GitRepository(settings.root), log, now)
