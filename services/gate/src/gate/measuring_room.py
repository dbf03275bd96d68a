"""Measures models in processes of their own, each in a room without keys and without a network.

This process judges and signs; it opens no model, reads no pixel, and loads no code that does. What
comes back is data, parsed strictly, and checked against all of it that is known here.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, TypeVar, cast

from artifacts.certificate import Proof
from artifacts.errors import UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.policies.membership import HOLDOUT
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.manifest import ClassificationHead, DecliningHead
from artifacts.records.photos import TRUTHS, PhotoManifest
from artifacts.records.record import parse_json
from artifacts.text import plain
from gate.dataset import FolderDataset
from gate.errors import (
    HoldoutEmpty,
    HoldoutUnusable,
    JudgeUnfit,
    MeasuringFailed,
    TooSlow,
    UnfitModel,
)
from gate.measures.plan import MeasurementPlan, MeasuringLimits
from gate.measuring_code import folder_of, measuring_code_digest
from judging.policy import Policy
from walls import Room, UnusableRoom, Unwalled, Wall, processes_inside

ANSWER_BYTES: Final = 64 << 20
"""Of one answer: an evaluation of 1,500 photos and 25 labels has one."""
LOOK_SECONDS: Final = 0.2
_REASON: Final = 600
_FAR: Final = re.compile(rb"\[(\d{1,9}), (\d{1,9})\]\n")
PACKAGES: Final = ("artifacts", "judging", "gate", "features", "scoring", "walls")
_START: Final = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "from gate.measuring_process import main; main()"
)
"""With `-I` nothing but what is named here comes before the environment's own packages."""
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

R = TypeVar("R", Evaluation, Evidence)
ProgressOf = Callable[[str], Callable[[int, int], None]]
"""What hears how far measuring a model of a digest is: how much is done, and of how much."""
LimitsOf = Callable[[str], MeasuringLimits]
"""What measuring a model of a name may cost."""


class MeasuringRoom:
    """Runs each model in a process of its own, so that none has a say in what another one scores.

    `hidden` are keys that must be out of its reach; `command` is what runs inside, and differs in
    tests alone; `progress` is for people who wait, and nothing rests on what it hears.
    """

    def __init__(
        self,
        wall: Wall,
        limits: LimitsOf,
        jobs: int,
        hidden: Sequence[Path] = (),
        command: Sequence[str] | None = None,
        progress: ProgressOf = lambda _: lambda *_: None,
    ) -> None:
        self._wall = wall
        self._progress = progress
        self._limits = limits
        self._jobs = jobs
        self._hidden = tuple(path for path in hidden if path.exists())
        self._command = tuple(command or measuring_command())
        self._open: dict[tuple[str, str], _Process] = {}
        self._held = ExitStack()
        self._closing = weakref.finalize(self, self._held.close)

    def prove(self, artifact: ModelArtifact) -> Proof:
        """Answer the artifact's golden photos; UnfitModel, JudgeUnfit or MeasuringFailed."""
        mine = (process for key, process in self._open.items() if key[0] == artifact.digest)
        process = next(mine, None) or self._process(artifact, None, evidence=False)
        answer = process.ask({"do": "prove"})
        if (
            not isinstance(answer, dict)
            or set(answer) != {"differences", "bit_equal"}
            or not isinstance(answer["bit_equal"], bool)
            or not isinstance(answer["differences"], list)
            or not all(isinstance(line, str) for line in answer["differences"])
        ):
            raise MeasuringFailed(artifact.digest, "its proof is none")
        return Proof(tuple(answer["differences"]), answer["bit_equal"])

    def evaluate(self, artifact: ModelArtifact, dataset: FolderDataset) -> Evaluation:
        """Score the dataset's holdout; UnfitModel, JudgeUnfit, HoldoutUnusable, MeasuringFailed."""
        answer = self._process(artifact, dataset, evidence=True).ask({"do": "evaluate"})
        found = _parsed(Evaluation, answer, artifact.digest)
        if problem := _untrue(found, artifact, dataset.manifest()):
            raise MeasuringFailed(artifact.digest, f"its evaluation is of other {problem}")
        return found

    def examine(
        self,
        artifact: ModelArtifact,
        dataset: FolderDataset,
        evaluation: Evaluation,
        policy: Policy,
    ) -> Evidence:
        """Measure the evidence; what `evaluate` raises, or HoldoutEmpty."""
        plan = MeasurementPlan.of(policy)
        order = {
            "do": "examine",
            "plan": plan.model_dump(mode="json"),
            "evaluation": evaluation.model_dump(mode="json"),
        }
        answer = self._process(artifact, dataset, evidence=True).ask(order)
        found = _parsed(Evidence, answer, artifact.digest)
        if (found.model, found.photo_manifest, found.holdout, found.measured_by, found.method) != (
            artifact.digest,
            evaluation.photo_manifest,
            evaluation.split_digest,
            measuring_code_digest(),
            plan.method,
        ):
            reason = "its evidence is of another model, data set, code or method"
            raise MeasuringFailed(artifact.digest, reason)
        return found

    def _process(
        self, artifact: ModelArtifact, dataset: FolderDataset | None, *, evidence: bool
    ) -> "_Process":
        folders = _folders(dataset)
        key = (artifact.digest, str(folders))
        if key not in self._open:
            limits = self._limits(artifact.manifest.name)
            header = {
                "manifest": artifact.manifest.model_dump(mode="json"),
                "files": [[path, len(data)] for path, data in artifact.files.items()],
                "dataset": [str(folder) for folder in folders] or None,
                "jobs": self._jobs,
                "cpu_seconds": limits.cpu_seconds,
                "corrupted": limits.corrupted_photos if evidence else None,
            }
            process = _Process(artifact.digest, limits, self._progress(artifact.digest))
            self._held.callback(process.close)
            process.start(self._wall, self._hidden, folders, self._command)
            process.pending = [json.dumps(header).encode() + b"\n", *artifact.files.values()]
            self._open[key] = process
        return self._open[key]


@dataclass
class _Process:
    """One process that measures one model, what it may use, and what it has used."""

    model: str
    limits: MeasuringLimits
    tell: Callable[[int, int], None]
    waited_seconds: float = 0.0
    verdict: Exception | None = None
    pending: Sequence[bytes] = ()
    _held: ExitStack = field(default_factory=ExitStack)

    def start(
        self, wall: Wall, hidden: Sequence[Path], folders: Sequence[Path], command: Sequence[str]
    ) -> None:
        """Start it in its room, or without a wall where `standing_wall` says that none stands."""
        scratch = Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="plinth-")))
        scratch.chmod(0o755)
        own = scratch / "own"
        own.mkdir(mode=0o700)
        room = measuring_room(own, folders, hidden)
        wall = measuring_wall(wall, room, command)
        words = wall.command(room, command)
        self._held.enter_context(wall.opened(room))
        self._errors = scratch / "errors"
        errors = self._held.enter_context(self._errors.open("wb"))
        self._running = subprocess.Popen(  # noqa: S603 - a program of ours, no shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            cwd=own,
        )
        self._stdin = cast("IO[bytes]", self._running.stdin)
        self._stdout = cast("IO[bytes]", self._running.stdout)

    def _send(self, *pieces: bytes) -> None:
        """Hand bytes on; that nobody reads them shows when an answer is waited for."""
        try:
            for piece in pieces:
                self._stdin.write(piece)
            self._stdin.flush()
        except OSError:
            return

    def ask(self, order: dict[str, Any]) -> object:
        """Return the answer to an order; it raises what the process says, or why it ended."""
        if self.verdict:
            raise self.verdict
        answered = threading.Event()
        watch = threading.Thread(target=self._watch, args=(answered,), daemon=True)
        watch.start()
        try:
            pieces, self.pending = self.pending, ()
            self._send(*pieces, json.dumps(order).encode() + b"\n")
            line = self._answer()
        finally:
            answered.set()
            watch.join()
        if self.verdict is None and not line.endswith(b"\n"):
            self.verdict = MeasuringFailed(self.model, self._ending(len(line) > ANSWER_BYTES))
        if self.verdict:
            self.close()
            raise self.verdict
        return self._told(line)

    def _answer(self) -> bytes:
        """Return the line of the answer. Lines before it say how far the work is, if it is true."""
        done = total = 0
        while far := _FAR.fullmatch(line := self._stdout.readline(ANSWER_BYTES + 1)):
            done, total = int(far[1]), int(far[2])
            self.tell(done, total)
        if done < total:
            # It had less to do than it thought, or it died. What is printed next, a decision or an
            # error, must not stand behind a line that still counts.
            self.tell(done, done)
        return line

    def _watch(self, answered: threading.Event) -> None:
        """End the process where it takes too much, and say whose fault that is."""
        start, before = time.monotonic(), self.waited_seconds
        while not answered.wait(LOOK_SECONDS):
            self.waited_seconds = before + time.monotonic() - start
            usage = usage_of(self._running.pid)
            limits = self.limits
            if usage.cpu_seconds > limits.cpu_seconds:
                reason = (
                    f"it took over {limits.cpu_seconds / 60:g} minutes of CPU, which is all that "
                    "the policy allows (measurement.max_cpu_minutes)"
                )
                self.verdict = TooSlow(self.model, reason)
            elif usage.largest_mib > limits.memory_mib:
                reason = (
                    f"a process that measures it needs over {limits.memory_mib} MiB, which is all "
                    "that the policy allows (measurement.max_memory_mib)"
                )
                self.verdict = UnfitModel(self.model, reason)
            elif self.waited_seconds > limits.wall_seconds:
                reason = (
                    f"after {limits.wall_seconds / 60:g} minutes by the clock it had used "
                    f"{usage.cpu_seconds / 60:.1f} of its {limits.cpu_seconds / 60:g} minutes of "
                    "CPU, so the machine is too busy"
                )
                self.verdict = MeasuringFailed(self.model, reason)
            if self.verdict:
                self._kill()
                return

    def _told(self, line: bytes) -> object:
        """Return an answer, or raise whose fault it is that there is none."""
        try:
            found = parse_json(line.decode(), "its answer")
        except (UnreadableRecord, UnicodeDecodeError) as exc:
            raise MeasuringFailed(self.model, f"its answer can't be read: {exc}") from exc
        if isinstance(found, dict) and set(found) == {"answer"}:
            answer: object = found["answer"]
            return answer
        raise _fault(self.model, found)

    def _ending(self, flood: bool) -> str:
        if flood:
            return f"its process answered with more than {ANSWER_BYTES >> 20} MiB"
        self._kill()
        code = self._running.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        said = self._errors.read_bytes()[-8 * _REASON :].decode(errors="replace")
        return f"its process ended ({how}): {plain(' '.join(said.split())[-_REASON:], _REASON)}"

    def _kill(self) -> None:
        # With a wall of namespaces the first process takes all others along; without, the group.
        try:
            os.killpg(self._running.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def close(self) -> None:
        """End the process and remove what it wrote."""
        if hasattr(self, "_running"):
            self._kill()
            self._running.wait()
            for pipe in (self._stdin, self._stdout):
                try:
                    pipe.close()
                except OSError:
                    continue
        self._held.close()


def _fault(model: str, found: object) -> Exception:
    """Return the error that a process names; MeasuringFailed where it names none of ours."""
    said = found if isinstance(found, dict) else {}
    words = {name: value for name, value in said.items() if isinstance(value, str)}
    fault, reason = words.get("fault"), plain(words.get("reason", ""), _REASON)
    problems = said.get("problems")
    known: dict[str | None, Exception] = {
        "slow": TooSlow(model, reason.removeprefix("it is too slow to judge: ")),
        "model": UnfitModel(model, reason),
        "judge": JudgeUnfit(model, reason),
        "photo": HoldoutUnusable(
            plain(words.get("photo", ""), 100), reason, plain(words.get("split", ""), 20)
        ),
        "empty": HoldoutEmpty(reason),
        "dataset": UnreadableRecord(
            reason,
            tuple(plain(str(one), _REASON) for one in problems[:20])
            if isinstance(problems, list)
            else (),
        ),
    }
    return known.get(fault, MeasuringFailed(model, "its answer is none that it may give"))


def _parsed(kind: type[R], answer: object, model: str) -> R:
    try:
        return kind.parse(answer, "its answer")
    except UnreadableRecord as exc:
        raise MeasuringFailed(model, plain(str(exc), _REASON)) from exc


def _untrue(found: Evaluation, artifact: ModelArtifact, manifest: PhotoManifest) -> str:
    """Say in what an evaluation is not of this model over this holdout; of answers it may."""
    rows = manifest.of_split(HOLDOUT)
    judged = [head for head in artifact.manifest.heads if not isinstance(head, DecliningHead)]
    if strange := {head.name for head in judged} - set(TRUTHS):
        return f"heads: there is no truth for {', '.join(sorted(strange))}"
    heads = {head.name: head for head in judged}
    truths: dict[str, tuple[float | None, ...]] = {}
    for name, head in heads.items():
        values = [row.truth(name) for row in rows]
        if isinstance(head, ClassificationHead):
            index = {label: place for place, label in enumerate(head.labels)}
            truths[name] = tuple(None if v is None else index.get(str(v), -1) for v in values)
        else:
            truths[name] = tuple(None if v is None else float(v) for v in values)
    columns = {
        "model": (found.model, artifact.digest),
        "data": (found.photo_manifest, manifest.digest),
        "split": (found.split, HOLDOUT),
        "holdout": (found.split_digest, manifest.split_digest(HOLDOUT)),
        "photos": (found.photos, tuple(row.photo for row in rows)),
        "groups": (found.groups, tuple(row.group for row in rows)),
        "labels": (
            {one.head: one.labels for one in found.classification},
            {h.name: h.labels for h in heads.values() if isinstance(h, ClassificationHead)},
        ),
        "truths": (
            {one.head: one.truths for one in found.classification}
            | {one.head: one.truths for one in found.regression},
            truths,
        ),
        "declining": (
            {one.head for one in found.declining},
            {head.name for head in artifact.manifest.heads} - set(heads),
        ),
        "source": (found.slices.get("source"), tuple(row.source for row in rows)),
    }
    return next((name for name, (said, true) in columns.items() if said != true), "")


def _folders(dataset: FolderDataset | None) -> tuple[Path, ...]:
    if dataset is None:
        return ()
    if not isinstance(dataset, FolderDataset):
        raise TypeError("only a data set in a folder can be shown to another process")
    return dataset.root.resolve(), dataset.store.resolve()


def standing_wall(wall: Wall, folders: Sequence[Path], hidden: Sequence[Path]) -> Wall:
    """Return the wall that measuring in `folders` really gets: none where it gives no room here.

    Another user can't be given what lies in folders of mode 0700, for example; `missing` says why.
    """
    hidden = tuple(path for path in hidden if path.exists())
    with tempfile.TemporaryDirectory(prefix="plinth-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        return measuring_wall(wall, measuring_room(scratch, folders, hidden), measuring_command())


def measuring_wall(wall: Wall, room: Room, command: Sequence[str] = (sys.executable,)) -> Wall:
    """Return the wall around a room: none where another user can't be given the room."""
    try:
        wall.command(room, command)
    except UnusableRoom as exc:
        return Unwalled(f"{wall.name}: {exc}")
    return wall


def measuring_room(own: Path, folders: Sequence[Path], hidden: Sequence[Path]) -> Room:
    """Return the room of one model: data and code to read, and a folder of its own to write."""
    return Room(
        "measuring",
        reads=tuple(dict.fromkeys((*folders, *_code()))),
        writes=(own,),
        hidden=tuple(hidden),
        environment={"TMPDIR": str(own), "HOME": str(own)},
        ends_with_caller=True,
    )


def _code() -> tuple[Path, ...]:
    """Return what the process runs: this environment, what it rests on, and our packages."""
    sites = (Path(path) for path in sys.path if path.endswith("site-packages"))
    packages = (folder_of(name).parent for name in PACKAGES)
    return tuple(dict.fromkeys((Path(sys.prefix), *sites, *packages)))


def measuring_command() -> tuple[str, ...]:
    """Return the command that measures: `-I`, and nothing of ours but its packages."""
    folders = [str(path) for path in dict.fromkeys(folder_of(name).parent for name in PACKAGES)]
    return (sys.executable, "-I", "-c", _START, json.dumps(folders))


@dataclass(frozen=True)
class Usage:
    """CPU seconds of all processes together, those that ended included, and the largest's MiB."""

    cpu_seconds: float
    largest_mib: int


def usage_of(pid: int) -> Usage:
    """Return what a process and those below it have used so far; what ended in between is lost."""
    seconds, largest = 0.0, 0
    for one in (pid, *processes_inside(pid)):
        folder = Path("/proc", str(one))
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
        # After the name: state is the first, and the four times are fields 14 to 17 of stat(5).
        seconds += sum(map(int, fields[11:15])) / _TICKS
        largest = max(largest, pages * _PAGE >> 20)
    return Usage(seconds, largest)
