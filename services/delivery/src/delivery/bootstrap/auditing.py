"""The audit log, for every group that adds to it or reads it. Loads nothing that takes long."""

from datetime import UTC, datetime

from artifacts.statements import SshSigner, create_statement_key
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


def create_key(settings: Settings) -> None:
    """Create the key that signs audit entries, image records and proposals, if there is none."""
    key, signers = settings.needed("deploy_key"), settings.needed("deploy_signers")
    create_statement_key(key, signers, PRINCIPAL, ("plinth-audit", "plinth-image", "git"))


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given
