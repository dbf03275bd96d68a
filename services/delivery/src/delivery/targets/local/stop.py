"""End everything of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artifacts.records.release import Environment
from delivery.targets.local.swap import GRACE_SECONDS

if TYPE_CHECKING:
    from delivery.targets.local.environment_files import FolderEnvironments
    from delivery.targets.local.marked_processes import MarkedProcesses


def stop(environment: Environment, files: FolderEnvironments, processes: MarkedProcesses) -> int:
    """End services gracefully, manager and holder too; return how many processes there were."""
    with files.swapping(environment):
        found = processes.of(environment)
        processes.end(found)
        processes.wait(found, GRACE_SECONDS)
        files.tidy(environment, ())
        for payload in files.turns(environment):
            files.end_turn(environment, payload)
        files.want(environment, None)
        files.write_state(environment, files.state(environment).after(None))
    return len(found)
