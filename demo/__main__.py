"""`python -m demo [--fast] [PHOTOS]`: the whole loop in a box; `drill`: a rollback alone."""

import sys
from pathlib import Path

from rehearsal.box import CommandFailed
from rehearsal.setting import ROOT

from demo.drill import Drill
from demo.scale import FAST, FULL
from demo.stage import Stage
from demo.story import Story
from demo.timeline import StepFailed, Timeline


def main(words: list[str]) -> int:
    """Play the demo; 0 if every check passed."""
    fast, drill = "--fast" in words, "drill" in words
    paths = [Path(word).resolve() for word in words if word not in {"--fast", "drill"}]
    stage = Stage(ROOT / "build" / ("drill" if drill else "demo"), FAST if fast or drill else FULL)
    timeline = Timeline()
    story = Story(stage, timeline, paths[0] if paths else None)
    try:
        if drill:
            Drill(story).run()
        else:
            story.tell()
    except (StepFailed, CommandFailed) as exc:
        sys.stderr.write(f"demo: it ends here, since this did not hold: {exc}\n")
        timeline.failed += timeline.failed == 0
    finally:
        stage.clean_up()
    return timeline.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
