from dataclasses import replace
from functools import partial

import pytest
from support.deploy_world import code, commit, digest, model, watcher

from artifacts.cant_tell import CantTell
from artifacts.records.release import Payload
from delivery.deploy.compare import Found, differences
from delivery.releases.wanted import AliasPoint, Applied, Wanted
from delivery.targets.answers import Answer
from delivery.targets.local.local_observation import (
    EnvironmentState,
    LocalObservation,
    ObservedProcess,
)

PAYLOAD = Payload(code=code(), models={"architecture": (model(),)})
ALIAS = AliasPoint("architecture", "staging", 1, model().digest)
WANTED = Wanted("staging", commit("tip"), PAYLOAD, (ALIAS,))
ANSWER = Answer(
    status=200,
    payload=PAYLOAD.digest,
    code=PAYLOAD.code.digest,
    model=model().digest,
    environment="staging",
)
process = partial(ObservedProcess, pid=7, payload=PAYLOAD.digest, wall="bubblewrap")
SEEN = LocalObservation(
    environment="staging",
    watchers=(watcher(PAYLOAD.digest),),
    processes=(process(),),
    answers=(ANSWER, ANSWER),
    holder=True,
    manager=True,
    wall="bubblewrap",
)
FOUND = Found((ALIAS,), Applied(PAYLOAD.digest), SEEN)
NOWHERE = AliasPoint("architecture", "staging", None, None)
NOTHING = Wanted("staging", commit("tip"), None, (NOWHERE,))
OTHER = digest("other")


def told(found: Found, wanted: Wanted = WANTED) -> list[str]:
    return [str(one) for one in differences(wanted, found)]


def seen(**changes: object) -> Found:
    return replace(FOUND, observation=SEEN.model_copy(update=changes))


def test_where_all_is_as_git_has_it_there_is_no_difference():
    assert told(FOUND) == []


def test_where_nothing_is_released_and_nothing_runs_there_is_no_difference():
    assert told(Found((), None, LocalObservation(environment="staging")), NOTHING) == []


@pytest.mark.parametrize(
    ("found", "place", "words"),
    [
        (replace(FOUND, aliases=()), "mlflow", "alias staging of architecture is nothing"),
        (
            replace(FOUND, aliases=(replace(ALIAS, version=7),)),
            "mlflow",
            "alias staging of architecture is version 7",
        ),
        (
            replace(FOUND, aliases=(replace(ALIAS, digest=OTHER),)),
            "mlflow",
            "alias staging of architecture is version 1",
        ),
        (replace(FOUND, applied=None), "terraform", "what was applied is nothing"),
        (replace(FOUND, applied=Applied(None)), "terraform", "what was applied is nothing"),
        (replace(FOUND, applied=Applied(OTHER)), "terraform", "what was applied is payload"),
        (seen(holder=False), "host", "the socket's holder is dead"),
        (seen(manager=False), "host", "the process manager is dead"),
        (seen(watchers=()), "host", "is not kept"),
        (seen(watchers=(watcher(PAYLOAD.digest), watcher(OTHER))), "host", "is kept alive"),
        (seen(processes=()), "host", "a process is not there"),
        (seen(processes=(process(payload=OTHER),)), "host", "what process 7 serves is payload"),
        (seen(processes=(process(payload=None),)), "host", "what process 7 serves is nothing"),
        (
            seen(processes=(process(managed=False),)),
            "host",
            "process 7 is kept by none",
        ),
        (seen(answers=()), "service", "the port is silent"),
        (seen(answers=(ANSWER, Answer(problem="reset"))), "service", "a fresh connection is reset"),
        (
            seen(answers=(ANSWER, ANSWER.model_copy(update={"payload": OTHER}))),
            "service",
            "the payload it names",
        ),
        (
            seen(answers=(ANSWER.model_copy(update={"code": OTHER}),)),
            "service",
            "the code it names",
        ),
        (
            seen(answers=(ANSWER.model_copy(update={"model": OTHER}),)),
            "service",
            "the models it names",
        ),
        (
            seen(answers=(ANSWER.model_copy(update={"model": None}),)),
            "service",
            "the models it names is none",
        ),
        (
            seen(answers=(ANSWER.model_copy(update={"environment": "production"}),)),
            "service",
            "the environment it names is production",
        ),
    ],
)
def test_each_difference_is_named_with_its_place_and_what_heals_it(found, place, words):
    (line,) = told(found)
    assert line.startswith(f"{place}: ")
    assert words in line
    assert f"delivery deploy staging --commit {WANTED.commit[:12]}" in line


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (replace(FOUND, aliases=CantTell("the place", "down", "place")), "mlflow"),
        (replace(FOUND, applied=CantTell("the place", "down", "place")), "terraform"),
        (replace(FOUND, observation=CantTell("the place", "down", "place")), "host"),
        (
            replace(FOUND, runs_at="cloud", observation=CantTell("the place", "down", "place")),
            "cloud",
        ),
    ],
)
def test_a_place_that_can_not_be_asked_is_a_difference_of_which_nothing_is_known(found, place):
    (one,) = differences(WANTED, found)
    assert (one.place, one.unknown) == (place, True)
    assert "can't be told (down)" in str(one)


def test_what_runs_although_nothing_is_released_is_named_wherever_it_is_found():
    lines = told(Found((ALIAS,), Applied(PAYLOAD.digest), SEEN), NOTHING)
    assert [line.partition(":")[0] for line in lines] == [
        "mlflow", "terraform", "host", "host", "service",
    ]  # fmt: skip


WARM = {
    "state": EnvironmentState(running=PAYLOAD.digest, previous=OTHER, warm=OTHER),
    "watchers": (watcher(OTHER), watcher(PAYLOAD.digest)),
    "processes": (process(), process(pid=8, payload=OTHER)),
}


def test_a_release_that_is_kept_warm_is_no_difference():
    assert told(seen(**WARM, turns=(PAYLOAD.digest,))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"turns": (PAYLOAD.digest, OTHER)},
        {"state": EnvironmentState(running=PAYLOAD.digest, previous=OTHER)},
        {"state": EnvironmentState(running=PAYLOAD.digest, warm=digest("a third"))},
    ],
    ids=["it may answer", "none is kept", "another is kept"],
)
def test_what_is_kept_and_is_not_the_warm_release_is_named(changes):
    named = told(seen(**{**WARM, **changes}))
    assert len(named) == 2
    assert "payload" in named[0]
    assert "process 8" in named[1]


def test_a_warm_release_serves_nobody_and_has_to_have_its_wall_and_its_manager():
    alone = seen(**WARM | {"processes": (process(pid=8, payload=OTHER),)})
    (named,) = told(alone)
    assert "a process is not there" in named
    orphan = process(pid=8, payload=OTHER, managed=False, wall="none")
    assert len(told(seen(**WARM | {"processes": (process(), orphan)}))) == 2


def test_what_waits_where_nothing_is_released_is_named():
    found = replace(seen(**WARM), aliases=(), applied=None)
    assert [line for line in told(found, NOTHING) if OTHER[7:15] in line]
