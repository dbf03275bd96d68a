"""Say what an environment really runs. That something is missing or down is no error."""

from artifacts.records.release import Environment
from delivery.targets.answers import Answer
from delivery.targets.aws.aws_observation import AwsObservation, Sighting
from delivery.targets.aws.ports import Accounts, Probe, Services

CONNECTIONS = 5


def observe(
    environment: Environment,
    accounts: Accounts,
    services: Services,
    probe: Probe,
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


def _answers(probe: Probe, seen: Sighting, url: str | None) -> tuple[Answer, ...]:
    if seen.service is None:
        return ()
    if url is None:
        return (Answer(problem="the service names no address: it has no tag plinth:url"),)
    return tuple(probe.ask(url) for _ in range(CONNECTIONS))
