"""What runs behind another wall than this machine has now is started anew, the same payload too."""

import pytest
from support.host_fakes import PORT, FakeMachine

from delivery.targets.local.swap import Superseded, Swapped, swap


def run(fake: FakeMachine, payload: str) -> Swapped | Superseded:
    return swap(fake.machine(), "staging", payload, PORT, lambda _: None)


def watchers(fake: FakeMachine) -> list[str]:
    return [process.watcher for process in fake.alive if process.role == "service"]


@pytest.mark.parametrize("before", ["", "none", "user"])
def test_a_payload_that_runs_behind_another_wall_is_swapped_for_itself(before: str) -> None:
    fake = FakeMachine(wall=before)
    (digest,) = fake.install("a")
    run(fake, digest)
    old = watchers(fake)
    fake.wall = "bubblewrap"

    outcome = run(fake, digest)

    assert isinstance(outcome, Swapped)
    assert not outcome.was_there
    assert len(watchers(fake)) == 1
    assert watchers(fake) != old


def test_behind_the_same_wall_there_is_nothing_to_do() -> None:
    fake = FakeMachine(wall="bubblewrap")
    (digest,) = fake.install("a")
    run(fake, digest)

    outcome = run(fake, digest)

    assert isinstance(outcome, Swapped)
    assert outcome.was_there
