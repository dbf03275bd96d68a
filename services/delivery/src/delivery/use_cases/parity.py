"""parity: the same photos through every door, and what they said side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.domain.parity import ParityPhoto, ParityReport, compare_doors
from delivery.errors import DoorFailed
from delivery.ports.gating import ArtifactReader, Door


@dataclass(frozen=True)
class Parity:
    """The parity check with the doors to compare; the first is the reference."""

    artifacts: ArtifactReader
    doors: Sequence[Door]

    def __call__(self, photos: Sequence[Path], model: Path) -> ParityReport:
        """Ask every door. DoorFailed where one gives no answer; ArtifactError for a bad model."""
        artifact = self.artifacts.open(model)
        asked = tuple(ParityPhoto(path=path) for path in photos)
        answers = tuple((door.name, door.answer(asked)) for door in self.doors)
        for name, given in answers:
            if len(given) != len(asked):
                raise DoorFailed(name, f"{len(given)} answers for {len(asked)} photos")
        return compare_doors(artifact.digest, asked, answers)
