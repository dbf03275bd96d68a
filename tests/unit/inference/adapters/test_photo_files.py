import os

import pytest

from inference.adapters.photo_files import DiskPhotoFiles
from inference.errors import BodyTooLarge, FileUnreadable, NoPhotoFound

FILES = DiskPhotoFiles(limit_bytes=10)


@pytest.fixture
def tree(tmp_path):
    for name in ("b/2.JPG", "b/1.png", "a.webp", "c/notes.txt", "c/._a.jpg", "d.gif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    return tmp_path


def names(found, root):
    return [path.relative_to(root).as_posix() for path in found]


def test_a_folder_is_walked_in_order_for_images_of_any_format(tree):
    assert names(FILES.find([tree]), tree) == ["a.webp", "b/1.png", "b/2.JPG", "d.gif"]


def test_a_file_that_is_named_is_taken_whatever_its_ending(tree):
    assert names(FILES.find([tree / "c" / "notes.txt"]), tree) == ["c/notes.txt"]


def test_a_file_that_is_named_twice_is_taken_once(tree):
    found = FILES.find([tree / "b" / "2.JPG", tree / "b"])
    assert names(found, tree) == ["b/2.JPG", "b/1.png"]


def test_a_path_that_isnt_there_is_told(tree):
    with pytest.raises(NoPhotoFound, match="nowhere"):
        FILES.find([tree, tree / "nowhere"])


def test_a_folder_without_images_is_told(tree):
    with pytest.raises(NoPhotoFound, match="image's ending"):
        FILES.find([tree / "c"])


def test_a_file_up_to_the_limit_is_read(tmp_path):
    (tmp_path / "x").write_bytes(b"1234567890")
    assert FILES.read(tmp_path / "x") == b"1234567890"


def test_a_file_beyond_the_limit_is_not(tmp_path):
    (tmp_path / "x").write_bytes(b"12345678901")
    with pytest.raises(BodyTooLarge):
        FILES.read(tmp_path / "x")


def test_a_file_that_went_away_is_unreadable(tmp_path):
    with pytest.raises(FileUnreadable, match="No such file"):
        FILES.read(tmp_path / "x")


def test_a_linked_folder_is_entered_once_though_links_lead_in_a_circle(tree):
    (tree / "linked").symlink_to(tree / "b")
    (tree / "b" / "round").symlink_to(tree)
    (tree / "styles").mkdir()
    (tree / "styles" / "gothic").symlink_to(tree / "b")
    assert names(FILES.find([tree / "styles"]), tree) == [
        *("styles/gothic/1.png", "styles/gothic/2.JPG"),
        *("styles/gothic/round/a.webp", "styles/gothic/round/d.gif"),
    ]


def test_a_named_pipe_is_unreadable_and_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert FILES.find([tmp_path]) == (tmp_path / "pipe.jpg",)
    with pytest.raises(FileUnreadable, match="a pipe"):
        FILES.read(tmp_path / "pipe.jpg")


def test_a_link_to_nowhere_is_no_matter_of_permissions(tmp_path):
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    (photo,) = FILES.find([tmp_path])
    with pytest.raises(FileUnreadable) as caught:
        FILES.read(photo)
    assert caught.value.advice == "Bring back what the link leads to, or delete it"


def test_a_folder_that_can_not_be_entered_is_named_by_what_reads_it(tree, monkeypatch):
    entries_of = type(tree).iterdir

    def closed(folder):
        if folder.name == "b":
            raise PermissionError(13, "Permission denied")
        return entries_of(folder)

    monkeypatch.setattr(type(tree), "iterdir", closed)
    assert names(FILES.find([tree]), tree) == ["a.webp", "b", "d.gif"]
    with pytest.raises(FileUnreadable):
        FILES.read(tree / "b")
