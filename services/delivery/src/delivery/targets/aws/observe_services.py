"""Say what an environment really runs. That something is missing or down is no error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artifacts.records.release import Environment
from delivery.targets.answers import Answer
from delivery.targets.aws.aws_observation import AwsObservation, Sighting

if TYPE_CHECKING:
    from delivery.targets.aws.ecs_services import EcsServices
    from delivery.targets.aws.http_probe import HttpProbe
    from delivery.targets.aws.sts_accounts import StsAccounts


CONNECTIONS = 5


def observe(
    environment: Environment,
    accounts: StsAccounts,
    services: EcsServices,
    probe: HttpProbe,
    instead: str | None = None,
) -> AwsObservation:
    """Look at what the cloud says, and ask a few times; `instead` of the service's own address."""
    caller = accounts.caller()
    seen = services.look(environment)
    url = _address(seen, instead)
    return AwsObservation(
        environment=environment,
        account=caller.account,
        region=caller.region,
        service=seen.service,
        tasks=seen.tasks,
        targets=seen.targets,
        url=url,
        answers=_answers(probe, seen, url),
    )


def _address(seen: Sighting, instead: str | None) -> str | None:
    if seen.service is None:
        return None
    return instead or seen.service.url


def _answers(probe: HttpProbe, seen: Sighting, url: str | None) -> tuple[Answer, ...]:
    if seen.service is None:
        return ()
    if url is None:
        return (Answer(problem="the service names no address: it has no tag plinth:url"),)
    return tuple(probe.ask(url) for _ in range(CONNECTIONS))
