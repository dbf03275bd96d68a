"""`python -m demo [PHOTOS]`: the whole loop on this machine, offline."""

import sys
from pathlib import Path

from demo.stage import ROOT, Stage
from demo.story import Story
from demo.timeline import StepFailed, Timeline


def main() -> int:
    """Play the demo; 0 if every check passed."""
    photos = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    timeline = Timeline()
    story = Story(Stage(ROOT / "build/demo"), timeline, photos)
    try:
        story.tell()
    except StepFailed as exc:
        sys.stderr.write(f"demo: it ends here, since this did not hold: {exc}\n")
    return timeline.close()


sys.exit(main())
