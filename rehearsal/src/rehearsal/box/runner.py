"""Three runners: of what releases, of what judges, of all else; each first come first served.

So a rollback and a verdict wait for no tests and no training, on one machine as on a forge's many.
A runner holds a file lock while it works, which the system lets go when it dies; the next one ends
what the dead one left. They are started apart from whoever asks; people watch their logs, and
nothing depends on their watching.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from artifacts.text import plain
from rehearsal.box.act_engine import Ended, Order
from rehearsal.box.box import Box
from rehearsal.box.errors import BoxError
from rehearsal.box.events import event_json
from rehearsal.box.locks import tried
from rehearsal.box.outcome import check_state, closing_line
from rehearsal.box.receiving import settle
from rehearsal.box.records import MAIN, Commit, Event, Run, State, Status

INTERRUPTED: Final = "interrupted: push again or `box retry {number}`"
REVIVALS: Final = 3
"""How often a dead runner is replaced while somebody watches."""
_REVIVE_POLLS: Final = 60
_PATIENCE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05
_PULL_EVENTS: Final = (Event.PULL_REQUEST, Event.PULL_REQUEST_TARGET)


class Kind(StrEnum):
    """What a runner makes, named like its lock; in this order where one process is all of them."""

    RELEASES = "releases"
    JUDGEMENTS = "judgements"
    OTHERS = "runner"


def work(box: Box, first: Kind = Kind.RELEASES) -> None:
    """Work until the queue is empty, nothing where other runners do; `first` is what comes first.

    Each runner looks for the others' runs too: what a killed pusher left is queued by who comes by.
    """
    settle(box)
    for kind in (first, *(other for other in Kind if other != first)):
        _work_as(box, kind)


def heal(box: Box) -> tuple[Run, ...]:
    """Put right what a killed pusher or runner left; return the runs that were interrupted."""
    settle(box)
    found: tuple[Run, ...] = ()
    for kind in Kind:
        with tried(_lock(box, kind)) as mine:
            found += _interrupt(box, kind) if mine else ()
    return found


def follow(box: Box, numbers: Sequence[int], say: Callable[[str], None]) -> tuple[Run, ...]:
    """Say the logs of runs as they grow, and how they ended; return the runs.

    Ends when all have ended, or after the minutes that box.yaml says. A runner that has died is
    replaced: the next one ends what the dead one left.
    """
    started, seconds = box.clock(), box.config.wait_minutes * 60
    found = []
    for number in numbers:
        say(f"{box.runs.read(number).label}: {box.runs.read(number).state}")
        offset = idle = revived = 0
        while True:
            run = box.runs.read(number)
            lines, offset = box.runs.log(number, offset)
            for line in lines:
                say(line)
            if run.state.ended or (box.clock() - started).total_seconds() >= seconds:
                break
            # Other runners hold back the tests of a commit, and make those next.
            kind = _kind_of(run)
            kinds = tuple(Kind) if kind == Kind.OTHERS else (kind,)
            works = any(_is_working(box, one) for one in kinds)
            idle = 0 if works else idle + 1
            if idle >= _REVIVE_POLLS and revived < REVIVALS:
                idle, revived = 0, revived + 1
                start_runner(box)
            box.sleep(_POLL_SECONDS)
        reason = f": {run.description}" if run.description else ""
        ending = f"{run.state}{reason}" if run.state != State.QUEUED else "still waiting"
        say(f"{run.label}: {ending}")
        found.append(run)
    if found:
        say(closing_line(found))
    return tuple(found)


def start_runner(box: Box) -> None:
    """Start runners apart from this process; call it with no lock held."""
    for kind in Kind:
        detach(box.path, partial(work, box, kind))


def detach(folder: Path, run: Callable[[], None]) -> None:
    """Run something in a process apart, which works in a folder and writes its runner.log.

    It is forked, since starting Python anew would take half of a run's overhead. In a session of
    its own, with none of the caller's files open: Ctrl-C and a closed terminal end the pusher,
    never the run, and git doesn't wait for it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            os.chdir(folder)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            log = os.open("runner.log", flags, 0o600)
            for stream, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
                os.dup2(descriptor, stream)
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                run()
            except Exception:  # noqa: BLE001 - whoever looks for a dead runner finds why here
                os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(0)


def end_runner(box: Box) -> None:
    """End the living runners, if there are any, and all that their runs left."""
    for kind in Kind:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        number = signal.SIGTERM
        while _is_working(box, kind):
            pid = _lock(box, kind).read_text(encoding="utf-8")
            if pid.isdigit():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), number)
            if time.monotonic() > deadline:
                number = signal.SIGKILL
            time.sleep(_POLL_SECONDS)
    for waiting in box.runs.waiting():
        if scratch := box.runs.read(waiting).scratch:
            box.engine.clear(Path(scratch))


def _work_as(box: Box, kind: Kind) -> None:
    lock = _lock(box, kind)
    while _waiting(box, kind):
        # Whoever queues while this one lets go finds the turn taken, so it looks once more.
        with tried(lock) as mine:
            if not mine:
                return
            # Who has it, for `box destroy`: the lock says that it lives.
            lock.write_text(str(os.getpid()), encoding="utf-8")
            _interrupt(box, kind)
            while waiting := _waiting(box, kind):
                _work_on(box, waiting[0])
                settle(box)
            with suppress(BoxError, OSError):  # the next run clones for itself then, and says why
                box.engine.prepare()


def _kind_of(run: Run) -> Kind:
    if run.releases:
        return Kind.RELEASES
    return Kind.JUDGEMENTS if run.event == Event.PULL_REQUEST_TARGET else Kind.OTHERS


def _waiting(box: Box, kind: Kind) -> tuple[Run, ...]:
    """Return the runs that a runner may make now, the oldest first.

    What a commit releases goes first, and alone, and so does its judgement: its tests and its
    training can wait, and whoever waits for a rollback or a verdict would wait for these, too, if
    they shared the machine's processors.
    """
    runs = tuple(box.runs.read(number) for number in box.runs.waiting())
    found = tuple(run for run in runs if _kind_of(run) == kind)
    held = {run.commit for run in runs if _kind_of(run) != Kind.OTHERS}
    return tuple(run for run in found if kind != Kind.OTHERS or run.commit not in held)


def _lock(box: Box, kind: Kind) -> Path:
    return box.path / "locks" / kind


def _is_working(box: Box, kind: Kind) -> bool:
    with tried(_lock(box, kind)) as free:
        return not free


def _interrupt(box: Box, kind: Kind) -> tuple[Run, ...]:
    """End the runs that are said to be running: their runner is dead, the turn is ours."""
    waiting = map(box.runs.read, box.runs.waiting())
    found = tuple(run for run in waiting if _kind_of(run) == kind and run.state == State.RUNNING)
    for run in found:
        if run.scratch:
            box.engine.clear(Path(run.scratch))
        reason = INTERRUPTED.format(number=run.number)
        box.runs.say(run.number, reason)
        _end(box, run, State.INTERRUPTED, reason)
    return found


def _work_on(box: Box, run: Run) -> None:
    tip = box.repository.tip("main")
    if reason := _outdated(box, run):
        _end(box, run, State.SUPERSEDED, reason)
        return
    running = {"state": State.RUNNING, "base": tip, "started_at": box.clock()}
    run = run.model_copy(update=running)
    box.runs.update(run)
    _tell(box, run)
    try:
        ended = _ran(box, run, tip)
    except BoxError as exc:
        ended = Ended(succeeded=False, description=plain(exc))
    if ended.description:
        box.runs.say(run.number, ended.description)
    if ended.summary:
        box.runs.summarise(run.number, ended.summary)
    state = State.SUCCESS if ended.succeeded else State.FAILURE
    if ended.succeeded and ended.superseded:
        state = State.SUPERSEDED
    _end(box, run, state, ended.superseded or ended.description)


def _outdated(box: Box, run: Run) -> str:
    """Return why a pull request's run need not be made any more, or nothing."""
    if run.event not in _PULL_EVENTS:
        return ""
    branch = run.ref.removeprefix("refs/heads/")
    tip = box.repository.tip(branch)
    # A branch that is gone is judged all the same: what people said on it is to be recorded.
    if tip == run.commit or (tip is None and run.event == Event.PULL_REQUEST_TARGET):
        return ""
    return f"{plain(branch)} has moved on from {run.commit[:12]}"


def _ran(box: Box, run: Run, tip: Commit | None) -> Ended:
    if run.problem:
        return Ended(succeeded=False, description=run.problem)
    scratch = box.engine.scratch()
    box.runs.update(run.model_copy(update={"scratch": str(scratch)}))
    try:
        order = order_of(box, run, tip)
        return box.engine.run(order, scratch, lambda line: box.runs.say(run.number, line))
    finally:
        box.engine.clear(scratch)


def order_of(box: Box, run: Run, tip: Commit | None) -> Order:
    """Return what the engine is to run, with `tip` as main's, and whether that is main's own."""
    pull = box.pulls.read(run.pull_request) if run.pull_request else None
    judged = run.event == Event.PULL_REQUEST_TARGET
    # Elsewhere a workflow file is whatever a branch says, even under the name of one of main's.
    mains = tip is not None and (
        judged or (run.ref == MAIN and box.repository.on_first_parent_line(tip, run.commit))
    )
    config = box.config
    return Order(
        run=run,
        # The judge is the base: what judges a pull request is main's, never the branch's.
        checkout=tip if judged and tip else run.commit,
        ref=MAIN if judged else run.ref,
        event=event_json(run, tip or run.commit, pull),
        environment=box.folder.environment(),
        variables=config.variables,
        seconds=config.run_minutes * 60,
        trusted=mains,
        shared=config.shared,
        accept_missing_wall=config.accept_missing_wall,
    )


def _end(box: Box, run: Run, state: State, description: str) -> None:
    ending = {"state": state, "description": description, "ended_at": box.clock(), "scratch": None}
    ended = run.model_copy(update=ending)
    _tell(box, ended)
    box.runs.end(ended)


def _tell(box: Box, run: Run) -> None:
    status = Status(
        context=run.workflow, state=check_state(run.state), event=run.event,
        description=run.description, base=run.base, run=run.number, at=box.clock(),
    )  # fmt: skip
    box.statuses.add(run.commit, status)
