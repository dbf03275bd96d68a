"""Text of others, made safe to show: names of branches and files, reasons, what steps print."""

import re
from collections.abc import Iterator

MAX_LENGTH = 300
LONGEST_LINE = 4000
# Escape sequences of terminals (ECMA-48): CSI, OSC up to its end, and the two-character ones.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")


def plain(text: object, longest: int = MAX_LENGTH) -> str:
    """Return one printable line: control and invisible characters become `?`, the rest is cut."""
    return _printable(" ".join(str(text).split()), longest)


def log_lines(text: str) -> Iterator[str]:
    """Yield what a terminal would show of a step's output, line by line.

    Escape sequences go; of a line that was rewritten by carriage returns the last state stays, as
    a progress bar's does; indents stay.
    """
    for line in _ESCAPE.sub("", text).split("\n"):
        states = [state for state in line.split("\r") if state.strip()]
        yield _printable((states or [""])[-1].expandtabs(4).rstrip(), LONGEST_LINE)


def _printable(line: str, longest: int) -> str:
    shown = "".join(character if character.isprintable() else "?" for character in line)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
