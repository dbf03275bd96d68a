"""End everything of an environment."""

from artifacts.records.release import Environment
from delivery.targets.local.ports import EnvironmentFiles, Processes
from delivery.targets.local.swap import GRACE_SECONDS


def stop(environment: Environment, files: EnvironmentFiles, processes: Processes) -> int:
    """End services gracefully, manager and holder too; return how many processes there were."""
    with files.swapping(environment):
        found = processes.of(environment)
        processes.end(found)
        processes.wait(found, GRACE_SECONDS)
        files.tidy(environment, ())
        files.want(environment, None)
        files.write_state(environment, files.state(environment).after(None))
    return len(found)
