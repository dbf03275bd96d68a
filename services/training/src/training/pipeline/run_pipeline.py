"""From a dataset to a candidate: whatever stage is out of date, and a copy where it is wanted."""

from pathlib import Path

from artifacts.folder import SIGNATURE, ModelArtifact, open_artifact, write_artifact
from artifacts.signatures import ArtifactVerifier
from training.pipeline.dvc_pipeline import DvcPipeline


def run_pipeline(
    pipeline: DvcPipeline, photos: Path, candidate: Path, out: Path, verifier: ArtifactVerifier
) -> ModelArtifact:
    """Track the photos, run what is out of date, and put the verified candidate into `out`.

    Raises PipelineFailed where a stage fails; `out` is then as it was.
    """
    pipeline.track(photos)
    pipeline.reproduce()
    artifact = open_artifact(candidate, verifier)
    if out.resolve() != candidate.resolve():
        write_artifact(out, artifact.manifest, artifact.files)
        (out / SIGNATURE).write_bytes((candidate / SIGNATURE).read_bytes())
    return artifact
