"""A model built again is the original, or its record says in what it isn't."""

import pytest
from support.tiny_artifact import tiny_artifact

from artifacts.digests import digest_json
from artifacts.records.manifest import ModelManifest
from delivery.retrain.training_claims import compare_rebuilt

MANIFEST, _ = tiny_artifact()


def other_files(count: int) -> ModelManifest:
    """Return the manifest with every file changed, and more of them."""
    file = MANIFEST.files[0]
    changed = [f.model_copy(update={"digest": digest_json(f.path)}) for f in MANIFEST.files]
    more = [file.model_copy(update={"path": f"more/{number}"}) for number in range(count)]
    return MANIFEST.model_copy(update={"files": (*changed, *more)})


def test_equal_manifests_are_equal() -> None:
    assert compare_rebuilt(MANIFEST, MANIFEST) == ("equal", ())


def test_one_file_of_other_bytes_is_different_and_named() -> None:
    file = MANIFEST.files[-1]
    changed = file.model_copy(update={"digest": digest_json("other")})
    rebuilt = MANIFEST.model_copy(update={"files": (*MANIFEST.files[:-1], changed)})

    assert compare_rebuilt(MANIFEST, rebuilt) == (
        "different",
        (f"file {file.path} was {file.digest}, is {digest_json('other')}",),
    )


def test_a_file_more_is_absent_in_the_original() -> None:
    outcome, differences = compare_rebuilt(MANIFEST, other_files(1))

    assert outcome == "different"
    assert differences[-1] == f"file more/0 was absent, is {MANIFEST.files[0].digest}"


def test_the_order_of_files_is_a_difference_too() -> None:
    rebuilt = MANIFEST.model_copy(update={"files": tuple(reversed(MANIFEST.files))})

    assert compare_rebuilt(MANIFEST, rebuilt) == (
        "different",
        ("the order of some list in the manifest",),
    )


def test_differences_are_bounded_and_say_how_many_are_not_shown() -> None:
    _, differences = compare_rebuilt(MANIFEST, other_files(100))

    assert len(differences) == 21
    assert differences[-1] == f"and {len(MANIFEST.files) + 100 - 20} differences more"


@pytest.mark.parametrize(("length", "shown"), [(95, "x" * 95), (96, "x" * 94 + "…")])
def test_a_long_name_is_cut_for_a_record_is_read_by_people(length: int, shown: str) -> None:
    file = MANIFEST.files[0].model_copy(update={"path": "x" * length})
    rebuilt = MANIFEST.model_copy(update={"files": (*MANIFEST.files, file)})

    assert compare_rebuilt(MANIFEST, rebuilt) == (
        "different",
        (f"file {shown} was absent, is {file.digest}",),
    )
