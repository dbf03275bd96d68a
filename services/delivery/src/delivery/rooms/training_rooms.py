"""Rooms for training's code: what each of its commands may reach, and how it is started there.

Nobody approves training's code, so it runs where no key, log, store or checkout can be changed
and no secret read (libs/walls). What it leaves is taken out by delivery and believed in nothing.
Of the checkout only what git tracks is there: photos, caches and products of before, which lie in
it untracked, hold the holdout.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from artifacts.errors import GitFailed
from artifacts.git_process import run_git
from artifacts.photo_store import FolderPhotoStore
from artifacts.policies.membership import HOLDOUT
from artifacts.records.photos import PhotoManifest
from delivery.errors import TrainingFailed
from delivery.settings import Settings, training_variables
from walls import Room, UnusableRoom, Unwalled, Wall, find_wall
from walls.finding import find_environment


def lay_out_photos(manifest: Path, store: Path, place: Path) -> Path:
    """Return a photo store at `place`, made anew, of all photos that training may see.

    A photo of the holdout it could learn by heart, and the gate would measure memory.

    They are hard links where there can be such, so whoever gets the folder gets it to read. A photo
    that the store lacks is left out: training names it. UnreadableRecord where the manifest is bad.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    source, target = FolderPhotoStore(store), FolderPhotoStore(place)
    for row in PhotoManifest.read(manifest).rows:
        photo = source.path(row.photo)
        if row.split == HOLDOUT or not photo.is_file():
            continue
        path = target.path(row.photo)
        path.parent.mkdir(exist_ok=True)
        try:
            os.link(photo.resolve(), path)
        except OSError:  # another file system, or one without hard links
            shutil.copyfile(photo, path)
    return place


_SQLITE: Final = "sqlite:///"
_READ: Final = ("PLINTH_PUBLIC_KEY", "PLINTH_GATE_SIGNERS", "PLINTH_ENVIRONMENT_LOCK")
"""Files and folders that a room may read, where they are set and there."""
_CACHES: Final = ("PLINTH_VECTOR_CACHE", "PLINTH_DVC_CACHE")
_PHOTOS: Final = "PLINTH_PHOTOS"
_BYTECODE: Final = "__pycache__"
_KEEPS_RUNS: Final = ("PLINTH_TRACKING_URI", "PLINTH_TRACKING_ARTIFACTS")


@dataclass(frozen=True)
class TrainingRooms:
    """Rooms over the checkout at `root`.

    `variables` are those that training's commands may have; `hidden` is what must stay out of
    their reach wherever it lies; `wall` is None for the best wall of this machine.
    """

    root: Path
    variables: Mapping[str, str]
    hidden: tuple[Path, ...] = ()
    wall: Wall | None = None

    def checkout(self) -> Room:
        """Return a room with the checkout alone: whether a wall can stand around it is asked."""
        return self._room("training")

    def training(self, work: Path, exchange: Path, photos: Path, keys: Path) -> Room:
        """Return the room that trains in `work` and leaves the candidate in `exchange`.

        `photos` are those that it may see: none of the holdout's. `keys` are training's own, which
        nobody else believes.

        It shares vectors and DVC's cache with other rooms that train, and keeps no run: the
        registry's room does. A Dask cluster takes the network.
        """
        # Apart from caches of before, which hold photos and vectors of the holdout.
        named = {name: self.variables[name] for name in _CACHES if name in self.variables}
        caches = {name: Path(folder) / "rooms" for name, folder in named.items()}
        shared = tuple(caches.values())
        for folder in (work, keys, *shared):
            folder.mkdir(parents=True, exist_ok=True)
        return self._room(
            "training",
            reads=(photos,),
            writes=(work, exchange, keys, *shared),
            exchange=exchange,
            network=bool(self.variables.get("PLINTH_DASK_SCHEDULER")),
            more={
                _PHOTOS: str(photos.absolute()),
                "PLINTH_SIGNING_KEY": str(keys.absolute() / "model.pem"),
                "PLINTH_PUBLIC_KEY": str(keys.absolute() / "model.pub.pem"),
                **{name: str(folder) for name, folder in caches.items()},
            },
        )

    def reproduction(self, dataset: Path, exchange: Path) -> Room:
        """Return the room that builds a model again from what lies in `exchange`: its manifest.

        It shares nothing with the model's training, and holds no byte of the model: code that had
        one could hand it back.
        """
        return self._room("reproduction", reads=(dataset,), writes=(exchange,), exchange=exchange)

    def registry(self, *reads: Path, exchange: Path | None = None) -> Room:
        """Return the room that writes to MLflow: no key is in it, the model store is read only.

        Raises TrainingFailed where MLflow's database lies beside what must stay out of reach.
        """
        writes = [Path(self.variables["PLINTH_TRACKING_ARTIFACTS"]).absolute()]
        uri = self.variables["PLINTH_TRACKING_URI"]
        if uri.startswith(_SQLITE):
            writes.append(Path(uri.removeprefix(_SQLITE)).absolute().parent)
        for folder in writes:
            folder.mkdir(parents=True, exist_ok=True)
            if beside := [path for path in self.hidden if path.is_relative_to(folder)]:
                reason = (
                    f"the folder of PLINTH_TRACKING_URI, {folder}, also holds {beside[0]}: move "
                    "MLflow's database to a folder of its own"
                )
                raise TrainingFailed("registry", reason)
        return self._room(
            "registry",
            reads=tuple(path for path in reads if path.exists()),
            writes=(*writes, *([exchange] if exchange else [])),
            exchange=exchange,
            network=not uri.startswith(_SQLITE),
            more={name: self.variables[name] for name in _KEEPS_RUNS},
        )

    def lay_out_whole(self, whole: Path) -> None:
        """Lay out the committed manifest with all photos, which no room can write to: the gate's.

        Raises OSError.
        """
        shutil.rmtree(whole, ignore_errors=True)
        whole.mkdir(parents=True)
        shutil.copyfile(self.root.absolute() / "data/manifest.csv", whole / "manifest.csv")
        (whole / "photos").symlink_to(self._store)

    def lay_out_committed(self, seen: Path) -> None:
        """Lay out the committed manifest, and those of its photos that training may see."""
        _lay_out(self.root.absolute() / "data/manifest.csv", self._store, seen)

    def lay_out_seen(self, dataset: Path, seen: Path) -> None:
        """Lay out another dataset's manifest, and those of its photos that training may see."""
        _lay_out(dataset / "manifest.csv", dataset / "photos", seen)

    def command(self, room: Room, words: Sequence[str | Path]) -> list[str]:
        """Return the command that runs training's `words` in a room; TrainingFailed."""
        try:
            return self.standing(room).command(room, [*self._python, *map(str, words)])
        except UnusableRoom as exc:
            raise TrainingFailed(room.name, str(exc)) from exc

    def standing(self, room: Room) -> Wall:
        """Return the wall around a room: none where another user can't be given the room."""
        wall = self.wall or find_wall()
        if wall.name != "user":
            return wall
        try:
            wall.command(room, self._python)
        except UnusableRoom as exc:
            return Unwalled(f"user: {exc.reason}")
        return wall

    @property
    def _store(self) -> Path:
        """Where every photo lies: the gate reads there, and no room of training."""
        shared = self.variables.get(_PHOTOS)
        return Path(shared).absolute() if shared else self.root.absolute() / "data/photos"

    def unseen(self) -> tuple[Path, ...]:
        """Return where photos of the holdout, or what was made of them, may lie; all exist.

        The photo stores, caches of before the rooms, and all of the checkout that git doesn't
        track but the folders of environments, which packages lie in and nothing else. Links are
        left out: what they point to is in no room, or is named itself.
        """
        environments = [folder.resolve() for folder in self._environment]
        untracked = (
            path
            for path in _untracked(self.root.absolute())
            if not any(folder.is_relative_to(path.resolve()) for folder in environments)
        )
        paths = dict.fromkeys((*self._holdouts, *untracked))
        return tuple(path for path in paths if path.exists() and not path.is_symlink())

    def shown_photos(self) -> tuple[Path, ...]:
        """Return where training can read the holdout although there is a wall: another user's.

        Such a wall keeps out of what is closed to others, and a photo store may be open to all.
        """
        wall = self.wall or find_wall()
        if wall.name != "user":
            return ()
        shown = []
        for path in self._holdouts:
            try:
                wall.command(Room("training", (), (), hidden=(path,)), ["/bin/true"])
            except UnusableRoom:
                shown.append(path)
        return tuple(shown)

    @property
    def _holdouts(self) -> tuple[Path, ...]:
        """The photo stores, and caches of before the rooms."""
        root = self.root.absolute()
        caches = (
            Path(self.variables[name]).absolute() for name in _CACHES if name in self.variables
        )
        return tuple(dict.fromkeys((self._store, root / "data/photos", *caches)))

    @property
    def python(self) -> str:
        """The interpreter of training's environment."""
        return str(self._environment[0] / "bin" / "python")

    @property
    def _python(self) -> list[str]:
        return [self.python, "-I", "-m", "training"]

    @cached_property
    def _environment(self) -> tuple[Path, ...]:
        """What training's code is made of; brought in step here, for nothing is built inside."""
        shared = self.variables.get("PLINTH_ENVIRONMENTS")
        try:
            return find_environment(self.root, "training", shared)
        except OSError as exc:
            raise TrainingFailed("--where", str(exc)) from exc

    def _room(  # long: one room, field by field
        self,
        name: str,
        *,
        reads: tuple[Path, ...] = (),
        writes: tuple[Path, ...] = (),
        exchange: Path | None = None,
        network: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> Room:
        root = self.root.absolute()
        given = {name: Path(self.variables[name]) for name in _READ if name in self.variables}
        known = [path for path in given.values() if path.exists()]
        (root / ".plinth").mkdir(mode=0o700, exist_ok=True)  # what isn't there can't be covered
        environment = {
            **{name: value for name, value in self.variables.items() if name != _PHOTOS},
            "PLINTH_TRACKING_URI": "",
            "GIT_OPTIONAL_LOCKS": "0",
            **(more or {}),
        }
        if exchange is not None:
            for folder in ("tmp", "home"):
                (exchange / folder).mkdir(parents=True, exist_ok=True)
            environment |= {
                "TMPDIR": str(exchange / "tmp"),
                "HOME": str(exchange / "home"),
                "DVC_SITE_CACHE_DIR": str(exchange / "tmp"),
            }
        listed = {path.absolute() for path in (root, *self._git(), *self._environment, *known)}
        listed |= {path.absolute() for path in reads}
        written = {path.absolute() for path in writes}
        # Another user can't be kept from what is open to all: it would get no room at all.
        unseen = () if (self.wall or find_wall()).name == "user" else self.unseen()
        return Room(
            name,
            reads=tuple(sorted(listed - written)),
            writes=tuple(sorted(written)),
            network=network,
            hidden=tuple(
                path
                for path in dict.fromkeys((root / ".plinth", *self.hidden, *unseen))
                if path not in listed and path not in written
            ),
            environment=environment,
        )

    def _git(self) -> tuple[Path, ...]:
        """The folders that hold the checkout's commits, where they lie outside of it."""
        root = self.root.absolute()
        found: list[Path] = []
        pending = [root / ".git"]
        while pending:
            place = pending.pop()
            if place.is_file():  # a work tree of another clone
                pending.append((root / place.read_text().partition(":")[2].strip()).resolve())
                continue
            found += [place] if place.is_dir() and not place.is_relative_to(root) else []
            for pointer in ("commondir", "objects/info/alternates"):
                if (place / pointer).is_file():
                    base = place if pointer == "commondir" else place / "objects"
                    lines = (place / pointer).read_text().split()
                    pending += [(base / line).resolve() for line in lines]
        return tuple(found)


def _lay_out(manifest: Path, store: Path, seen: Path) -> None:
    shutil.rmtree(seen, ignore_errors=True)
    seen.mkdir(parents=True)
    shutil.copyfile(manifest, seen / "manifest.csv")
    lay_out_photos(manifest, store, seen / "photos")


def _untracked(root: Path) -> tuple[Path, ...]:
    """Return what lies in a checkout and not in its commits, folders as a whole; TrainingFailed."""
    if not (root / ".git").exists():
        return ()  # no checkout: training refuses it, for nobody could say what it was made from
    try:
        answer = run_git(root, "ls-files", "-z", "--others", "--directory")
    except GitFailed as exc:
        raise TrainingFailed("git", str(exc)) from exc
    if answer.code:
        raise TrainingFailed("git", f"{root}: {answer.reason}")
    names = (name for name in answer.text.split("\0") if name)
    return tuple(root / name for name in names if Path(name).name != _BYTECODE)


def make_training_rooms(settings: Settings) -> TrainingRooms:
    """Build the rooms that training's commands are started in."""
    return TrainingRooms(settings.root, training_variables(), settings.hidden)
