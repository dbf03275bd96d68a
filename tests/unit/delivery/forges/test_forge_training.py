"""Training's runner is none that holds keys, or one machine with rooms is named as such."""

from dataclasses import fields

import pytest

from artifacts.cant_tell import CantTell
from delivery.forges.forge_checks import ForgeFacts, Item, RunnerGroup, checklist

NAME = "training doesn't run where keys can be read"
UNTOLD = CantTell("the forge", "403", "place")
APART = {"keeper": frozenset({"self-hosted", "linux"}), "trainer": frozenset({"training"})}


def item(
    variables: dict[str, str] | CantTell,
    labels: dict[str, frozenset[str]] | None = None,
    missing_wall: str = "",
) -> Item:
    """Return the checklist's item about training; nothing else of the forge is known."""
    unknown = {field.name: UNTOLD for field in fields(ForgeFacts)}
    group = RunnerGroup("all", None, None, tuple(labels or ()), labels or {})
    known = {"repository": "team/plinth", "variables": variables, "groups": (group,)}
    facts = ForgeFacts(**unknown | known | ({"groups": UNTOLD} if labels is None else {}))  # type: ignore[arg-type]
    (found,) = (one for one in checklist(facts, missing_wall) if one.name == NAME)
    return found


def test_one_machine_with_rooms_is_said_to_be_one() -> None:
    found = item({})

    assert found.state == "ok"
    assert "on the machine of the keys (TRAINING_RUNNER is not set), in a room" in found.found


def test_one_machine_without_a_wall_is_missing_one() -> None:
    found = item({}, missing_wall="bwrap is not on PATH")

    assert found.state == "missing"
    assert "this machine has no wall: bwrap is not on PATH" in found.found
    assert "set the variable TRAINING_RUNNER to its label" in found.todo


def test_a_runner_of_trainings_own_needs_no_wall() -> None:
    found = item({"TRAINING_RUNNER": "training"}, APART, missing_wall="no bwrap here")

    assert (found.state, found.found) == ("ok", "its runner is trainer")


@pytest.mark.parametrize(
    "variables",
    [
        {"TRAINING_RUNNER": "self-hosted"},
        {"TRAINING_RUNNER": "plinth", "RUNNER": "plinth"},
        {"TRAINING_RUNNER": "codebuild-plinth-1-1", "RUNNER": "plinth"},
    ],
)
def test_the_label_of_jobs_with_keys_is_none_of_trainings(variables: dict[str, str]) -> None:
    found = item(variables, APART)

    assert found.state == "missing"
    assert "the label that jobs with keys ask for, too" in found.found


def test_a_label_that_no_runner_has_is_named() -> None:
    found = item({"TRAINING_RUNNER": "trianing"}, APART)

    assert found.state == "missing"
    assert "no runner of a group that serves this repository has the label trianing" in found.found


def test_a_runner_of_trainings_that_jobs_with_keys_are_sent_to_is_named() -> None:
    labels = {"trainer": frozenset({"training", "self-hosted"})}

    found = item({"TRAINING_RUNNER": "training"}, labels)
    in_the_cloud = item({"TRAINING_RUNNER": "training", "RUNNER": "plinth"}, labels)

    assert found.state == "missing"
    assert "trainer: it has the label self-hosted as well" in found.found
    assert in_the_cloud.state == "ok"


def test_what_the_forge_does_not_say_is_not_told() -> None:
    states = [
        item(UNTOLD).state,
        item({"TRAINING_RUNNER": "training"}).state,
    ]

    assert states == ["can't tell", "can't tell"]
