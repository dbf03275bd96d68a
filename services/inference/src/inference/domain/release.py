"""What the service says of itself: the model that it serves, by digest."""

from typing import Annotated, Literal

from pydantic import Field

from artifacts.digests import Digest
from artifacts.records.manifest import (
    ClassificationHead,
    DecliningHead,
    Head,
    ModelManifest,
    PeriodsHead,
)
from artifacts.records.release import Environment
from features import FeatureSchema
from inference.domain.prediction import Closed


class LabelHead(Closed):
    """A head that names a label."""

    kind: Literal["classification"] = "classification"
    name: str
    family: str
    labels: tuple[str, ...]


class NumberHead(Closed):
    """A head that gives a number and an interval of a level (0 to 1)."""

    kind: Literal["regression"] = "regression"
    name: str
    family: str
    unit: str
    level: float


class PeriodHead(Closed):
    """A head that answers by the periods of another head's labels; its interval is of a level."""

    kind: Literal["periods"] = "periods"
    name: str
    of: str
    unit: str
    level: float


class DeclineHead(Closed):
    """A head that says whether the answers of another head count, and by which limits."""

    kind: Literal["declining"] = "declining"
    name: str
    of: str
    level: float
    limit: float
    least_probability: float


ServedHead = Annotated[
    LabelHead | NumberHead | PeriodHead | DeclineHead, Field(discriminator="kind")
]


class TrainingCode(Closed):
    """The commit that the model was trained from."""

    commit: str
    dirty: bool


class ServedSchema(Closed):
    """The feature schema: how photos become vectors."""

    name: str
    version: int
    digest: Digest
    width: int


class ServedModel(Closed):
    """The model that answers."""

    name: str
    digest: Digest
    code: TrainingCode
    photo_manifest: Digest
    environment: Digest
    heads: tuple[ServedHead, ...]


class ServiceCode(Closed):
    """The code of the service: its version and, where the deployment says so, its own digest."""

    version: str
    digest: Digest | None
    commit: str | None


class Deployment(Closed):
    """What a deploy made this process run, and where; None where it was started by hand."""

    environment: Environment | None = None
    payload: Annotated[
        Digest | None, Field(description="Code, image and models, as the deploy names them")
    ] = None


class RunningRelease(Closed):
    """What this process runs, for whoever compares it with what should run."""

    environment: Environment | None
    payload: Digest | None
    model: ServedModel
    feature_schema: ServedSchema
    service: ServiceCode
    golden_photos: Annotated[int, Field(description="How many were answered as certified")]
    bit_equal: Annotated[
        bool, Field(description="Whether their vectors were equal to the last bit as well")
    ]


def describe_model(manifest: ModelManifest) -> ServedModel:
    """Return what a manifest says of its model."""
    return ServedModel(
        name=manifest.name,
        digest=manifest.digest,
        code=TrainingCode(commit=manifest.code.commit, dirty=manifest.code.dirty),
        photo_manifest=manifest.data.photo_manifest,
        environment=manifest.environment,
        heads=tuple(_describe_head(head) for head in manifest.heads),
    )


def describe_schema(schema: FeatureSchema) -> ServedSchema:
    """Return a feature schema's name, version, digest and width."""
    return ServedSchema(
        name=schema.name, version=schema.version, digest=schema.digest, width=schema.width
    )


def _describe_head(head: Head) -> ServedHead:
    if isinstance(head, ClassificationHead):
        return LabelHead(name=head.name, family=head.family, labels=head.labels)
    if isinstance(head, PeriodsHead):
        return PeriodHead(name=head.name, of=head.of, unit=head.unit, level=head.level)
    if isinstance(head, DecliningHead):
        return DeclineHead(
            name=head.name,
            of=head.of,
            level=head.level,
            limit=head.limit,
            least_probability=head.least_probability,
        )
    return NumberHead(name=head.name, family=head.family, unit=head.unit, level=head.level)
