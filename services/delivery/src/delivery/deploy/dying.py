"""A process that kills itself, so that tests can see what becomes of what it had begun."""

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass

from delivery.errors import SettingsMissing


@dataclass(frozen=True)
class DieAfter:
    """Ends this process as `kill -9` does, right after the step of a name; empty: never."""

    step: str

    def __call__(self, done: str) -> None:
        """Take note that a step is done."""
        if done == self.step:
            os.kill(os.getpid(), signal.SIGKILL)


def die_after(step: str, known: Iterable[str]) -> DieAfter:
    """Return what ends this process after a step of those that are known; SettingsMissing."""
    if step and step not in known:
        raise SettingsMissing((f"PLINTH_DIE_AFTER: there is no step {step}",))
    return DieAfter(step)
