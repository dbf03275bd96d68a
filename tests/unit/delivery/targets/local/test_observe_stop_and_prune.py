from pathlib import Path

import pytest
from support.host_fakes import PORT, FakeMachine
from support.host_world import HostWorld, make_stub_world

from artifacts.digests import hex_part
from delivery.targets.local.depot import FolderDepot
from delivery.targets.local.environment_files import FolderEnvironments
from delivery.targets.local.local_observation import EnvironmentState
from delivery.targets.local.machine import observe, prune, stop
from delivery.targets.local.swap import swap


def test_an_environment_that_never_ran_is_observed_as_nothing() -> None:
    observed = observe("staging", *[FakeMachine()] * 4)  # type: ignore[arg-type]

    assert (observed.port, observed.manager, observed.holder) == (None, False, False)
    assert (observed.watchers, observed.processes, observed.answers) == ((), (), ())


def test_a_running_environment_is_observed_with_its_watchers_processes_and_answers() -> None:
    fake = FakeMachine()
    (digest,) = fake.install("a")
    swap(fake.machine(), "staging", digest, PORT, lambda _: None)

    observed = observe("staging", *[fake] * 4)  # type: ignore[arg-type]

    assert (observed.manager, observed.holder, observed.port) == (True, True, PORT)
    assert {watcher.payload for watcher in observed.watchers} == {None, digest}
    assert [(p.payload, p.managed) for p in observed.processes] == [(digest, True)]
    assert {answer.payload for answer in observed.answers} == {digest}


def test_a_manager_that_does_not_answer_is_observed_as_dead_and_its_service_as_unmanaged() -> None:
    fake = FakeMachine()
    (digest,) = fake.install("a")
    swap(fake.machine(), "staging", digest, PORT, lambda _: None)
    fake.silent_managers.add("m0")

    observed = observe("staging", *[fake] * 4)  # type: ignore[arg-type]

    assert (observed.manager, observed.watchers) == (False, ())
    assert [process.managed for process in observed.processes] == [False]


def test_stop_ends_all_and_remembers_what_ran() -> None:
    fake = FakeMachine()
    (digest,) = fake.install("a")
    swap(fake.machine(), "staging", digest, PORT, lambda _: None)

    assert stop("staging", fake, fake) == 3  # type: ignore[arg-type]
    assert fake.alive == []
    assert fake.state_now == EnvironmentState(running=None, previous=digest)
    assert fake.wanted_now is None


@pytest.fixture
def world(tmp_path: Path) -> HostWorld:
    return make_stub_world(tmp_path)


def pruned(world: HostWorld, *keep: str, fake: FakeMachine | None = None) -> tuple[str, ...]:
    files = FolderEnvironments(world.host, {})
    return prune(keep, FolderDepot(world.host), files, fake or FakeMachine())  # type: ignore[arg-type]


def test_a_prune_removes_payloads_and_then_what_only_they_needed(world: HostWorld) -> None:
    removed = pruned(world, world.digest(1))

    assert [name.split()[0] for name in removed] == ["payloads", "payloads", "models", "models"]
    assert FolderDepot(world.host).digests("payloads") == (world.digest(1),)
    assert len(FolderDepot(world.host).digests("code")) == 1


def test_a_prune_that_keeps_nothing_removes_everything(world: HostWorld) -> None:
    pruned(world)

    assert [FolderDepot(world.host).digests(kind) for kind in ("payloads", "code", "models")] == [
        (),
        (),
        (),
    ]


@pytest.mark.parametrize("reason", ["wanted", "running", "previous", "process"])
def test_a_prune_keeps_what_an_environment_needs(world: HostWorld, reason: str) -> None:
    files, fake = FolderEnvironments(world.host, {}), FakeMachine()
    if reason == "wanted":
        files.want("production", world.digest(0))
    elif reason == "process":
        fake.process("service", "m0", payload=world.digest(0))
    else:
        files.write_state("staging", EnvironmentState(**{reason: world.digest(0)}))

    pruned(world, fake=fake)

    assert FolderDepot(world.host).digests("payloads") == (world.digest(0),)


def test_a_prune_removes_the_logs_of_what_is_gone_and_half_built_folders(world: HostWorld) -> None:
    logs = world.host / "staging" / "logs"
    logs.mkdir(parents=True)
    for number in (0, 1):
        (logs / f"{hex_part(world.digest(number))}.log").touch()
    FolderDepot(world.host).draft("code", "sha256:" + "0" * 64)

    removed = pruned(world, world.digest(0))

    assert [path.stem for path in logs.iterdir()] == [hex_part(world.digest(0))]
    assert "1 half-built" in removed


def test_a_prune_keeps_the_holder_programs_of_managers_that_live(world: HostWorld) -> None:
    for name in ("v1", "v0"):
        (world.host / "supervisor" / name).mkdir(parents=True)
    fake = FakeMachine()
    fake.process("manager", "m0")

    pruned(world, fake=fake)

    assert [path.name for path in (world.host / "supervisor").iterdir()] == ["v1"]


def test_a_payload_whose_record_is_unreadable_is_pruned_too(world: HostWorld) -> None:
    record = world.host / "payloads" / hex_part(world.digest(0)) / "payload.json"
    record.chmod(0o644)
    record.write_text("{}")

    pruned(world, world.digest(0), world.digest(1))

    assert FolderDepot(world.host).digests("payloads") == (world.digest(1),)
