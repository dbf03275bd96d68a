"""Training's commands over a checkout, each in a room that holds no key, log or store of others.

Training once is `train_once`: on a machine of training's own, or beside the keys in a room. Nothing
that it says or leaves is believed by those who take the candidate.
"""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from artifacts.errors import ArtifactError, UnreadableRecord
from artifacts.folder import (
    SIGNATURE,
    open_artifact,
    read_small_file,
    read_unsigned_artifact,
    write_artifact,
)
from artifacts.records.inputs import Registered
from artifacts.records.record import parse_json
from artifacts.records.reproduction import Reproduction
from artifacts.refusal import Refusal
from artifacts.signatures import ArtifactSigner, ArtifactVerifier, create_key_pair
from artifacts.statements import StatementSigner, signature_of, write_signed
from artifacts.text import plain
from delivery.errors import TrainingFailed
from delivery.retrain.handover_folder import HandoverFolder, read_run
from delivery.retrain.places import Place, Places
from delivery.retrain.training_claims import RUN_FILES, HandedOver, compare_rebuilt
from delivery.rooms.training_rooms import TrainingRooms
from walls import Room

REFUSED = 1
UNDER_WAY: Final = "a training of the same inputs is under way"
_RECORD_BYTES: Final = 1 << 20
"""Of a record that a room leaves."""


class TrainingCommands:
    """Starts training's commands in rooms; what they say goes to this process's own log.

    What they leave is taken out of the room by copying: `artifacts` verifies candidates, and
    `reproductions` signs what building one again came to: that is found out here, from bytes.
    """

    def __init__(
        self,
        rooms: TrainingRooms,
        artifacts: ArtifactVerifier,
        reproductions: StatementSigner | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),  # noqa: TID251 - the clock
    ) -> None:
        self._rooms = rooms
        self._artifacts = artifacts
        self._reproductions = reproductions
        self._clock = clock
        self._descriptors: list[int] = []

    def hand_on(self, descriptor: int) -> None:
        """Let commands inherit a descriptor: a lock is then held for as long as one works."""
        self._descriptors.append(descriptor)

    def train(self, place: Place) -> HandedOver:
        """Train in a room, and read what it leaves; nothing but bytes comes out."""
        exchange = place.exchange()
        try:
            self._rooms.lay_out_committed(place.seen)
            create_key_pair(place.keys / "model.pem", place.keys / "model.pub.pem")
        except (OSError, UnreadableRecord) as exc:
            raise TrainingFailed("retrain", str(exc)) from exc
        room = self._rooms.training(place.work, exchange, place.seen / "photos", place.keys)
        out = exchange / "candidate"
        self._must(room, "retrain", "--work", place.work, "--out", out)
        try:
            artifact = read_unsigned_artifact(out)
            return HandedOver(artifact.manifest, artifact.files, read_run(place.work))
        except (ArtifactError, OSError) as exc:
            raise TrainingFailed("retrain", f"it left no candidate: {exc}") from exc

    def lay_out(self, place: Place) -> None:
        """Lay out the dataset for the gate: no room can write to it."""
        try:
            self._rooms.lay_out_whole(place.dataset)
        except OSError as exc:
            raise TrainingFailed("retrain", str(exc)) from exc

    def adopt(self, handed: HandedOver, place: Place, signer: ArtifactSigner) -> None:
        """Sign a candidate that was taken, record its run in MLflow, and keep it in the place."""
        exchange = place.exchange()
        taken = write_artifact(exchange / "candidate", handed.manifest, handed.files)
        signer.sign(taken, taken / SIGNATURE)
        run = exchange / "run"
        for name, data in handed.run.items():
            (run / RUN_FILES[name]).parent.mkdir(parents=True, exist_ok=True)
            (run / RUN_FILES[name]).write_bytes(data)
        room = self._rooms.registry(run, taken)
        self._must(room, "record-run", "--work", run, "--candidate", taken)
        shutil.rmtree(place.candidate, ignore_errors=True)
        taken.replace(place.candidate)

    def reproduce(self, place: Place) -> None:
        """Build the candidate again and sign what came of it; the gate judges a difference."""
        self.lay_out(place)
        try:
            self._rooms.lay_out_seen(place.dataset, place.seen)
        except (OSError, UnreadableRecord) as exc:
            raise TrainingFailed("rebuild", str(exc)) from exc
        self.rebuild(place.candidate, place.seen, place.exchange(), place.reproduction)

    def rebuild(  # long: one rebuild, from the manifest to the signature
        self,
        candidate: Path,
        dataset: Path,
        exchange: Path,
        out: Path,
        params: Path | None = None,
    ) -> Reproduction:
        """Have a candidate built again in a room, compare what it leaves, and sign the outcome.

        `dataset` is what training may see; `params` where the commit's own are not those of the
        model. The room is given the candidate's manifest alone, and its word counts for nothing.
        """
        if self._reproductions is None:
            reason = "set PLINTH_REPRODUCTION_KEY: the gate believes a signed record alone"
            raise TrainingFailed("reproduce", reason)
        self._reproductions.sign(b"")  # to fail now, and not when all has been trained
        original = open_artifact(candidate, self._artifacts).manifest
        original.write(exchange / "manifest.json")
        words: list[str | Path] = ["rebuild", exchange / "manifest.json", "--dataset", dataset]
        if params is not None:
            shutil.copyfile(params, exchange / "params.yaml")
            words += ["--params", exchange / "params.yaml"]
        built = exchange / "rebuilt"
        room = self._rooms.reproduction(dataset, exchange)
        self._must(room, *words, "--out", built, "--work", exchange / "work")
        try:
            rebuilt = read_unsigned_artifact(built).manifest
        except ArtifactError as exc:
            raise TrainingFailed("rebuild", f"it left no model: {exc}") from exc
        outcome, differences = compare_rebuilt(original, rebuilt)
        found = Reproduction(
            model=original.name,
            original=original.digest,
            rebuilt=rebuilt.digest,
            outcome=outcome,
            differences=differences,
            commit=original.code.commit,
            environment=original.environment,
            photo_manifest=original.data.photo_manifest,
            photos_compared=0,
            made_at=self._clock(),
        )
        write_signed(found, out, self._reproductions)
        shutil.rmtree(exchange, ignore_errors=True)
        return found

    def register(self, report: Path, kept: Path, exchange: Path) -> Registered | str:
        """Give what the store keeps in `kept` a version, or return why not."""
        report, exchange = report.absolute(), exchange.absolute()
        room = self._rooms.registry(kept, report, signature_of(report), exchange=exchange)
        out = exchange / "registered.json"
        words = ("register", kept.absolute(), "--gate-report", report, "--out", out)
        done = self._run(room, words, capture=True)
        if done.returncode == REFUSED:
            return _last(done)
        if done.returncode:
            raise TrainingFailed("register", _last(done))
        try:
            text = read_small_file(out, _RECORD_BYTES).decode(errors="replace")
            return Registered.parse(parse_json(text, str(out)), str(out))
        except (OSError, UnreadableRecord) as exc:
            raise TrainingFailed("register", str(exc)) from exc

    def _must(self, room: Room, *words: str | Path) -> None:
        done = self._run(room, words)
        if done.returncode:
            raise TrainingFailed(str(words[0]), _last(done))

    def _run(
        self, room: Room, words: Sequence[str | Path], *, capture: bool = False
    ) -> "subprocess.CompletedProcess[str]":
        try:
            with self._rooms.standing(room).opened(room):
                return subprocess.run(  # noqa: S603 - the project's own launcher, no shell
                    self._rooms.command(room, words),
                    cwd=self._rooms.root,
                    capture_output=capture,
                    text=True,
                    errors="replace",
                    check=False,
                    pass_fds=self._descriptors,
                )
        except OSError as exc:
            raise TrainingFailed(str(words[0]), str(exc)) from exc


def _last(done: "subprocess.CompletedProcess[str]") -> str:
    said = plain((done.stderr or "").strip(), 600)
    return said or f"exit code {done.returncode}, see above"


def train_once(
    inputs: str,
    planned: str | None,
    places: Places,
    train: Callable[[Place], HandedOver],
    handover: HandoverFolder,
) -> str | Refusal:
    """Return the digest of what is handed over, or why nothing is; TrainingFailed.

    A killed training is taken up where it was; one that was handed over isn't done again. `inputs`
    are this checkout's, by digest; `planned` those that somebody planned for: no others are trained
    on.
    """
    if planned is not None and planned != inputs:
        return Refusal(f"this checkout trains from {inputs}, planned was {planned}")
    with places.held(inputs) as mine:
        if not mine:
            return Refusal(UNDER_WAY)
        place = places.place(inputs)
        known = place.handed_over()
        if known and handover.holds(known):
            return known
        digest = handover.give(train(place))
        place.keep_handed_over(digest)
        return digest
