import pytest
from support.training_doubles import DIGEST, PARAMS, small_params

from artifacts.digests import digest_json
from training.params import Linear, NearestNeighbours, Params
from training.work.runs import Inputs
from training.work.study import Study, Trial, study_key, trial_seed

INPUTS = Inputs(
    feature_schema=DIGEST, feature_code=DIGEST, training_code=DIGEST, environment=DIGEST
)
OTHER = digest_json("other")


def tried(strength: float, accuracy: float) -> Trial:
    family = Linear(kind="linear", strength=strength)
    return Trial(family=family, metrics={"accuracy": accuracy, "macro_f1": 1 - accuracy})


def with_train(**changes: object) -> Params:
    train = PARAMS["train"]
    assert isinstance(train, dict)
    return small_params(train=train | changes)


def test_the_best_trial_has_the_highest_accuracy_and_the_first_of_equals_wins() -> None:
    trials = (tried(1, 0.3), tried(2, 0.5), tried(3, 0.5), tried(4, 0.4))
    assert Study(key=DIGEST, trials=trials).best() == trials[1]


def test_a_family_is_found_by_all_of_its_settings() -> None:
    study = Study(key=DIGEST).with_trials(tried(1, 0.3), tried(2, 0.5))
    assert study.find(Linear(kind="linear", strength=2)) == tried(2, 0.5)
    assert study.find(Linear(kind="linear", strength=2.5)) is None
    assert study.find(NearestNeighbours(kind="nearest_neighbours", neighbours=2, levels=2)) is None


def test_a_study_comes_back_from_json_as_it_was() -> None:
    study = Study(key=DIGEST, trials=(tried(0.1 + 0.2, 1 / 3),))
    assert Study.model_validate_json(study.to_json()) == study


@pytest.mark.parametrize("field", Inputs.model_fields)
def test_a_study_of_other_code_features_or_environment_has_another_key(field: str) -> None:
    other = INPUTS.model_copy(update={field: OTHER})
    assert study_key(small_params(), other, DIGEST) != study_key(small_params(), INPUTS, DIGEST)


@pytest.mark.parametrize(
    "params",
    [
        small_params(seed=8),
        with_train(folds=3),
        with_train(set_level=0.7),
        with_train(
            search={
                "trials": 3,
                "families": [{"kind": "linear", "strength": {"low": 50, "high": 501}}],
            }
        ),
        with_train(
            classification=[
                {"kind": "linear", "strength": 101.0},
                {"kind": "discriminant", "shrinkage": 0.5},
            ]
        ),
    ],
)
def test_a_study_of_other_parameters_has_another_key(params: Params) -> None:
    assert study_key(params, INPUTS, DIGEST) != study_key(small_params(), INPUTS, DIGEST)


def test_a_study_of_other_photos_has_another_key() -> None:
    assert study_key(small_params(), INPUTS, OTHER) != study_key(small_params(), INPUTS, DIGEST)


def test_more_trials_go_on_with_the_same_study() -> None:
    search = small_params().train.search.model_dump(mode="json") | {"trials": 50}
    assert study_key(with_train(search=search), INPUTS, DIGEST) == study_key(
        small_params(), INPUTS, DIGEST
    )


def test_every_trial_has_a_seed_of_its_own() -> None:
    seeds = {trial_seed(seed, number) for seed in range(20) for number in range(50)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**32 for seed in seeds)
