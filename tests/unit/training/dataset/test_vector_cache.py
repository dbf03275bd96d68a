import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from artifacts.digests import digest_json
from training.dataset.vector_cache import SqliteVectorCache

SCHEMA, OTHER_SCHEMA = digest_json("schema"), digest_json("another schema")
WIDTH = 40


def some_vectors(count: int, first: int = 0) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(first)
    return {
        digest_json(number): random.normal(size=WIDTH).astype(np.float32)
        for number in range(first, first + count)
    }


def test_vectors_come_back_bit_for_bit(tmp_path: Path) -> None:
    awkward = np.array([0.1, -0.0, 1e-45, 3.4e38, np.inf, -np.inf, np.nan], dtype=np.float32)
    SqliteVectorCache(tmp_path, SCHEMA).put({"photo": awkward})
    found = SqliteVectorCache(tmp_path, SCHEMA).get(["photo"])["photo"]
    assert found.dtype == np.float32
    assert found.tobytes() == awkward.tobytes()


def test_vectors_of_a_big_endian_machine_are_the_same_numbers(tmp_path: Path) -> None:
    cache = SqliteVectorCache(tmp_path, SCHEMA)
    cache.put({"photo": np.array([1.5, -2.25], dtype=">f4")})
    assert cache.get(["photo"])["photo"].tolist() == [1.5, -2.25]


def test_an_unknown_photo_is_left_out(tmp_path: Path) -> None:
    cache = SqliteVectorCache(tmp_path, SCHEMA)
    cache.put({"known": np.ones(WIDTH, np.float32)})
    assert set(cache.get(["unknown", "known"])) == {"known"}


def test_a_new_cache_in_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert SqliteVectorCache(tmp_path / "not" / "there", SCHEMA).get(["photo"]) == {}


@pytest.mark.parametrize("asked", [999, 1000, 1001, 2345])
def test_more_photos_than_sqlite_takes_at_once_all_come_back(tmp_path: Path, asked: int) -> None:
    vectors = some_vectors(asked)
    cache = SqliteVectorCache(tmp_path, SCHEMA)
    cache.put(vectors)
    found = cache.get(list(vectors))
    assert found.keys() == vectors.keys()
    assert all(np.array_equal(found[photo], vectors[photo]) for photo in vectors)


def test_the_last_vector_of_a_photo_counts(tmp_path: Path) -> None:
    cache = SqliteVectorCache(tmp_path, SCHEMA)
    cache.put({"photo": np.zeros(WIDTH, np.float32)})
    cache.put({"photo": np.ones(WIDTH, np.float32)})
    assert cache.get(["photo"])["photo"].tolist() == [1.0] * WIDTH


def test_clearing_forgets_every_vector(tmp_path: Path) -> None:
    vectors = some_vectors(3)
    cache = SqliteVectorCache(tmp_path, SCHEMA)
    cache.put(vectors)
    cache.clear()
    assert cache.get(list(vectors)) == {}


def test_caches_of_two_schemas_in_one_folder_know_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = SqliteVectorCache(tmp_path, SCHEMA), SqliteVectorCache(tmp_path, OTHER_SCHEMA)
    one.put({"photo": np.ones(WIDTH, np.float32)})
    assert other.get(["photo"]) == {}
    other.put({"photo": np.zeros(WIDTH, np.float32)})
    other.clear()
    assert one.get(["photo"])["photo"].tolist() == [1.0] * WIDTH


WRITER = """
import sys
from pathlib import Path
import numpy as np
from training.dataset.vector_cache import SqliteVectorCache
folder, schema, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
cache = SqliteVectorCache(folder, schema)
for number in range(60):
    cache.put({f"{name} {number}": np.full(40, number, np.float32)})
"""


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """The file itself is made by whichever comes first."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "cache"), SCHEMA, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    wanted = [f"{name} {number}" for name in ("a", "b") for number in range(60)]
    found = SqliteVectorCache(tmp_path / "cache", SCHEMA).get(wanted)
    assert {photo: vector[0] for photo, vector in found.items()} == {
        photo: float(photo.split()[1]) for photo in wanted
    }
