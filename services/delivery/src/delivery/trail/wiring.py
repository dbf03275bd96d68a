"""The audit log, for every group that adds to it or reads it. Loads nothing that takes long."""

from artifacts.statements import create_statement_key
from delivery.clock import now
from delivery.settings import Settings
from delivery.signing import make_signer
from delivery.trail.audit_heads import PublishedHeads
from delivery.trail.audit_log import LOG, NOTHING_KNOWN, Elsewhere, FileAuditLog
from delivery.trail.kept_log import KeptAuditLog
from delivery.trail.signers import PresentSigners

PRINCIPAL = "delivery"
Log = FileAuditLog | KeptAuditLog
"""The log as files of this user, or as a keeper's, which is asked to add to it."""


def make_audit_log(settings: Settings) -> Log:
    """Build the audit log; one that is lost, cut or replaced is known by what is elsewhere."""
    heads = published_heads(settings)
    return _log(settings, Elsewhere(begun=heads.begun, heads=heads.read))


def make_audit_log_of_a_person(settings: Settings) -> Log:
    """Build the audit log of a machine that need not have one: a person's, who only speaks."""
    return _log(settings, NOTHING_KNOWN)


def published_heads(settings: Settings) -> PublishedHeads:
    """Return the heads of the log that the checkout's repository has."""
    return PublishedHeads(settings.root, _verifier(settings))


def create_key(settings: Settings) -> None:
    """Create the key that signs audit entries, image records and proposals, if there is none."""
    key, signers = settings.needed("deploy_key"), settings.needed("deploy_signers")
    create_statement_key(key, signers, PRINCIPAL, ("plinth-audit", "plinth-image", "git"))


def _log(settings: Settings, elsewhere: Elsewhere) -> Log:
    folder = settings.needed("audit")
    files = FileAuditLog(
        folder,
        settings.needed("audit_head"),
        make_signer(settings, "delivery", "plinth-audit"),
        _verifier(settings),
        now,
        elsewhere,
    )
    return KeptAuditLog(files, folder / LOG, settings.keeper) if settings.keeper else files


def _verifier(settings: Settings) -> PresentSigners:
    return PresentSigners(settings.needed("deploy_signers"), PRINCIPAL, "plinth-audit")
