"""Where the demo plays: a box of its own and its people. Nothing of the checkout changes."""

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest, PhotoRow
from rehearsal.checkout import committed_copy, is_clean
from rehearsal.demo.scale import Scale
from rehearsal.demo.team import Member, make_team
from rehearsal.load import RunningLoad, load_during
from rehearsal.make_box import Rehearsal, destroy_box, make_box
from rehearsal.setting import Setting

RATE = 50


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    text: str

    @property
    def is_success(self) -> bool:
        """Whether it is an answer and no refusal."""
        return self.status == HTTPStatus.OK

    def json(self) -> Any:
        """Return its JSON."""
        return json.loads(self.text)


class Stage:
    """A box made anew, with the checkout's HEAD (or, uncommitted, a committed copy) as its main."""

    def __init__(self, root: Path, folder: Path, scale: Scale) -> None:
        """End what an earlier demo left running, and make everything but the box."""
        self.root = root
        self.folder = folder
        self.scale = scale
        self.committed = is_clean(root)
        self.clean_up()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def clean_up(self) -> None:
        """End the box and the services that it runs."""
        if (self.folder / "rehearsal/box/origin.git").exists():
            destroy_box(self.folder / "rehearsal", self.root)

    def open(self) -> None:
        """Make the box and the team."""
        source = None if self.committed else committed_copy(self.root, self.folder / "copy")
        place, settle = self.folder / "rehearsal", self.scale.settle
        self.rehearsal: Rehearsal = make_box(place, self.root, source, settle)
        self.team: dict[str, Member] = make_team(self.rehearsal, self.folder / "desks")

    @property
    def setting(self) -> Setting:
        """Where everything of the rehearsal lies."""
        return self.rehearsal.setting

    def load(self, environment: str, photo: bytes) -> AbstractContextManager[RunningLoad]:
        """Keep 50 requests a second up on an environment's service while a block runs."""
        return load_during(*self._service(environment), photo, RATE)

    def ask(self, environment: str, photo: bytes) -> Answer:
        """Send one photo to an environment's service."""
        url, headers = self._service(environment)
        asked = urllib.request.Request(url, photo, headers)  # noqa: S310 - of this machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(asked, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.read().decode(errors="replace"))

    def _service(self, environment: str) -> tuple[str, dict[str, str]]:
        """Return where an environment answers photos, and the headers that it asks for."""
        folder = self.setting.host / environment
        port = (folder / "port").read_text(encoding="utf-8").strip()
        key = (folder / "api-key").read_text(encoding="utf-8").strip()
        headers = {"X-API-Key": key, "Content-Type": "image/jpeg"}
        return f"http://127.0.0.1:{port}/v1/predictions", headers


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
