"""Watching runs: their logs, line by line, until they have ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rehearsal.box.outcome import closing_line
from rehearsal.box.ports import Clock, Runs, Say, Sleep, Turn
from rehearsal.box.records import Run, State

POLL_SECONDS: Final = 0.05
REVIVALS: Final = 3
"""How often a dead runner is replaced while somebody watches."""
_REVIVE_POLLS: Final = 60


@dataclass(frozen=True)
class Follow:
    """Says the logs of runs as they grow. Whoever watches may go: nothing depends on it."""

    runs: Runs
    turn: Turn
    clock: Clock
    sleep: Sleep

    def __call__(self, numbers: Sequence[int], say: Say, seconds: float) -> tuple[Run, ...]:
        """Watch until all have ended, or for so long; say how they ended and return them."""
        started = self.clock()

        def in_time() -> bool:
            return (self.clock() - started).total_seconds() < seconds

        found = tuple(_Watch(self, number, say, in_time).until_ended() for number in numbers)
        if found:
            say(closing_line(found))
        return found


class _Watch:
    """One run's log, from its beginning."""

    def __init__(self, follow: Follow, number: int, say: Say, in_time: Callable[[], bool]) -> None:
        self._follow = follow
        self._number = number
        self._say = say
        self._in_time = in_time
        self._offset = 0
        self._idle = 0
        self._revived = 0

    def until_ended(self) -> Run:
        run = self._follow.runs.read(self._number)
        self._say(f"{run.label}: {run.state}")
        while True:
            run = self._follow.runs.read(self._number)
            self._say_new_lines()
            if run.state.ended or not self._in_time():
                self._say(f"{run.label}: {_words(run)}")
                return run
            self._see_to_the_runner()
            self._follow.sleep(POLL_SECONDS)

    def _say_new_lines(self) -> None:
        lines, self._offset = self._follow.runs.log(self._number, self._offset)
        for line in lines:
            self._say(line)

    def _see_to_the_runner(self) -> None:
        """Start another runner where none lives: it ends what the dead one left."""
        self._idle = 0 if self._follow.turn.is_taken() else self._idle + 1
        if self._idle >= _REVIVE_POLLS and self._revived < REVIVALS:
            self._idle, self._revived = 0, self._revived + 1
            self._follow.turn.start_runner()


def _words(run: Run) -> str:
    said = f": {run.description}" if run.description else ""
    return f"{run.state}{said}" if run.state != State.QUEUED else "still waiting"
