import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from support.training_doubles import DIGEST, small_params

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.evaluation import Evaluation
from artifacts.records.manifest import (
    ClassificationHead,
    Code,
    Data,
    DataSplit,
    FamilyScore,
    Metric,
    PredictionSet,
)
from features import Embedding, architecture_schema
from training.errors import BadParams, MissingStageOutput
from training.params import Linear
from training.work.runs import RunIdentity, TrainedModel, VectorsRecord
from training.work.study import Study, Trial
from training.work.work_folder import WorkFolder

ROOT = Path(__file__).parents[4]
MADE = VectorsRecord(photo_manifest=digest_json("photos"), feature_schema=digest_json("schema"))
FILES = {"heads/style.onnx": b"the bytes of a model"}
METRICS = (
    Metric(name="style.accuracy", value=0.1 + 0.2, over="cross_validation"),
    Metric(name="style.accuracy", value=0.5, over="validation"),
    Metric(name="era.median_absolute_error", value=41.25, over="validation"),
)


def some_data() -> Data:
    split = DataSplit(name="train", digest=DIGEST, photos=3, groups=2)
    return Data(photo_manifest=DIGEST, splits=(split,))


def a_trained_model() -> TrainedModel:
    identity = RunIdentity(
        model="architecture",
        code=Code(commit="c" * 40, dirty=False),
        photo_manifest=DIGEST,
        feature_schema=DIGEST,
        environment=DIGEST,
        params=DIGEST,
    )
    head = ClassificationHead(
        name="style",
        family="linear",
        file="heads/style.onnx",
        labels=("baroque", "gothic"),
        temperature=1.5,
        prediction_set=PredictionSet(level=0.9, threshold=0.1),
    )
    score = FamilyScore(
        head="style",
        family="linear",
        settings={"strength": "1.0"},
        metrics={"accuracy": 0.5},
        chosen=True,
    )
    return TrainedModel(identity=identity, heads=(head,), families=(score,), photos_compared=9)


def an_evaluation() -> Evaluation:
    return Evaluation(
        model=None,
        photo_manifest=DIGEST,
        split="validation",
        split_digest=DIGEST,
        photos=(),
        groups=(),
        slices={},
        classification=(),
        regression=(),
    )


def test_parameters_are_read_from_yaml(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(small_params().to_json(), encoding="utf-8")
    assert WorkFolder(tmp_path).params() == small_params()


def test_all_that_is_wrong_with_parameters_is_named_at_once(tmp_path: Path) -> None:
    given = json.loads(small_params().to_json()) | {"seed": -1, "colour": "red"}
    (tmp_path / "params.yaml").write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(BadParams) as caught:
        WorkFolder(tmp_path).params()
    assert "seed" in str(caught.value)
    assert "colour" in str(caught.value)


@pytest.mark.parametrize("embedding", ["none", "efficientnet_lite0"])
def test_parameters_choose_the_features(embedding: Embedding, tmp_path: Path) -> None:
    params = small_params(features={"embedding": embedding})
    (tmp_path / "params.yaml").write_text(params.to_json(), encoding="utf-8")
    definition = WorkFolder(tmp_path).definition()
    assert definition.schema().digest == architecture_schema(embedding).digest


def test_parameters_that_choose_nothing_are_of_no_embedding(tmp_path: Path) -> None:
    given = json.loads(small_params().to_json())
    del given["features"]
    (tmp_path / "params.yaml").write_text(json.dumps(given), encoding="utf-8")
    assert WorkFolder(tmp_path).params().features.embedding == "none"


def test_an_embedding_that_nobody_knows_is_named(tmp_path: Path) -> None:
    given = json.loads(small_params().to_json()) | {"features": {"embedding": "resnet"}}
    (tmp_path / "params.yaml").write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(BadParams, match=r"features\.embedding.*'none' or 'efficientnet_lite0'"):
        WorkFolder(tmp_path).params()


def test_missing_parameters_are_bad_ones(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match=r"params\.yaml is not usable"):
        WorkFolder(tmp_path).params()


def test_what_prepare_found_comes_back(tmp_path: Path) -> None:
    WorkFolder(tmp_path).write_data(some_data())
    assert WorkFolder(tmp_path).data() == some_data()
    assert (tmp_path / "build/prepared/data.json").is_file()


def test_vectors_come_back_bit_for_bit(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(5, 7)).astype(np.float32)
    WorkFolder(tmp_path).write_vectors(vectors, MADE)
    found = WorkFolder(tmp_path).vectors(MADE)
    assert found.dtype == np.float32
    assert found.tobytes() == vectors.tobytes()


@pytest.mark.parametrize("field", ["photo_manifest", "feature_schema"])
def test_vectors_of_other_photos_or_features_are_not_given_out(tmp_path: Path, field: str) -> None:
    work = WorkFolder(tmp_path)
    work.write_vectors(np.zeros((1, 7), np.float32), MADE)
    with pytest.raises(MissingStageOutput, match="'featurize'"):
        work.vectors(MADE.model_copy(update={field: DIGEST}))


def test_vectors_that_would_unpickle_are_not_read(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path)
    work.write_vectors(np.zeros((1, 7), np.float32), MADE)
    hidden = np.array([print], dtype=object)
    np.save(tmp_path / "build/vectors/vectors.npy", hidden, allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        work.vectors(MADE)


def test_trained_heads_come_back_with_their_files(tmp_path: Path) -> None:
    WorkFolder(tmp_path).write_model(a_trained_model(), FILES)
    assert WorkFolder(tmp_path).model() == (a_trained_model(), FILES)


def test_metrics_come_back_to_the_last_bit(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path)
    work.write_evaluation(an_evaluation(), METRICS)
    found = work.metrics()
    assert {(m.over, m.name): m.value for m in found} == {
        (m.over, m.name): m.value for m in METRICS
    }


def test_metrics_lie_in_a_file_that_dvc_can_show(tmp_path: Path) -> None:
    WorkFolder(tmp_path).write_evaluation(an_evaluation(), METRICS)
    folder = tmp_path / "build/evaluation"
    shown = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert shown["validation"]["style.accuracy"] == 0.5
    assert Evaluation.read(folder / "validation.json") == an_evaluation()


@pytest.mark.parametrize(
    ("ask", "stage"),
    [
        (WorkFolder.data, "prepare"),
        (lambda work: work.vectors(MADE), "featurize"),
        (WorkFolder.model, "train"),
        (WorkFolder.metrics, "evaluate"),
    ],
)
def test_a_missing_output_names_the_stage_that_makes_it(
    tmp_path: Path, ask: Callable[[WorkFolder], object], stage: str
) -> None:
    with pytest.raises(MissingStageOutput, match=f"'{stage}'"):
        ask(WorkFolder(tmp_path))


def test_an_output_that_was_cut_short_is_named(tmp_path: Path) -> None:
    WorkFolder(tmp_path).write_data(some_data())
    path = tmp_path / "build/prepared/data.json"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(UnreadableRecord, match=r"data\.json"):
        WorkFolder(tmp_path).data()


def a_study(key: str = DIGEST) -> Study:
    family = Linear(kind="linear", strength=0.1 + 0.2)
    return Study(key=key, trials=(Trial(family=family, metrics={"accuracy": 1 / 3}),))


def test_a_study_comes_back_by_its_key_and_by_no_other(tmp_path: Path) -> None:
    other = digest_json("other inputs")
    WorkFolder(tmp_path).write_study(a_study())
    assert WorkFolder(tmp_path).study(DIGEST) == a_study()
    assert WorkFolder(tmp_path).study(other) == Study(key=other)


def test_a_study_that_was_put_under_another_key_is_not_taken_for_that_ones(tmp_path: Path) -> None:
    work, other = WorkFolder(tmp_path), digest_json("other inputs")
    work.write_study(a_study())
    (file,) = (tmp_path / "build/search").iterdir()
    file.rename(file.with_name(f"{other.removeprefix('sha256:')}.json"))
    assert work.study(other) == Study(key=other)


@pytest.mark.parametrize("text", ["", '{"key": "sha', "{}"])
def test_a_study_that_cannot_be_read_is_an_empty_one(tmp_path: Path, text: str) -> None:
    WorkFolder(tmp_path).write_study(a_study())
    (file,) = (tmp_path / "build/search").iterdir()
    file.write_text(text, encoding="utf-8")
    assert WorkFolder(tmp_path).study(DIGEST) == Study(key=DIGEST)


def test_a_study_lies_in_no_output_of_a_stage() -> None:
    """DVC empties a stage's outputs before it runs, and a search would begin anew each time."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outs = [str(out) for stage in stages.values() for out in stage["outs"]]
    assert "build/model" in outs
    assert not any("build/search".startswith(out) for out in outs)
