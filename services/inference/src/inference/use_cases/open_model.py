"""From a model's source to a model that was verified, fitted to this code and proven."""

from dataclasses import dataclass

from artifacts.certificate import Proof
from artifacts.records.manifest import ModelManifest
from features import SchemaError
from inference.domain.decoding_memory import DecodingMemory
from inference.domain.release import (
    Deployment,
    RunningRelease,
    ServiceCode,
    describe_model,
    describe_schema,
)
from inference.errors import ModelUnfit, ProofFailed
from inference.models import find_plugin
from inference.models.plugin import ModelPlugin
from inference.ports import ModelSource
from scoring import Scorer, ScoringError, prove


@dataclass(frozen=True)
class ProvenModel:
    """A model that may answer: there is no way to one but `open_model`.

    `decoding` is the memory that photos are decoded in.
    """

    manifest: ModelManifest
    digest: str
    plugin: ModelPlugin
    scorer: Scorer
    proof: Proof
    decoding: DecodingMemory

    def release(self, code: ServiceCode, deployment: Deployment) -> RunningRelease:
        """Return what this model, the service's code and its deploy say of themselves."""
        return RunningRelease(
            environment=deployment.environment,
            payload=deployment.payload,
            model=describe_model(self.manifest),
            feature_schema=describe_schema(self.scorer.extractor.schema),
            service=code,
            golden_photos=len(self.manifest.golden_photos),
            bit_equal=self.proof.bit_equal,
        )


def open_model(source: ModelSource, decoding: DecodingMemory) -> ProvenModel:
    """Open a model and prove it on its golden photos.

    Raises a leaf of ModelRefused where it must not serve, ModelUnreadable where it isn't there.
    """
    artifact = source.open()
    plugin = find_plugin(artifact.manifest.name)
    plugin.check(artifact.manifest)
    try:
        scorer = Scorer.of(artifact)
        proof = prove(artifact, scorer)
    except (ScoringError, SchemaError) as exc:
        raise ModelUnfit(str(exc)) from exc
    if not proof.holds:
        raise ProofFailed(proof.differences)
    return ProvenModel(artifact.manifest, artifact.digest, plugin, scorer, proof, decoding)
