"""act: runs the real workflow files as processes of this machine.

act reads .env, .secrets, .vars, .input and .actrc where it stands, so it stands in an empty folder
with an empty home, and is told to read none. Its steps see an environment of allowed variables.

Only main's own checkout runs beside keys and state. A branch's runs in a room that holds its
folder, a view of the repository's objects and what the box shares; nothing outlives it there.
"""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from rehearsal.box.act_output import read_line
from rehearsal.box.errors import BoxUnfit
from rehearsal.box.locks import tried
from rehearsal.box.processes import end_processes_in, end_processes_of
from rehearsal.box.records import Commit, Run
from rehearsal.box.repository import Git
from walls import OtherUser, Room, TriedRoom, UnusableRoom, Wall, try_room
from walls.user import user_of

Say = Callable[[str], None]
_NOISE: Final = "Couldn't get a valid docker connection"
NO_WALL: Final = (
    "refused: no wall keeps a branch's workflow from keys and state here ({why}). Install "
    "bubblewrap, or accept it: `box create --accept-missing-wall REASON` with the other options"
)
NO_REVIEWERS: Final = {"REVIEWERS": "none"}
"""Variables of every repository here: nobody is asked before a job of an environment."""
_CACHE: Final = re.compile(r"\bactions/cache(?:/restore|/save)?@([0-9a-f]{40})\b")
_NO_CACHE: Final = """\
name: cache
description: Keeps nothing, and says that all is there. A box lends its environments.
outputs: {cache-hit: {value: "true"}}
runs: {using: composite, steps: [{run: "true", shell: bash}]}
"""
"""What stands in for the forge's cache, which act would fetch from the network."""
_OWN: Final = ("environment", "box.yaml", "queue", "runs", "pulls", "pushes", "locks", "spare")
"""What of the box's folder no branch's workflow may reach, besides the repository's refs."""
_QUIET: Final = {
    "NO_COLOR": "1", "TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What a workflow engine is to run; `event` is its event file, in JSON."""

    run: Run
    checkout: Commit
    ref: str
    """The ref that the checkout is of."""
    event: str
    environment: Mapping[str, str]
    variables: Mapping[str, str]
    """What the workflow reads as `vars.NAME`."""
    seconds: float
    trusted: bool = False
    """Whether the checkout is main's: then its steps have keys and state; else they have a room."""
    shared: tuple[str, ...] = ()
    """Variables of `environment` that a checkout which isn't main's gets, as folders to read."""
    accept_missing_wall: str = ""
    """Why such a checkout may run where there is no wall; empty where it may not."""


@dataclass(frozen=True)
class Ended:
    """How it went."""

    succeeded: bool
    description: str = ""
    superseded: str = ""
    summary: str = ""


class ActEngine:
    """A fresh clone, home and cache a run, in one folder that goes when the run ends."""

    def __init__(
        self,
        box: Path,
        act: Path,
        environment: Mapping[str, str],
        find_wall: Callable[[], Wall],
    ) -> None:
        self._box = box
        self._act = act
        self._environment = environment
        self._find_wall = find_wall
        self._origin = box / "origin.git"

    def scratch(self) -> Path:
        """Make an empty folder for one run."""
        # Steps are scripts under it, and act starts them unquoted: no space may be in its path.
        base = Path(tempfile.gettempdir()).resolve()
        if " " in str(base):
            base = Path("/tmp")  # noqa: S108 - mkdtemp makes a folder of ours in it
        return Path(tempfile.mkdtemp(prefix="plinth-box-", dir=base))

    def run(self, order: Order, scratch: Path, say: Say) -> Ended:
        """Clone, and let act run one workflow; GitFailed where there is nothing to clone."""
        wall = None if order.trusted else self._find_wall()
        if wall is not None:
            if wall.missing and not order.accept_missing_wall:
                return Ended(succeeded=False, description=NO_WALL.format(why=wall.missing))
            say(_first_line(wall, order))
        for name in ("neutral", "home", "cache"):
            (scratch / name).mkdir()
        (scratch / "event.json").write_text(order.event, encoding="utf-8")
        self._clone(order, scratch, copied=isinstance(wall, OtherUser))
        workflow = scratch / "clone" / order.run.file
        if not workflow.is_file():
            return Ended(succeeded=False, description=f"main has no {order.run.file} any more")
        if wall is None:
            return self._ran(
                order, scratch, say, self._command(order, scratch),
                self._step_environment(order, scratch / "home"),
            )  # fmt: skip
        told = {"PLINTH_RUN": str(order.run.number), "PLINTH_ACTOR": order.run.actor}
        room = self._room(wall, order.environment, order.shared, told, scratch)
        try:
            with wall.opened(room):
                command = wall.command(room, self._command(order, scratch))
                try:
                    return self._ran(order, scratch, say, command, self._environment)
                finally:
                    if isinstance(wall, OtherUser):
                        end_processes_of(user_of(room))
        except UnusableRoom as exc:
            return Ended(succeeded=False, description=f"no room for a branch's workflow: {exc}")

    def clear(self, scratch: Path) -> None:
        """End what still works in the folder, and remove it; BoxUnfit for any other folder."""
        if not scratch.name.startswith("plinth-box-"):
            raise BoxUnfit(str(scratch), "it is no run's folder: remove it by hand")
        if scratch.is_dir():
            end_processes_in(scratch)
            shutil.rmtree(scratch, onerror=_make_writable)

    def prepare(self) -> None:
        """Check main out for the next run, which then waits for no thousand files; GitFailed."""
        with tried(self._box / "locks" / "spare") as mine:
            if not mine or self._spare.is_dir():
                return
            draft = self._spare.with_name("spare-draft")
            shutil.rmtree(draft, ignore_errors=True)  # what a killed runner left
            self._cloned(draft, "--shared")
            main = ("reset", "--quiet", "--hard", "refs/remotes/origin/main")
            Git(draft / ".git", self._environment)(f"--work-tree={draft}", *main)
            draft.rename(self._spare)

    @property
    def _spare(self) -> Path:
        return self._box / "spare"

    def _cloned(self, clone: Path, objects: str) -> None:
        outside = Git(self._origin, self._environment)
        outside(
            "clone", "--quiet", objects, "--no-checkout", "--template=", "--",
            str(self._origin), str(clone),
        )  # fmt: skip

    def _clone(self, order: Order, scratch: Path, *, copied: bool) -> None:
        clone = scratch / "clone"
        inside = Git(clone / ".git", self._environment)
        # Its objects are origin's own: whatever commit an event names is there to be read. Who may
        # not read them gets a copy of all.
        files = ["reset", "--quiet", "--hard"]
        if copied:
            self._cloned(clone, "--no-hardlinks")
        else:
            try:
                self._spare.rename(clone)
            except OSError:  # another run took it, none was made, or it lies on another disk
                self._cloned(clone, "--shared")
            else:
                # Only files that differ are touched; a reset would read all of them once more.
                files = ["read-tree", "-m", "-u", inside("rev-parse", "HEAD")]
                refs = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
                inside("fetch", "--quiet", "--prune", "--no-auto-maintenance", "origin", *refs)
                inside("update-ref", "refs/heads/main", "refs/remotes/origin/main")
        pull = order.run.pull_request
        if pull is not None:
            inside("update-ref", f"refs/remotes/pull/{pull}/head", order.run.commit)
        if order.ref.startswith("refs/heads/"):
            inside("update-ref", order.ref, order.checkout)
            inside("symbolic-ref", "HEAD", order.ref)
        else:
            inside("update-ref", "--no-deref", "HEAD", order.checkout)
        inside(f"--work-tree={clone}", *files, order.checkout)

    def try_room(self, given: Mapping[str, str], shared: Sequence[str]) -> TriedRoom:
        """Enter the room of a branch's workflow and try there what must fail."""
        wall, scratch = self._find_wall(), self.scratch()
        try:
            (scratch / "home").mkdir()
            room = self._room(wall, given, shared, {}, scratch)
            # Of the system, as a workflow's own: no environment of ours is in the room.
            python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
            keeper = [given["PLINTH_KEEPER"]] if given.get("PLINTH_KEEPER") else []
            tried = try_room(wall, room, python=python or "/usr/bin/python3", sockets=keeper)
            return replace(tried, room="box")
        finally:
            self.clear(scratch)

    def _room(
        self,
        wall: Wall,
        given: Mapping[str, str],
        names: Sequence[str],
        told: Mapping[str, str],
        scratch: Path,
    ) -> Room:
        """Return the room of a checkout that isn't main's; the folders that it works in are made.

        What the box shares it sees through a folder of its own, in which it may add to it: an
        environment that another run made, it can use and never change.
        """
        shared = {name: Path(given[name]).resolve() for name in names if name in given}
        if isinstance(wall, OtherUser):  # whose is a cache, his alone is it to read
            shared = {name: folder for name, folder in shared.items() if not _is_cache(folder)}
        lent, variables = _lend(shared, scratch)
        reads = [self._act, *lent]
        if not isinstance(wall, OtherUser):
            reads.append(self._origin / "objects")
        secret = (Path(value) for name, value in given.items() if name not in names)
        kept = {name: value for name, value in self._environment.items() if name != "TMPDIR"}
        return Room(
            name=f"box-{scratch.name}",
            reads=tuple(reads),
            writes=(scratch,),
            hidden=tuple(
                path
                for path in (*secret, *(self._box / name for name in _OWN))
                if path.is_absolute() and path.exists()
            ),
            environment={
                **kept, **_QUIET, **variables, **told,
                "HOME": str(scratch / "home"),
            },
            ends_with_caller=True,
        )  # fmt: skip

    def _ran(
        self,
        order: Order,
        scratch: Path,
        say: Say,
        command: list[str],
        environment: Mapping[str, str],
    ) -> Ended:
        act = subprocess.Popen(
            command,
            cwd=scratch / "neutral",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        heard = _Heard(say)
        with act, _TimeLimit(order.seconds, lambda: end_processes_in(scratch)) as limit:
            heard.hear(act.stdout or ())
        return heard.ended(act.returncode, limit.passed, order.seconds)

    def _command(self, order: Order, scratch: Path) -> list[str]:
        run, clone = order.run, scratch / "clone"
        variables = {**NO_REVIEWERS, **order.variables}
        none = ("--env-file", "--secret-file", "--var-file", "--input-file")
        return [
            str(self._act), run.event.value,
            "--directory", str(clone), "--workflows", str(clone / run.file),
            "--eventpath", str(scratch / "event.json"),
            *(word for option in none for word in (option, os.devnull)),
            *(f"--var={name}={value}" for name, value in variables.items()),
            "--platform", "ubuntu-latest=-self-hosted", "--platform", "self-hosted=-self-hosted",
            "--action-cache-path", str(scratch / "cache"), "--action-offline-mode",
            "--no-cache-server", "--pull=false", "--defaultbranch", "main",
            # Jobs share this machine, so they run one after the other; but act takes those of a
            # stage in any order, and production must not wait for an image.
            "--concurrent-jobs", "2" if run.releases else "1",
            *_without_cache(clone / run.file, scratch / "no-cache"),
            f"--actor={run.actor}", "--json",
        ]  # fmt: skip

    def _step_environment(self, order: Order, home: Path) -> dict[str, str]:
        return {
            **self._environment,
            **_QUIET,
            **order.environment,
            "HOME": str(home),
            "PLINTH_BOX": str(self._box),
            "PLINTH_RUN": str(order.run.number),
            "PLINTH_ACTOR": order.run.actor,
        }


@dataclass
class _Heard:
    """What act has said so far."""

    say: Say
    summaries: dict[str, str] = field(default_factory=dict)
    superseded: str = ""
    failed: list[str] = field(default_factory=list)
    jobs: set[str] = field(default_factory=set)

    def hear(self, lines: Iterable[str]) -> None:
        for line in lines:
            if _NOISE in line:
                continue
            said = read_line(line)
            for text in said.lines:
                self.say(text)
            if said.summary:
                self.summaries[said.job] = self.summaries.get(said.job, "") + said.summary + "\n"
            self.superseded = said.superseded or self.superseded
            if said.result:
                self.jobs.add(said.job)
            if said.result == "failure":
                self.failed.append(said.job)

    def ended(self, code: int, out_of_time: bool, seconds: float) -> Ended:
        description = ""
        if out_of_time:
            description = f"it took longer than {seconds / 60:g} minutes"
        elif code:
            description = f"failed: {', '.join(self.failed)}" if self.failed else "act failed"
        elif not self.jobs:
            # act skips a job whose label it knows no machine for, and calls that a success.
            description = "no job of it ran: look at its `runs-on` and its conditions"
        return Ended(
            succeeded=code == 0 and not out_of_time and bool(self.jobs),
            description=description,
            superseded=self.superseded,
            summary="\n".join(self.summaries.values()),
        )


class _TimeLimit:
    """Calls something when time is up, unless the block ends before."""

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self.passed = False
        self._then = then
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _pass(self) -> None:
        self.passed = True
        self._then()


def _without_cache(workflow: Path, folder: Path) -> list[str]:
    """Return options that put an action which does nothing in the place of each cache."""
    text = workflow.read_text(encoding="utf-8", errors="replace")
    for part in (folder, folder / "restore", folder / "save"):
        part.mkdir()
        (part / "action.yml").write_text(_NO_CACHE, encoding="utf-8")
    found = sorted(set(_CACHE.findall(text)))
    return [f"--local-repository=actions/cache@{commit}={folder}" for commit in found]


def _first_line(wall: Wall, order: Order) -> str:
    if wall.missing:
        return (
            f"NO WALL: this branch's workflow runs beside keys and state ({wall.missing}); "
            f"the box accepts it: {order.accept_missing_wall}"
        )
    return f"{wall.name}: a branch's workflow, in a room without keys, state and network"


def _lend(shared: Mapping[str, Path], scratch: Path) -> tuple[list[Path], dict[str, str]]:
    """Return the paths that a room reads of what the box shares, and the variables naming them."""
    reads, variables = list(shared.values()), {}
    for name, folder in shared.items():
        seen = folder
        if folder.is_dir() and not _is_cache(folder):  # that is large, and lent as it is
            seen = scratch / "shared" / name
            reads += _overlay(folder, seen)
        variables[name] = str(seen)
    return reads, variables


def _overlay(folder: Path, overlay: Path) -> list[Path]:
    """Fill a folder with links to what is in another, and return the environments among that.

    A folder of environments or of packages gets links of its own, so that more can lie beside them.
    """
    overlay.mkdir(parents=True)
    environments = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink() and not (entry / "bin").is_dir():
            inner = overlay / entry.name
            inner.mkdir()
            for part in sorted(entry.iterdir()):
                # A lock of others can't be opened to write there: it gets its own.
                if part.is_dir():
                    (inner / part.name).symlink_to(part)
        elif entry.name != "lock":
            (overlay / entry.name).symlink_to(entry)
            if (entry / "bin").is_dir():
                environments.append(entry)
    return environments


def _is_cache(folder: Path) -> bool:
    """Whether a folder says that it is a cache (https://bford.info/cachedir)."""
    return (folder / "CACHEDIR.TAG").is_file()


def _make_writable(function: Callable[[str], object], path: str, _: object) -> None:
    """Remove what a step made read-only, as caches do."""
    parent = Path(path).parent
    parent.chmod(0o700)
    if not Path(path).is_symlink():
        Path(path).chmod(0o700)
    function(path)
