"""act: runs the real workflow files as processes of this machine.

act reads .env, .secrets, .vars, .input and .actrc where it stands, so it stands in an empty folder
with an empty home, and is told to read none. Its steps see an environment of allowed variables.
"""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from box.adapters.git_repository import Git
from box.adapters.processes import end_processes_in
from box.domain.act_output import read_line
from box.errors import BoxUnfit
from box.ports import Ended, Order, Say

_NOISE: Final = "Couldn't get a valid docker connection"
_QUIET: Final = {
    "NO_COLOR": "1", "TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0",
}  # fmt: skip


class ActEngine:
    """A fresh clone, home and cache a run, in one folder that goes when the run ends."""

    def __init__(self, box: Path, act: Path, environment: Mapping[str, str]) -> None:
        self._box = box
        self._act = act
        self._environment = environment
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
        for name in ("neutral", "home", "cache"):
            (scratch / name).mkdir()
        (scratch / "event.json").write_text(order.event, encoding="utf-8")
        self._clone(order, scratch)
        workflow = scratch / "clone" / order.run.file
        if not workflow.is_file():
            return Ended(succeeded=False, description=f"main has no {order.run.file} any more")
        return self._ran(order, scratch, say)

    def clear(self, scratch: Path) -> None:
        """End what still works in the folder, and remove it; BoxUnfit for any other folder."""
        if not scratch.name.startswith("plinth-box-"):
            raise BoxUnfit(str(scratch), "it is no run's folder: remove it by hand")
        if scratch.is_dir():
            end_processes_in(scratch)
            shutil.rmtree(scratch, onerror=_make_writable)

    def _clone(self, order: Order, scratch: Path) -> None:
        clone = scratch / "clone"
        # Its objects are origin's own: whatever commit an event names is there to be read.
        outside = Git(self._origin, self._environment)
        outside(
            "clone", "--quiet", "--shared", "--no-checkout", "--template=", "--",
            str(self._origin), str(clone),
        )  # fmt: skip
        inside = Git(clone / ".git", self._environment)
        pull = order.run.pull_request
        if pull is not None:
            inside("update-ref", f"refs/remotes/pull/{pull}/head", order.run.commit)
        if order.ref.startswith("refs/heads/"):
            inside("update-ref", order.ref, order.checkout)
            inside("symbolic-ref", "HEAD", order.ref)
        else:
            inside("update-ref", "--no-deref", "HEAD", order.checkout)
        inside(f"--work-tree={clone}", "reset", "--quiet", "--hard", order.checkout)

    def _ran(self, order: Order, scratch: Path, say: Say) -> Ended:
        act = subprocess.Popen(  # noqa: S603 - act, with arguments made here
            self._command(order, scratch),
            cwd=scratch / "neutral",
            env=self._step_environment(order, scratch / "home"),
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
        none = ("--env-file", "--secret-file", "--var-file", "--input-file")
        return [
            str(self._act), run.event.value,
            "--directory", str(clone), "--workflows", str(clone / run.file),
            "--eventpath", str(scratch / "event.json"),
            *(word for option in none for word in (option, os.devnull)),
            *(f"--var={name}={value}" for name, value in order.variables.items()),
            "--platform", "ubuntu-latest=-self-hosted", "--platform", "self-hosted=-self-hosted",
            "--action-cache-path", str(scratch / "cache"), "--action-offline-mode",
            "--no-cache-server", "--pull=false", "--defaultbranch", "main",
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


def _make_writable(function: Callable[[str], object], path: str, _: object) -> None:
    """Remove what a step made read-only, as caches do."""
    parent = Path(path).parent
    parent.chmod(0o700)
    if not Path(path).is_symlink():
        Path(path).chmod(0o700)
    function(path)
