"""The only place that constructs adapters."""

import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TextIO

from artifacts.progress import ProgressLine
from artifacts.signatures import KeyVerifier
from inference.adapters.access_log import JsonAccessLog
from inference.adapters.artifact import FolderModelSource
from inference.adapters.csv_table import CsvTable
from inference.adapters.identity import TimedIdentity
from inference.adapters.metrics import PrometheusTelemetry
from inference.adapters.photo_files import DiskPhotoFiles
from inference.adapters.prediction_log import FilePredictionLog, NoPredictionLog
from inference.domain.decoding_memory import DecodingMemory
from inference.domain.keys import ApiKeys
from inference.domain.release import Deployment, ServiceCode
from inference.errors import SettingsInvalid
from inference.ports import (
    Clock,
    Identity,
    ModelSource,
    PredictionLog,
    Telemetry,
    Timer,
    Workers,
)
from inference.settings import Settings
from inference.use_cases.open_model import open_model
from inference.use_cases.predict_folder import BatchCount, predict_folder


@dataclass(frozen=True)
class Wiring:
    """Everything that the HTTP service is made of, before its model is open."""

    source: ModelSource
    keys: ApiKeys
    identity: Identity
    telemetry: Telemetry
    access_log: JsonAccessLog
    timer: Timer
    clock: Clock
    code: ServiceCode
    deployment: Deployment
    predictions: PredictionLog
    decoding: DecodingMemory
    threads: int
    max_waiting: int
    body_limit_bytes: int
    bodies_limit_bytes: int
    body_timeout_seconds: float


def wire_service(settings: Settings, model: Path, log: TextIO | None = None) -> Wiring:
    """Return the parts of a service; SettingsInvalid where nobody could ask it anything."""
    if not settings.key_list:
        raise SettingsInvalid(
            ("PLINTH_API_KEYS: set at least one key; several are separated by commas",)
        )
    telemetry = PrometheusTelemetry()
    access_log = JsonAccessLog(log or sys.stderr, time.time_ns)
    return Wiring(
        source=_source(settings, model),
        keys=ApiKeys(settings.key_list),
        identity=_identity(),
        telemetry=telemetry,
        access_log=access_log,
        timer=time.perf_counter,
        clock=_now,
        code=_code(settings),
        deployment=Deployment(environment=settings.environment, payload=settings.payload),
        predictions=_prediction_log(settings, telemetry, access_log),
        decoding=DecodingMemory(settings.decoding_limit_bytes),
        threads=settings.threads,
        max_waiting=settings.max_waiting,
        body_limit_bytes=settings.body_limit_bytes,
        bodies_limit_bytes=settings.bodies_limit_bytes,
        body_timeout_seconds=settings.body_timeout_seconds,
    )


def run_batch(settings: Settings, model: Path, paths: Sequence[Path], out: Path) -> BatchCount:
    """Predict the photos under some paths into a table."""
    with _workers(settings.threads) as workers:
        return predict_folder(
            open_model(_source(settings, model), DecodingMemory(settings.decoding_limit_bytes)),
            paths,
            DiskPhotoFiles(settings.body_limit_bytes),
            CsvTable(out),
            _identity(),
            workers,
            ProgressLine("predicting photos", sys.stderr, time.monotonic),
        )


@contextmanager
def _workers(threads: int) -> Iterator[Workers]:
    pool = ThreadPoolExecutor(threads)
    try:
        yield pool
    finally:
        # After an interruption nobody wants the files that are still queued.
        pool.shutdown(cancel_futures=True)


def _source(settings: Settings, model: Path) -> FolderModelSource:
    return FolderModelSource(model, settings.public_key, KeyVerifier(settings.public_key))


def _prediction_log(
    settings: Settings, telemetry: PrometheusTelemetry, access_log: JsonAccessLog
) -> PredictionLog:
    if settings.predictions is None:
        return NoPredictionLog()
    return FilePredictionLog(
        settings.predictions,
        lambda written, answers: telemetry.recorded(written=written, answers=answers),
        access_log.prediction_log,
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given


def _identity() -> TimedIdentity:
    return TimedIdentity(time.time_ns, secrets.token_bytes)


def _code(settings: Settings) -> ServiceCode:
    try:
        number = version("plinth-inference")
    except PackageNotFoundError:
        number = "0+unpackaged"
    return ServiceCode(version=number, digest=settings.code_digest, commit=settings.code_commit)
