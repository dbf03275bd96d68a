import pytest
from pydantic import ValidationError
from support.cases import CHAMPION, passing, result_of
from support.policy_documents import FIRST_RELEASE

from artifacts.digests import digest_json
from artifacts.records.release import Release, ReleasedModel
from judging.case import Absent
from judging.rules.champion import champion_of

SERVING = ReleasedModel(digest=CHAMPION, version=1, gate_report=digest_json("report"))
HALF = SERVING.model_copy(update={"weight": 0.5})
SHADOW = SERVING.model_copy(update={"role": "shadow"})
CHALLENGER = HALF.model_copy(update={"role": "challenger"})


def release(*entries, model="architecture"):
    return Release(environment="staging", models={model: entries})


def test_champion_on_the_boundary_was_scored_over_the_same_photos():
    found = result_of(passing(), "champion")
    assert found.outcome == "passed"
    assert CHAMPION in found.reason


def test_a_stated_first_release_passes_with_its_reason():
    found = result_of(passing(champion=FIRST_RELEASE), "champion")
    assert found.outcome == "passed"
    assert FIRST_RELEASE.reason in found.reason


@pytest.mark.parametrize("at_fault", [True, False])
def test_champion_is_missing_if_unreadable_and_that_is_never_the_candidates_fault(at_fault):
    found = result_of(passing(champion=Absent("signature refused", at_fault)), "champion")
    assert (found.outcome, found.reason) == ("missing", "signature refused")


def test_the_champion_is_found_among_shadows_and_challengers():
    assert champion_of(release(SHADOW, CHALLENGER, HALF), "architecture") == HALF


def test_a_stated_first_release_is_found():
    assert champion_of(release(FIRST_RELEASE), "architecture") == FIRST_RELEASE


@pytest.mark.parametrize(
    "given",
    [
        Release(environment="staging", models={}),
        release(),
        release(SERVING, model="fraud"),
        release(SHADOW),
    ],
)
def test_champion_refuses_to_assume_a_first_release_without_an_entry(given):
    found = champion_of(given, "architecture")
    assert isinstance(found, Absent)
    assert "states no first release" in found.reason


@pytest.mark.parametrize(
    "entries",
    [(FIRST_RELEASE, SERVING), (SERVING, FIRST_RELEASE), (SERVING, SERVING)],
)
def test_a_first_release_stated_beside_a_champion_hides_nothing(entries):
    """The gate then finds no readable release, and decides nothing."""
    with pytest.raises(ValidationError, match="more than one"):
        release(*entries)
