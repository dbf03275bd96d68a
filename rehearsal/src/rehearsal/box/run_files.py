"""Runs: queue/N.json until a run has ended, runs/N/ with its run.json, log and summary after."""

from contextlib import suppress
from pathlib import Path

from artifacts.errors import UnreadableRecord
from rehearsal.box.act_output import log_lines
from rehearsal.box.errors import Unknown
from rehearsal.box.locks import held
from rehearsal.box.record_files import numbers
from rehearsal.box.records import Run, State


class RunFiles:
    """One atomic file says all of a run, so that no kill leaves half of one."""

    def __init__(self, box: Path) -> None:
        self._queue = box / "queue"
        self._runs = box / "runs"
        self._numbering = box / "locks" / "runs-numbers"

    def queue(self, run: Run) -> Run:
        """Give a run the next number and put it at the queue's end."""
        with held(self._numbering):
            number = max([*numbers(self._queue), *numbers(self._runs)], default=0) + 1
            queued = run.model_copy(update={"number": number})
            (self._runs / str(number)).mkdir(parents=True, exist_ok=True)
            self.update(queued)
        return queued

    def waiting(self) -> tuple[int, ...]:
        """Return the numbers of runs that have not ended, in order."""
        return tuple(sorted(numbers(self._queue)))

    def read(self, number: int) -> Run:
        """Return a run; Unknown."""
        # It moves from the one to the other, never back; it may move between look and read.
        for path in (self._waiting(number), self._ended(number)):
            if path.is_file():
                with suppress(UnreadableRecord):
                    return Run.read(path)
        if self._ended(number).is_file():
            return Run.read(self._ended(number))
        raise Unknown("run", str(number), "`box runs` lists them")

    def is_running(self, number: int) -> bool:
        """Whether there is such a run and its steps are under way."""
        return self._waiting(number).is_file() and self.read(number).state == State.RUNNING

    def update(self, run: Run) -> None:
        """Write a run that has not ended."""
        run.write(self._waiting(run.number))

    def end(self, run: Run) -> None:
        """Write a run that has ended, and take it out of the queue."""
        run.write(self._waiting(run.number)).replace(self._ended(run.number))

    def all(self) -> tuple[Run, ...]:
        """Return every run, the latest first."""
        found = sorted({*numbers(self._queue), *numbers(self._runs)}, reverse=True)
        return tuple(self.read(number) for number in found if self._is_there(number))

    def say(self, number: int, line: str) -> None:
        """Add a line to a log, made safe to show."""
        with (self._runs / str(number) / "log").open("a", encoding="utf-8") as log:
            log.writelines(f"{shown}\n" for shown in log_lines(line))

    def log(self, number: int, start: int = 0) -> tuple[tuple[str, ...], int]:
        """Return the whole lines of a log from an offset in bytes, and the offset after them."""
        try:
            with (self._runs / str(number) / "log").open("rb") as log:
                log.seek(start)
                data = log.read()
        except FileNotFoundError:
            return (), start
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.decode("utf-8", "replace").split("\n")[:-1]
        return tuple(lines), start + len(whole)

    def summarise(self, number: int, markdown: str) -> None:
        """Write the summary that the jobs left."""
        shown = "\n".join(log_lines(markdown))
        (self._runs / str(number) / "summary.md").write_text(shown, encoding="utf-8")

    def summary(self, number: int) -> str:
        """Return it; empty where there is none."""
        path = self._runs / str(number) / "summary.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def _is_there(self, number: int) -> bool:
        return self._waiting(number).is_file() or self._ended(number).is_file()

    def _waiting(self, number: int) -> Path:
        return self._queue / f"{number}.json"

    def _ended(self, number: int) -> Path:
        return self._runs / str(number) / "run.json"
