"""report-drift: look at every environment, and keep one issue about what isn't as git has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from artifacts.records.release import Environment
from delivery.deploy.drift_page import drift_body, drift_title
from delivery.deploy.verify import Verification, Verify, record_verification
from delivery.trail.audit_chain import AuditLog

if TYPE_CHECKING:  # it loads an HTTP client
    from delivery.forges.github import GithubIssues

MARKER: Final = "drift"


@dataclass(frozen=True)
class DriftReport:
    """What was found in each environment, and where people can read of it."""

    found: tuple[Verification, ...]
    issue: str | None

    @property
    def drifted(self) -> bool:
        """Whether anything is otherwise than git has it, or can't be told."""
        return any(one.differences for one in self.found)

    @property
    def certain(self) -> bool:
        """Whether every place could be asked."""
        return all(one.certain for one in self.found)


@dataclass(frozen=True)
class ReportDrift:
    """Verifies environments, records it, and opens, updates or closes the one issue."""

    verify: Verify
    audit: AuditLog
    issues: "GithubIssues | None"
    actor: str

    def __call__(self, environments: Sequence[Environment]) -> DriftReport:
        """Return what was found. An issue is closed only by a look that saw every place."""
        found = tuple(self.verify.run(environment) for environment in environments)
        for one in found:
            record_verification(self.audit, one, self.actor)
        report = DriftReport(found, None)
        if self.issues is None:
            return report
        if report.drifted:
            where = self.issues.report(MARKER, drift_title(found), drift_body(found))
            return DriftReport(found, where)
        return DriftReport(found, self.issues.settle(MARKER, "Everything is as git has it again."))
