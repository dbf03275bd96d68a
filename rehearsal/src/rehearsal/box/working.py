"""The runner: one run at a time, first come first served, and whatever a dead runner left."""

from dataclasses import dataclass
from pathlib import Path

from rehearsal.box.errors import BoxError
from rehearsal.box.events import event_json
from rehearsal.box.outcome import check_state
from rehearsal.box.ports import (
    Box,
    Clock,
    Ended,
    Engine,
    Order,
    Pulls,
    Repository,
    Runs,
    Statuses,
    Turn,
)
from rehearsal.box.receiving import Settle
from rehearsal.box.records import MAIN, Commit, Event, Run, State, Status
from rehearsal.box.text import plain

INTERRUPTED = "interrupted: push again or `box retry {number}`"
_PULL_EVENTS = (Event.PULL_REQUEST, Event.PULL_REQUEST_TARGET)


@dataclass(frozen=True)
class Work:
    """Works off the queue."""

    repository: Repository
    statuses: Statuses
    runs: Runs
    pulls: Pulls
    settle: Settle
    engine: Engine
    turn: Turn
    box: Box
    clock: Clock

    def __call__(self) -> None:
        """Work until the queue is empty; nothing where another runner does."""
        self.settle()
        while self.runs.waiting():
            # Whoever queues while this one lets go finds the turn taken, so it looks once more.
            with self.turn.take() as mine:
                if not mine:
                    return
                self._drain()

    def heal(self) -> tuple[Run, ...]:
        """Put right what a killed pusher or runner left; return the runs that were interrupted."""
        self.settle()
        with self.turn.take() as mine:
            return self._interrupted() if mine else ()

    def _drain(self) -> None:
        self._interrupted()
        while waiting := self.runs.waiting():
            self._one(self.runs.read(waiting[0]))
            self.settle()

    def _interrupted(self) -> tuple[Run, ...]:
        """End the runs that are said to be running: their runner is dead, the turn is ours."""
        found = tuple(
            run for run in map(self.runs.read, self.runs.waiting()) if run.state == State.RUNNING
        )
        for run in found:
            if run.scratch:
                self.engine.clear(Path(run.scratch))
            said = INTERRUPTED.format(number=run.number)
            self.runs.say(run.number, said)
            self._end(run, State.INTERRUPTED, said)
        return found

    def _one(self, run: Run) -> None:
        tip = self.repository.tip("main")
        if reason := self._outdated(run):
            self._end(run, State.SUPERSEDED, reason)
            return
        run = run.model_copy(
            update={"state": State.RUNNING, "base": tip, "started_at": self.clock()}
        )
        self.runs.update(run)
        self._tell(run)
        try:
            ended = self._ran(run, tip)
        except BoxError as exc:
            ended = Ended(succeeded=False, description=plain(exc))
        for line in (ended.description,) if ended.description else ():
            self.runs.say(run.number, line)
        if ended.summary:
            self.runs.summarise(run.number, ended.summary)
        state = State.SUCCESS if ended.succeeded else State.FAILURE
        if ended.succeeded and ended.superseded:
            state = State.SUPERSEDED
        self._end(run, state, ended.superseded or ended.description)

    def _outdated(self, run: Run) -> str:
        if run.event not in _PULL_EVENTS:
            return ""
        branch = run.ref.removeprefix("refs/heads/")
        tip = self.repository.tip(branch)
        # A branch that is gone is judged all the same: what people said on it is to be recorded.
        if tip == run.commit or (tip is None and run.event == Event.PULL_REQUEST_TARGET):
            return ""
        return f"{plain(branch)} has moved on from {run.commit[:12]}"

    def _ran(self, run: Run, tip: Commit | None) -> Ended:
        if run.problem:
            return Ended(succeeded=False, description=run.problem)
        scratch = self.engine.scratch()
        self.runs.update(run.model_copy(update={"scratch": str(scratch)}))
        try:
            return self.engine.run(
                self._order(run, tip), scratch, lambda line: self.runs.say(run.number, line)
            )
        finally:
            self.engine.clear(scratch)

    def _order(self, run: Run, tip: Commit | None) -> Order:
        pull = self.pulls.read(run.pull_request) if run.pull_request else None
        judged = run.event == Event.PULL_REQUEST_TARGET
        # Elsewhere a workflow file is whatever a branch says, even under the name of one of main's.
        on_main = run.ref == MAIN and tip is not None
        mains = judged or (on_main and self.repository.on_first_parent_line(tip or "", run.commit))
        config = self.box.config()
        return Order(
            run=run,
            # The judge is the base: what judges a pull request is main's, never the branch's.
            checkout=tip if judged and tip else run.commit,
            ref=MAIN if judged else run.ref,
            event=event_json(run, tip or run.commit, pull),
            environment=self.box.environment(),
            variables=config.variables,
            seconds=config.run_minutes * 60,
            trusted=mains and tip is not None,
            shared=config.shared,
            accept_missing_wall=config.accept_missing_wall,
        )

    def _end(self, run: Run, state: State, description: str) -> None:
        ended = run.model_copy(
            update={"state": state, "description": description, "ended_at": self.clock(),
                    "scratch": None}
        )  # fmt: skip
        self._tell(ended)
        self.runs.end(ended)

    def _tell(self, run: Run) -> None:
        self.statuses.add(
            run.commit,
            Status(
                context=run.workflow, state=check_state(run.state), event=run.event,
                description=run.description, base=run.base, run=run.number, at=self.clock(),
            ),
        )  # fmt: skip
