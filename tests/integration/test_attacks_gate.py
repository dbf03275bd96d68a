"""Attacks on the gate: on what it measures with, what it measures on, and where it does so."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from support import cases, change_world
from support.change_records import HOLDOUT
from support.change_world import World
from support.delivery_records import (
    artifact,
    champion,
    dataset_rows,
    evaluation,
    first_right,
    good_case,
)

from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import RuleResult
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest
from delivery.domain.case import Candidate, Case, Holdout
from delivery.domain.holdout_text import pin_text
from delivery.domain.judge import decide, judge
from delivery.domain.measures.slices import measure_dimension, slices_of
from delivery.domain.membership import Membership
from delivery.domain.resampling import resample_groups

PIN = "policies/holdouts/architecture.csv"
SOUTH = 40
"""Photos of the region that the model never gets right; it gets all others."""


def regional(region: str = "") -> PhotoManifest:
    """A data set whose last photos are of the south, or all of one region."""
    rows = dataset_rows().rows
    return PhotoManifest(
        rows=tuple(
            row.model_copy(update={"slices": {"region": region or _region(i, len(rows))}})
            for i, row in enumerate(rows)
        )
    )


def _region(place: int, photos: int) -> str:
    return "south" if place >= photos - SOUTH else "north"


def judged(manifest: PhotoManifest, pin: HoldoutPin) -> tuple[RuleResult, ...]:
    """What all rules say of a model that is right in the north alone, over a data set."""
    photos = len(manifest.rows)
    hits = first_right(photos - SOUTH)
    scored = _by_region(manifest, hits, artifact("candidate", manifest).digest)
    accuracy = {"metric": "style.accuracy", **cases.DECIDED}
    rules = cases.settings(
        slice_floors=[{"dimension": "region", "at_least": 0.5, **accuracy}],
        slice_gaps=None,
        slice_regressions=None,
    )
    required = {"dimension": "region", "names": ["north"], "min_photos": 20, **cases.DECIDED}
    resampling = resample_groups(scored.groups, 2000, 7)
    found = slices_of(measure_dimension(scored, "region", resampling), 0.95)
    case: Case = good_case(
        policy=cases.policy(rules=rules, slices={"required": [required], "optional": []}),
        tiers=cases.tiers(rules=["floors", "non_inferiority"], limits=[]),
        candidate=Candidate.of(artifact("candidate", manifest).manifest),
        holdout=Holdout.of(manifest),
        membership=Membership.of(pin, manifest),
        evaluation=scored,
        evidence=cases.evidence(
            model=scored.model,
            photo_manifest=manifest.digest,
            holdout=scored.split_digest,
            photos=photos,
            groups=len(set(scored.groups)),
            slices=found,
            gaps=(),
        ),
        champion=champion(manifest, first_right(100)),
        resampling=resampling,
    )
    return judge(case)


def _by_region(manifest: PhotoManifest, hits: Sequence[bool], model: str) -> Evaluation:
    made = evaluation(manifest, hits, model)
    region = tuple(row.slices["region"] for row in manifest.of_split("holdout"))
    return made.model_copy(update={"slices": {**made.slices, "region": region}})


def test_a_region_that_is_never_right_is_refused_by_its_slice() -> None:
    truth = regional()
    found = {one.rule: one for one in judged(truth, HoldoutPin.of("architecture", truth))}
    assert found["slice_floor.region"].outcome == "failed"
    assert found["holdout_pin"].outcome == "passed"


def test_a_data_change_that_renames_the_region_of_pinned_photos_is_refused() -> None:
    renamed = regional("north")
    results = judged(renamed, HoldoutPin.of("architecture", regional()))
    print("\n  one region for all pinned photos:", decide(results, first_release=False))  # noqa: T201
    found = {one.rule: one for one in results}
    assert found["slice_floor.region"].outcome == "passed", "the attack hides the region"
    assert decide(results, first_release=False) == "refused"
    assert found["holdout_pin"].outcome == "failed"
    assert "slice.region" in found["holdout_pin"].reason


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A repository in which changes are judged; tests work on copies of it."""
    return change_world.make_world(tmp_path_factory.mktemp("worlds") / "main")


@pytest.fixture
def world(main: World, tmp_path: Path) -> World:
    return change_world.copy_of(main, tmp_path / "world")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("slice.region", {"slices": {"region": "north"}}),
        ("source", {"source": "another"}),
        ("group", {"group": "another"}),
        ("year", {"year": 1200}),
    ],
)
def test_a_pin_changed_along_with_the_data_is_refused_whoever_approves_it(
    world: World, column: str, change: dict[str, object]
) -> None:
    photos = (HOLDOUT.photos[0].model_copy(update=change), *HOLDOUT.photos[1:])
    world.branch("moved")
    world.commit("max", {PIN: pin_text(HOLDOUT.model_copy(update={"photos": photos}))})
    world.approve("ada", "bo", "cleo")
    found = {one.rule: one.reason for one in world.judge().problems}
    assert f"1 pinned photos are changed in {column} (" in found["holdout_grows"]


def test_a_pin_of_the_earlier_form_is_refused_and_says_how_to_pin_anew(world: World) -> None:
    world.branch("earlier")
    lines = [f"{p.photo},{p.group},{p.style},{p.year}" for p in HOLDOUT.photos]
    text = "\n".join(["photo,group,style,year", *lines, ""])
    world.commit("max", {PIN: text})
    world.approve("ada", "bo", "cleo")
    found = {one.rule: one.reason for one in world.judge().problems}
    assert "of the earlier form" in found["holdout_grows"]
    assert "`delivery pin-holdout`" in found["holdout_grows"]
