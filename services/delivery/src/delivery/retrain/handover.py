"""What a training hands over: a model's files, and what its run was made of, by one digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from artifacts.digests import digest_bytes, digest_json
from artifacts.records.inputs import TrainingInputs
from artifacts.records.manifest import ModelManifest

RUN_FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "params.yaml": "params.yaml",
        "trained.json": "build/model/trained.json",
        "metrics.json": "build/evaluation/metrics.json",
    }
)
"""What MLflow's record of the run is made from, and where each lies in the pipeline's folder."""


@dataclass(frozen=True)
class HandedOver:
    """A candidate's files, without any signature, and the files of its run by name."""

    manifest: ModelManifest
    files: Mapping[str, bytes]
    run: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """The digest of all of it; the manifest lists the model's files by theirs."""
        run = {name: digest_bytes(data) for name, data in self.run.items()}
        return digest_json({"candidate": self.manifest.digest, "run": run})


def not_as_planned(manifest: ModelManifest, planned: TrainingInputs) -> str:
    """Say what a candidate was trained from that nobody planned; empty where all is as planned.

    It is the candidate's own word: the gate measures it anyway. A verdict on another training must
    not be remembered under these inputs.
    """
    claims = {
        "model": (manifest.name, planned.model),
        "photo manifest": (manifest.data.photo_manifest, planned.photo_manifest),
        "environment": (manifest.environment, planned.environment),
    }
    return "; ".join(
        f"its {name} is {claimed}, planned was {wanted}"
        for name, (claimed, wanted) in claims.items()
        if claimed != wanted
    )
