"""The AWS target as a deploy calls it: what each end of a question means."""

from types import SimpleNamespace

import pytest
from support.cloud_sightings import CALLER
from support.deploy_world import code, digest, model

from artifacts.records.release import Payload
from artifacts.refusal import Refusal
from delivery.errors import CloudUnreachable, ImageMissing, ImageRefused, TargetFailed
from delivery.settings import TargetSettings
from delivery.targets.aws import wiring
from delivery.targets.aws.aws_clients import WrongAccount
from delivery.targets.aws.aws_errors import CredentialsMissing, NotBuilt, NotSettled, Throttled
from delivery.targets.aws.aws_target import AwsTarget
from delivery.targets.aws.images.contents import Clean, Undecided
from delivery.targets.aws.images.ecr_registry import Pushed
from delivery.targets.aws.images.make_image import Built
from delivery.targets.aws.rollout import Failed, Rollout, Settled

IMAGE = digest("image")
PAYLOAD = Payload(code=code(), image=IMAGE, models={"architecture": (model(),)})
PUSHED = Pushed("plinth/inference", "tag", IMAGE, 0, new=False)
SETTINGS = TargetSettings()


@pytest.fixture
def applied() -> list[object]:
    return []


@pytest.fixture
def target(applied: list[object]) -> AwsTarget:
    terraform = SimpleNamespace(apply=lambda *words: applied.append(words))
    return AwsTarget(terraform, SETTINGS, "123456789012", 30)  # type: ignore[arg-type]


def answer(monkeypatch: pytest.MonkeyPatch, place: object, **said: object) -> list[str]:
    """Let functions answer, or fail; return the list of those that are called."""
    called: list[str] = []

    def answering(name: str, value: object) -> object:
        def call(*_: object) -> object:
            called.append(name)
            if isinstance(value, Exception):
                raise value
            return value

        return call

    for name, value in said.items():
        monkeypatch.setattr(place, name, answering(name, value))
    return called


def test_an_image_is_looked_for_in_the_registry_as_whom_we_should_be(monkeypatch, target):
    asked = answer(monkeypatch, wiring, run_identify=CALLER)
    sent = answer(monkeypatch, wiring, run_push=PUSHED)

    target.ready("staging", PAYLOAD)

    assert (asked, sent) == (["run_identify"], ["run_push"])


@pytest.mark.parametrize(
    "caller", [WrongAccount(CALLER, "999"), CredentialsMissing("who we are", "nobody says")]
)
def test_another_account_or_none_is_no_fault_of_the_release(monkeypatch, target, caller):
    answer(monkeypatch, wiring, run_identify=caller)
    sent = answer(monkeypatch, wiring, run_push=PUSHED)

    with pytest.raises(CloudUnreachable):
        target.ready("staging", PAYLOAD)

    assert sent == []


def test_a_payload_without_an_image_reaches_no_cloud(monkeypatch, target):
    asked = answer(monkeypatch, wiring, run_identify=CALLER)

    with pytest.raises(ImageMissing, match="delivery build-image"):
        target.ready("staging", PAYLOAD.model_copy(update={"image": None}))

    assert asked == []


@pytest.mark.parametrize(
    ("pushed", "raised"),
    [
        (Refusal("the tag names another image"), ImageRefused),
        (NotBuilt(PAYLOAD.contents), TargetFailed),
        (Throttled("PutImage", "slow down"), TargetFailed),
    ],
)
def test_a_registry_that_has_another_image_or_fails_is_named(monkeypatch, target, pushed, raised):
    answer(monkeypatch, wiring, run_identify=CALLER)
    answer(monkeypatch, wiring, run_push=pushed)

    with pytest.raises(raised):
        target.ready("staging", PAYLOAD)


def test_a_rollout_that_settles_says_nothing(monkeypatch, target):
    answer(monkeypatch, wiring, run_settle=Rollout(Settled(2), 3.0))

    target.settle("staging", PAYLOAD)


@pytest.mark.parametrize(
    ("ended", "raised"),
    [
        (Rollout(Failed("the circuit breaker went back"), 3.0), TargetFailed),
        (NotSettled(IMAGE, 30, "targets stay unhealthy"), CloudUnreachable),
        (CredentialsMissing("DescribeServices", "none"), CloudUnreachable),
    ],
)
def test_a_rollout_that_went_back_is_the_releases_fault_and_silence_is_not(
    monkeypatch, target, ended, raised
):
    answer(monkeypatch, wiring, run_settle=ended)

    with pytest.raises(raised) as caught:
        target.settle("staging", PAYLOAD)

    assert getattr(caught.value, "command", "settle") == "settle"


def test_a_cloud_that_can_not_be_asked_has_failed(monkeypatch, target):
    answer(monkeypatch, wiring, run_observe=Throttled("DescribeServices", "slow down"))

    with pytest.raises(TargetFailed, match="cloud: observe failed: DescribeServices: slow down"):
        target.observe("staging")


def test_a_release_that_is_taken_away_is_applied_as_nothing(target, applied):
    target.stop("staging")

    assert applied == [("staging", None)]


def test_building_publishing_and_scanning_return_what_was_done(monkeypatch):
    record = SimpleNamespace(service="inference", image=IMAGE, built_with="docker", size=2e6)
    answer(
        monkeypatch,
        wiring,
        run_build=Built(record, new=True),  # type: ignore[arg-type]
        run_push=PUSHED,
        run_scan=Clean(IMAGE, (("HIGH", 2),)),
    )

    assert f"{IMAGE} built with docker, 2.0 MB" in wiring.build(SETTINGS, PAYLOAD, ".")
    assert "is there already" in wiring.publish(SETTINGS, PAYLOAD)
    assert "nothing critical; 2 HIGH" in wiring.scan(SETTINGS, PAYLOAD)


@pytest.mark.parametrize(
    ("verdict", "raised"),
    [(Refusal("critical findings"), ImageRefused), (Undecided("it still runs"), TargetFailed)],
)
def test_an_image_that_the_scan_does_not_clear_is_not_published(monkeypatch, verdict, raised):
    answer(monkeypatch, wiring, run_scan=verdict)

    with pytest.raises(raised):
        wiring.scan(SETTINGS, PAYLOAD)
