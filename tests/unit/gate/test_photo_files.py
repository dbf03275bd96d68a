from pathlib import Path

import pytest

from gate.errors import NoPhotos
from gate.parity import find_photos


def test_images_below_folders_come_sorted_absolute_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b/2.JPG", "a/1.png", "a/.hidden.png", "a/notes.txt", "c.gif"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"some bytes")
    found = [path.relative_to(tmp_path).as_posix() for path in find_photos([tmp_path], None)]
    assert found == ["c.gif", "a/1.png", "b/2.JPG"]


def test_a_file_without_bytes_is_left_out_since_no_request_can_carry_it(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "full.jpg").write_bytes(b"some bytes")
    assert find_photos([tmp_path], None) == (tmp_path / "full.jpg",)


def test_the_limit_counts_photos(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"some bytes")
    assert len(find_photos([tmp_path], 2)) == 2


def test_a_folder_without_photos_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoPhotos):
        find_photos([tmp_path], None)
