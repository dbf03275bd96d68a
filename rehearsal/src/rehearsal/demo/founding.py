"""Chapter one: a box, photos and their holdout on main, and the first model in staging."""

import math
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from artifacts.records.photos import PhotoRow
from rehearsal.demo.loop import DEPLOY, JUDGE, RETRAIN, Loop
from rehearsal.demo.scale import STAGING_SECONDS
from rehearsal.demo.stage import Archive
from rehearsal.demo.team import Done
from samples.facades import draw_folder

HOLDOUT_BRANCH, EVERYBODY = "photos/first", ("ada", "bo", "cleo")
SEED = 7
"""What the drawn buildings come of."""


class Founding:
    """What a team does once."""

    def __init__(self, loop: Loop, photos: Path | None) -> None:
        self._loop = loop
        self._timeline = loop.timeline
        self._photos = photos
        self._drawn = loop.stage.folder / "photos"

    def draw(self) -> int:
        """Draw buildings where no photos were given; returns how many photos there are."""
        if self._photos is not None:
            return 0
        scale = self._loop.stage.scale
        return draw_folder(self._drawn, scale.buildings, SEED, scale.styles)

    def make_the_box(self) -> None:
        """A forge with four people."""
        stage = self._loop.stage
        with self._timeline.step("box: a forge on this machine, four people with keys, no network"):
            if not stage.committed:
                self._timeline.note("uncommitted changes: the demo plays over a committed copy")
            stage.open()
            self._timeline.note(
                f"staging must run a payload for {STAGING_SECONDS} s before production, not an hour"
                + ("; five styles and a mild policy (FAST)" if stage.scale.mild else "")
            )
            fewer = stage.scale.robustness_photos
            self._timeline.note(f"worse copies are made of {fewer} photos of the holdout, not 400")
            there = stage.rehearsal.setting.origin.is_dir()
            self._timeline.require("the box is there", kept=there)

    def collect_photos(self, drawing: Future[int]) -> Archive:
        """Photos of buildings, imported into a dataset once they are drawn."""
        stage, max_ = self._loop.stage, self._loop.member("max")
        max_.begin("photos/first")
        photos = self._photos or self._drawn
        dataset = stage.folder / "archive"
        with self._timeline.step("photos: draw buildings, import them, share them by digest"):
            if self._photos is None:
                self._timeline.require("buildings are drawn", kept=drawing.result() > 0)
            params = ("--params", str(max_.clone / "params.yaml"))
            place = ("--dataset", str(dataset))
            done = max_.plinth("training", "import-photos", str(photos), *place, *params)
            self._timeline.require("they are imported", kept=done.code == 0, found=done)
            pushed = max_.plinth("training", "push-photos", *place)
            self._timeline.require("and shared", kept=pushed.code == 0, found=pushed)
            self._timeline.note(pushed.said)
        return Archive(dataset)

    def deliver_first_photos(self, archive: Archive) -> None:
        """A pull request: some photos, and the holdout that models will be judged on."""
        loop, max_ = self._loop, self._loop.member("max")
        with self._timeline.step("pull request: the first photos, and the holdout to be judged on"):
            early = first_delivery(archive.manifest.rows, loop.stage.scale.early_share)
            count = archive.deliver(max_.clone, early)
            dataset = ("--dataset", str(loop.stage.folder / "archive"))
            pinned = max_.plinth("gate", "pin-holdout", *dataset)
            self._timeline.require("the holdout is pinned", kept=pinned.code == 0, found=pinned)
            title = f"Deliver {count} photos, and pin the holdout"
            asked = loop.open(max_, HOLDOUT_BRANCH, title, JUDGE)
            refused = not asked.green and "approval" in asked.checks.said
            self._timeline.check(
                "refused: a holdout needs the strictest tier", kept=refused, found=asked.checks
            )
            self._timeline.note(asked.checks.line("approval"))
            too_soon = max_.merge(asked.number)
            self._timeline.check("it can't be merged", kept=too_soon.code != 0, found=too_soon)
            checks = loop.approve(HOLDOUT_BRANCH, EVERYBODY, "I looked at the list of photos")
            green = checks.code == 0
            self._timeline.require("with three approvals it is green", kept=green, found=checks)
        with self._timeline.step("merge: retrain.yml sees new inputs, trains, and asks the gate"):
            merged = loop.merge(asked.number, RETRAIN)
            self._timeline.note(verdict_of(merged))
            kept = merged.code == 0
            self._timeline.require("merged, trained and judged", kept=kept, found=merged)

    def first_model(self, archive: Archive) -> None:
        """The proposal that retraining opened, merged: staging serves."""
        loop = self._loop
        with self._timeline.step("merge the proposal: staging deploys the first model"):
            number = loop.number_of("proposals/")
            self._timeline.require("there is one proposal", kept=number is not None)
            merged = loop.merge(number or 0, DEPLOY)
            self._timeline.require("staging is deployed", kept=merged.code == 0, found=merged)
            answer = loop.stage.ask("staging", archive.photo())
            self._timeline.check("staging answers", kept=answer.is_success, found=answer.text)
            self._timeline.note(_told(answer.json()))


def first_delivery(rows: Sequence[PhotoRow], share: float) -> list[PhotoRow]:
    """Return all photos that are held out or validate, and those of some buildings to train on."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row.split == "train" and row.group not in groups.setdefault(row.style, []):
            groups[row.style].append(row.group)
    early = {
        group
        for style in groups.values()
        for group in sorted(style)[: math.ceil(share * len(style))]
    }
    return [row for row in rows if row.split != "train" or row.group in early]


def verdict_of(done: Done) -> str:
    """Return the lines in which retraining says what came of it."""
    marks = ("decision=", "reason=", "pull_request=")
    lines = [line.rpartition("| ")[2] for line in done.said.splitlines()]
    return "\n".join(line for line in lines if line.startswith(marks))


def _told(answer: dict[str, dict[str, object]]) -> str:
    if declined := answer["declined"]:
        return f"declined: {declined['reason']}"
    style, era = answer["style"], answer["era"]
    years = f"{era['year']} (from {era['year_low']} to {era['year_high']}, {era['origin']})"
    return f"{style['label']} with {style['probability']:.0%}, built about {years}"
