"""Training is told places one by one: the folder of state holds what it must not see."""

import os

import pytest

from delivery.settings import training_variables


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What bin/plinth tells delivery."""
    for name in list(os.environ):  # noqa: TID251 - the test's own
        if name.startswith("PLINTH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PLINTH_STATE", "/s")
    monkeypatch.setenv("PLINTH_ROOT", "/r")
    monkeypatch.setenv("PLINTH_FORGE_TOKEN", "secret")


def test_places_of_training_are_told_and_neither_state_nor_keys_of_others() -> None:
    told = training_variables()

    assert told["PLINTH_VECTOR_CACHE"] == "/s/vectors"
    assert told["PLINTH_TRACKING_URI"] == "sqlite:////s/mlflow/mlflow.db"
    assert told["PLINTH_ENVIRONMENT_LOCK"] == "/r/requirements/training.txt"
    others = {f"PLINTH_{name}" for name in ("STATE", "GATE_KEY", "DEPLOY_KEY", "FORGE_TOKEN")}
    assert others.isdisjoint(told)


def test_a_place_of_training_that_is_told_by_itself_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLINTH_VECTOR_CACHE", "/elsewhere")

    assert training_variables()["PLINTH_VECTOR_CACHE"] == "/elsewhere"
