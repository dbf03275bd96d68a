"""How far measuring is: heard by people who wait, and believed in nothing."""

import sys

import pytest

from artifacts.folder import ModelArtifact
from gate.dataset import FolderDataset
from gate.errors import MeasuringFailed
from gate.measures.plan import MeasuringLimits
from gate.measuring_room import MeasuringRoom
from gate.parallel import JoblibParallel
from walls import find_wall

LIMITS = MeasuringLimits(cpu_seconds=120, memory_mib=4096, corrupted_photos=20)
SAYS = """
import sys
for line in sys.stdin.buffer:
    sys.stdout.write({said!r}); sys.stdout.flush()
    break
"""


def heard(model: ModelArtifact, said: str) -> list[tuple[int, int]]:
    """What is heard of a process that says so, and then ends."""
    far: list[tuple[int, int]] = []
    command = (sys.executable, "-I", "-c", SAYS.format(said=said))
    room = MeasuringRoom(
        find_wall(),
        lambda _: LIMITS,
        1,
        command=command,
        progress=lambda _: lambda done, total: far.append((done, total)),
    )
    with pytest.raises(MeasuringFailed):
        room.prove(model)
    return far


def test_lines_before_the_answer_say_how_far_measuring_is(model: ModelArtifact):
    assert heard(model, "[1, 8]\n[8, 8]\n") == [(1, 8), (8, 8)]


@pytest.mark.parametrize("end", ["{}\n", ""], ids=["answers", "dies"])
def test_however_measuring_ends_the_line_that_counts_is_ended(model: ModelArtifact, end: str):
    """Else what a command prints next, such as a decision, stands on that line of a terminal."""
    assert heard(model, f"[1, 8]\n[2, 8]\n{end}") == [(1, 8), (2, 8), (2, 2)]


@pytest.mark.parametrize(
    "said", ["[1, 8\n", "[-1, 8]\n", "[1, 8, 9]\n", "[1e3, 8]\n", f"[{'9' * 12}, 1]\n", "[1, 8]"]
)
def test_a_line_that_is_no_progress_is_an_answer_and_a_wrong_one(model: ModelArtifact, said: str):
    assert heard(model, said) == []


def test_a_true_measurement_counts_up_to_its_end(model: ModelArtifact, dataset: FolderDataset):
    far: list[tuple[int, int]] = []
    room = MeasuringRoom(
        find_wall(),
        lambda _: LIMITS,
        1,
        progress=lambda _: lambda done, total: far.append((done, total)),
    )
    room.evaluate(model, dataset)
    assert far
    assert all(0 < done <= total for done, total in far)
    assert far[-1][0] == far[-1][1]


def twice(numbers):
    return [2 * number for number in numbers]


@pytest.mark.parametrize("jobs", [1, 2])
def test_work_in_batches_is_told_by_its_weight(jobs: int, monkeypatch: pytest.MonkeyPatch):
    # It travels by value: workers can't import a test module by name.
    monkeypatch.setattr(twice, "__module__", "__main__")
    done: list[int] = []
    assert JoblibParallel(jobs, done.append).map_batches(twice, range(20), weight=3)[-1] == 38
    assert sum(done) == 60
