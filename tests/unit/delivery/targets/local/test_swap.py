import pytest
from support.host_fakes import PORT, FakeMachine

from artifacts.digests import hex_part
from delivery.targets.local.local_errors import NeverReady, NotInstalled, PortTaken, StrangerAnswers
from delivery.targets.local.processes import HOLDER
from delivery.targets.local.swap import READY_SECONDS, STEPS, Superseded, Swapped, swap


def run(fake: FakeMachine, payload: str, port: int = PORT) -> Swapped | Superseded:
    return swap(fake.machine(), "staging", payload, port, lambda _: None)


@pytest.fixture
def fake() -> FakeMachine:
    return FakeMachine()


def serving(fake: FakeMachine, payload: str) -> str:
    """Let a payload serve, and return the name of its manager."""
    run(fake, payload)
    fake.events.clear()
    return next(iter(fake.entries))


def test_the_first_swap_binds_the_port_and_starts_a_manager_a_holder_and_the_service(
    fake: FakeMachine,
) -> None:
    (digest,) = fake.install("a")

    outcome = run(fake, digest)

    assert outcome == Swapped(digest, PORT, outcome.seconds, was_there=False)
    assert fake.events == ["lock", f"bind {PORT}", "start m0", "add", "tidy"]
    assert [process.role for process in fake.alive] == ["manager", "holder", "service"]
    assert fake.state_now.running == digest
    assert fake.port_now == PORT


def test_port_0_is_the_one_that_the_environment_had_before(fake: FakeMachine) -> None:
    (digest,) = fake.install("a")
    fake.port_now = 9001

    assert run(fake, digest, port=0).port == 9001
    assert "bind 9001" in fake.events


def test_port_0_is_a_free_one_at_first_and_is_remembered(fake: FakeMachine) -> None:
    (digest,) = fake.install("a")

    assert run(fake, digest, port=0).port == PORT
    assert (fake.events[1], fake.port_now) == ("bind 0", PORT)


def test_every_step_is_told_once_it_is_done(fake: FakeMachine) -> None:
    (digest,) = fake.install("a")
    told: list[str] = []

    swap(fake.machine(), "staging", digest, PORT, told.append)

    assert told == [step.name for step in STEPS]


def test_the_old_service_is_asked_to_end_only_after_the_new_one_answered(fake: FakeMachine) -> None:
    a, b = fake.install("a", "b")
    serving(fake, a)

    run(fake, b)

    old = f"service {hex_part(a)[:4]}"
    assert fake.events == ["lock", "add", "forget", f"end {old}", "tidy"]
    assert fake.state_now.previous == a
    assert {process.payload for process in fake.alive if process.payload} == {b}


def test_what_runs_already_is_left_alone(fake: FakeMachine) -> None:
    (a,) = fake.install("a")
    serving(fake, a)

    outcome = run(fake, a)

    assert isinstance(outcome, Swapped)
    assert outcome.was_there
    assert fake.events == ["lock", "tidy"]


def test_nothing_is_done_for_a_payload_that_is_no_longer_wanted(fake: FakeMachine) -> None:
    a, b = fake.install("a", "b")
    fake.wanted_now = b

    assert run(fake, a) == Superseded(b)
    assert fake.events == ["lock"]
    assert fake.alive == []


@pytest.mark.parametrize("damage", [None, ("env/bin/python is missing",)])
def test_a_payload_whose_code_is_missing_or_changed_does_not_run(
    fake: FakeMachine, damage: tuple[str, ...] | None
) -> None:
    (a,) = fake.install("a")
    fake.damage["code"] = damage

    with pytest.raises(NotInstalled, match=r"code sha256:.* (is missing|was changed)"):
        run(fake, a)
    assert fake.alive == []


def test_a_payload_that_is_not_installed_does_not_run(fake: FakeMachine) -> None:
    with pytest.raises(NotInstalled, match="delivery local install"):
        run(fake, "sha256:" + "0" * 64)


def test_a_killed_manager_is_replaced_on_the_socket_of_the_holder(fake: FakeMachine) -> None:
    a, b = fake.install("a", "b")
    manager = serving(fake, a)
    fake.alive = [process for process in fake.alive if process.role != "manager"]

    run(fake, b)

    assert fake.events[:3] == ["lock", "ask holder", "start m1"]
    assert {process.manager for process in fake.alive} == {"m1"} != {manager}
    assert "bind 8123" not in fake.events


def test_a_manager_that_does_not_answer_is_replaced_and_ended(fake: FakeMachine) -> None:
    (a,) = fake.install("a")
    fake.silent_managers.add(serving(fake, a))

    run(fake, a)

    assert "end manager m0" in fake.events
    assert {process.manager for process in fake.alive} == {"m1"}


def test_without_holder_the_socket_is_taken_from_the_service_that_is_left(
    fake: FakeMachine,
) -> None:
    a, b = fake.install("a", "b")
    serving(fake, a)
    fake.alive = [process for process in fake.alive if process.role == "service"]

    run(fake, b)

    assert fake.events[:3] == ["lock", "take descriptor", "start m1"]


def test_where_no_socket_can_be_taken_the_orphans_end_before_the_port_is_bound_anew(
    fake: FakeMachine,
) -> None:
    a, b = fake.install("a", "b")
    serving(fake, a)
    fake.alive = [process for process in fake.alive if process.role == "service"]
    fake.descriptors_can_be_taken = False

    run(fake, b)

    old = f"service {hex_part(a)[:4]}"
    bind = f"bind {PORT}"
    assert fake.events[2:7] == [bind, f"end {old}", f"wait {old}", bind, "start m1"]


def test_a_port_of_somebody_else_is_an_error_and_costs_nothing(fake: FakeMachine) -> None:
    (a,) = fake.install("a")
    fake.port_taken_by_stranger = True

    with pytest.raises(PortTaken, match="port 8123"):
        run(fake, a)
    assert fake.alive == []


def test_another_port_gets_a_manager_of_its_own_and_the_old_one_ends(fake: FakeMachine) -> None:
    (a,) = fake.install("a")
    serving(fake, a)

    run(fake, a, port=9002)

    assert {process.port for process in fake.alive} == {9002}
    assert {"end manager m0", "end holder m0"} <= set(fake.events)


def test_a_service_that_ends_again_and_again_is_taken_out_and_the_old_one_serves_on(
    fake: FakeMachine,
) -> None:
    a, b = fake.install("a", "b")
    manager = serving(fake, a)
    fake.dead_on_start.add(b)

    with pytest.raises(NeverReady, match="it ended 3 times") as caught:
        run(fake, b)

    assert caught.value.log == ("its last words",)
    assert [p.payload for p in fake.alive if p.role == "service"] == [a]
    assert len(fake.entries[manager]) == 2
    assert fake.state_now.running == a
    assert fake.clock.now < READY_SECONDS


def test_a_failed_service_takes_no_requests_while_its_log_is_read(fake: FakeMachine) -> None:
    a, b = fake.install("a", "b")
    serving(fake, a)
    fake.mute.add(b)

    with pytest.raises(NeverReady):
        run(fake, b)

    failed = f"service {hex_part(b)[:4]}"
    assert fake.events == ["lock", "add", "forget", f"end {failed}", f"wait {failed}", "read log"]


def test_a_service_that_never_answers_is_waited_for_no_longer_than_said(fake: FakeMachine) -> None:
    a, b = fake.install("a", "b")
    serving(fake, a)
    fake.mute.add(b)

    with pytest.raises(NeverReady, match="didn't answer within 60 s"):
        run(fake, b)

    assert READY_SECONDS <= fake.clock.now < READY_SECONDS + 1
    assert [p.payload for p in fake.alive if p.role == "service"] == [a]


def test_what_serves_by_record_is_not_taken_out_because_it_is_slow(fake: FakeMachine) -> None:
    (a,) = fake.install("a")
    manager = serving(fake, a)
    fake.mute.add(a)

    with pytest.raises(NeverReady):
        run(fake, a)

    assert set(fake.entries[manager]) > {HOLDER}
    assert [p.payload for p in fake.alive if p.role == "service"] == [a]


def test_an_answer_of_another_process_after_the_swap_is_an_error(fake: FakeMachine) -> None:
    a, b = fake.install("a", "b")
    serving(fake, a)
    fake.stranger = True

    with pytest.raises(StrangerAnswers, match="process 1 answered instead"):
        run(fake, b)
    assert fake.state_now.running == a
