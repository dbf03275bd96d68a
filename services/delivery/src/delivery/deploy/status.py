"""All environments at a glance: what is wanted, what differs, what happened last."""

from dataclasses import dataclass

from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment
from delivery.deploy.difference import Difference
from delivery.deploy.verify import Verification, Verify
from delivery.releases.wanted import Wanted
from delivery.trail.audit_chain import AuditLog
from delivery.trail.deploy_history import (
    last_attempt,
    last_verification,
    open_break_glass,
    superseded,
)


@dataclass(frozen=True)
class EnvironmentStatus:
    """One environment: its verification now, and what the audit log says of it."""

    verification: Verification
    deploy: AuditEntry | None
    verified: AuditEntry | None
    break_glass: tuple[AuditEntry, ...]
    superseded: tuple[AuditEntry, ...]

    @property
    def wanted(self) -> Wanted:
        """What git wants."""
        return self.verification.wanted

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What isn't so."""
        return self.verification.differences

    @property
    def notes(self) -> tuple[str, ...]:
        """What else people should know."""
        return self.verification.notes

    @property
    def green(self) -> bool:
        """Whether everything is as git has it, and nobody has yet to look at what was done."""
        return not (self.verification.differences or self.break_glass)


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
