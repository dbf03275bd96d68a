"""Compare what git wants with every place that knows what runs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from artifacts.cant_tell import CantTell
from artifacts.records.audit import AuditEvent, Outcome
from artifacts.records.release import Environment
from delivery.deploy.compare import Found, differences
from delivery.deploy.difference import Difference, Drift
from delivery.deploy.ports import AliasRegistry, Main
from delivery.errors import DeploymentFailed
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import ImageRecords, wanted_at
from delivery.releases.wanted import AliasPoint, Applied, Wanted
from delivery.targets.observation import Observation
from delivery.targets.target import Target
from delivery.trail.audit_chain import AuditLog


@dataclass(frozen=True)
class Verification:
    """What was wanted, every difference that was found, and what else people should know."""

    wanted: Wanted
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether every place could be asked."""
        return not any(difference.unknown for difference in self.differences)


@dataclass(frozen=True)
class Survey:
    """Asks the places that know what an environment runs; one that can't be asked says so."""

    target: Target
    registry: AliasRegistry
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
        try:
            return self.target.drift(wanted.environment, wanted.payload)
        except DeploymentFailed as exc:
            return CantTell("the place", str(exc), "place")

    def aliases(self, wanted: Wanted) -> tuple[AliasPoint, ...] | CantTell:
        """Return where the aliases of a release's models point."""
        try:
            return tuple(
                point
                for model in sorted({point.model for point in wanted.aliases})
                for point in self.registry.aliases(model)
            )
        except DeploymentFailed as exc:
            return CantTell("the place", str(exc), "place")

    def applied(self, environment: Environment) -> Applied | CantTell | None:
        """Return what was applied last."""
        try:
            return self.target.applied(environment)
        except DeploymentFailed as exc:
            return CantTell("the place", str(exc), "place")

    def seen(self, environment: Environment) -> Observation | CantTell:
        """Return what runs."""
        try:
            return self.target.observe(environment)
        except DeploymentFailed as exc:
            return CantTell("the place", str(exc), "place")


@dataclass(frozen=True)
class Verify:
    """Compares an environment with the release at main's tip."""

    repository: GitRepository
    main: Main
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
        if wanted.payload is None and self.survey.applied(environment) in {None, Applied(None)}:
            return False
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
