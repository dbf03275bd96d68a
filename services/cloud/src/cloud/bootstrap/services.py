"""Constructs what the commands of services need."""

from pathlib import Path

from artifacts.records.release import Environment
from cloud.adapters.aws import AwsClients
from cloud.adapters.clock import SystemClock
from cloud.adapters.ecs_services import EcsServices
from cloud.adapters.http_probe import HttpProbe
from cloud.adapters.sts_accounts import StsAccounts
from cloud.adapters.token_file import PrivateFile
from cloud.domain.identity import Caller, WrongAccount
from cloud.domain.observation import Observation
from cloud.errors import NotARehearsal, TokenRefused
from cloud.settings import Settings, is_this_machine
from cloud.use_cases.fetch_token import fetch_token
from cloud.use_cases.identify import identify
from cloud.use_cases.observe import observe
from cloud.use_cases.settle import Rollout, Wanted, settle


def run_identify(settings: Settings, account: str, region: str | None) -> Caller | WrongAccount:
    """Say who we are."""
    return identify(StsAccounts(AwsClients(region or settings.region)), account)


def run_observe(settings: Settings, environment: Environment) -> Observation:
    """Say what an environment runs."""
    instead = settings.address
    clients = AwsClients(settings.region)
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


def run_settle(settings: Settings, wanted: Wanted) -> Rollout:
    """Wait for a rollout."""
    return settle(wanted, EcsServices(AwsClients(settings.region)), SystemClock())


def run_token(settings: Settings, audience: str, out: Path) -> bool:
    """Fetch a workflow's token, or return False in a rehearsal: there it would open nothing."""
    if settings.rehearsal:
        return False
    # urllib's request module takes a moment to import, and no other command needs it.
    from cloud.adapters.github_tokens import GithubTokens  # noqa: PLC0415

    if settings.token_url is None or settings.token_secret is None:
        raise TokenRefused(
            "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN aren't set: the "
            "job needs `permissions: id-token: write`, and GitHub gives that to no pull request "
            "of a fork"
        )
    fetch_token(
        GithubTokens(settings.token_url, settings.token_secret), PrivateFile(), audience, out
    )
    return True
