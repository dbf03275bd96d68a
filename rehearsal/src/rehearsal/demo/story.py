"""The demo's chapters, in order. Each does what people do, by the commands that they type."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rehearsal.demo.attacks import Attacks
from rehearsal.demo.founding import Founding
from rehearsal.demo.loop import Loop
from rehearsal.demo.promoting import Promoting
from rehearsal.demo.returning import Returning
from rehearsal.demo.scale import FAST, FULL
from rehearsal.demo.stage import Archive, Stage
from rehearsal.demo.timeline import StepFailed, Timeline
from rehearsal.make_box import CommandFailed


class Story:
    """From a folder of photos to a model in production, and what happens to bad ones."""

    def __init__(self, stage: Stage, timeline: Timeline, photos: Path | None) -> None:
        self.stage = stage
        self.timeline = timeline
        self.loop = Loop(stage, timeline)
        self.founding = Founding(self.loop, photos)

    def tell(self) -> None:
        """Play every chapter; StepFailed ends it early.

        The short demo trains once: it leaves the better model, the poisoned one and the rollback to
        the full one, and the rollback to the drill as well.
        """
        archive = self.found()
        promoting, attacks = Promoting(self.loop, archive), Attacks(self.loop, archive)
        returning = Returning(self.loop, archive)
        promoting.first_promotion()
        if not self.stage.scale.mild:
            promoting.better_model()
            second = promoting.second_promotion()
            poisoned = attacks.poisoned_photos()
            attacks.alias_moved_by_hand()
        attacks.the_walls()
        attacks.code_beside_the_judge()
        attacks.a_milder_policy()
        if not self.stage.scale.mild:
            attacks.poison_is_refused(poisoned)
        attacks.a_workflow_that_steals()
        attacks.tampered_model()
        if not self.stage.scale.mild:
            returning.revert(second)
        returning.trace()
        self.loop.main_is_green()
        returning.audit()

    def found(self) -> Archive:
        """Play the first chapter: a box, photos, a first model in staging."""
        with ThreadPoolExecutor(1) as beside:
            drawing = beside.submit(self.founding.draw)
            self.founding.make_the_box()
            archive = self.founding.collect_photos(drawing)
        self.founding.deliver_first_photos(archive)
        self.founding.first_model(archive)
        return archive

    def drill(self) -> None:
        """Play only as much as a rollback needs: two promotions, the second reverted under load."""
        archive = self.found()
        promoting = Promoting(self.loop, archive)
        promoting.first_promotion()
        promoting.better_model()
        seconds = Returning(self.loop, archive).revert(promoting.second_promotion())
        self.timeline.note(f"rollback drill: {seconds:.1f} s from merge to verified")


def play(root: Path, photos: Path | None, *, fast: bool, drill: bool = False) -> int:
    """Play it over a checkout's HEAD, on drawn photos where none are given; 0 if all was kept."""
    stage = Stage(root, root / "build" / ("drill" if drill else "demo"), FAST if fast else FULL)
    timeline = Timeline()
    story = Story(stage, timeline, photos)
    try:
        if drill:
            story.drill()
        else:
            story.tell()
    except (StepFailed, CommandFailed) as exc:
        sys.stderr.write(f"demo: it ends here, since this did not hold: {exc}\n")
        timeline.failed += timeline.failed == 0
    finally:
        stage.clean_up()
    return timeline.close()
