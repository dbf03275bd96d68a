"""Build what asks AWS, and what makes, pushes and scans images, from the settings."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from artifacts.errors import ArtifactError
from artifacts.records.image import ImageRecord
from artifacts.records.release import Environment, Payload
from artifacts.refusal import Refusal
from artifacts.ssh_keygen import SshVerifier
from artifacts.store import StoredModels
from delivery.clock import SystemClock, now
from delivery.errors import CloudError, ImageRefused, NotARehearsal, TargetFailed
from delivery.git.repository import GitSource
from delivery.settings import TargetSettings, is_this_machine, tool_environment
from delivery.signing import make_signer
from delivery.targets.aws.aws_clients import AwsClients, Caller, WrongAccount, caller_of
from delivery.targets.aws.aws_errors import TokenRefused
from delivery.targets.aws.aws_observation import AwsObservation
from delivery.targets.aws.images.build_tools import DebootstrapBases, PipWheels, choose_engine
from delivery.targets.aws.images.contents import Base, Clean, Layer, Service, Undecided
from delivery.targets.aws.images.ecr_registry import EcrRegistry, Pushed, push_image, scan_image
from delivery.targets.aws.images.make_image import (
    Built,
    ImageStore,
    Workshop,
    build_payload,
    build_service,
)
from delivery.targets.aws.images.oci_layout import read_layout
from delivery.targets.aws.observe_services import EcsServices, ask_release, observe
from delivery.targets.aws.rollout import Rollout, Wanted, settle

SCAN_SECONDS: Final = 600.0


def run_identify(
    settings: TargetSettings, account: str, region: str | None = None
) -> Caller | WrongAccount:
    """Return who we are, or the refusal where that is another account's."""
    caller = caller_of(AwsClients(region or settings.aws_region))
    return caller if caller.account == account else WrongAccount(caller, account)


def run_observe(settings: TargetSettings, environment: Environment) -> AwsObservation:
    """Say what an environment runs."""
    instead = settings.address
    clients = AwsClients(settings.aws_region)
    # boto3 may have been told elsewhere to ask a real cloud, and that must not be looked at
    # through a rehearsal's address.
    if instead and not is_this_machine(str(clients("ecs").meta.endpoint_url)):
        raise NotARehearsal
    ask = partial(ask_release, plain_http=settings.rehearsal)
    seen = EcsServices(clients).look(environment)
    return observe(environment, caller_of(clients), seen, ask, instead)


def run_settle(settings: TargetSettings, wanted: Wanted) -> Rollout:
    """Wait for a rollout."""
    return settle(wanted, EcsServices(AwsClients(settings.aws_region)).look, SystemClock())


def run_token(settings: TargetSettings, audience: str, out: Path) -> bool:
    """Fetch a workflow's token, or return False in a rehearsal: there it would open nothing."""
    if settings.rehearsal:
        return False
    # httpx takes a moment to import, and no other command needs it.
    from delivery.targets.aws.github_tokens import github_token, write_private  # noqa: PLC0415

    if settings.token_url is None or settings.token_secret is None:
        raise TokenRefused(
            "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN aren't set: the "
            "job needs `permissions: id-token: write`, and GitHub gives that to no pull request "
            "of a fork"
        )
    write_private(out, github_token(settings.token_url, settings.token_secret, audience))
    return True


def run_build(settings: TargetSettings, payload: Payload, source: Path) -> Built | Refusal:
    """Build the image of a payload."""
    return build_payload(payload, _workshop(settings, source))


def run_build_service(
    settings: TargetSettings, service: Service, commit: str, source: Path
) -> Built | Refusal:
    """Build the image of a service at a commit."""
    return build_service(service, commit, _workshop(settings, source))


def run_base(settings: TargetSettings, base: Base) -> str:
    """Make a base here; return its digest."""
    return _bases(settings).make(base)


def run_push(settings: TargetSettings, key: str) -> Pushed | Refusal:
    """Push what was built of a key."""
    return push_image(key, make_store(settings), EcrRegistry(AwsClients(settings.aws_region)))


def run_scan(settings: TargetSettings, key: str, seconds: float) -> Clean | Refusal | Undecided:
    """Wait for the scan of what was built of a key."""
    registry = EcrRegistry(AwsClients(settings.aws_region))
    return scan_image(key, make_store(settings), registry, SystemClock(), seconds)


def run_show(settings: TargetSettings, key: str) -> tuple[ImageRecord, tuple[Layer, ...]]:
    """Return the record and layers of what was built of a key, every byte of it checked."""
    store = make_store(settings)
    return store.built(key), read_layout(store.layout(key)).layers


def build(settings: TargetSettings, payload: Payload, source: Path) -> str:
    """Build a payload's image for a deploy, unless there is one; return a line that says so.

    Raises ImageRefused, TargetFailed.
    """
    return _done("build", lambda: run_build(settings, payload, source))


def publish(settings: TargetSettings, payload: Payload) -> str:
    """Push the image of a payload, unless it is there; return a line that says so.

    Raises ImageRefused where the registry has another one, TargetFailed.
    """
    return _done("push", lambda: run_push(settings, payload.contents))


def scan(settings: TargetSettings, payload: Payload) -> str:
    """Wait for the registry's scan of a payload's image; return a line with what it found.

    Raises ImageRefused for critical findings, TargetFailed without a finished scan.
    """
    return _done("scan", lambda: run_scan(settings, payload.contents, SCAN_SECONDS))


def _done(command: str, act: Callable[[], Built | Pushed | Clean | Refusal | Undecided]) -> str:
    try:
        outcome = act()
    except (CloudError, ArtifactError) as exc:
        raise TargetFailed(command, str(exc), "cloud", blames_release=False) from exc
    if isinstance(outcome, Refusal):
        raise ImageRefused(command, outcome.reason)
    if isinstance(outcome, Undecided):
        raise TargetFailed(command, outcome.reason, "cloud", blames_release=False)
    return str(outcome)


def make_store(settings: TargetSettings) -> ImageStore:
    """Build the store of images; SettingsMissing without a keeper and a key's file."""
    verifier = SshVerifier(settings.needed("deploy_signers"), "delivery", "plinth-image")
    signer = make_signer(settings, "delivery", "plinth-image")
    return ImageStore(settings.needed("images"), signer, verifier)


def _bases(settings: TargetSettings) -> DebootstrapBases:
    return DebootstrapBases(settings.needed("images") / "base", tool_environment())


def _workshop(settings: TargetSettings, source: Path) -> Workshop:
    return Workshop(
        source=GitSource(source),
        models=lambda: StoredModels(settings.needed("model_store"), settings.needed("public_key")),
        wheels=PipWheels(settings.needed("images") / "wheels", tool_environment()),
        engine=lambda: choose_engine(_bases(settings), tool_environment()),
        store=make_store(settings),
        now=now,
    )
