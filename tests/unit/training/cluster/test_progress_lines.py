"""What someone who waits sees of parallel work: in a log a line now and then, and no output."""

import pytest

from artifacts import progress
from training.cluster.parallel import JoblibParallel

Said = pytest.CaptureFixture[str]


@pytest.fixture
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines as often as there is something to say."""
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)


def double(number: int) -> int:
    return 2 * number


@pytest.mark.usefixtures("_often")
def test_a_log_is_told_how_far_parallel_work_is(capsys: Said) -> None:
    assert JoblibParallel(1).map(double, range(64), "doubling")[-1] == 126
    said = capsys.readouterr().err
    assert said.startswith("doubling: 4 of 64, about ")
    assert "\r" not in said


@pytest.mark.usefixtures("_often")
def test_a_log_is_told_how_far_work_of_this_process_is(capsys: Said) -> None:
    assert list(JoblibParallel(1).watched(range(3), "storing photos")) == [0, 1, 2]
    assert capsys.readouterr().err.splitlines() == [
        "storing photos: 1 of 3, about 1 s left",
        "storing photos: 2 of 3, about 1 s left",
    ]


@pytest.mark.usefixtures("_often")
def test_nothing_of_it_is_on_standard_output(capsys: Said) -> None:
    JoblibParallel(1).map(double, range(64), "doubling")
    assert capsys.readouterr().out == ""


def test_soon_done_work_says_nothing(capsys: Said) -> None:
    JoblibParallel(1).map(double, range(64), "doubling")
    assert capsys.readouterr().err == ""
