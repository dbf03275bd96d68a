"""`delivery aws observe` and `settle` against an emulated AWS whose scheduler runs tasks."""

import json
from collections.abc import Iterator

import pytest
from support.aws.emulator import ACCOUNT, REGION, Emulator, running_emulator
from support.aws.scheduler import Scheduler, Trouble, scheduling, wait_until
from support.aws.small_service import SmallService, image_of, make_small_service, payload_of
from support.aws.task_containers import CODE, MODEL, StubContainer

from delivery.cli import main
from delivery.targets.aws.aws_observation import AwsObservation

SECONDS = "15"


@pytest.fixture(scope="module")
def shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running_emulator(tmp_path_factory.mktemp("aws") / "emulator.log") as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    shared_emulator.reset()
    for name, value in shared_emulator.variables().items():
        monkeypatch.setenv(name, value)
    return shared_emulator


@pytest.fixture
def service(emulator: Emulator) -> SmallService:
    return make_small_service(emulator)


@pytest.fixture
def scheduler(
    emulator: Emulator, service: SmallService, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scheduler]:
    with scheduling(emulator, "staging", StubContainer) as running:
        monkeypatch.setenv("PLINTH_CLOUD_URL", running.front.url)
        service.create("a")
        assert ends(monkeypatch, "settle", "staging", "--image", image_of("a")) == 0
        yield running


def ends(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    if words[0] == "settle" and "--seconds" not in words:
        words = (*words, "--seconds", SECONDS)
    monkeypatch.setattr("sys.argv", ["delivery", "aws", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


def observed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> AwsObservation:
    capsys.readouterr()
    assert ends(monkeypatch, "observe", "staging") == 0
    return AwsObservation.parse(json.loads(capsys.readouterr().out), "what was printed")


def test_the_account_is_told_and_another_one_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], emulator: Emulator
) -> None:
    del emulator
    assert ends(monkeypatch, "identify", "--account", ACCOUNT) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["account"], told["region"]) == (ACCOUNT, REGION)

    assert ends(monkeypatch, "identify", "--account", "999999999999") == 1
    assert f"of account {ACCOUNT}" in capsys.readouterr().err


def test_an_environment_without_cluster_or_service_is_observed_without_complaint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], emulator: Emulator
) -> None:
    assert observed(monkeypatch, capsys).service is None

    make_small_service(emulator)

    seen = observed(monkeypatch, capsys)
    assert (seen.service, seen.tasks, seen.answers, seen.url) == (None, (), (), None)


@pytest.mark.usefixtures("scheduler")
def test_what_runs_is_observed_in_every_place_that_knows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = observed(monkeypatch, capsys)

    assert seen.service
    assert seen.service.primary
    assert seen.service.primary.rollout == "COMPLETED"
    assert (seen.service.desired, seen.service.running) == (2, 2)
    assert {(task.image, task.image_of) for task in seen.tasks} == {(image_of("a"), "container")}
    assert {(task.payload, task.health) for task in seen.tasks} == {(payload_of("a"), "HEALTHY")}
    assert (len(seen.tasks), seen.targets.healthy, seen.targets.unhealthy) == (2, 2, 0)
    assert {answer.payload for answer in seen.answers} == {payload_of("a")}
    assert {(answer.model, answer.code) for answer in seen.answers} == {(MODEL, CODE)}


def test_a_new_image_is_rolled_out_and_nothing_else_runs_then(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scheduler: Scheduler,
    service: SmallService,
) -> None:
    del scheduler
    service.update("b")

    assert ends(monkeypatch, "settle", "staging", "--image", image_of("b")) == 0

    assert f"runs {image_of('b')} in 2 tasks" in capsys.readouterr().out
    seen = observed(monkeypatch, capsys)
    serving = {task.image for task in seen.tasks if task.serves}
    assert serving == {image_of("b")}
    assert {answer.payload for answer in seen.answers} == {payload_of("b")}


def test_a_rollout_whose_tasks_stop_goes_back_and_the_reason_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scheduler: Scheduler,
    service: SmallService,
) -> None:
    reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s)"
    scheduler.cause(Trouble("stops", reason, "TaskFailedToStart", exit_code=None))
    service.update("b")

    assert ends(monkeypatch, "settle", "staging", "--image", image_of("b")) == 1

    said = capsys.readouterr().err
    assert f"staging does not run {image_of('b')}" in said
    assert reason in said
    wait_until(lambda: "COMPLETED" in _rollouts(service), "the former release settles again")
    seen = observed(monkeypatch, capsys)
    assert {answer.payload for answer in seen.answers} == {payload_of("a")}
    assert {task.image for task in seen.tasks if task.serves} == {image_of("a")}


def test_after_a_failed_rollout_the_same_image_can_be_rolled_out_again(
    monkeypatch: pytest.MonkeyPatch, scheduler: Scheduler, service: SmallService
) -> None:
    scheduler.cause(Trouble("stops"))
    service.update("b")
    assert ends(monkeypatch, "settle", "staging", "--image", image_of("b")) == 1
    scheduler.cause(None)

    service.update("b")

    assert ends(monkeypatch, "settle", "staging", "--image", image_of("b")) == 0


@pytest.mark.parametrize(
    ("kind", "says"), [("unhealthy", "Health checks failed"), ("quota", "limit on the number")]
)
def test_a_rollout_that_gets_nowhere_is_undecided_and_the_former_release_serves(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scheduler: Scheduler,
    service: SmallService,
    kind: str,
    says: str,
) -> None:
    scheduler.cause(Trouble(kind))
    service.update("b")

    assert ends(monkeypatch, "settle", "staging", "--image", image_of("b"), "--seconds", "2") == 2

    assert says in capsys.readouterr().err
    assert {a.payload for a in observed(monkeypatch, capsys).answers} == {payload_of("a")}


def _rollouts(service: SmallService) -> list[str]:
    return [each["rolloutState"] for each in service.told()["deployments"]]
