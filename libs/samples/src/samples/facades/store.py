"""Facades on disk, and a sheet of them to look at."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from joblib import Parallel, delayed, parallel_config
from PIL import Image, ImageDraw

from samples.facades.draw import Facade, draw_building
from samples.facades.history import STYLES

COLUMNS = ("path", "year", "group", "source", "licence", "slice.region", "slice.lighting")
SOURCE, LICENCE = "drawn", "CC0-1.0"


def draw_folder(
    folder: Path, buildings: int, seed: int, styles: Sequence[str] = STYLES, jobs: int = -1
) -> int:
    """Draw `buildings` of each style into a folder, in `jobs` processes (-1: one a core).

    Returns how many photos were written, each of them in the table as well. Raises UnknownStyle.
    """
    work = [(style, number, seed) for style in styles for number in range(buildings)]
    count = 0

    def counted(drawn: Iterable[tuple[Facade, ...]]) -> Iterable[Facade]:
        nonlocal count
        for photos in drawn:
            count += len(photos)
            yield from photos

    with parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
        drawn = Parallel(return_as="generator")(delayed(draw_building)(*one) for one in work)
        write_facades(counted(drawn), folder)
    return count


def write_facades(facades: Iterable[Facade], folder: Path) -> Path:
    """Write `<folder>/<style>/<building>-<view>.jpg` and `<folder>/table.csv`; returns the table.

    Paths in the table are relative to `folder`, with forward slashes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "table.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for facade in facades:
            writer.writerow(_write(facade, folder))
    return table


def _write(facade: Facade, folder: Path) -> tuple[str, int, str, str, str, str, str]:
    path = f"{facade.style}/{facade.building}-{facade.view}.jpg"
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(facade.photo)
    return (path, facade.year, facade.building, SOURCE, LICENCE, facade.region, facade.lighting)


def contact_sheet(facades: Iterable[Facade], path: Path, columns: int = 6, cell: int = 200) -> Path:
    """Write one PNG with up to `columns` photos a style, `cell` pixels each; returns its path."""
    rows: dict[str, list[Facade]] = defaultdict(list)
    for facade in facades:
        if len(rows[facade.style]) < columns:
            rows[facade.style].append(facade)
    label = 14
    sheet = Image.new("RGB", (columns * cell, max(1, len(rows)) * (cell + label)), (24, 24, 26))
    pen = ImageDraw.Draw(sheet)
    for row, (style, members) in enumerate(rows.items()):
        top = row * (cell + label)
        pen.text((4, top + 1), style, fill=(240, 240, 240))
        for column, facade in enumerate(members):
            thumb = _thumb(facade, cell)
            left = column * cell + (cell - thumb.width) // 2
            sheet.paste(thumb, (left, top + label + (cell - thumb.height) // 2))
    sheet.save(path)
    return path


def _thumb(facade: Facade, cell: int) -> Image.Image:
    picture = Image.open(io.BytesIO(facade.photo)).convert("RGB")
    scale = (cell - 4) / max(picture.size)
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)
