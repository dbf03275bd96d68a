"""Whatever breaks on the machine is told to a deploy as the failure of a target."""

import json
from collections.abc import Callable
from errno import EMFILE, ENOSPC
from pathlib import Path

import pytest
from support.host_fakes import payload_of

from artifacts.errors import UnknownArtifact
from delivery.errors import SettingsMissing, TargetFailed
from delivery.settings import TargetSettings
from delivery.targets.local import local_target
from delivery.targets.local.local_errors import HostError, ManagerFailed
from delivery.targets.local.local_target import LocalTarget

PAYLOAD = payload_of("a")
BLAMING = {"EnvironmentFailed", "NeverReady", "StrangerAnswers"}
ACTS: dict[str, Callable[[LocalTarget], object]] = {
    "run_want": lambda target: target.ready("staging", PAYLOAD),
    "run_install": lambda target: target.ready("staging", PAYLOAD),
    "read_state": lambda target: target.applied("staging"),
    "run_swap": lambda target: target.apply("staging", PAYLOAD, None, lambda _: None),
    "run_observe": lambda target: target.observe("staging"),
    "run_stop": lambda target: target.stop("staging"),
    "run_prune": lambda target: target.prune(()),
}


@pytest.fixture
def target(tmp_path: Path) -> LocalTarget:
    return LocalTarget(TargetSettings(host=tmp_path / "host", root=tmp_path), tmp_path, print)


def breaks(monkeypatch: pytest.MonkeyPatch, act: str, error: BaseException) -> None:
    """Have one act of the machine fail, and what comes before it do nothing."""

    def fail(*_: object, **__: object) -> None:
        raise error

    if act == "run_install":
        monkeypatch.setattr(local_target, "run_want", lambda *_: None)
    monkeypatch.setattr(local_target, act, fail)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("invalid literal for int() with base 10: 'x'"),
        KeyError("status"),
        TypeError("'NoneType' object is not iterable"),
        MemoryError(),
        RecursionError("maximum recursion depth exceeded"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        json.JSONDecodeError("Expecting value", "", 0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_nobody_foresaw_is_a_failure_that_says_what_to_do(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch, act: str, error: Exception
) -> None:
    breaks(monkeypatch, act, error)

    with pytest.raises(TargetFailed, match=r"Deploy again.*logs") as caught:
        ACTS[act](target)

    assert type(error).__name__ in str(caught.value)
    assert caught.value.__cause__ is error


def test_what_was_foreseen_keeps_its_own_words(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "run_swap", ManagerFailed("it doesn't answer"))

    with pytest.raises(TargetFailed) as caught:
        ACTS["run_swap"](target)

    assert str(caught.value) == "host: apply failed: the process manager: it doesn't answer"


@pytest.mark.parametrize("error", sorted(HostError.__subclasses__(), key=lambda one: one.__name__))
def test_each_error_of_the_machine_says_whether_the_release_is_to_blame(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch, error: type[HostError]
) -> None:
    """A revert of a sound release must not be proposed because something is busy or taken."""
    breaks(monkeypatch, "run_swap", error.__new__(error))

    with pytest.raises(TargetFailed) as caught:
        ACTS["run_swap"](target)

    assert caught.value.blames_release == (error.__name__ in BLAMING)


@pytest.mark.parametrize(
    ("act", "error", "blamed"),
    [
        ("run_install", OSError(ENOSPC, "No space left on device"), False),
        ("run_swap", OSError(ENOSPC, "No space left on device"), False),
        ("run_swap", OSError(EMFILE, "Too many open files"), False),
        ("run_install", UnknownArtifact("sha256:0", Path("store")), True),
        ("run_swap", ValueError("what the service said of itself is no JSON"), True),
        ("run_observe", ValueError("the manager said nothing"), False),
    ],
)
def test_a_full_disk_is_no_reason_to_take_a_release_back(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch, act: str, error: Exception, blamed: bool
) -> None:
    breaks(monkeypatch, act, error)

    with pytest.raises(TargetFailed) as caught:
        ACTS[act](target)

    assert caught.value.blames_release == blamed


def test_a_setting_that_is_missing_is_named_and_a_person_may_still_end_it(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "run_observe", SettingsMissing(("PLINTH_HOST",)))
    with pytest.raises(SettingsMissing, match="PLINTH_HOST"):
        ACTS["run_observe"](target)

    breaks(monkeypatch, "run_observe", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        ACTS["run_observe"](target)
