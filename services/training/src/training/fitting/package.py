"""Stage package: the artifact, with its manifest, golden photos and signature."""

import numpy as np

from artifacts.digests import hex_part
from artifacts.folder import SIGNATURE, ModelArtifact, list_files, open_artifact, write_artifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.manifest import GoldenPhoto, ModelManifest
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.signatures import ArtifactSigner, ArtifactVerifier
from features import read_photo, vector_digest
from scoring import Scorer
from scoring.scorer import FEATURE_SCHEMA, WEIGHTS
from training.embedding.networks import extractor_of, licences
from training.models.definition import ModelDefinition
from training.work.runs import TrainedModel
from training.work.work_folder import WorkFolder

Files = dict[str, bytes]


def package(
    work: WorkFolder, model: ModelDefinition, signer: ArtifactSigner, verifier: ArtifactVerifier
) -> ModelArtifact:
    """Put the artifact together, sign it, and open it again as anyone else would."""
    trained, files = work.model()
    scorer = trained.scorer(extractor_of(model), files)
    extractor = scorer.extractor
    chosen = choose_golden(work.manifest(), work.params().package.golden_photos)
    golden, photos = _golden(chosen, scorer, work.photos)
    files |= photos | {FEATURE_SCHEMA: extractor.schema.model_dump_json().encode()}
    files |= {f"{WEIGHTS}{hex_part(name)}.onnx": data for name, data in extractor.weights.items()}
    files |= licences(model.embedding)
    manifest = _manifest(work, trained, files, golden)
    write_artifact(work.candidate, manifest, files)
    signer.sign(work.candidate, work.candidate / SIGNATURE)
    return open_artifact(work.candidate, verifier)


def choose_golden(manifest: PhotoManifest, count: int) -> tuple[PhotoRow, ...]:
    """Return validation photos of as many different styles as `count` allows, by digest."""
    first: dict[str, PhotoRow] = {}
    for row in manifest.of_split("validation"):
        first.setdefault(row.style, row)
    spread = list(first.values())
    rest = [row for row in manifest.of_split("validation") if row not in spread]
    return tuple([*spread, *rest][:count])


def _golden(
    rows: tuple[PhotoRow, ...], scorer: Scorer, store: FolderPhotoStore
) -> tuple[tuple[GoldenPhoto, ...], Files]:
    photos: Files = {}
    certified = []
    for row in rows:
        data = store.get(row.photo)
        vector = scorer.extractor.extract(data)
        path = f"golden/{hex_part(row.photo)}.{read_photo(data).format.lower()}"
        photos[path] = data
        certified.append(
            GoldenPhoto(
                photo=row.photo,
                file=path,
                vector=vector_digest(vector),
                answers=scorer.answers(vector[np.newaxis])[0],
            )
        )
    return tuple(certified), photos


def _manifest(
    work: WorkFolder, trained: TrainedModel, files: Files, golden: tuple[GoldenPhoto, ...]
) -> ModelManifest:
    identity = trained.identity
    return ModelManifest(
        name=identity.model,
        files=list_files(files),
        feature_schema=identity.feature_schema,
        data=work.data(),
        code=identity.code,
        environment=identity.environment,
        params=identity.params,
        heads=trained.heads,
        metrics=work.metrics(),
        comparison=trained.families,
        golden_photos=golden,
    )
