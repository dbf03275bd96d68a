"""The release before waits, started and proven, and takes no request until it is let in again."""

import pytest
from support.host_fakes import PORT, FakeMachine

from artifacts.digests import hex_part
from delivery.targets.local.local_observation import EnvironmentState
from delivery.targets.local.machine import observe, stop
from delivery.targets.local.swap import GRACE_SECONDS, HANGS_SECONDS, STEPS, Swapped, swap


def run(fake: FakeMachine, payload: str, warm: str | None = None) -> Swapped:
    outcome = swap(fake.machine(), "staging", payload, PORT, lambda _: None, warm)
    assert isinstance(outcome, Swapped)
    return outcome


def name(payload: str) -> str:
    return f"service {hex_part(payload)[:4]}"


@pytest.fixture
def fake() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def kept(fake: FakeMachine) -> tuple[str, str]:
    """Return two payloads: the one that is kept warm, and the one that serves."""
    a, b = fake.install("a", "b")
    run(fake, a)
    run(fake, b, warm=a)
    return a, b


def test_the_release_before_is_not_started_again_and_may_not_answer(fake, kept):
    a, b = kept

    assert fake.state_now == EnvironmentState(running=b, previous=a, warm=a)
    assert [p.payload for p in fake.alive if p.payload] == [a, b]
    assert fake.turns_now == {b}
    assert f"end {name(a)}" not in fake.events
    assert fake.events.count("add") == 2


def test_to_go_back_starts_nothing(fake, kept):
    a, b = kept
    fake.events.clear()

    outcome = run(fake, a)

    assert not outcome.was_there
    assert fake.events == ["lock", "forget", f"end {name(b)}", "tidy"]
    assert fake.turns_now == {a}
    assert fake.state_now == EnvironmentState(running=a, previous=b)


def test_the_same_deploy_again_leaves_both_as_they_are(fake, kept):
    a, b = kept
    fake.events.clear()

    outcome = run(fake, b, warm=a)

    assert (outcome.was_there, outcome.warm) == (True, a)
    assert fake.events == ["lock", "tidy"]


def test_without_a_word_the_one_that_was_kept_ends(fake, kept):
    a, b = kept
    fake.events.clear()

    run(fake, b)

    assert fake.events == ["lock", "forget", f"end {name(a)}", "tidy"]
    assert fake.state_now.warm is None


def test_another_release_before_takes_its_place(fake, kept):
    a, b = kept
    (c,) = fake.install("c")

    assert run(fake, c, warm=b).warm == b
    assert [p.payload for p in fake.alive if p.payload] == [b, c]
    assert f"end {name(a)}" in fake.events


def test_one_that_died_is_started_again_to_wait(fake, kept):
    a, b = kept
    fake.alive = [process for process in fake.alive if process.payload != a]
    entries = fake.entries["m0"]
    del entries[next(name for name in entries if name.startswith(hex_part(a)))]
    fake.events.clear()

    assert run(fake, b, warm=a).warm == a
    assert fake.events == ["lock", "tidy", "add"]
    assert fake.turns_now == {b}


def test_what_can_not_wait_is_ended_and_said(fake):
    a, b = fake.install("a", "b")
    fake.can_wait = False
    run(fake, a)

    outcome = run(fake, b, warm=a)

    assert (outcome.warm, outcome.cold) == (None, "its code can't wait: it would answer at once")
    assert [p.payload for p in fake.alive if p.payload] == [b]
    assert fake.state_now.warm is None


def test_one_that_is_not_installed_any_more_is_said(fake):
    (b,) = fake.install("b")

    assert "it isn't there" in run(fake, b, warm="sha256:" + "0" * 64).cold


def test_one_that_hangs_at_its_door_costs_the_deploy_nothing_but_itself(fake):
    a, b = fake.install("a", "b")
    run(fake, a)
    fake.hanging.add(a)

    begin = fake.clock.now
    outcome = run(fake, b, warm=a)

    assert fake.clock.now - begin < GRACE_SECONDS + HANGS_SECONDS + 1
    assert outcome.warm is None
    assert "didn't answer" in outcome.cold
    assert [p.payload for p in fake.alive if p.payload] == [b]
    assert fake.state_now.running == b


def test_one_that_answers_out_of_turn_is_ended_and_the_new_release_is_not_blamed(fake):
    a, b = fake.install("a", "b")
    run(fake, a)
    fake.stubborn.add(a)

    outcome = run(fake, b, warm=a)

    assert (outcome.warm, outcome.cold) == (None, "it answered at the port when it wasn't its turn")
    assert [p.payload for p in fake.alive if p.payload] == [b]
    assert fake.state_now == EnvironmentState(running=b, previous=a)


def test_one_that_hangs_is_started_anew_when_it_is_to_serve(fake, kept):
    a, _ = kept
    fake.hanging.add(a)
    ended = fake.end
    fake.end = lambda processes: (ended(processes), fake.hanging.discard(a))[0]  # type: ignore[method-assign]

    begin = fake.clock.now
    run(fake, a)

    assert fake.clock.now - begin < HANGS_SECONDS + 1
    assert fake.turns_now == {a}
    assert fake.state_now.running == a


def test_a_turn_that_a_killed_swap_gave_is_taken_before_anything_starts(fake):
    a, b = fake.install("a", "b")
    run(fake, a)
    fake.turns_now.add(b)
    told: list[set[str]] = []

    swap(fake.machine(), "staging", b, PORT, lambda _: told.append(set(fake.turns_now)), None)

    steps = [step.name for step in STEPS]
    assert told[steps.index("swap.await-ready")] == {a}
    assert told[steps.index("swap.let-in")] == {a, b}
    assert told[-1] == {b}


def test_it_is_observed_as_what_it_is(fake, kept):
    a, b = kept

    seen = observe("staging", *[fake] * 4)  # type: ignore[arg-type]

    assert (seen.turns, seen.state.warm) == ((b,), a)
    assert seen.at_door is not None
    assert "kept warm" in seen.notes[0]
    assert {answer.payload for answer in seen.answers} == {b}
    fake.hanging.add(a)
    (note,) = observe("staging", *[fake] * 4).notes  # type: ignore[arg-type]
    assert "isn't ready" in note
    assert "A deploy starts it anew" in note


@pytest.mark.usefixtures("kept")
def test_stop_ends_it_and_forgets_every_turn(fake):
    assert stop("staging", fake, fake) == 4  # type: ignore[arg-type]
    assert (fake.alive, fake.turns_now, fake.state_now.warm) == ([], set(), None)
