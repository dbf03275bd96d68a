"""Training's commands, as people run them: `bin/plinth training ...` over a checkout."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from artifacts.errors import UnreadableRecord
from artifacts.records.inputs import Registered, TrainingInputs
from artifacts.records.record import parse_json
from delivery.domain.text import plain
from delivery.errors import TrainingFailed
from delivery.ports.retraining import RetrainingPlace

REFUSED = 1


class TrainingCommands:
    """Runs the launcher of a checkout; what training says goes to this process's own log."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._descriptors: list[int] = []

    def hand_on(self, descriptor: int) -> None:
        """Let commands inherit a descriptor: a lock is then held for as long as one works."""
        self._descriptors.append(descriptor)

    def inputs(self) -> TrainingInputs:
        """Return what a training of the checkout would start from."""
        done = self._run(("inputs",), capture=True)
        if done.returncode:
            raise TrainingFailed("inputs", _last(done))
        try:
            return TrainingInputs.parse(parse_json(done.stdout, "inputs"), "its answer")
        except UnreadableRecord as exc:
            raise TrainingFailed("inputs", str(exc)) from exc

    def retrain(self, place: RetrainingPlace) -> None:
        """Train, and leave the dataset and the candidate in the place."""
        self._must("retrain", "--work", place.work, "--out", place.candidate)

    def reproduce(self, place: RetrainingPlace) -> None:
        """Build the candidate again; that it came out different is the gate's to judge."""
        where = ("--dataset", place.dataset, "--out", place.reproduction)
        done = self._run(("reproduce", place.candidate, *where))
        if done.returncode not in {0, REFUSED}:
            raise TrainingFailed("reproduce", _last(done))

    def register(self, place: RetrainingPlace) -> Registered | str:
        """Keep the candidate and give it a version, or return why not."""
        out = place.report.with_name("registering.json")
        words = ("register", place.candidate, "--gate-report", place.report, "--out", out)
        done = self._run(words, capture=True)
        if done.returncode == REFUSED:
            return _last(done)
        if done.returncode:
            raise TrainingFailed("register", _last(done))
        try:
            return Registered.read(out)
        except UnreadableRecord as exc:
            raise TrainingFailed("register", str(exc)) from exc
        finally:
            out.unlink(missing_ok=True)

    def _must(self, *words: str | Path) -> None:
        done = self._run(words)
        if done.returncode:
            raise TrainingFailed(str(words[0]), _last(done))

    def _run(
        self, words: Sequence[str | Path], *, capture: bool = False
    ) -> "subprocess.CompletedProcess[str]":
        command = [str(self._root / "bin" / "plinth"), "training", *map(str, words)]
        try:
            return subprocess.run(  # noqa: S603 - the project's own launcher, no shell
                command,
                cwd=self._root,
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
