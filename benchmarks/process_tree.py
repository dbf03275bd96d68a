"""The peak memory of a process and of all that it starts, read from /proc."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
EVERY_SECONDS = 0.2
KIB_OF_MIB = 1024


@dataclass(frozen=True)
class Memory:
    """Memory of a process tree at one moment, or the most of each at any moment, in MiB.

    Attributes:
        peaks: VmHWM, each living process's own peak, added up: an upper bound, since peaks may
            fall on different moments, and pages that processes share count for each.
        resident: Pss, what is resident now, a shared page divided among those that share it:
            true, but what lies between two samples is not seen.
    """

    peaks: float = 0.0
    resident: float = 0.0


class MemoryWatch:
    """Samples the memory of a process tree, for as long as its block lasts."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.stage = ""
        self.most: dict[str, Memory] = {}
        """The most at any sample, by what `stage` was then."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            stage, now = self.stage, tree_memory(self._pid)
            most = self.most.get(stage, Memory())
            self.most[stage] = Memory(max(most.peaks, now.peaks), max(most.resident, now.resident))


def tree_memory(root: int) -> Memory:
    """Return the memory of a living process and its descendants."""
    parents: dict[int, int] = {}
    for folder in PROC.glob("[0-9]*"):
        # A process may end between being listed and being read.
        with suppress(OSError):
            parents[int(folder.name)] = int(_fields(folder / "status")["PPid"])
    peaks = resident = 0
    for pid in parents:
        if _descends(pid, root, parents):
            with suppress(OSError):
                peaks += _kib(PROC / str(pid) / "status", "VmHWM")
                resident += _kib(PROC / str(pid) / "smaps_rollup", "Pss")
    return Memory(peaks / KIB_OF_MIB, resident / KIB_OF_MIB)


def _kib(file: Path, field: str) -> int:
    return int(_fields(file).get(field, "0 kB").split()[0])


def _fields(file: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in file.read_text(encoding="utf-8").splitlines())
    return {name: value.strip() for name, _, value in lines}


def _descends(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid in parents and pid != root:
        pid = parents[pid]
    return pid == root
