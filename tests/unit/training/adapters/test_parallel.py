import os
from pathlib import Path

import pytest

from training.adapters.parallel import JoblibParallel


def double(number: int) -> int:
    return 2 * number


def process_of(number: int) -> tuple[int, int]:
    return number, os.getpid()


def fail_on_seven(number: int) -> int:
    if number == 7:
        raise FileNotFoundError(f"number {number} is not there")
    return number


@pytest.fixture(autouse=True)
def workers_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions of this file travel by value: workers can't import a test module by name."""
    for function in (double, process_of, fail_on_seven):
        monkeypatch.setattr(function, "__module__", "__main__")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 101])
def test_results_come_in_the_order_of_the_inputs(jobs: int, count: int) -> None:
    inputs = list(range(count, 0, -1))
    assert JoblibParallel(jobs).map(double, inputs, "doubling") == [2 * n for n in inputs]


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_to_do_gives_nothing(jobs: int) -> None:
    assert JoblibParallel(jobs).map(double, [], "doubling") == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_comes_through_as_what_it_is(jobs: int) -> None:
    with pytest.raises(FileNotFoundError, match="number 7 is not there"):
        JoblibParallel(jobs).map(fail_on_seven, list(range(40)), "failing")


def test_two_jobs_work_in_other_processes() -> None:
    found = JoblibParallel(2).map(process_of, list(range(100)), "asking")
    assert [number for number, _ in found] == list(range(100))
    assert os.getpid() not in {process for _, process in found}


def test_one_job_works_in_this_process() -> None:
    found = JoblibParallel(1).map(process_of, list(range(10)), "asking")
    assert {process for _, process in found} == {os.getpid()}


def test_any_sequence_is_taken() -> None:
    assert JoblibParallel(1).map(double, (1, 2), "doubling") == [2, 4]
    assert JoblibParallel(1).map(Path, ("a",), "naming") == [Path("a")]


def test_output_that_is_no_terminal_gets_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    JoblibParallel(1).map(double, list(range(50)), "doubling")
    assert capsys.readouterr().err == ""
