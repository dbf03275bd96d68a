"""What the front door's start costs: `bin/plinth SERVICE --help` beside `python -c pass`."""

import subprocess
from collections.abc import Callable
from functools import partial

from benchmarks.measure import ROOT, Verdict, at_most, interleave, ratio, row, seconds_of

ROUNDS, LIMIT = 11, 15.0
SERVICES = ("delivery", "gate", "inference", "training")


def run() -> list[Verdict]:
    """Measure services' --help, their launcher alone and a bare Python, in turns."""
    python = ROOT / ".envs/delivery/bin/python"
    sides = {"python": _command(str(python), "-c", "pass")} | {
        service: _command(str(ROOT / "bin/plinth"), service, "--help") for service in SERVICES
    }
    sides["--state"] = _command(str(ROOT / "bin/plinth"), "--state")
    for once in sides.values():  # makes the packaged copies
        once()
    took = interleave(ROUNDS, {name: partial(seconds_of, work) for name, work in sides.items()})
    for name, seconds in took.items():
        print(row(name, [1000 * one for one in seconds], "ms"))
    return [
        at_most(f"{service} --help over `python -c pass`", ratio(took[service], took["python"]),
                LIMIT, " times")
        for service in SERVICES
    ]  # fmt: skip


def _command(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
