import ast
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

import gate.parallel
from gate.parallel import JoblibParallel


def double(numbers: Sequence[int]) -> list[int]:
    return [2 * number for number in numbers]


def process_of(numbers: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


def fail_on_seven(numbers: Sequence[int]) -> list[int]:
    if 7 in numbers:
        raise FileNotFoundError("number 7 is not there")
    return list(numbers)


@pytest.fixture(autouse=True)
def workers_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions of this file travel by value: workers can't import a test module by name."""
    for function in (double, process_of, fail_on_seven):
        monkeypatch.setattr(function, "__module__", "__main__")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 101])
def test_results_come_in_the_order_of_the_inputs(jobs, count):
    inputs = list(range(count, 0, -1))
    assert JoblibParallel(jobs).map_batches(double, inputs) == [2 * n for n in inputs]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_comes_through_as_what_it_is(jobs):
    with pytest.raises(FileNotFoundError, match="number 7 is not there"):
        JoblibParallel(jobs).map_batches(fail_on_seven, list(range(40)))


def test_two_jobs_work_in_other_processes_and_one_in_this():
    numbers = tuple(range(50))
    assert os.getpid() not in JoblibParallel(2).map_batches(process_of, numbers)
    assert set(JoblibParallel(1).map_batches(process_of, numbers)) == {os.getpid()}


def test_nothing_of_joblib_is_used_but_its_processes():
    """It can unpickle files, and a judge must not. The import contract lets this file through."""
    tree = ast.parse(Path(gate.parallel.__file__).read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "joblib"
    }
    assert used == {"Parallel", "delayed", "effective_n_jobs"}
    imports = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "joblib" not in imports
