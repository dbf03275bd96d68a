from collections import Counter

from support.training_doubles import small_params

from training.photos.intake import split_of

PARAMS = small_params().import_photos


def test_shares_of_many_groups_are_as_asked() -> None:
    counts = Counter(split_of(f"group-{n}", 7, PARAMS) for n in range(10_000))
    assert abs(counts["holdout"] / 10_000 - PARAMS.holdout_share) < 0.02
    assert abs(counts["validation"] / 10_000 - PARAMS.validation_share) < 0.02


def test_a_group_lands_in_one_place_for_one_seed() -> None:
    assert {split_of("abbey", 7, PARAMS) for _ in range(5)} == {split_of("abbey", 7, PARAMS)}
    assert len({split_of("abbey", seed, PARAMS) for seed in range(50)}) == 3
