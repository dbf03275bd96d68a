import re

import pytest
from support.host_fakes import CODE, payload_of

from artifacts.digests import digest_bytes
from artifacts.records.release import Payload, ReleasedModel
from delivery.targets.local.local_observation import EnvironmentState
from delivery.targets.local.payloads import objection
from delivery.targets.local.processes import (
    HOLDER,
    HostProcess,
    Manager,
    Service,
    Watcher,
    left_over,
)

DIGEST = digest_bytes(b"x")


def model(role: str, weight: float = 1.0) -> ReleasedModel:
    return ReleasedModel(digest=DIGEST, version=1, gate_report=DIGEST, role=role, weight=weight)  # type: ignore[arg-type]


def test_one_champion_of_one_model_can_run() -> None:
    assert objection(payload_of("a")) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image": DIGEST}, "an image"),
        ({"models": {"a": (model("champion"),), "b": (model("champion"),)}}, r"several models \(a"),
        ({"models": {"a": (model("champion", 0.9), model("challenger", 0.1))}}, "challenger"),
        ({"models": {"a": (model("champion"), model("shadow"))}}, "shadow"),
        ({"models": {"a": (model("shadow"),)}}, "shadow"),
        ({"models": {"a": ()}}, "nothing"),
    ],
    ids=["image", "two models", "challenger", "shadow", "shadow alone", "none"],
)
def test_what_this_host_can_not_run_is_refused_by_name(
    changes: dict[str, object], reason: str
) -> None:
    known: dict[str, object] = {"code": CODE, "models": {"a": (model("champion"),)}}
    payload = Payload.model_validate({**known, **changes})

    refused = objection(payload)

    assert refused is not None
    assert re.search(reason, refused.reason)


def service(**changes: str) -> Service:
    return Service(DIGEST, ("serve",), tuple(sorted({"A": "1", **changes}.items())), "log")


def test_another_setting_of_the_same_payload_is_another_entry_of_the_manager() -> None:
    assert service().watcher == service().watcher != service(A="2").watcher


def test_an_entrys_name_says_which_payload_it_serves() -> None:
    assert Watcher(service().watcher, "active").payload == DIGEST
    assert Watcher(HOLDER, "active").payload is None


def process(role: str, manager: str, watcher: str = "") -> HostProcess:
    return HostProcess(1, role, "staging", 80, manager, "v", watcher)  # type: ignore[arg-type]


def test_left_over_is_all_that_is_not_the_manager_its_holder_and_the_one_entry() -> None:
    keep = [process("manager", "m"), process("holder", "m", HOLDER), process("service", "m", "new")]
    old = [
        process("service", "m", "old"),
        process("manager", "dead"),
        process("holder", "dead", HOLDER),
        process("service", "dead", "new"),
    ]

    assert left_over([*keep, *old], Manager("m", 1, "staging", 80), "new") == tuple(old)


def test_what_ran_before_is_remembered_over_a_stop_and_a_second_swap_to_the_same() -> None:
    a, b = digest_bytes(b"a"), digest_bytes(b"b")
    state = EnvironmentState().after(a).after(b)

    assert state == state.after(b) == EnvironmentState(running=b, previous=a)
    assert state.after(None) == EnvironmentState(running=None, previous=b)
    assert state.after(None).after(a) == EnvironmentState(running=a, previous=b)
