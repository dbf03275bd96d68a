"""Seconds of the loop: pull request to verdict, merge to staging, revert to the old answer.

A real box with people, two promoted models and services that answer. What is counted begins and
ends where a person would look: a pull request's first moment and the end of its judge, main's move
and the end of staging's deploy, main's move and the first answer that another model gives.
"""

import math
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.measure import ROOT, Verdict, at_most, exactly, ratio, row, seconds_of
from rehearsal.box.record_files import PullFiles
from rehearsal.box.run_files import RunFiles
from rehearsal.demo.loop import Loop
from rehearsal.demo.promoting import Promoting
from rehearsal.demo.returning import Lookout
from rehearsal.demo.scale import FAST
from rehearsal.demo.stage import Archive, Stage
from rehearsal.demo.story import Story
from rehearsal.demo.timeline import Timeline

RUNS = 5
VERDICT, STAGING, REVERT = 4.0, 10.0, 3.0
"""Goals in seconds."""
EMPTY = """\
name: empty
on: workflow_dispatch
jobs:
  empty:
    runs-on: self-hosted
    steps:
      - run: "true"
"""
_NAMED = re.compile(r"[^\s:]*[0-9a-f]{8}[0-9a-f]*[^\s:]*|\d[\d.]*")
_POLL_SECONDS = 0.01


@dataclass
class Round:
    """Seconds of one round by what was measured, their parts by name, and how requests fared."""

    seconds: dict[str, float] = field(default_factory=dict)
    parts: dict[str, dict[str, float]] = field(default_factory=dict)
    lost: int = 0
    sent: int = 0

    def add(self, what: str, began: float, watch: "Watch", workflow: str, job: str) -> None:
        """Take the seconds until a job of a workflow ended well, and what they were spent on."""
        runs = RunFiles(watch.box)
        numbers = {number for _, number, _ in watch.lines}
        run = next(one for one in map(runs.read, sorted(numbers)) if one.workflow == workflow)
        lines = [(at, line) for at, number, line in watch.lines if number == run.number]
        parts, last = {}, began
        if run.started_at:
            parts["waits for its turn"] = run.started_at.timestamp() - began
            last = run.started_at.timestamp()
        for at, line in lines:
            name = _part(line)
            parts[name] = parts.get(name, 0.0) + at - last
            last = at
            if line.startswith(f"{job}  success"):
                break
        else:  # what failed early would look fast
            raise RuntimeError(f"{job} of run {run.number} did not end well")
        self.parts[what] = parts
        self.seconds[what] = last - began


def run(runs: int = RUNS) -> list[Verdict]:
    """Make the box once, then measure all three in turns with act's empty workflow and Python."""
    with tempfile.TemporaryDirectory(prefix="plinth-loop-") as name:
        stage = Stage(ROOT, Path(name), FAST)
        try:
            rounds = _rounds(stage, runs)
        finally:
            stage.clean_up()
    floors = {name: [one.seconds[name] for one in rounds] for name in ("python", "act")}
    for name, values in floors.items():
        print(row(f"floor: {name}", values, "s"))
    found = {}
    for name in ("verdict", "staging", "revert"):
        found[name] = [one.seconds[name] for one in rounds]
        print(row(name, found[name], "s"))
        above = ", ".join(f"{ratio(found[name], floors[floor]):.1f} x {floor}" for floor in floors)
        print(f"    {above}; in the median:")
        for part in rounds[0].parts[name]:
            middle = statistics.median(one.parts[name].get(part, 0.0) for one in rounds)
            print(f"    {part:44} {middle:6.2f} s")
    lost, sent = sum(one.lost for one in rounds), sum(one.sent for one in rounds)
    return [
        at_most("pull request to verdict", statistics.median(found["verdict"]), VERDICT, " s"),
        at_most("merge to verified staging", statistics.median(found["staging"]), STAGING, " s"),
        at_most("revert to the old answer", statistics.median(found["revert"]), REVERT, " s"),
        exactly(f"requests lost of {sent}", lost, 0),
    ]


def _rounds(stage: Stage, runs: int) -> list[Round]:
    timeline = Timeline()
    story = Story(stage, timeline, None)
    archive = story.found()
    promoting = Promoting(story.loop, archive)
    promoting.first_promotion()
    promoting.better_model()
    rounds = []
    for number in range(runs):
        one = Round()
        one.seconds["python"] = seconds_of(partial(_ran, stage, "-c", "pass"))
        one.seconds["act"] = _empty_workflow(stage)
        _change(story.loop, one, number)
        promotion = promoting.second_promotion()
        _revert(story.loop, archive, one, promotion)
        rounds.append(one)
    return rounds


def _part(line: str) -> str:
    """Return the name of what ended with a line of a log: the line without digests and numbers."""
    return "until " + _NAMED.sub("*", line)[:70]


def _ran(stage: Stage, *words: str) -> None:
    python = stage.root / ".envs/delivery/bin/python"
    subprocess.run([str(python), *words], stdout=subprocess.DEVNULL, check=True)


def _empty_workflow(stage: Stage) -> float:
    """Return the seconds of act over a repository with a workflow of one empty step."""
    folder = stage.folder / "empty"
    if not folder.is_dir():
        workflow = folder / ".github/workflows/empty.yml"
        workflow.parent.mkdir(parents=True)
        workflow.write_text(EMPTY, encoding="utf-8")
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    act = stage.root / ".envs/rehearsal/bin/act"
    words = [str(act), "workflow_dispatch", "--directory", str(folder), "--pull=false",
             "--platform", "self-hosted=-self-hosted", "--no-cache-server"]  # fmt: skip
    return seconds_of(lambda: subprocess.run(words, check=True, capture_output=True))


def _change(loop: Loop, one: Round, number: int) -> None:
    """Open a pull request that changes a document, and merge it: staging's payload is installed."""
    max_, branch = loop.member("max"), f"documents/{number}"
    max_.begin(branch)
    page = max_.clone / "README.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n{number}\n", encoding="utf-8")
    commit = max_.commit("Change a document")
    max_.push(branch)
    with _watched(loop.stage) as watch:
        opened = max_.open(branch, "Change a document")
        max_.wait(commit)
    pull = _pulls(loop).read(opened)
    one.add("verdict", pull.opened_at.timestamp(), watch, "judge", "judge/judge")
    with _watched(loop.stage) as watch:
        loop.merge(opened)
    one.add("staging", _moved(loop), watch, "deploy", "deploy/staging")


def _revert(loop: Loop, archive: Archive, one: Round, promotion: str) -> None:
    """Revert a promotion while requests come in."""
    max_, photo, stage = loop.member("max"), archive.photo(), loop.stage
    before = stage.ask("production", photo).json()["model"]["digest"]
    max_.begin("main-as-it-is")
    branch = max_.plinth("delivery", "revert", promotion, *max_.signing).line("goes back to")
    branch = branch.partition(":")[0]
    max_.git("checkout", "--quiet", branch)
    max_.push(branch)
    number = max_.open(branch, "Revert a promotion")
    max_.wait(max_.head)
    with (
        _watched(stage) as watch,
        stage.load("production", photo) as load,
        Lookout(stage, photo, before) as lookout,
    ):
        loop.merge(number)
    one.sent += load.report.sent
    one.lost += load.report.failed
    moved = _moved(loop)
    one.add("revert", moved, watch, "deploy", "deploy/production")
    one.seconds["revert"] = lookout.seconds_since(datetime.fromtimestamp(moved, UTC))
    if math.isinf(one.seconds["revert"]):
        raise RuntimeError("no other model answered after the revert")


def _pulls(loop: Loop) -> PullFiles:
    return PullFiles(loop.stage.setting.box)


def _moved(loop: Loop) -> float:
    """Return when main moved last."""
    log = loop.stage.setting.origin / "logs/refs/heads/main"
    return log.stat().st_mtime


@dataclass
class Watch:
    """The lines that the logs of a box's runs got while a block ran, each with its moment."""

    box: Path
    over: frozenset[int]
    """Runs that had ended before: to look at them all the time slows what is measured."""
    lines: list[tuple[float, int, str]] = field(default_factory=list)

    def look(self, offsets: dict[int, int]) -> None:
        """Read what logs got since, from their offsets on."""
        runs = RunFiles(self.box)
        for number in {int(entry.name) for entry in os.scandir(self.box / "runs")} - self.over:
            found, offsets[number] = runs.log(number, offsets.get(number, 0))
            moment = time.time()  # noqa: TID251 - a stopwatch
            self.lines += [(moment, number, line) for line in found]


@contextmanager
def _watched(stage: Stage) -> Iterator[Watch]:
    """Watch the logs of all runs during a block."""
    box, over = stage.setting.box, threading.Event()
    ended = frozenset(run.number for run in RunFiles(box).all() if run.state.ended)
    watch = Watch(box, ended)
    offsets: dict[int, int] = {}
    watch.look(offsets)
    watch.lines.clear()

    def look() -> None:
        while not over.wait(_POLL_SECONDS):
            watch.look(offsets)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
        watch.look(offsets)
