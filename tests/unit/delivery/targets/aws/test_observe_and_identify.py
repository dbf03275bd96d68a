from support.cloud_sightings import CALLER, NEW, URL, settled, sighting

from artifacts.records.release import Environment
from delivery.targets.answers import Answer
from delivery.targets.aws.aws_observation import AwsObservation, Sighting
from delivery.targets.aws.identity import Caller, WrongAccount, check_account
from delivery.targets.aws.observe_services import CONNECTIONS, observe


class Accounts:
    def caller(self) -> Caller:
        return CALLER


class Services:
    def __init__(self, seen: Sighting) -> None:
        self.seen = seen

    def look(self, environment: Environment) -> Sighting:
        assert environment == "staging"
        return self.seen


class Probe:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, url: str) -> Answer:
        self.asked.append(url)
        return Answer(status=200)


def seen(shown: Sighting, instead: str | None = None) -> tuple[AwsObservation, list[str]]:
    probe = Probe()
    return observe("staging", Accounts(), Services(shown), probe, instead), probe.asked


def test_the_service_s_own_address_is_asked_over_several_connections() -> None:
    observation, asked = seen(settled(NEW))

    assert asked == [URL] * CONNECTIONS
    assert (observation.url, len(observation.answers)) == (URL, CONNECTIONS)
    assert (observation.account, observation.region) == (CALLER.account, CALLER.region)


def test_another_address_is_asked_instead_where_one_is_given() -> None:
    observation, asked = seen(settled(NEW), "http://127.0.0.1:1")

    assert set(asked) == {"http://127.0.0.1:1"}
    assert observation.url == "http://127.0.0.1:1"


def test_nothing_is_asked_where_there_is_no_service() -> None:
    observation, asked = seen(Sighting(), "http://127.0.0.1:1")

    assert (asked, observation.answers, observation.url) == ([], (), None)


def test_a_service_that_names_no_address_is_no_silence() -> None:
    observation, asked = seen(sighting(*settled(NEW).service.deployments, url=None))

    assert asked == []
    assert "plinth:url" in str(observation.answers[0].problem)


def test_an_observation_comes_back_from_its_json() -> None:
    observation, _ = seen(settled(NEW))

    assert AwsObservation.model_validate_json(observation.to_json()) == observation


def test_the_account_that_is_wanted_is_the_caller_s_or_refused() -> None:
    assert check_account(CALLER, CALLER.account) == CALLER
    other = check_account(CALLER, "999999999999")
    assert isinstance(other, WrongAccount)
    assert "999999999999 is wanted" in other.reason
