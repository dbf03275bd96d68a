import pytest
from pydantic import ValidationError
from support.delivery_fakes import FIRST_RELEASE, good_evidence, release, released

from artifacts.digests import digest_json
from artifacts.records.release import Release
from delivery.domain.evidence import Absent
from delivery.domain.rules.champion import champion_of, judge_champion

SERVING = released(digest_json("champion"))
HALF = SERVING.model_copy(update={"weight": 0.5})
SHADOW = SERVING.model_copy(update={"role": "shadow"})
CHALLENGER = HALF.model_copy(update={"role": "challenger"})


def test_a_scored_champion_passes():
    assert judge_champion(good_evidence().champion).outcome == "passed"


def test_a_stated_first_release_passes_with_its_reason():
    found = judge_champion(FIRST_RELEASE)
    assert found.outcome == "passed"
    assert FIRST_RELEASE.reason in found.reason


@pytest.mark.parametrize("at_fault", [True, False])
def test_an_unreadable_champion_is_missing_and_never_a_failure_of_the_candidate(at_fault):
    found = judge_champion(Absent("signature refused", at_fault))
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
def test_without_an_entry_a_first_release_is_not_assumed(given):
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
