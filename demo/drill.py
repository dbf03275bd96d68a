"""The rollback drill: two promotions, then the second is reverted under load, and timed."""

from demo.promoting import Promoting
from demo.returning import Returning
from demo.story import Story


class Drill:
    """Only as much of the story as a rollback needs."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def run(self) -> None:
        """Play it, and print the seconds."""
        archive = self._story.found()
        promoting = Promoting(self._story.loop, archive)
        promoting.first_promotion()
        promoting.better_model()
        second = promoting.second_promotion()
        seconds = Returning(self._story.loop, archive).revert(second)
        self._story.timeline.note(f"rollback drill: {seconds:.1f} s from merge to verified")
