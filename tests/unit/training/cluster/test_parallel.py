import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cloudpickle
import joblib
import numpy as np  # noqa: F401 - a library with threads of its own
import pytest
from threadpoolctl import threadpool_info

from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from training.cluster.parallel import JoblibParallel


def double(number: int) -> int:
    return 2 * number


def process_of(number: int) -> tuple[int, int]:
    return number, os.getpid()


def fail_on_seven(number: int) -> int:
    if number == 7:
        raise FileNotFoundError(f"number {number} is not there")
    return number


@pytest.fixture(autouse=True)
def workers_find_the_tests() -> Iterator[None]:
    """What this file defines travels by value: workers can't import a test module by name."""
    here = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(here)
    yield
    cloudpickle.unregister_pickle_by_value(here)


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


class Elsewhere(FolderPhotoStore):
    """A store that is seen by this process alone."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.here = os.getpid()

    def get(self, photo: str) -> bytes:
        if os.getpid() != self.here:
            raise UnreadableRecord(f"photo {photo}", ("there is no such folder here",))
        return super().get(photo)


def a_store(folder: Path, count: int, kind: type[FolderPhotoStore]) -> tuple[Any, list[str]]:
    store = kind(folder)
    return store, [store.put(f"photo {number}".encode()) for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("kind", [FolderPhotoStore, Elsewhere])
@pytest.mark.parametrize("count", [0, 1, 70])
def test_photos_are_read_where_they_are_seen_and_sent_otherwise(
    tmp_path: Path, jobs: int, kind: type[FolderPhotoStore], count: int
) -> None:
    store, photos = a_store(tmp_path, count, kind)
    found = JoblibParallel(jobs).map_photos(bytes.upper, photos, store, "reading")
    assert found == [f"PHOTO {number}".encode() for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("at", [0, 69])
def test_a_photo_that_is_nowhere_is_an_error_and_no_endless_wait(
    tmp_path: Path, jobs: int, at: int
) -> None:
    store, photos = a_store(tmp_path, 70, Elsewhere)
    store.path(photos[at]).unlink()
    with pytest.raises(UnreadableRecord, match=photos[at]):
        JoblibParallel(jobs).map_photos(bytes.upper, photos, store, "reading")


def threads_of(_: object = None) -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_native_libraries_have_one_thread_a_job(jobs: int) -> None:
    """A matrix product in two threads adds up in another order than in one."""
    parallel = JoblibParallel(jobs)
    assert set().union(*parallel.map(threads_of, range(4), "asking")) == {1}
    assert parallel.fit(threads_of) == {1}


def test_joblibs_own_parts_of_a_fit_have_the_jobs() -> None:
    parts = JoblibParallel(2).fit(partial(joblib.effective_n_jobs, None))
    assert parts == 2
    assert joblib.effective_n_jobs(None) == 1


def test_processes_of_a_map_have_ended_when_one_piece_of_work_is_fitted() -> None:
    parallel = JoblibParallel(2)
    processes = {process for _, process in parallel.map(process_of, list(range(40)), "asking")}
    alive = parallel.fit(lambda: [pid for pid in processes if Path(f"/proc/{pid}").exists()])
    assert os.getpid() not in processes
    assert alive == []
    assert parallel.map(double, list(range(40)), "doubling") == [2 * n for n in range(40)]
