"""Say whether a deploy of a commit would have anything to do in an environment."""

from dataclasses import dataclass

from artifacts.records.release import Environment
from delivery.deploy.ports import DeployLocks
from delivery.deploy.verify import Verify
from delivery.trail.audit_chain import AuditLog
from delivery.trail.deploy_history import is_unfinished


@dataclass(frozen=True)
class Pending:
    """Looks at an environment, and at whoever may be changing it meanwhile."""

    verify: Verify
    audit: AuditLog
    locks: DeployLocks

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
