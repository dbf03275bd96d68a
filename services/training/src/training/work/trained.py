"""What the train stage leaves behind, beside the heads' ONNX files."""

from collections.abc import Mapping

from artifacts.records.manifest import FamilyScore, Head
from artifacts.records.record import Record
from features import Extractor
from scoring import Scorer
from training.errors import SchemaChanged
from training.models.definition import ModelDefinition
from training.work.runs import RunIdentity


class TrainedModel(Record):
    """The heads as they were exported, the families compared, and what it all follows from."""

    identity: RunIdentity
    heads: tuple[Head, ...]
    families: tuple[FamilyScore, ...]
    photos_compared: int

    def scorer(self, model: ModelDefinition, files: Mapping[str, bytes]) -> Scorer:
        """Open the heads; SchemaChanged where the code makes other vectors than they learned."""
        schema = model.schema()
        if schema.digest != self.identity.feature_schema:
            raise SchemaChanged(self.identity.feature_schema, schema.digest)
        return Scorer(Extractor(schema), self.heads, files)
