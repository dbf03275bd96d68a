import pytest
from support.cloud_sightings import CALLER, NEW, URL, settled, sighting

from delivery.settings import TargetSettings
from delivery.targets.answers import Answer
from delivery.targets.aws import wiring
from delivery.targets.aws.aws_clients import WrongAccount
from delivery.targets.aws.aws_observation import AwsObservation, Sighting
from delivery.targets.aws.observe_services import CONNECTIONS, observe


def seen(shown: Sighting, instead: str | None = None) -> tuple[AwsObservation, list[str]]:
    asked: list[str] = []

    def ask(url: str) -> Answer:
        asked.append(url)
        return Answer(status=200)

    return observe("staging", CALLER, shown, ask, instead), asked


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


def test_the_account_that_is_wanted_is_the_caller_s_or_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wiring, "caller_of", lambda _: CALLER)

    assert wiring.run_identify(TargetSettings(), CALLER.account) == CALLER
    other = wiring.run_identify(TargetSettings(), "999999999999")
    assert isinstance(other, WrongAccount)
    assert "999999999999 is wanted" in other.reason
