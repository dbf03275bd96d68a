"""Rolling updates in an emulated AWS whose containers are real processes of the service."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.aws.emulator import Emulator, running_emulator
from support.aws.scheduler import Scheduler, scheduling, wait_until
from support.aws.small_service import SmallService, image_of, make_small_service, payload_of
from support.aws.task_containers import HostedContainer, HostedContainers
from support.host_world import HostWorld, make_host_world
from support.tiny_artifact import tiny_photo

from artifacts.records.release import Payload
from delivery.settings import read_target_settings
from delivery.targets.aws.aws_observation import AwsObservation
from delivery.targets.aws.rollout import Failed, Settled, Wanted
from delivery.targets.aws.wiring import run_observe, run_settle
from rehearsal.load import load_during

pytestmark = pytest.mark.cloud

RATE = 20.0
KILLED = 137
SECONDS = 90.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> HostWorld:
    world = make_host_world(tmp_path_factory.mktemp("host"))
    for number in (0, 1):
        world.install(number)
    return world


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    with running_emulator(tmp_path / "emulator.log") as running:
        for name, value in running.variables().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def service(emulator: Emulator) -> SmallService:
    return make_small_service(emulator)


@pytest.fixture
def scheduler(
    emulator: Emulator, service: SmallService, world: HostWorld, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scheduler]:
    images = {image_of("a"): world.digest(0), image_of("b"): world.digest(1)}
    start = HostedContainers(world.host, images.__getitem__)
    with scheduling(emulator, "staging", start) as running:
        monkeypatch.setenv("PLINTH_CLOUD_URL", running.front.url)
        service.create("a", tasks=1)
        assert settled("a") == Settled(1)
        yield running


def settled(release: str) -> Settled | Failed:
    return run_settle(read_target_settings(), Wanted("staging", image_of(release), SECONDS)).verdict


def observed() -> AwsObservation:
    return run_observe(read_target_settings(), "staging")


def exit_codes() -> list[int | None]:
    return [task.exit_code for task in observed().tasks if not task.serves]


def test_a_release_and_its_revert_lose_no_request(
    scheduler: Scheduler, service: SmallService, world: HostWorld
) -> None:
    headers = {"X-API-Key": world.api_key(), "Content-Type": "image/jpeg"}
    url = f"{scheduler.front.url}/v1/predictions"
    with load_during(url, headers, tiny_photo(), RATE) as load:
        for release, number in (("b", 1), ("a", 0)):
            service.update(release)
            assert settled(release) == Settled(1)
            said = {(answer.payload, answer.model) for answer in observed().answers}
            assert said == {(payload_of(release), model_of(world, number))}

    assert load.report.failed == 0, str(load.report)
    assert load.report.sent > RATE


def test_a_container_that_dies_is_replaced_and_its_exit_code_is_told(
    scheduler: Scheduler,
) -> None:
    container = scheduler.tasks[0].container
    assert isinstance(container, HostedContainer)
    os.kill(container.process.pid, signal.SIGKILL)

    wait_until(lambda: KILLED in exit_codes(), "a task stopped with its code", SECONDS)
    wait_until(lambda: observed().answers[0].payload == payload_of("a"), "it is back", SECONDS)
    assert settled("a") == Settled(1)


def test_an_image_that_can_t_start_goes_back_while_the_former_release_serves(
    scheduler: Scheduler, service: SmallService
) -> None:
    del scheduler
    service.update("never-built")

    verdict = settled("never-built")

    assert isinstance(verdict, Failed)
    assert "it can't start" in verdict.reason
    assert {answer.payload for answer in observed().answers} == {payload_of("a")}


def model_of(world: HostWorld, number: int) -> str:
    return Payload.read(world.payloads[number]).models["architecture"][0].digest
