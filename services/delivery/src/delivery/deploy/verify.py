"""Compare what git wants with every place that knows what runs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from artifacts.cant_tell import CantTell
from artifacts.records.audit import AuditEvent, Outcome
from artifacts.records.release import Environment
from delivery.deploy.alias_registry import MlflowAliases
from delivery.deploy.compare import (
    Difference,
    Drift,
    EnvironmentStatus,
    Found,
    Observation,
    Verification,
    differences,
)
from delivery.deploy.deploy_locks import FileDeployLocks
from delivery.errors import DeploymentFailed
from delivery.git.branches import MainBranch
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import ImageRecords, wanted_at
from delivery.releases.wanted import AliasPoint, Applied, Wanted
from delivery.targets.target import Target
from delivery.trail.audit_chain import AuditLog
from delivery.trail.deploy_history import (
    is_unfinished,
    last_attempt,
    last_verification,
    open_break_glass,
    superseded,
)

Said = TypeVar("Said")


@dataclass(frozen=True)
class Survey:
    """Asks the places that know what an environment runs; one that can't be asked says so."""

    target: Target
    registry: MlflowAliases
    images: ImageRecords | None = None
    """Where the target runs images; None where it runs processes."""

    def found(self, wanted: Wanted) -> Found:
        """Return what every place says, without a look at what drifted."""
        return Found(
            self.aliases(wanted),
            self.applied(wanted.environment),
            self.seen(wanted.environment),
            records=self.target.records,
            runs_at=self.target.runs_at,
        )

    def drift(self, wanted: Wanted) -> tuple[Drift, ...] | CantTell:
        """Return what was changed since it was applied. It may take the engine a minute."""
        return _asked(lambda: self.target.drift(wanted.environment, wanted.payload))

    def aliases(self, wanted: Wanted) -> tuple[AliasPoint, ...] | CantTell:
        """Return where the aliases of a release's models point."""
        models = sorted({point.model for point in wanted.aliases})
        return _asked(lambda: tuple(p for model in models for p in self.registry.aliases(model)))

    def applied(self, environment: Environment) -> Applied | CantTell | None:
        """Return what was applied last."""
        return _asked(lambda: self.target.applied(environment))

    def seen(self, environment: Environment) -> Observation | CantTell:
        """Return what runs."""
        return _asked(lambda: self.target.observe(environment))


def _asked(ask: Callable[[], Said]) -> Said | CantTell:
    try:
        return ask()
    except DeploymentFailed as exc:
        return CantTell("the place", str(exc), "place")


@dataclass(frozen=True)
class Verify:
    """Compares an environment with the release at main's tip."""

    repository: GitRepository
    main: MainBranch
    survey: Survey

    def run(self, environment: Environment) -> Verification:
        """Return all differences; UnreadableRecord or RepositoryUnreadable without a release."""
        wanted = self._wanted(environment, self.main.tip())
        found = self.survey.found(wanted)
        # Where nothing was ever applied, nothing can have drifted: what is missing is named anyway.
        if found.applied is not None:
            found = replace(found, drift=self.survey.drift(wanted))
        seen = found.observation
        notes = () if isinstance(seen, CantTell) else seen.notes
        return Verification(wanted, differences(wanted, found), notes)

    def differs(self, environment: Environment, commit: str) -> bool:
        """Whether an environment is now anything but what a commit wants."""
        wanted = self._wanted(environment, commit)
        applied = self.survey.applied(environment)
        if wanted.payload is None and applied in {None, Applied(None)}:
            return False
        if applied != Applied(wanted.digest):  # what else differs changes nothing
            return True
        return bool(differences(wanted, self.survey.found(wanted)))

    def _wanted(self, environment: Environment, commit: str) -> Wanted:
        return wanted_at(self.repository, environment, commit, self.survey.images)


def record_verification(audit: AuditLog, found: Verification, actor: str) -> None:
    """Add a verification to the audit log: green, red, or undecided where a place was silent."""
    audit.append(verification_event(found.wanted, found.differences, actor))


def verification_event(wanted: Wanted, found: Iterable[Difference], actor: str) -> AuditEvent:
    """Return the event of a verification."""
    named = tuple(found)
    outcome: Outcome = "green"
    if named:
        outcome = "undecided" if all(difference.unknown for difference in named) else "red"
    return AuditEvent(
        event="verification",
        outcome=outcome,
        actor=actor,
        reason="; ".join(str(difference) for difference in named)[:4000],
        environment=wanted.environment,
        commit=wanted.commit,
        payload=wanted.digest,
    )


@dataclass(frozen=True)
class Pending:
    """Looks at an environment, and at whoever may be changing it meanwhile."""

    verify: Verify
    audit: AuditLog
    locks: FileDeployLocks

    def run(self, environment: Environment, commit: str) -> bool:
        """Whether a deploy would have anything to do; AuditBroken where the log can't be trusted.

        While another one runs, or was killed half-way, what an environment runs now doesn't tell
        what it will run. So that is asked first: whoever takes the lock later finds this commit on
        main, and ends as superseded.
        """
        return (
            self.locks.taken(environment)
            or is_unfinished(self.audit.entries(), environment)
            or self.verify.differs(environment, commit)
        )


@dataclass(frozen=True)
class Status:
    """Looks at environments."""

    verify: Verify
    audit: AuditLog

    def run(self, environment: Environment) -> EnvironmentStatus:
        """Return an environment's status; AuditBroken where the log can't be trusted."""
        entries = self.audit.entries()
        return EnvironmentStatus(
            self.verify.run(environment),
            last_attempt(entries, environment),
            last_verification(entries, environment),
            open_break_glass(entries, environment),
            superseded(entries, environment),
        )
