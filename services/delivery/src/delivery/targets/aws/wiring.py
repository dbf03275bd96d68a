"""Build what asks AWS about services, from the settings."""

from pathlib import Path

from artifacts.records.release import Environment
from delivery.errors import NotARehearsal
from delivery.settings import TargetSettings, is_this_machine
from delivery.targets.aws.aws_clients import AwsClients
from delivery.targets.aws.aws_errors import TokenRefused
from delivery.targets.aws.aws_observation import AwsObservation
from delivery.targets.aws.ecs_services import EcsServices
from delivery.targets.aws.http_probe import HttpProbe
from delivery.targets.aws.identity import Caller, WrongAccount, check_account
from delivery.targets.aws.observe_services import observe
from delivery.targets.aws.settle import Rollout, Wanted, settle
from delivery.targets.aws.sts_accounts import StsAccounts
from delivery.targets.aws.token_file import PrivateFile
from delivery.targets.monotonic_clock import SystemClock


def run_identify(
    settings: TargetSettings, account: str, region: str | None
) -> Caller | WrongAccount:
    """Say who we are."""
    return check_account(StsAccounts(AwsClients(region or settings.aws_region)).caller(), account)


def run_observe(settings: TargetSettings, environment: Environment) -> AwsObservation:
    """Say what an environment runs."""
    instead = settings.address
    clients = AwsClients(settings.aws_region)
    # boto3 may have been told elsewhere to ask a real cloud, and that must not be looked at
    # through a rehearsal's address.
    if instead and not is_this_machine(clients.endpoint("ecs")):
        raise NotARehearsal
    return observe(
        environment,
        StsAccounts(clients),
        EcsServices(clients),
        HttpProbe(plain_http=settings.rehearsal),
        instead,
    )


def run_settle(settings: TargetSettings, wanted: Wanted) -> Rollout:
    """Wait for a rollout."""
    return settle(wanted, EcsServices(AwsClients(settings.aws_region)), SystemClock())


def run_token(settings: TargetSettings, audience: str, out: Path) -> bool:
    """Fetch a workflow's token, or return False in a rehearsal: there it would open nothing."""
    if settings.rehearsal:
        return False
    # urllib's request module takes a moment to import, and no other command needs it.
    from delivery.targets.aws.github_tokens import GithubTokens  # noqa: PLC0415

    if settings.token_url is None or settings.token_secret is None:
        raise TokenRefused(
            "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN aren't set: the "
            "job needs `permissions: id-token: write`, and GitHub gives that to no pull request "
            "of a fork"
        )
    PrivateFile().write(
        out, GithubTokens(settings.token_url, settings.token_secret).token(audience)
    )
    return True
