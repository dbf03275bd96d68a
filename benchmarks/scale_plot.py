"""The plot of scale.py: points are measured, lines are the model, dashes lie beyond."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.scale_model import DASK, JOBLIB, NETWORK_BYTES, SENT_BY_DASK, CostModel, Point

MARKS = {DASK: ("o", "#1b6ca8"), JOBLIB: ("s", "#c8553d"), SENT_BY_DASK: ("^", "#6a994e")}
PHOTOS = (1000, 10_000, 50_000)
SHADES = ("#8ecae6", "#219ebc", "#023047")
MOST_WORKERS = 64
PHOTO_BYTES = 70_000


def plot(points: Sequence[Point], model: CostModel, machine: str, out: Path) -> None:
    """Draw seconds by photos (measured) and by workers (the model beyond).

    `machine` says on what it was measured, and how busy that was.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    _by_photos(left, points, model)
    _by_workers(right, points, model)
    title = "Featurizing: measured on one machine, extrapolated beyond"
    figure.suptitle(f"{title}\n{machine}", fontsize=10)
    figure.savefig(out)
    plt.close(figure)


def _by_photos(axes: Axes, points: Sequence[Point], model: CostModel) -> None:
    for way, (mark, colour) in MARKS.items():
        for workers, fill in ((1, "none"), (2, colour)):
            mine = [p for p in points if p.way == way and p.workers == workers]
            axes.plot(
                [p.photos for p in mine],
                [p.seconds for p in mine],
                mark,
                color=colour,
                markerfacecolor=fill,
                label=f"{way}, {workers} worker{'s' * (workers > 1)}",
            )
    largest = max(p.photos for p in points if p.way == DASK)
    for workers, width in ((1, 0.8), (2, 1.6)):
        for low, high, style in ((500, largest, "-"), (largest, 50_000, "--")):
            counts = np.geomspace(low, high, 50)
            seconds = [model.seconds(n, workers) for n in counts]
            axes.plot(counts, seconds, style, color="#1b6ca8", linewidth=width, zorder=0)
    axes.axvspan(largest, 50_000, color="#eeeeee", zorder=-1)
    axes.set(xscale="log", yscale="log", xlabel="photos", ylabel="seconds")
    axes.set_title("one and two workers (grey: extrapolated)", fontsize=10)
    axes.legend(fontsize=7, loc="upper left")


def _by_workers(axes: Axes, points: Sequence[Point], model: CostModel) -> None:
    workers = np.geomspace(1, MOST_WORKERS, 60)
    network = model.sent + PHOTO_BYTES / NETWORK_BYTES
    for photos, shade in zip(PHOTOS, SHADES, strict=True):
        seen = [model.seconds(photos, count) for count in workers]
        sent = [model.seconds(photos, count, network) for count in workers]
        axes.plot(workers, seen, "--", color=shade, label=f"{photos:,} photos, seen by workers")
        axes.plot(workers, sent, ":", color=shade, label=f"{photos:,}, sent at 1 Gbit/s")
    mine = [p for p in points if p.way == DASK and p.photos == PHOTOS[0]]
    axes.plot([p.workers for p in mine], [p.seconds for p in mine], "o", color=SHADES[0])
    axes.axvspan(2, MOST_WORKERS, color="#eeeeee", zorder=-1)
    axes.set(xscale="log", yscale="log", xlabel="workers of one thread", ylabel="seconds")
    axes.set_ylim(bottom=0.1)
    axes.set_xticks([1, 2, 4, 8, 16, 32, 64], labels=["1", "2", "4", "8", "16", "32", "64"])
    axes.set_title("the model (points: measured; grey: extrapolated)", fontsize=10)
    axes.legend(fontsize=7, loc="lower left", ncols=2)
