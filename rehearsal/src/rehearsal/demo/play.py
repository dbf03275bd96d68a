"""Plays the demo, or the rollback drill alone, in a folder of its own."""

import sys
from pathlib import Path

from rehearsal.demo.scale import FAST, FULL
from rehearsal.demo.stage import Stage
from rehearsal.demo.story import Story
from rehearsal.demo.timeline import StepFailed, Timeline
from rehearsal.make_box import CommandFailed


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
