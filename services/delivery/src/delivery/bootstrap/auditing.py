"""The audit log, for every group that adds to it or reads it, and nothing that takes long to load."""

from datetime import UTC, datetime

from artifacts.statements import SshSigner
from delivery.adapters.audit_log import FileAuditLog
from delivery.adapters.signers import PresentSigners
from delivery.settings import Settings

PRINCIPAL = "delivery"


def make_audit_log(settings: Settings) -> FileAuditLog:
    """Put the audit log together."""
    return FileAuditLog(
        settings.needed("audit"),
        settings.needed("audit_head"),
        SshSigner(settings.needed("deploy_key"), "plinth-audit"),
        PresentSigners(settings.needed("deploy_signers"), PRINCIPAL, "plinth-audit"),
        _now,
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given
