"""A real artifact in a second: the architecture schema, small seeded heads, a true signature.

It answers nonsense, but the same nonsense each time for each seed.
"""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from artifacts.digests import digest_bytes, digest_json, hex_part
from artifacts.folder import SIGNATURE, list_files, write_artifact
from artifacts.records.manifest import (
    ClassificationHead,
    Code,
    Data,
    DataSplit,
    GoldenPhoto,
    Interval,
    LogAgeScale,
    Metric,
    ModelManifest,
    PredictionSet,
    RegressionHead,
)
from artifacts.signatures import KeySigner, create_key_pair
from features import Extractor, architecture_schema, vector_digest
from scoring import Scorer

LABELS = (
    "achaemenid",
    "american_craftsman",
    "american_foursquare",
    "ancient_egyptian",
    "art_deco",
    "art_nouveau",
    "baroque",
    "bauhaus",
    "beaux_arts",
    "byzantine",
    "chicago_school",
    "colonial",
    "deconstructivism",
    "edwardian",
    "georgian",
    "gothic",
    "greek_revival",
    "international",
    "novelty",
    "palladian",
    "postmodern",
    "queen_anne",
    "romanesque",
    "russian_revival",
    "tudor_revival",
)
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_OPSET = 18


def build_tiny_artifact(folder: Path, key: Path, seed: int = 0) -> Path:
    """Write a signed artifact to a folder; the key pair is made where there is none."""
    create_key_pair(key, public_key_of(key))
    manifest, files = tiny_artifact(seed)
    write_artifact(folder, manifest, files)
    return sign_tiny_artifact(folder, key)


def sign_tiny_artifact(folder: Path, key: Path) -> Path:
    """Sign a folder as it stands, in place of a signature that was there."""
    (folder / SIGNATURE).unlink(missing_ok=True)
    KeySigner(key).sign(folder, folder / SIGNATURE)
    return folder


def public_key_of(key: Path) -> Path:
    """Say where the public half of a private key lies: model-signing.pem, model-signing.pub.pem."""
    return key.with_suffix(".pub.pem")


def tiny_artifact(seed: int = 0) -> tuple[ModelManifest, dict[str, bytes]]:
    """Make an unsigned artifact in memory: its manifest and the files that it lists."""
    schema = architecture_schema()
    heads = tiny_heads()
    files = {
        "feature_schema.json": schema.model_dump_json(indent=2).encode(),
        "heads/style.onnx": style_onnx(schema.width, seed),
        "heads/era.onnx": era_onnx(schema.width, seed),
    }
    scorer = Scorer(Extractor(schema), heads, files)
    photos = {
        format_: tiny_photo(seed=10 + i, format_=format_) for i, format_ in enumerate(SUFFIXES)
    }
    golden = tuple(_golden(scorer, data, format_) for format_, data in photos.items())
    files |= {item.file: data for item, data in zip(golden, photos.values(), strict=True)}
    return _manifest(scorer, golden, files), files


def tiny_heads() -> tuple[ClassificationHead, RegressionHead]:
    """Return the heads of every tiny artifact."""
    return (
        ClassificationHead(
            name="style",
            family="linear",
            file="heads/style.onnx",
            labels=LABELS,
            temperature=1.0,
            prediction_set=PredictionSet(level=0.9, threshold=0.05),
        ),
        RegressionHead(
            name="era",
            family="linear",
            file="heads/era.onnx",
            unit="year",
            scale=LogAgeScale(reference_year=2050),
            interval=Interval(level=0.9, low_offset=-0.5, high_offset=0.5),
        ),
    )


def style_onnx(width: int, seed: int = 0) -> bytes:
    """Return a softmax regression over vectors (1, width): outputs label (1,), probabilities."""
    weights = np.random.default_rng(seed).normal(0, 0.5, (width, len(LABELS)))
    nodes = [
        helper.make_node("Gemm", ["vector", "weights", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["logits"], ["label"], axis=1, keepdims=0),
    ]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, ["n"]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(LABELS)]),
    ]
    return _onnx(nodes, outputs, weights, np.zeros(len(LABELS)))


def era_onnx(width: int, seed: int = 0) -> bytes:
    """Return a linear regression over vectors (1, width) around the logarithm of 130 years."""
    weights = np.random.default_rng(seed + 1).normal(0, 0.05, (width, 1))
    nodes = [helper.make_node("Gemm", ["vector", "weights", "bias"], ["log_age"])]
    outputs = [helper.make_tensor_value_info("log_age", TensorProto.FLOAT, ["n", 1])]
    return _onnx(nodes, outputs, weights, np.array([np.log(130.0)]))


def tiny_photo(
    width: int = 160,
    height: int = 120,
    *,
    seed: int = 0,
    format_: str = "JPEG",
    **options: object,
) -> bytes:
    """Return a made-up photo: coloured boxes on a slope of light, as a file's bytes."""
    rng = np.random.default_rng(seed)
    slope = np.linspace(60, 220, height)[:, None, None] * np.ones((1, width, 3))
    pixels = slope * rng.uniform(0.5, 1.0, 3)
    for _ in range(12):
        left, top = rng.integers(0, width - 8), rng.integers(0, height - 8)
        right, bottom = left + rng.integers(4, width // 2), top + rng.integers(4, height // 2)
        pixels[top:bottom, left:right] = rng.integers(0, 256, 3)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if format_ == "WEBP":
        options.setdefault("lossless", True)
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def _onnx(
    nodes: list[onnx.NodeProto],
    outputs: list[onnx.ValueInfoProto],
    weights: np.ndarray,
    bias: np.ndarray,
) -> bytes:
    inputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["n", len(weights)])]
    constants = [
        numpy_helper.from_array(weights.astype(np.float32), "weights"),
        numpy_helper.from_array(bias.astype(np.float32), "bias"),
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    opset = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _golden(scorer: Scorer, data: bytes, format_: str) -> GoldenPhoto:
    photo = digest_bytes(data)
    vector = scorer.extractor.extract(data)
    return GoldenPhoto(
        photo=photo,
        file=f"golden/{hex_part(photo)}.{SUFFIXES[format_]}",
        vector=vector_digest(vector),
        answers=scorer.answers(vector[np.newaxis])[0],
    )


def _manifest(
    scorer: Scorer, golden: tuple[GoldenPhoto, ...], files: Mapping[str, bytes]
) -> ModelManifest:
    splits = tuple(
        DataSplit(name=name, digest=digest_json(name), photos=photos, groups=photos)
        for name, photos in (("train", 60), ("validation", 20), ("holdout", 20))
    )
    return ModelManifest(
        name="architecture",
        files=list_files(files),
        feature_schema=scorer.extractor.schema.digest,
        data=Data(photo_manifest=digest_json("photos"), splits=splits),
        code=Code(commit="0123456789abcdef0123456789abcdef01234567", dirty=False),
        environment=digest_json("environment"),
        params=digest_json("params"),
        heads=scorer.heads,
        metrics=(Metric(name="style.accuracy", value=0.5, over="validation"),),
        comparison=(),
        golden_photos=golden,
    )
