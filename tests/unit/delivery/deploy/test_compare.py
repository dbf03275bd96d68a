from dataclasses import replace
from functools import partial

import pytest
from support.deploy_world import code, commit, digest, model

from artifacts.records.release import Payload
from delivery.deploy.compare import Found, differences
from delivery.deploy.difference import Unknown
from delivery.releases.wanted import AliasPoint, Applied, Wanted
from delivery.targets.answers import Answer
from delivery.targets.local.host_observation import HostObservation, Process

PAYLOAD = Payload(code=code(), models={"architecture": (model(),)})
ALIAS = AliasPoint("architecture", "staging", 1, model().digest)
WANTED = Wanted("staging", commit("tip"), PAYLOAD, (ALIAS,))
ANSWER = Answer(PAYLOAD.digest, PAYLOAD.code.digest, (model().digest,), "staging")
process = partial(Process, wall="bubblewrap")
SEEN = HostObservation(
    watchers=(PAYLOAD.digest,),
    processes=(process(7, PAYLOAD.digest),),
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
    return replace(FOUND, observation=replace(SEEN, **changes))


def test_where_all_is_as_git_has_it_there_is_no_difference():
    assert told(FOUND) == []


def test_where_nothing_is_released_and_nothing_runs_there_is_no_difference():
    assert told(Found((), None, HostObservation()), NOTHING) == []


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
        (seen(watchers=(PAYLOAD.digest, OTHER)), "host", "is kept alive"),
        (seen(processes=()), "host", "a process is not there"),
        (seen(processes=(process(7, OTHER),)), "host", "what process 7 serves is payload"),
        (seen(processes=(process(7, None),)), "host", "what process 7 serves is nothing"),
        (
            seen(processes=(process(7, PAYLOAD.digest, managed=False),)),
            "host",
            "process 7 is kept by none",
        ),
        (seen(answers=()), "service", "the port is silent"),
        (seen(silent=("reset",)), "service", "a fresh connection is reset"),
        (seen(answers=(ANSWER, replace(ANSWER, payload=OTHER))), "service", "the payload it names"),
        (seen(answers=(replace(ANSWER, code=OTHER),)), "service", "the code it names"),
        (seen(answers=(replace(ANSWER, models=(OTHER,)),)), "service", "the models it names"),
        (seen(answers=(replace(ANSWER, models=()),)), "service", "the models it names is none"),
        (
            seen(answers=(replace(ANSWER, environment="production"),)),
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
        (replace(FOUND, aliases=Unknown("down")), "mlflow"),
        (replace(FOUND, applied=Unknown("down")), "terraform"),
        (replace(FOUND, observation=Unknown("down")), "host"),
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


@pytest.mark.parametrize(
    "changes",
    [
        {"watchers": (PAYLOAD.digest, OTHER)},
        {"processes": ()},
        {"processes": (process(7, PAYLOAD.digest, managed=False),)},
        {"answers": (ANSWER, replace(ANSWER, payload=OTHER))},
        {"silent": ("reset",)},
        {"holder": False},
        {"manager": False},
    ],
)
def test_a_host_serves_only_a_payload_if_everything_on_it_says_so(changes):
    assert SEEN.serves_only(PAYLOAD.digest)
    assert not SEEN.serves_only(OTHER)
    assert not replace(SEEN, **changes).serves_only(PAYLOAD.digest)
