"""Damaged photos of every format: what reading one costs beside the same photo, undamaged."""

import io
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image
from tests.support.mutated_photos import many_scans, mutated, photo_formats

from benchmarks.measure import Verdict, at_most, cores, pinned
from benchmarks.photos import make_photos
from features import (
    MEMORY_LIMIT_BYTES,
    Extractor,
    PhotoRefused,
    architecture_schema,
    difference_hash,
    read_photo,
    verify_photo,
)

SIZE: Final = (1024, 768)
PICTURES: Final = 4
COPIES: Final = 40
"""Of each picture in each format."""
SEED: Final = 11
TIMES: Final = 3
MOST_TIMES_SOUND: Final = 10.0
MOST_SECONDS: Final = 1.5
MIB: Final = 1 << 20
WORST: Final[dict[str, Callable[[], bytes]]] = {
    "JPEG of 120 megapixels": lambda: _flat((12_000, 10_000), "JPEG"),
    "progressive JPEG, 32 scans, 31 megapixels": lambda: many_scans(
        _flat((5_550, 5_550), "JPEG", progressive=True), 32
    ),
    "progressive JPEG 4:4:4, 64 megapixels": lambda: _flat(
        (8_000, 8_000), "JPEG", progressive=True, subsampling=0
    ),
    "WebP of 24 megapixels": lambda: _flat((6_000, 4_000), "WEBP", lossless=True),
    "PNG of 78 megapixels": lambda: _flat((9_750, 8_000), "PNG"),
}
"""The costliest files that are still read."""


@dataclass
class _Tally:
    """What the damaged copies of one format cost: CPU as a multiple of the sound photo's."""

    files: int = 0
    worst: float = 0.0
    peak_bytes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


def run() -> list[Verdict]:
    """Measure damaged copies, and the costliest files that are read."""
    extractor = Extractor(architecture_schema())

    def read(data: bytes) -> str:
        try:
            photo = read_photo(data)
            verify_photo(photo)
            difference_hash(photo)
            extractor.extract(photo)
        except PhotoRefused as refusal:
            return refusal.code
        return "decoded"

    with pinned(cores()[-1]):
        tallies = _damaged(read)
        worst = [_costliest(name, make(), read) for name, make in WORST.items()]
    files = sum(tally.files for tally in tallies.values())
    ratio = max(tally.worst for tally in tallies.values())
    peak = max(tally.peak_bytes for tally in tallies.values())
    print(f"  {files:,} damaged files of {len(tallies)} formats, peak {peak / MIB:.0f} MiB each")
    return [
        at_most("CPU of a damaged file, times the sound one's,", ratio, MOST_TIMES_SOUND),
        at_most("CPU of the costliest file", max(cpu for cpu, _ in worst), MOST_SECONDS, " s"),
        at_most(
            "memory of the costliest file",
            max(peak for _, peak in worst) / MIB,
            1.1 * MEMORY_LIMIT_BYTES / MIB,
            " MiB",
        ),
    ]


def _damaged(read: Callable[[bytes], str]) -> dict[str, _Tally]:
    photos = make_photos(PICTURES)
    print(f"  {PICTURES} pictures of {SIZE[0]} x {SIZE[1]}, {photos.origin}, {COPIES} copies each")
    tallies: dict[str, _Tally] = {}
    for data in photos.data:
        picture = Image.open(io.BytesIO(data)).convert("RGB").resize(SIZE)
        for name, sound in photo_formats(picture).items():
            _count(sound, name, tallies.setdefault(name, _Tally()), read)
    for name, tally in tallies.items():
        outcomes = ", ".join(f"{code} {count}" for code, count in tally.outcomes.most_common())
        print(f"  {name:18} {tally.files:5} files, worst {tally.worst:5.2f} times: {outcomes}")
    return tallies


def _count(sound: bytes, name: str, tally: _Tally, read: Callable[[bytes], str]) -> None:
    chance = random.Random(f"{SEED} {name} {tally.files}")  # noqa: S311 - damage, and no secret
    usual = min(_seconds(lambda: read(sound)) for _ in range(2 * TIMES))
    for _ in range(COPIES):
        data = mutated(sound, chance)
        resident = _reset_peak()
        tally.outcomes[read(data)] += 1
        tally.peak_bytes = max(tally.peak_bytes, _peak() - resident)
        # Noise only ever makes a measurement slower.
        for _ in range(TIMES):
            ratio = _seconds(lambda given=data: read(given)) / usual  # type: ignore[misc]
            if ratio <= tally.worst:
                break
        else:
            tally.worst = min(
                _seconds(lambda given=data: read(given)) / usual  # type: ignore[misc]
                for _ in range(TIMES)
            )
        tally.files += 1


def _costliest(name: str, data: bytes, read: Callable[[bytes], str]) -> tuple[float, int]:
    outcome = read(data)
    resident = _reset_peak()
    seconds = _seconds(lambda: read(data))
    peak = _peak() - resident
    # Verified, fingerprinted and extracted: decoded three times.
    print(
        f"  {name:45} {len(data) / 1000:8.0f} kB: {outcome}, {seconds:.2f} s decoded three times, "
        f"{peak / MIB:.0f} MiB"
    )
    return seconds / 3, peak


def _flat(size: tuple[int, int], kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (90, 120, 150)).save(out, kind, **options)
    return out.getvalue()


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _reset_peak() -> int:
    """Have Linux forget the peak so far, and return what is resident now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
