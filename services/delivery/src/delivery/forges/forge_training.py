"""Whether training's job runs where no key can be read: what the runners' labels say of it."""

from dataclasses import dataclass
from typing import Final

from artifacts.cant_tell import CantTell
from delivery.forges.forge_facts import ForgeFacts, RunnerGroup

TRAINING_RUNNER: Final = "TRAINING_RUNNER"
"""The variable that names the label of training's own runner."""
_SHARED: Final = "self-hosted"
"""The label that jobs with keys ask for; a runner has it unless it was registered without."""


@dataclass(frozen=True)
class Noted:
    """An item holds, and this is to be said of it."""

    words: str


def trains_apart(facts: ForgeFacts, missing_wall: str) -> str | Noted | CantTell:
    """Whether training's job goes to another runner than those with keys, or into a room there."""
    if isinstance(facts.variables, CantTell):
        return facts.variables
    label = facts.variables.get(TRAINING_RUNNER, "")
    keyed = facts.variables.get("RUNNER", "")
    if not label and missing_wall:
        return (
            f"it runs on the machine of the keys ({TRAINING_RUNNER} is not set), and this machine "
            f"has no wall: {missing_wall}"
        )
    if not label:
        return Noted(
            f"it runs on the machine of the keys ({TRAINING_RUNNER} is not set), in a room: "
            "`bin/plinth delivery walls` tries its wall there"
        )
    if label in {_SHARED, keyed} or (keyed and label.startswith(f"codebuild-{keyed}-")):
        return f"{TRAINING_RUNNER} is {label}, the label that jobs with keys ask for, too"
    # Jobs with keys ask for `self-hosted`, or for a machine that CodeBuild starts.
    if isinstance(facts.groups, CantTell):
        return facts.groups
    return _is_apart(facts.groups, label, in_the_cloud=bool(keyed))


def _is_apart(groups: tuple[RunnerGroup, ...], label: str, *, in_the_cloud: bool) -> str | Noted:
    labels = {name: found for group in groups for name, found in group.labels.items()}
    trains = {name for name, found in labels.items() if label in found}
    both = sorted(name for name in trains if _SHARED in labels[name])
    if not trains:
        return f"no runner of a group that serves this repository has the label {label}"
    if both and not in_the_cloud:
        return (
            f"{', '.join(both)}: it has the label self-hosted as well, so jobs with keys are sent "
            "to it"
        )
    return Noted(f"its runner is {', '.join(sorted(trains))}")
