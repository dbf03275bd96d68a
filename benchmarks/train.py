"""Training on 6,000 photos, stage by stage: seconds, and the most memory of all processes.

The limit is for the sum of each living process's own peak, which is never below what was resident
at once: whoever has that much memory free can train.
"""

import csv
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.command import plinth
from benchmarks.measure import ROOT, Verdict, at_most, exactly
from benchmarks.process_tree import Memory, MemoryWatch
from samples.facades import draw_folder

SHARED = ROOT.parent / "shared/data/photos"
PACK = "gray25"
LIMIT_GIB, LIMIT_MINUTES = 2.0, 10.0
BUILDINGS_PER_STYLE, SEED = 120, 7
COLUMNS = ("path", "year", "group", "source", "licence")
STAGE = re.compile(r"Running stage '(\w+)'")
TOLD = re.compile(
    r"photos added|dataset holds|photos featurized|^[ *] (style|era)|labels equal|^\w+\.\S+ -?\d"
)


@dataclass(frozen=True)
class Ran:
    """A run of the pipeline: seconds a stage, in order, memory a stage, and what it said."""

    seconds: dict[str, float]
    memory: dict[str, Memory]
    said: list[str]
    code: int


def run() -> list[Verdict]:
    """Train, and train again with nothing changed."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        subprocess.run(plinth(folder, "training", "create-keys"), check=True)
        photos = _ready_photos(folder)
        first, again = (_run_pipeline(folder, photos) for _ in range(2))
    print("\n".join(f"    {line}" for line in first.said if TOLD.search(line)))
    for stage, seconds in first.seconds.items():
        most = first.memory.get(stage, Memory())
        both = f"peaks {most.peaks:5.0f} MiB, resident {most.resident:5.0f} MiB"
        print(f"  {stage:34} {seconds:9.1f} s  ({both})")
    print(f"  {'all of it':34} {sum(first.seconds.values()):9.1f} s")
    print(f"  {'again, with nothing changed':34} {sum(again.seconds.values()):9.1f} s")
    print("  (memory of the process tree, each 0.2 s: sum of VmHWM, an upper bound; sum of Pss)")
    peak = max(most.peaks for most in first.memory.values()) / 1024
    seconds = sum(first.seconds.values()) / 60
    return [
        at_most("peak memory (sum of each process's own peak)", peak, LIMIT_GIB, " GiB"),
        at_most("all of it", seconds, LIMIT_MINUTES, " minutes"),
        exactly("exit code of the pipeline", first.code or again.code, 0),
        exactly("stages that run again with nothing changed", len(again.seconds) - 1, 0),
    ]


def _run_pipeline(folder: Path, photos: Path) -> Ran:
    places = ("--work", str(folder / "work"), "--out", str(folder / "candidate"))
    command = plinth(folder, "training", "run-pipeline", "--photos", str(photos), *places)
    said: list[str] = []
    marks = [("import", time.perf_counter())]
    pipe, errors = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, stdout=pipe, stderr=errors, text=True) as process:
        with MemoryWatch(process.pid) as watch:
            watch.stage = "import"
            for line in process.stdout or ():
                said.append(line.rstrip())
                if found := STAGE.search(line):
                    watch.stage = found[1]
                    marks.append((found[1], time.perf_counter()))
        code = process.wait()
    if code:
        print("\n".join(said[-20:]))
    return Ran(dict(_durations(marks)), watch.most, said, code)


def _durations(marks: list[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    ends = [at for _, at in marks[1:]] + [time.perf_counter()]
    for (name, start), end in zip(marks, ends, strict=True):
        yield name, end - start


def _ready_photos(folder: Path) -> Path:
    photos = folder / "photos"
    if (SHARED / PACK).is_dir():
        count = _link_shared(photos)
        print(f"  {count} photos, 128 x 128 in grey, from the folder beside the checkout")
    else:
        print(f"  {draw_folder(photos, BUILDINGS_PER_STYLE, SEED)} drawn photos")
    return photos


def _link_shared(photos: Path) -> int:
    """Link the pack's photos into a folder, with a table of what is known about them."""
    years = {line["path"]: line["year"] for line in _lines(SHARED / "years.csv")}
    lines = [line for line in _lines(SHARED / "manifest.csv") if line["pack"] == PACK]
    photos.mkdir()
    with (photos / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for line in lines:
            path = Path(line["path"]).relative_to(PACK)
            (photos / path.parent).mkdir(exist_ok=True)
            (photos / path).symlink_to(SHARED / line["path"])
            known = (line["photo_group"], line["source"], line["licence"])
            writer.writerow((path, years.get(line["path"], ""), *known))
    return len(lines)


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
