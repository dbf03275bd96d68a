"""Builds what proposes, promotes and takes back releases, from the settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from artifacts.errors import SigningFailed
from artifacts.ssh_keygen import SshVerifier, key_fault
from delivery.clock import now
from delivery.forges.wiring import find_forge
from delivery.git.branches import EMAIL, NAME
from delivery.git.repository import GitRepository
from delivery.git.wiring import make_branches, make_main
from delivery.releases.read_wanted import ImageRecords
from delivery.releases.revert import GitReverter, ProposeRevert, Revert
from delivery.releases.taken_over import GitTakeOver
from delivery.settings import Settings, child_environment
from delivery.signing import make_signer
from delivery.trail.wiring import PRINCIPAL, make_audit_log, make_audit_log_of_a_person

if TYPE_CHECKING:
    from delivery.releases.promote import Promote
    from delivery.releases.propose import Propose

IMAGE_NAMESPACE: Final = "plinth-image"


def make_images(settings: Settings) -> ImageRecords | None:
    """Build what knows the images that were built; None where the target runs none."""
    if settings.target == "local":
        return None
    verifier = SshVerifier(settings.needed("deploy_signers"), PRINCIPAL, IMAGE_NAMESPACE)
    return ImageRecords(settings.needed("images"), verifier)


def make_propose(settings: Settings) -> "Propose":
    """Build what writes a release from an allowed gate report."""
    # A deploy, which reads none of these, imports this module too.
    from artifacts.present_keys import model_store  # noqa: PLC0415
    from delivery.releases.propose import Propose  # noqa: PLC0415
    from delivery.releases.yaml_releases import YamlReleases  # noqa: PLC0415
    from judging.policy_files import YamlPolicies  # noqa: PLC0415

    return Propose(
        store=model_store(settings.model_store, settings.public_key),
        policies=YamlPolicies(settings.policies),
        releases=YamlReleases(settings.releases),
        gate=SshVerifier(settings.gate_signers, "gate", "plinth-gate-report"),
        clock=now,
    )


def make_promote(settings: Settings) -> "Promote":
    """Build what proposes a promotion."""
    from delivery.releases.promote import Promote  # noqa: PLC0415 - policies load numpy

    return Promote(
        repository=GitRepository(settings.root),
        audit=make_audit_log(settings),
        branches=make_branches(settings),
        forge=find_forge(settings),
        images=make_images(settings),
    )


def make_revert(
    settings: Settings, key: Path | None, name: str | None, email: str | None
) -> Revert:
    """Build what reverts promotions for a person. What isn't given is git's own configuration.

    SigningFailed where the key can't be one.
    """
    return Revert(
        GitRepository(settings.root),
        make_main(settings),
        GitReverter(settings.root, child_environment(), _usable(key), name, email),
        make_audit_log_of_a_person(settings),
    )


def make_proposer(settings: Settings) -> ProposeRevert:
    """Build what proposes to revert a change that can't be deployed, signed with delivery's key."""
    signer = make_signer(settings, "delivery", "git")
    reverter = GitReverter(settings.root, child_environment(), None, NAME, EMAIL, signer)
    push = make_branches(settings).push
    return ProposeRevert(make_main(settings), reverter, push, find_forge(settings))


def make_take_over(
    settings: Settings, key: Path | None, name: str | None, email: str | None
) -> GitTakeOver:
    """Build what takes a change over for a person. What isn't given is git's own; SigningFailed."""
    return GitTakeOver(settings.root, child_environment(), _usable(key), name, email)


def _usable(key: Path | None) -> Path | None:
    """Return a key that a person gave, if it can be one; SigningFailed."""
    if key and (fault := key_fault(key := key.expanduser())):
        raise SigningFailed(key, fault)
    return key
