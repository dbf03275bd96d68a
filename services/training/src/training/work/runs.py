"""What is recorded of a training run."""

from collections.abc import Mapping
from typing import Literal

from artifacts.digests import Digest, digest_json
from artifacts.records.manifest import Code, FamilyScore, Head, Metric, ModelName
from artifacts.records.record import Record
from features import Extractor
from scoring import Scorer
from training.errors import SchemaChanged


class RunIdentity(Record):
    """All that a model follows from. A run that lacks any of it can't be traced."""

    model: ModelName
    code: Code
    photo_manifest: Digest
    feature_schema: Digest
    environment: Digest
    params: Digest

    @property
    def key(self) -> str:
        """The digest of the identity: runs that share it made the same model."""
        return digest_json(self.model_dump(mode="json"))


class Run(Record):
    """A run: its identity, the families compared, the metrics, and the candidate once packaged."""

    identity: RunIdentity
    families: tuple[FamilyScore, ...]
    metrics: tuple[Metric, ...]
    params: Mapping[str, str]
    candidate: Digest | None = None


class Inputs(Record):
    """Digests of what the stages depend on and DVC doesn't see: code, schema and environment."""

    feature_schema: Digest
    feature_code: Digest
    training_code: Digest
    environment: Digest


class VectorsRecord(Record):
    """Which photos' vectors a matrix holds, in the manifest's order, and by which schema."""

    photo_manifest: Digest
    feature_schema: Digest
    photos: Literal["without holdout"] = "without holdout"


class TrainedModel(Record):
    """The heads as they were exported, the families compared, and what it all follows from."""

    identity: RunIdentity
    heads: tuple[Head, ...]
    families: tuple[FamilyScore, ...]
    photos_compared: int

    def scorer(self, extractor: Extractor, files: Mapping[str, bytes]) -> Scorer:
        """Open the heads; SchemaChanged where they learned from other vectors than are made now."""
        schema = extractor.schema
        if schema.digest != self.identity.feature_schema:
            raise SchemaChanged(self.identity.feature_schema, schema.digest)
        return Scorer(extractor, self.heads, files)
