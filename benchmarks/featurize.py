"""Featurizing photos, small and of 12 megapixels, beside decoding them; also in two processes."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

from artifacts.photo_store import FolderPhotoStore
from benchmarks.measure import (
    Verdict,
    at_least,
    at_most,
    cores,
    interleave,
    pinned,
    ratio,
    row,
    seconds_of,
)
from benchmarks.photos import QUALITY, distinct, make_photos
from features import Extractor, architecture_schema
from training.cluster.parallel import JoblibParallel
from training.dataset.featurize import make_vector
from training.embedding.networks import extractor_of
from training.models import model_definition

ROUNDS = 9
PROCESS_ROUNDS = 5
PHOTOS = 48
PROCESS_PHOTOS = 1200
SUMMED = 60_000
OF_DECODING = 0.5
LARGE = (4000, 3000)
GRAIN = 8.0
MID_GREY = 128
OF_LARGE = {"baseline": 1.7, "progressive": 3.0}
OF_ONE_PROCESS = 1.6
MOST_MS = 15.0
"""What a photo may take on one core in the service, and extracting is most of it."""
TWO_FREE_CORES = 1.8
"""What plain arithmetic gains from a second process where no one else uses the second core."""


def run() -> list[Verdict]:
    """Measure all four."""
    photos = make_photos(PHOTOS)
    print(f"  {photos}")
    extractor = Extractor(architecture_schema())
    return [
        _beside_decoding(photos.data, extractor),
        *_large_photos(photos.data[0], extractor),
        _with_an_embedding(photos.data, extractor),
        _two_processes(distinct(photos.data, PROCESS_PHOTOS), extractor),
    ]


def _beside_decoding(photos: tuple[bytes, ...], extractor: Extractor) -> Verdict:
    sides = {"extract": _rate(extractor.extract, photos), "decode": _rate(_decode, photos)}
    with pinned(cores()[-1]):
        interleave(1, sides)
        rates = interleave(ROUNDS, sides)
    print(row("features.Extractor, one core", rates["extract"], "photos/s"))
    print(row("Pillow, decoding in full, one core", rates["decode"], "photos/s"))
    share = ratio(rates["extract"], rates["decode"])
    return at_least("throughput of extracting over decoding", share, OF_DECODING)


def _large_photos(photo: bytes, extractor: Extractor) -> list[Verdict]:
    picture = Image.open(io.BytesIO(photo)).resize(LARGE, Image.Resampling.BICUBIC)
    # What was scaled up has no grain, which is most of what there is to decode.
    grain = Image.effect_noise(LARGE, GRAIN).convert("RGB")
    grainy = ImageChops.add(picture, grain, offset=-MID_GREY)
    verdicts = []
    for kind, progressive in (("baseline", False), ("progressive", True)):
        file = io.BytesIO()
        grainy.save(file, "JPEG", quality=QUALITY, progressive=progressive)
        data = (file.getvalue(),)
        sides = {"extract": _rate(extractor.extract, data), "decode": _rate(_decode, data)}
        with pinned(cores()[-1]):
            interleave(1, sides)
            rates = interleave(ROUNDS, sides)
        what = f"{kind} JPEG of 12 megapixels"
        print(row(f"{what}, extracting", rates["extract"], "photos/s"))
        print(row(f"{what}, in full", rates["decode"], "photos/s"))
        times = ratio(rates["extract"], rates["decode"])
        verdicts.append(at_least(f"{what}: throughput over decoding", times, OF_LARGE[kind]))
    return verdicts


def _with_an_embedding(photos: tuple[bytes, ...], without: Extractor) -> Verdict:
    with_one = extractor_of(model_definition("architecture", "efficientnet_lite0"))
    sides = {"with": _rate(with_one.extract, photos), "without": _rate(without.extract, photos)}
    with pinned(cores()[-1]):
        interleave(1, sides)
        rates = interleave(ROUNDS, sides)
    ms = {name: [1000 / rate for rate in found] for name, found in rates.items()}
    print(row("with an embedding, one core", ms["with"], "ms/photo"))
    print(row("without, one core", ms["without"], "ms/photo"))
    return at_most("extracting with an embedding", median(ms["with"]), MOST_MS, " ms a photo")


def _two_processes(photos: list[bytes], extractor: Extractor) -> Verdict:
    what = "throughput of two processes over one"
    if len(cores()) < 2:
        return Verdict(f"{what}: this machine has one core", held=None)
    with TemporaryDirectory() as folder:
        store = FolderPhotoStore(Path(folder))
        digests = [store.put(photo) for photo in photos]
        make = partial(make_vector, store=store, extractor=extractor)
        rates, sums = _one_and_two(make, digests)
    print(row("featurizing in one process", rates["one"], "photos/s"))
    print(row("featurizing in two processes", rates["two"], "photos/s"))
    times, possible = ratio(rates["two"], rates["one"]), ratio(sums["two"], sums["one"])
    print(f"  plain arithmetic in two processes over one, this minute: {possible:.2f} times")
    verdict = at_least(what, times, OF_ONE_PROCESS)
    if not verdict.held and possible < TWO_FREE_CORES:
        return Verdict(f"{verdict.text}; but two cores were not free", held=None)
    return verdict


def _one_and_two(
    make: Callable[[str], object], digests: list[str]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    one, two = JoblibParallel(1), JoblibParallel(2)
    two.map(make, digests, "starting")  # The processes start once a run, and not once a round.
    rates = interleave(
        PROCESS_ROUNDS,
        {
            "one": _on_one_core(_featurize(one, make, digests)),
            "two": _featurize(two, make, digests),
            "sums of one": _on_one_core(_featurize(one, _add_up, digests)),
            "sums of two": _featurize(two, _add_up, digests),
        },
    )
    sums = {"one": rates["sums of one"], "two": rates["sums of two"]}
    return rates, sums


def _rate(work: Callable[[bytes], object], photos: tuple[bytes, ...]) -> Callable[[], float]:
    def measure() -> float:
        return len(photos) / seconds_of(lambda: [work(photo) for photo in photos])

    return measure


def _featurize(
    parallel: JoblibParallel, make: Callable[[str], object], digests: list[str]
) -> Callable[[], float]:
    def measure() -> float:
        return len(digests) / seconds_of(lambda: parallel.map(make, digests, "featurizing"))

    return measure


def _on_one_core(measure: Callable[[], float]) -> Callable[[], float]:
    # One process is one core: no library's threads may help it.
    def measure_there() -> float:
        with pinned(cores()[-1]):
            return measure()

    return measure_there


def _add_up(_: str) -> int:
    return sum(range(SUMMED))


def _decode(photo: bytes) -> None:
    Image.open(io.BytesIO(photo)).load()
