"""Where things lie follows from two folders, unless a setting is told by itself."""

from artifacts.places import IN_CHECKOUT, IN_STATE, with_places

TOLD = {"state": "/s", "root": "/r", "jobs": "2"}


def test_places_follow_from_the_folder_of_state_and_the_checkout() -> None:
    names = {*IN_STATE, *IN_CHECKOUT, "tracking_uri"}

    found = with_places(TOLD, names)

    assert found.keys() == names | TOLD.keys()
    assert found["gate_key"] == "/s/keys/gate"
    assert found["environment_lock"] == "/r/requirements/training.txt"
    assert found["tracking_uri"] == "sqlite:////s/mlflow/mlflow.db"


def test_a_setting_that_is_told_by_itself_stays_even_if_it_is_empty() -> None:
    told = TOLD | {"gate_key": "/k", "tracking_uri": ""}

    assert with_places(told, {"gate_key", "tracking_uri"}) == told


def test_nothing_is_told_that_a_service_does_not_ask_for() -> None:
    assert with_places(TOLD, {"policies"}) == TOLD | {"policies": "/r/policies"}


def test_without_a_folder_nothing_follows_from_it() -> None:
    assert with_places({}, {"gate_key", "policies"}) == {}
