"""What act says with --json, as lines for people. It quotes secrets: the JSON is not kept."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from artifacts.text import plain

LONGEST_LINE: Final = 4000
# Escape sequences of terminals (ECMA-48): CSI, OSC up to its end, and the two-character ones.
_ESCAPE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
)
_COMMANDS: Final = ("error", "warning", "notice")
_NOISE: Final = ("Set up job", "Complete job")
SUPERSEDED: Final = "superseded"
"""Title of the notice by which a workflow says that a newer one does its work."""


@dataclass(frozen=True)
class Said:
    """What one line of act's output comes to."""

    lines: tuple[str, ...] = ()
    summary: str = ""
    """Markdown of a job, whole: a later one of the same job replaces it."""
    job: str = ""
    result: str = ""
    """How the job ended, where it did."""
    superseded: str = ""


def read_line(line: str) -> Said:
    """Read one line; what is no JSON of act's is shown as it stands."""
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        return Said(tuple(f"act  | {text}" for text in log_lines(line) if text))
    return _said(value)


def _said(value: dict[str, Any]) -> Said:
    job = plain(str(value.get("job", "act")).strip())
    step = plain(value.get("step", ""))
    text = str(value.get("msg", ""))
    if value.get("command") == "summary":
        return Said(summary=str(value.get("content", "")), job=job)
    if value.get("command") in _COMMANDS:
        return _command(value, f"{job}  {step}  | ", job)
    if "command" in value or (step in _NOISE and value.get("stepResult") != "failure"):
        return Said()
    if result := value.get("jobResult"):
        return Said((f"{job}  {plain(result)}",), job=job, result=plain(result))
    if value.get("raw_output") or value.get("level") in {"error", "fatal"}:
        return Said(tuple(f"{job}  {step}  | {shown}" for shown in _shown(text)))
    return Said(tuple(_step_end(value, job, step)))


def _command(value: dict[str, Any], place: str, job: str) -> Said:
    text = str(value.get("arg", ""))
    title = (value.get("kvPairs") or {}).get("title", "")
    lines = tuple(f"{place}{value['command']}: {shown}" for shown in _shown(text))
    superseded = (plain(text) or SUPERSEDED) if title == SUPERSEDED else ""
    return Said(lines, job=job, superseded=superseded)


def _step_end(value: dict[str, Any], job: str, step: str) -> Iterator[str]:
    """Yield a step's result with its seconds; act counts in nanoseconds."""
    result = value.get("stepResult")
    if result and result != "skipped":
        took = value.get("executionTime")
        seconds = f" {took / 1e9:.1f} s" if isinstance(took, int) else ""
        yield f"{job}  {step}  {plain(result)}{seconds}"


def _shown(text: str) -> Iterator[str]:
    yield from log_lines(text.removesuffix("\n"))


def log_lines(text: str) -> Iterator[str]:
    """Yield what a terminal would show of a step's output, line by line.

    Escape sequences go; of a line that was rewritten by carriage returns the last state stays, as
    a progress bar's does; indents stay.
    """
    for written in _ESCAPE.sub("", text).split("\n"):
        states = [state for state in written.split("\r") if state.strip()]
        line = (states or [""])[-1].expandtabs(4).rstrip()
        shown = "".join(character if character.isprintable() else "?" for character in line)
        yield shown if len(shown) <= LONGEST_LINE else shown[: LONGEST_LINE - 1] + "…"
