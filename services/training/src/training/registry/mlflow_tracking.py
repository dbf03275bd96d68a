"""MLflow: runs and model versions. What an environment runs is in releases/, not here.

MLflow's import takes seconds, so it is imported where it is used.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from artifacts.folder import ModelArtifact
from artifacts.records.manifest import FamilyScore, ModelName
from artifacts.records.record import Part, parse_json
from training.errors import RegistryUnavailable
from training.registry.registry_file import (
    database_of,
    reason_of,
    require_this_version,
    upgrade,
)
from training.settings import Settings
from training.work.runs import Run
from training.work.work_folder import WorkFolder

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


@dataclass(frozen=True)
class AliasPoint:
    """An alias of a model: the version that it points at, and its artifact's digest if known."""

    model: str
    alias: str
    version: int
    digest: str | None


class AliasOrder(Part):
    """An order: an alias is to point at a version, or to be removed where there is none."""

    model: ModelName
    alias: str
    version: int | None


_BATCH = 100
"""Parameters that MLflow takes at once, at most; of metrics it takes more."""
_KEY = "plinth.identity"
_DIGEST = "plinth.digest"
_REPORT = "plinth.gate_report"


class MlflowTracking:
    """A tracking server or database, by its URI; artifacts of runs go into a local folder."""

    def __init__(self, uri: str, artifacts: Path) -> None:
        self._uri = uri
        self._artifacts = artifacts

    def record(self, run: Run) -> str:
        """Keep a run, or add to the run of the same identity, and return its id."""
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415

        with self._client() as client:
            experiment = _experiment(client, run.identity.model, self._artifacts)
            query = f"tags.`{_KEY}` = '{run.identity.key}'"
            found = client.search_runs([experiment], query, max_results=1)
            info = (found[0] if found else client.create_run(experiment)).info
            run_id: str = info.run_id
            tags = [RunTag(name, value) for name, value in _tags(run).items()]
            moment = info.start_time
            metrics = [Metric(name, one, moment, 0) for name, one in _metrics(run).items()]
            params = [Param(name, str(value)) for name, value in run.params.items()]
            # In batches: one by one, each would be a transaction of its own.
            client.log_batch(run_id, tags=tags)
            for at in range(0, len(params), _BATCH):
                client.log_batch(run_id, params=params[at : at + _BATCH])
            for at in range(0, len(metrics), _BATCH):
                client.log_batch(run_id, metrics=metrics[at : at + _BATCH])
            client.set_terminated(run_id)
            return run_id

    def register(self, artifact: ModelArtifact, location: Path, gate_report: str) -> int:
        """Return the version of an artifact, a new one if it has none yet."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        name = artifact.manifest.name
        with self._client() as client:
            try:
                client.create_registered_model(name)
            except MlflowException as exc:
                if exc.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
            query = f"name = '{name}' and tag.`{_DIGEST}` = '{artifact.digest}'"
            if known := client.search_model_versions(query, max_results=1):
                return int(known[0].version)
            tags = {_DIGEST: artifact.digest, _REPORT: gate_report}
            made = client.create_model_version(name, source=location.as_uri(), tags=tags)
            return int(made.version)

    def aliases(self, model: str) -> tuple[AliasPoint, ...]:
        """Return where each alias of a model points; none where the model isn't known."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        with self._client() as client:
            try:
                found = client.get_registered_model(model).aliases
            except MlflowException as exc:
                if exc.error_code != "RESOURCE_DOES_NOT_EXIST":
                    raise
                return ()
            return tuple(
                AliasPoint(model, alias, int(version), self._digest(client, model, version))
                for alias, version in sorted(found.items())
            )

    def point_alias(self, model: str, alias: str, version: int | None) -> None:
        """Point an alias at a version, or remove it; RegistryUnavailable, as without one."""
        with self._client() as client:
            if version is None:
                client.delete_registered_model_alias(model, alias)
            else:
                client.set_registered_model_alias(model, alias, str(version))

    def upgrade(self) -> Path | None:
        """Bring the database to this MLflow's form; return its backup, None where it is already."""
        return upgrade(self._uri)

    def _digest(self, client: "MlflowClient", model: str, version: str) -> str | None:
        tags: dict[str, str] = client.get_model_version(model, str(version)).tags
        return tags.get(_DIGEST)

    @contextmanager
    def _client(self) -> Iterator["MlflowClient"]:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415
        from mlflow.tracking import MlflowClient  # noqa: PLC0415
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        # Its first words on a new database are about tables, which nobody asked for.
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        try:
            if database := database_of(self._uri):
                database.parent.mkdir(parents=True, exist_ok=True)
                require_this_version(self._uri)
            yield MlflowClient(tracking_uri=self._uri, registry_uri=self._uri)
        except (MlflowException, SQLAlchemyError, OSError) as exc:
            raise RegistryUnavailable(self._uri, reason_of(exc)) from exc


def tracking_of(settings: Settings) -> MlflowTracking:
    """Return the tracking server or database that the settings name."""
    return MlflowTracking(settings.tracking_uri, settings.tracking_artifacts)


def _experiment(client: "MlflowClient", name: str, artifacts: Path) -> str:
    known = client.get_experiment_by_name(name)
    if known is not None:
        return str(known.experiment_id)
    return str(client.create_experiment(name, artifact_location=artifacts.absolute().as_uri()))


def _tags(run: Run) -> dict[str, str]:
    identity = run.identity
    tags = {
        _KEY: identity.key,
        "plinth.commit": identity.code.commit,
        "plinth.dirty": str(identity.code.dirty).lower(),
        "plinth.photo_manifest": identity.photo_manifest,
        "plinth.feature_schema": identity.feature_schema,
        "plinth.environment": identity.environment,
        "plinth.params": identity.params,
    }
    return tags | ({_DIGEST: run.candidate} if run.candidate else {})


def _metrics(run: Run) -> dict[str, float]:
    compared = {
        f"cv.{score.head}.{_described(score)}.{name}": value
        for score in run.families
        for name, value in score.metrics.items()
    }
    return compared | {f"{metric.over}.{metric.name}": metric.value for metric in run.metrics}


def _described(score: FamilyScore) -> str:
    settings = [f"{name}-{value}" for name, value in score.settings.items()]
    return ".".join([score.family, *settings])


def record_run(tracker: MlflowTracking, work: WorkFolder, candidate: str | None) -> str:
    """Record the trained model of a work folder, with its metrics once it is packaged.

    The two calls of a pipeline, before and after packaging, are one run. Return the run's id.
    """
    trained = work.trained()
    run = Run(
        identity=trained.identity,
        families=trained.families,
        metrics=work.metrics() if candidate else (),
        params=work.params().flat(),
        candidate=candidate,
    )
    return tracker.record(run)


def keep_run(settings: Settings, work: WorkFolder, candidate: str | None) -> None:
    """Keep the run of a work folder; in a room from which no registry is reached, keep none."""
    if settings.tracking_uri:
        record_run(tracking_of(settings), work, candidate)


def point_aliases(lines: Iterable[str], registry: MlflowTracking) -> int:
    """Carry out each order, in order, and return how many there were.

    Raises ValidationError or UnreadableRecord at a line that is none, RegistryUnavailable.
    """
    orders = [AliasOrder.model_validate(parse_json(line, "an order")) for line in lines]
    for order in orders:
        registry.point_alias(order.model, order.alias, order.version)
    return len(orders)
