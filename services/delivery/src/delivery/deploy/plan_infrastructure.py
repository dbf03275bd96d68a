"""plan-infrastructure: what the deploy of a commit would change, before anybody merges it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from artifacts.cant_tell import CantTell
from artifacts.records.release import Environment
from delivery.deploy.difference import Drift
from delivery.deploy.verify import Survey
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import wanted_at
from delivery.releases.wanted import Wanted

NO_IMAGE: Final = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Planned:
    """What an apply would change in an environment."""

    wanted: Wanted
    changes: tuple[Drift, ...] | CantTell


@dataclass(frozen=True)
class PlanInfrastructure:
    """Plans; nothing is changed, and no state is locked."""

    repository: GitRepository
    survey: Survey

    def __call__(self, environments: Sequence[Environment], commit: str) -> tuple[Planned, ...]:
        """Return what each environment's apply would change; CommitUnknown, UnreadableRecord.

        An image is built on merge: until then a digest that no image has stands in for its own.
        """
        at = self.repository.commit(commit)
        return tuple(self._planned(environment, at) for environment in environments)

    def _planned(self, environment: Environment, commit: str) -> Planned:
        wanted = wanted_at(self.repository, environment, commit, self.survey.images)
        if self.survey.images is None or wanted.payload is None or wanted.payload.image:
            return Planned(wanted, self.survey.drift(wanted))
        stand_in = wanted.payload.model_copy(update={"image": NO_IMAGE})
        return Planned(wanted, self.survey.drift(replace(wanted, payload=stand_in)))
