"""A room that trains holds no photo of the holdout, and no vector that was made of one before."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.checkout import git
from support.training_rooms import rooms_of

from artifacts.digests import digest_bytes
from artifacts.photo_store import FolderPhotoStore
from delivery.retrain.places import Place
from delivery.rooms.training_rooms import TrainingRooms
from walls import Room, find_wall

LOOKING = """
import hashlib, json, os, sys
found = []
for root in sys.argv[1:]:
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                data = open(os.path.join(folder, name), "rb").read()
            except OSError:
                continue
            found.append("sha256:" + hashlib.sha256(data).hexdigest())
print(json.dumps([found, os.environ.get("PLINTH_PHOTOS"), os.environ["PLINTH_VECTOR_CACHE"]]))
"""
"""What a trainer does that seeks photos by their digests, wherever it may read."""


pytestmark = pytest.mark.skipif(
    find_wall().name != "bubblewrap", reason="bubblewrap doesn't work here"
)


@pytest.fixture(params=["shared", "checkout"])
def rooms(request: pytest.FixtureRequest, dataset, tmp_path: Path) -> TrainingRooms:
    """Rooms over a checkout whose photos lie in a store that runners share, or beside it."""
    root = tmp_path / "checkout"
    store = root / "data/photos" if request.param == "checkout" else tmp_path / "shared"
    (root / "data").mkdir(parents=True)
    (root / "bin").mkdir()
    environment = f"#!/bin/sh\necho {Path(sys.prefix)}\n"
    (root / "bin/environment").write_text(environment)
    (root / "bin/environment").chmod(0o755)
    dataset.manifest().write(root / "data/manifest.csv")
    for row in dataset.manifest().rows:
        FolderPhotoStore(store).put(dataset.photo(row.photo))
    made = rooms_of(root, find_wall())
    more = {"PLINTH_PHOTOS": str(store)} if request.param == "shared" else {}
    return TrainingRooms(root, {**made.variables, **more}, (), find_wall())


def looks(room: Room, tmp_path: Path) -> tuple[set[str], str | None, str]:
    """Enter a room and look at every file that can be read there."""
    wall = find_wall()
    command = [sys.executable, "-I", "-S", "-c", LOOKING, str(tmp_path)]
    with wall.opened(room):
        done = subprocess.run(
            wall.command(room, command), capture_output=True, text=True, check=True
        )
    found, photos, cache = json.loads(done.stdout)
    return set(found), photos, cache


def split(dataset, *names: str) -> set[str]:
    return {row.photo for row in dataset.manifest().rows if row.split in names}


def laid_out(rooms: TrainingRooms, tmp_path: Path) -> Place:
    """Lay out a place as a retraining does."""
    place = Place(tmp_path / "place")
    rooms.lay_out_committed(place.seen)
    return place


def training_room(rooms: TrainingRooms, place: Place) -> Room:
    own = place.folder / "work", place.exchange(), place.seen / "photos", place.folder / "keys"
    return rooms.training(*own)


def test_a_room_that_trains_has_every_photo_but_those_of_the_holdout(
    rooms: TrainingRooms, dataset, tmp_path: Path
) -> None:
    place = laid_out(rooms, tmp_path)
    found, photos, cache = looks(training_room(rooms, place), tmp_path)
    assert found >= split(dataset, "train", "validation")
    assert found.isdisjoint(split(dataset, "holdout"))
    assert photos == str(place.seen / "photos")
    assert cache == str(rooms.root / "state/vectors/rooms")


def test_no_other_room_of_trainings_code_has_one_either(
    rooms: TrainingRooms, dataset, tmp_path: Path
) -> None:
    place = laid_out(rooms, tmp_path)
    reproduction = rooms.reproduction(place.seen, place.exchange())
    for room in (rooms.checkout(), rooms.registry(), reproduction):
        found, photos, _ = looks(room, tmp_path)
        assert found.isdisjoint(split(dataset, "holdout")), room.name
        assert photos is None


def test_products_of_before_that_lie_in_the_checkout_are_out_of_reach(
    rooms: TrainingRooms, dataset, tmp_path: Path
) -> None:
    """`make train` leaves a whole dataset in build/, and DVC's own cache holds one, too."""
    store = rooms.root / "data/photos"
    for name in ("build/work/data/photos", ".dvc/cache/files", "scratch/mine"):
        for row in dataset.manifest().rows:
            FolderPhotoStore(rooms.root / name).put(dataset.photo(row.photo))
    shutil.rmtree(store, ignore_errors=True)
    (rooms.root / ".gitignore").write_text("build/\n.dvc/\nstate/\n")
    git(tmp_path, "init", "--quiet", str(rooms.root))
    git(rooms.root, "add", ".gitignore", "bin", "data/manifest.csv")
    for room in (rooms.checkout(), rooms.registry()):
        found, _, _ = looks(room, rooms.root)
        assert found, "the room shows nothing at all"
        assert found.isdisjoint(split(dataset, "holdout")), room.name


def test_vectors_of_before_the_rooms_are_out_of_reach(rooms: TrainingRooms, tmp_path: Path) -> None:
    old = rooms.root / "state/vectors/schema.sqlite"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"vectors of every photo")
    room = training_room(rooms, laid_out(rooms, tmp_path))
    assert not any(old.is_relative_to(path) for path in room.writes)
    wall = find_wall()
    with wall.opened(room):
        done = subprocess.run(
            wall.command(room, ["/bin/cat", str(old)]), capture_output=True, check=False
        )
    assert b"vectors of every photo" not in done.stdout


def test_an_environment_that_lies_in_the_checkout_stays_in_the_room(
    rooms: TrainingRooms, dataset
) -> None:
    """Its packaged copy finds the lock's packages in a folder beside it, which nobody lists."""
    copy, packages = rooms.root / ".envs/sources/training-1", rooms.root / ".envs/training/package"
    for folder in (copy, packages):
        folder.mkdir(parents=True)
    (packages / "module.py").write_bytes(b"code")
    (rooms.root / "bin/environment").write_text(f"#!/bin/sh\necho {copy}\n")
    git(rooms.root.parent, "init", "--quiet", str(rooms.root))
    git(rooms.root, "add", "bin", "data/manifest.csv")
    found, _, _ = looks(rooms.checkout(), rooms.root)
    assert digest_bytes(b"code") in found
    assert found.isdisjoint(split(dataset, "holdout"))
