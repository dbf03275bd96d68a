"""A service that runs without the wall that its host has is a difference, and a deploy heals it."""

from dataclasses import replace

import pytest
from support.deploy_world import code, commit, model, watcher

from artifacts.records.release import Payload
from delivery.releases.wanted import Wanted
from delivery.targets.answers import Answer
from delivery.targets.local.local_observation import LocalObservation, ObservedProcess

PAYLOAD = Payload(code=code(), models={"architecture": (model(),)})
WANTED = Wanted("staging", commit("tip"), PAYLOAD, ())
BEFORE_WALLS, NONE = "", "none"


def host(process: str, machine: str) -> LocalObservation:
    """A host that serves the payload by a process behind one wall, and has another."""
    return LocalObservation(
        environment="staging",
        watchers=(watcher(PAYLOAD.digest),),
        processes=(ObservedProcess(pid=7, payload=PAYLOAD.digest, wall=process),),
        answers=(
            Answer(
                payload=PAYLOAD.digest,
                code=PAYLOAD.code.digest,
                model=model().digest,
                environment="staging",
            ),
        ),
        holder=True,
        manager=True,
        wall=machine,
    )


def told(found: LocalObservation, wanted: Wanted = WANTED) -> list[str]:
    return [str(one) for one in found.differences(wanted) if "wall" in one.what]


@pytest.mark.parametrize("machine", ["bubblewrap", "user", NONE, ""])
def test_a_service_that_was_started_before_there_were_walls_is_named_with_what_to_type(machine):
    found = host(BEFORE_WALLS, machine)

    (line,) = told(found)

    assert line.startswith("host: the wall around process 7 is not there: it was started before")
    assert line.endswith(f"delivery deploy staging --commit {commit('tip')[:12]}")


@pytest.mark.parametrize("machine", ["bubblewrap", "user"])
def test_a_service_without_a_wall_on_a_machine_that_has_one_is_named(machine):
    found = host(NONE, machine)

    (line,) = told(found)

    assert f"the wall around process 7 is none, wanted is {machine}" in line


@pytest.mark.parametrize(
    ("process", "machine"),
    [("bubblewrap", "bubblewrap"), ("user", "bubblewrap"), ("bubblewrap", NONE), (NONE, NONE)],
)
def test_a_service_behind_what_its_machine_has_is_as_it_should_be(process, machine):
    """That a machine has no wall at all is for `delivery walls` and the judge of a deploy."""
    found = host(process, machine)

    assert told(found) == []


def test_of_a_service_that_should_not_run_at_all_the_wall_is_not_told():
    nothing = replace(WANTED, payload=None)

    assert told(host(BEFORE_WALLS, "bubblewrap"), nothing) == []
