"""Where the demo plays: a box of its own and its people. Nothing of the checkout changes."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import httpx
from rehearsal.box import Rehearsal, destroy_box, make_box
from rehearsal.setting import ROOT, Setting
from support.checkout import committed_copy, is_clean

from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest, PhotoRow
from demo.scale import Scale
from demo.team import Member, make_team
from demo.traffic import Traffic, service_of


class Stage:
    """A box made anew, with the checkout's HEAD (or, uncommitted, a committed copy) as its main."""

    def __init__(self, folder: Path, scale: Scale) -> None:
        """End what an earlier demo left running, and make everything but the box."""
        self.folder = folder
        self.scale = scale
        self.committed = is_clean(ROOT)
        self.clean_up()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def clean_up(self) -> None:
        """End the box and the services that it runs."""
        if (self.folder / "rehearsal/box/origin.git").exists():
            destroy_box(self.folder / "rehearsal")

    def open(self) -> None:
        """Make the box and the team."""
        source = ROOT if self.committed else committed_copy(ROOT, self.folder / "copy")
        self.rehearsal: Rehearsal = make_box(self.folder / "rehearsal", source, self.scale.settle)
        self.team: dict[str, Member] = make_team(self.rehearsal, self.folder / "desks")

    @property
    def setting(self) -> Setting:
        """Where everything of the rehearsal lies."""
        return self.rehearsal.setting

    def traffic(self, environment: str, photo: bytes) -> Traffic:
        """Return a load on an environment's service."""
        url, headers = service_of(self.setting.host, environment)
        return Traffic(url, headers, photo)

    def ask(self, environment: str, photo: bytes) -> httpx.Response:
        """Send one photo to an environment's service."""
        url, headers = service_of(self.setting.host, environment)
        address = f"{url}/v1/predictions"
        return httpx.post(address, content=photo, headers=headers, timeout=30, trust_env=False)


class Archive:
    """A dataset that is delivered in parts: which photos a team has yet, and by what label."""

    def __init__(self, dataset: Path) -> None:
        self.manifest = PhotoManifest.read(dataset / "manifest.csv")
        self._photos = FolderPhotoStore(dataset / "photos")

    def deliver(self, to: Path, rows: Iterable[PhotoRow]) -> int:
        """Write a photo manifest of some rows into a checkout, and return how many there are."""
        manifest = PhotoManifest(rows=tuple(rows))
        manifest.write(to / "data/manifest.csv")
        return len(manifest.rows)

    def photo(self) -> bytes:
        """Return the bytes of one photo of the holdout."""
        return self._photos.get(self.manifest.of_split("holdout")[0].photo)
