"""The only place of this service that constructs adapters."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from artifacts.digests import digest_file
from artifacts.errors import UnreadableRecord
from artifacts.folder import ModelArtifact, open_artifact
from artifacts.signatures import KeySigner, KeyVerifier
from artifacts.statements import SshVerifier
from artifacts.store import FolderModelStore
from features import Extractor
from training.cluster.cluster_nodes import ClusterTls, become_scheduler, become_workers
from training.cluster.parallel import JoblibParallel, effective_jobs
from training.dataset.vector_cache import SqliteVectorCache
from training.errors import BadParams, BadSettings
from training.fitting.tpe_sampler import TpeSampler
from training.models import model_definition
from training.models.definition import ModelDefinition
from training.packaging.mlflow_tracking import MlflowTracking
from training.packaging.record_run import record_run
from training.params import Params
from training.photos.dataset_folder import PHOTOS, DatasetFolder
from training.photos.photo_folder import PhotoFolder
from training.photos.shared_photos import FolderSharedPhotos
from training.pipeline.dvc_pipeline import DvcPipeline
from training.ports import Clock, Exporter
from training.reproducing.commit_rebuilder import CommitRebuilder, rebuilding_folder
from training.settings import Settings
from training.source_digest import source_digest
from training.work.git_identity import GitIdentity
from training.work.runs import Inputs, RunIdentity
from training.work.work_folder import WorkFolder
from training.work.work_lock import alone_in
from training.work.work_setup import bring_manifest, set_up

DIGEST_START = "sha256:"


@dataclass(frozen=True)
class Bootstrap:
    """Adapters for one set of settings."""

    settings: Settings

    @classmethod
    def of(cls, scheduler: str | None = None) -> Self:
        """Return the adapters for this process's environment; BadSettings names what is wrong."""
        try:
            return cls(Settings() if scheduler is None else Settings(dask_scheduler=scheduler))
        except ValidationError as exc:
            problems = (f"PLINTH_{str(e['loc'][0]).upper()}: {e['msg']}" for e in exc.errors())
            raise BadSettings(tuple(problems)) from exc

    @cached_property
    def parallel(self) -> JoblibParallel:
        """Parallel work on this machine's cores: whatever is about its own files."""
        return JoblibParallel(self.settings.jobs)

    @contextmanager
    def workers(self) -> Iterator[JoblibParallel]:
        """Yield what featurizes and trains: the Dask cluster that is set, or this machine."""
        if self.settings.dask_scheduler is None:
            yield self.parallel
            return
        # distributed takes most of a second to import.
        from training.cluster.cluster_parallel import ClusterParallel  # noqa: PLC0415

        cluster = ClusterParallel(self.settings.dask_scheduler, self.tls)
        try:
            yield cluster
        finally:
            cluster.close()

    def become_scheduler(self, host: str, port: int) -> None:
        """Go on as the scheduler of a Dask cluster; BadCertificates."""
        become_scheduler(host, port, self.tls)

    def become_workers(self, folder: Path) -> None:
        """Go on as workers of the scheduler that is set; BadCertificates."""
        address, count = self.settings.dask_scheduler or "", effective_jobs(self.settings.jobs)
        become_workers(address, count, folder.resolve(), self.tls)

    @property
    def tls(self) -> ClusterTls | None:
        """Certificates and key for a cluster, None for one without; BadCertificates."""
        found = self.settings
        files = (found.dask_authority, found.dask_certificate, found.dask_key)
        asked = (found.dask_scheduler or "").startswith("tls://")
        return ClusterTls.of(*files) if asked or any(files) else None

    @cached_property
    def signer(self) -> KeySigner:
        """Signs artifacts with this machine's key."""
        return KeySigner(self.settings.signing_key)

    @cached_property
    def verifier(self) -> KeyVerifier:
        """Verifies artifacts."""
        return KeyVerifier(self.settings.public_key)

    @cached_property
    def gate(self) -> SshVerifier:
        """Verifies gate reports."""
        return SshVerifier(self.settings.gate_signers, "gate", "plinth-gate-report")

    @cached_property
    def store(self) -> FolderModelStore:
        """Keeps registered artifacts."""
        return FolderModelStore(self.settings.model_store, self.verifier)

    @cached_property
    def tracking(self) -> MlflowTracking:
        """Keeps runs and model versions."""
        return MlflowTracking(self.settings.tracking_uri, self.settings.tracking_artifacts)

    def record(self, work: WorkFolder, candidate: str | None) -> None:
        """Keep the run of a work folder; in a room from which no registry is reached, keep none."""
        if self.settings.tracking_uri:
            record_run(self.tracking, work, candidate)

    @cached_property
    def exporter(self) -> Exporter:
        """Turns estimators into ONNX."""
        # skl2onnx and scikit-learn take seconds to import, and most commands train nothing.
        from training.fitting.onnx_exporter import OnnxExporter  # noqa: PLC0415

        return OnnxExporter()

    @cached_property
    def sampler(self) -> TpeSampler:
        """Says which family a search tries next."""
        return TpeSampler()

    @property
    def clock(self) -> Clock:
        """The time of day."""
        return partial(datetime.now, UTC)  # noqa: TID251 - the clock that others are given

    def original(self, model: str) -> ModelArtifact:
        """Open a verified model by its digest in the store, or by its folder."""
        if model.startswith(DIGEST_START):
            return self.store.get(model)
        return open_artifact(Path(model), self.verifier)

    @contextmanager
    def rebuilder(self, work: Path | None) -> Iterator[CommitRebuilder]:
        """Yield what trains by an earlier commit, in `work` or a private folder."""
        with rebuilding_folder(work) as place:
            yield CommitRebuilder(self.settings.root, place, self.settings.environment_lock)

    def source(self, folder: Path, table: Path | None) -> PhotoFolder:
        """Return a folder-per-style tree."""
        return PhotoFolder(folder, table)

    def dataset(self, folder: Path) -> DatasetFolder:
        """Return the dataset in a folder."""
        return DatasetFolder(folder)

    def work(self, folder: Path) -> WorkFolder:
        """Return the files between the stages below a folder."""
        return WorkFolder(folder)

    def cache(self, schema: str) -> SqliteVectorCache:
        """Return the vector cache of a feature schema."""
        return SqliteVectorCache(self.settings.vector_cache, schema)

    def extractor(self, model: ModelDefinition) -> Extractor:
        """Return the extractor of a model's feature schema."""
        return Extractor(model.schema())

    @contextmanager
    def alone_in(self, work: Path) -> Iterator[int]:
        """Hold a work folder for one training; WorkFolderBusy where another one works there."""
        with alone_in(work) as held:
            yield held

    def pipeline(self, work: Path, held: int | None = None) -> DvcPipeline:
        """Return the DVC pipeline in a work folder, which `held` locks for this process."""
        settings = self.settings
        cluster = {"PLINTH_DASK_SCHEDULER": settings.dask_scheduler or ""}
        place, path, cache = work.resolve(), settings.search_path, settings.dvc_cache
        pipeline = DvcPipeline(place, path, cache, cluster, held)
        pipeline.start()
        return pipeline

    def photos_of(self, work: Path) -> Path:
        """Return the folder of photos that the pipeline in a work folder reads."""
        return work.resolve() / "data" / PHOTOS

    def params(self, path: Path) -> Params:
        """Read params.yaml; BadParams."""
        try:
            return Params.read(path)
        except UnreadableRecord as exc:
            raise BadParams(str(path), exc.problems) from exc

    def model(self, work: WorkFolder) -> ModelDefinition:
        """Return the model that the work folder's parameters name."""
        return model_definition(work.params().model)

    def identity(self, work: WorkFolder) -> RunIdentity:
        """Return what a model trained here and now follows from; MissingIdentity without git."""
        params = work.params()
        return RunIdentity(
            model=params.model,
            code=GitIdentity(self.settings.root).code(),
            photo_manifest=work.manifest().digest,
            feature_schema=model_definition(params.model).schema().digest,
            environment=digest_file(self.settings.environment_lock),
            params=params.digest,
        )

    def set_up(self, work: Path, params: Path) -> None:
        """Make a folder one that the pipeline can run in; BadParams, UnknownModel."""
        inputs = self.inputs(model_definition(self.params(params).model))
        set_up(self.settings.root, work, params, inputs)

    def shared_photos(self, dataset: Path) -> FolderSharedPhotos:
        """Return the photo store that runners share; without one, the dataset's own photos."""
        return FolderSharedPhotos(self.settings.photos or dataset / PHOTOS)

    def bring_manifest(self, dataset: Path, work: Path) -> None:
        """Bring a committed dataset's manifest into a work folder; NoManifest."""
        bring_manifest(dataset, work)

    def inputs(self, model: ModelDefinition) -> Inputs:
        """Return the digests of the code and the environment."""
        root = self.settings.root
        training = [root / "services/training/src", root / "libs/scoring/src"]
        return Inputs(
            feature_schema=model.schema().digest,
            feature_code=source_digest(root / "libs/features/src"),
            training_code=source_digest(*training, root / "libs/artifacts/src"),
            environment=digest_file(self.settings.environment_lock),
        )
