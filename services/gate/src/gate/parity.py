"""parity: the same photos through every door, and what they said side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artifacts.records.manifest import ModelManifest
from gate.errors import DoorFailed
from gate.parity_report import ERA, DoorAnswer, ParityPhoto, ParityReport, compare_doors
from gate.ports import ArtifactReader, Door


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
            if without := _without_year(artifact.manifest, given):
                raise DoorFailed(name, f"its answer to {without.path} has no year")
        return compare_doors(artifact.digest, asked, answers)


def _without_year(manifest: ModelManifest, answers: Sequence[DoorAnswer]) -> DoorAnswer | None:
    """Return an answer that lacks the year which a model with an era gives of every photo."""
    if manifest.origin(ERA) == "off":
        return None
    return next((one for one in answers if one.error is None and one.year is None), None)
