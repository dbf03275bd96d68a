"""What a process and all that it started have used of a machine."""

import os
from dataclasses import dataclass
from pathlib import Path

from walls import processes_inside

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """CPU seconds of all processes together, those that ended included, and the largest's MiB."""

    cpu_seconds: float
    largest_mib: int


def usage_of(pid: int) -> Usage:
    """Return what a process and those below it have used so far; what ended in between is lost."""
    seconds, largest = 0.0, 0
    for one in (pid, *processes_inside(pid)):
        folder = Path("/proc", str(one))
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
        # After the name: state is the first, and the four times are fields 14 to 17 of stat(5).
        seconds += sum(map(int, fields[11:15])) / _TICKS
        largest = max(largest, pages * _PAGE >> 20)
    return Usage(seconds, largest)
