import hashlib
import pickle
from itertools import accumulate

import numpy as np
import pytest
from onnx import TensorProto, helper
from PIL import Image

from features import (
    BlockSpec,
    Extractor,
    FeatureSchema,
    PixelSpec,
    SchemaMismatch,
    UnknownBlock,
    WeightsMismatch,
    WeightsMissing,
    architecture_schema,
    vector_digest,
)
from features.blocks import Gradients

SCHEMA = architecture_schema()
EXTRACTOR = Extractor(SCHEMA)


def _schema(spec):
    return FeatureSchema(name="test", version=1, pixels=PixelSpec(), blocks=(spec,))


def test_the_schema_digest_is_pinned():
    """Models carry this digest: a change here refuses them all, so it must be meant."""
    assert (
        SCHEMA.digest == "sha256:a6d101f1626e9674de4ed8f4a0bd297224c203f0ad01f4c9e6a8d08d1ca0792c"
    )


def test_the_digest_of_the_schema_with_an_embedding_is_pinned():
    """It holds the digest of the network, and so all that its values follow from."""
    schema = architecture_schema("efficientnet_lite0")
    assert (
        schema.digest == "sha256:91574e42f7a40ba0a4322b891a6943a113fb8b457dffcb12d166cc5fae30a9a6"
    )
    assert (schema.width, schema.pixels.decode_side) == (3643, 224)
    assert [block.name for block in schema.blocks[1:]] == [block.name for block in SCHEMA.blocks]


def test_a_schema_survives_json_with_its_digest():
    again = FeatureSchema.model_validate_json(SCHEMA.model_dump_json())
    assert again.digest == SCHEMA.digest
    assert Extractor(again).schema == again


def test_a_vector_is_of_a_middling_width():
    assert 500 <= SCHEMA.width <= 2500


def test_the_golden_photo_keeps_its_vector(picture, encode):
    """Sums catch a constant that changed in code without a new version."""
    vector = EXTRACTOR.extract(encode(picture))
    ramp = np.linspace(-1, 1, len(vector))
    ends = accumulate(block.width for block in SCHEMA.blocks)
    blocks = [slice(end - b.width, end) for b, end in zip(SCHEMA.blocks, ends, strict=True)]
    found = [value for w in blocks for value in (vector[w].sum(), vector[w] @ ramp[w])]
    assert found == pytest.approx(GOLDEN, rel=2e-3, abs=2e-3)


GOLDEN = [40.414, -11.471, 38.308, 22.686, 28.82, 25.107, -6.635, -6.131, 11.086, 10.795]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_one_photo_and_a_batch_give_equal_bits(kind, picture, encode):
    photos = [encode(picture.rotate(turn), kind) for turn in (0, 20, 70)]
    rows = EXTRACTOR.extract_many(photos)
    assert rows.shape == (3, SCHEMA.width)
    assert rows.dtype == np.float32
    for row, photo in zip(rows, photos, strict=True):
        assert vector_digest(row) == vector_digest(EXTRACTOR.extract(photo))
    assert len({vector_digest(row) for row in rows}) == 3
    assert EXTRACTOR.extract_many([]).shape == (0, SCHEMA.width)


def _extremes():
    rng = np.random.default_rng(3)
    yield from (Image.new(mode, (100, 90), level) for mode in ("L", "RGB") for level in (0, 127))
    yield Image.new("RGB", (100, 90), (255, 255, 255))
    yield Image.fromarray(rng.integers(0, 256, (90, 90, 3), dtype=np.uint8))
    yield Image.fromarray((np.indices((90, 90)).sum(axis=0) % 2 * 255).astype(np.uint8))
    dot = Image.new("L", (64, 512))
    dot.putpixel((30, 30), 255)
    yield dot


@pytest.mark.parametrize("image", list(_extremes()))
def test_extreme_photos_give_finite_values(image, encode):
    vector = EXTRACTOR.extract(encode(image))
    assert vector.shape == (SCHEMA.width,)
    assert np.isfinite(vector).all()


def test_a_vector_digest_is_of_little_endian_floats():
    expected = hashlib.sha256(b"\x00\x00\x80\x3f\x00\x00\x00\xc0").hexdigest()
    assert vector_digest(np.array([1, -2], dtype=np.float32)) == f"sha256:{expected}"


@pytest.mark.parametrize(
    "change",
    [
        {"width": 7},
        {"parameters": {**Gradients().spec().parameters, "threshold": 0.5, "extra": 1}},
        {"parameters": {"directions": 16}},
        {"parameters": {**Gradients().spec().parameters, "side": 64}},
        {"weights": f"sha256:{'0' * 64}"},
    ],
)
def test_a_spec_that_the_code_does_not_make_is_refused(change):
    spec = Gradients().spec().model_copy(update=change)
    with pytest.raises((SchemaMismatch, WeightsMissing)):
        Extractor(_schema(spec))


@pytest.mark.parametrize("change", [{"name": "sorcery"}, {"version": 99}])
def test_an_unknown_block_or_version_is_refused(change):
    with pytest.raises(UnknownBlock):
        Extractor(_schema(Gradients().spec().model_copy(update=change)))


def _network(side=8, last="Flatten"):
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node(last, ["f"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, side, side])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])
    graph = helper.make_graph(nodes, "tiny", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def _onnx_spec(weights, width=3):
    return BlockSpec(
        name="onnx",
        version=1,
        parameters={"side": 8, "layout": "nchw", "mean": (0.0, 0.0, 0.0), "std": (0.5, 1.0, 1.0)},
        width=width,
        weights=f"sha256:{hashlib.sha256(weights).hexdigest()}",
    )


def test_an_onnx_block_runs_its_network(encode):
    spec = _onnx_spec(_network())
    extractor = Extractor(_schema(spec), {spec.weights: _network()})
    vector = extractor.extract(encode(Image.new("RGB", (90, 90), (51, 102, 255))))
    assert vector == pytest.approx([0.4, 0.4, 1.0], abs=1e-6)


def test_a_network_may_want_channels_last(encode):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 8, 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 192])
    graph = helper.make_graph([helper.make_node("Flatten", ["x"], ["y"])], "flat", [x], [y])
    opset = [helper.make_opsetid("", 17)]
    network = helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    spec = _onnx_spec(network, width=192)
    spec = spec.model_copy(update={"parameters": {**spec.parameters, "layout": "nhwc"}})
    extractor = Extractor(_schema(spec), {spec.weights: network})
    vector = extractor.extract(encode(Image.new("RGB", (90, 90), (51, 102, 255))))
    assert vector.reshape(64, 3) == pytest.approx(np.tile([0.4, 0.4, 1.0], (64, 1)), abs=1e-6)


def test_an_extractor_travels_with_its_network_and_is_opened_once_where_it_arrives(encode):
    spec = _onnx_spec(_network())
    extractor = Extractor(_schema(spec), {spec.weights: _network()})
    sent = pickle.dumps(extractor.extract)
    arrived, again = (pickle.loads(sent) for _ in range(2))  # noqa: S301 - sent from here
    photo = encode(Image.new("RGB", (90, 90), (51, 102, 255)))
    assert arrived(photo).tobytes() == extractor.extract(photo).tobytes()
    assert arrived.__self__ is again.__self__
    assert arrived.__self__.schema == extractor.schema
    other = _network(last="Abs")
    spec = _onnx_spec(other)
    sent = pickle.dumps(Extractor(_schema(spec), {spec.weights: other}))
    arrived = pickle.loads(sent)  # noqa: S301 - sent from here
    assert dict(arrived.weights) == {spec.weights: other}


def test_a_network_that_gives_nan_is_refused_when_it_does(encode):
    """It takes logarithms of channels less their means: NaN where blue is below its own."""
    weights = _network(last="Log")
    spec = _onnx_spec(weights)
    spec = spec.model_copy(update={"parameters": {**spec.parameters, "mean": (0.0, 0.0, 0.5)}})
    extractor = Extractor(_schema(spec), {spec.weights: weights})
    assert np.isfinite(extractor.extract(encode(Image.new("RGB", (90, 90), "white")))).all()
    with pytest.raises(SchemaMismatch, match="not finite"):
        extractor.extract(encode(Image.new("RGB", (90, 90), (255, 255, 51))))


def test_weights_are_needed_and_checked_by_digest():
    spec = _onnx_spec(_network())
    with pytest.raises(WeightsMissing):
        Extractor(_schema(spec))
    with pytest.raises(WeightsMismatch):
        Extractor(_schema(spec), {spec.weights: b"other"})


@pytest.mark.parametrize(("weights", "width"), [(_network(), 4), (b"no network", 3)])
def test_a_network_that_does_not_fit_its_spec_is_refused(weights, width):
    spec = _onnx_spec(weights, width)
    with pytest.raises(SchemaMismatch):
        Extractor(_schema(spec), {spec.weights: weights})


def test_runs_are_the_outputs_of_learned_blocks_and_then_all_that_is_hand_made():
    weights = "sha256:" + 64 * "0"
    learned = BlockSpec(
        name="onnx", version=1, parameters={"taps": (3, 5)}, width=8, weights=weights
    )
    plain = BlockSpec(name="onnx", version=1, parameters={}, width=4, weights=weights)
    made = architecture_schema()
    mixed = made.model_copy(update={"blocks": (learned, *made.blocks, plain)})
    assert made.runs == (made.width,)
    assert mixed.runs == (3, 5, 4, made.width)
    assert mixed.model_copy(update={"blocks": (learned,)}).runs == (3, 5, 0)


def test_taps_that_do_not_add_up_to_the_width_are_refused():
    spec = _onnx_spec(_network())
    torn = spec.model_copy(update={"parameters": {**spec.parameters, "taps": (1, 1)}})
    with pytest.raises(SchemaMismatch, match="its taps have 2 values, it declares 3"):
        Extractor(_schema(torn), {spec.weights: _network()})
