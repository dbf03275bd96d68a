"""`training COMMAND`: what went wrong is one paragraph on stderr and exit code 2, no traceback."""

import errno
import traceback
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.command_line import CommandLine

BROKEN: Final = 2
COMMANDS: Final = MappingProxyType(
    {
        "photos.commands": {
            "import-photos": (
                "Take a folder-per-style tree into a dataset; bad files go into its quarantine."
            ),
            "data-report": (
                "Look at a folder-per-style tree before it is imported; nothing in it is changed."
            ),
            "push-photos": (
                "Send a dataset's photos to the store that runners share; those that are there "
                "stay."
            ),
            "fetch-photos": (
                "Bring the photos that a dataset's manifest names and it lacks, and verify all "
                "of them."
            ),
        },
        "dataset.commands": {
            "prepare": "Stage 1: check that the dataset can be trained on.",
            "featurize": (
                "Stage 2: make the vectors that the cache doesn't hold, of all photos but the "
                "holdout's."
            ),
        },
        "fitting.commands": {
            "train": "Stage 3: compare families, fit the best, export it, keep the run.",
            "evaluate": "Stage 4: score the validation split.",
            "package": "Stage 5: put the artifact together and sign it.",
        },
        "pipeline.commands": {
            "run-pipeline": (
                "From a folder of photos to a signed candidate; stages that are up to date "
                "don't run."
            ),
            "retrain": (
                "From the checkout's committed manifest and parameters to a signed candidate."
            ),
            "create-keys": (
                "Create this machine's keys, of models and of reproductions, where there are none."
            ),
        },
        "registry.commands": {
            "record-run": (
                "Keep the run of a candidate, where its stages could keep none themselves."
            ),
            "register": (
                "Give a candidate that the gate allowed and `delivery register` keeps a version."
            ),
            "aliases": "Print, as JSON, where each alias of a registered model points.",
            "point-alias": (
                "Move an alias by hand. The next deploy puts it back to where git has it."
            ),
            "point-aliases": (
                'Move aliases by orders on standard input: {"model", "alias", "version" or '
                "null} a line."
            ),
            "upgrade-registry": (
                "Bring the registry's database to this MLflow's form; a backup stays beside it."
            ),
        },
        "reproducing.commands": {
            "reproduce": (
                "Build a model again from its commit and data, and compare: 0 equal or nearly, "
                "1 different."
            ),
            "rebuild": (
                "Build the model of a manifest again, for others to compare: 0 built, 2 it "
                "can't be."
            ),
            "score-photos": "Answer photos as training's own path does, for the parity check.",
        },
        "cluster.commands": {
            "start-scheduler": (
                "Become the scheduler of a Dask cluster; tls:// where the settings name "
                "certificates."
            ),
            "start-workers": (
                "Become workers of a Dask cluster, PLINTH_JOBS of them (default: one a core)."
            ),
        },
    }
)

app = CommandLine("training", "Photos in, a signed model artifact and its evidence out.", COMMANDS)


def main() -> None:
    """Run a command; a breakdown is one paragraph on stderr and exit code 2, no traceback."""
    app.run(_in_words)


def _in_words(exc: Exception) -> str:
    """Return the message of an error; one that nobody foresaw names the line of our code.

    That a disk is full, and no file is named, says which disk it may be.
    """
    # Their packages load numpy: `--help` has no use for it, and an error of theirs has loaded it.
    from artifacts.errors import ArtifactError  # noqa: PLC0415
    from features import FeaturesError  # noqa: PLC0415
    from scoring import ScoringError  # noqa: PLC0415
    from training.errors import TrainingError  # noqa: PLC0415

    if isinstance(exc, OSError) and exc.errno == errno.ENOSPC and not exc.filename:
        return (
            f"{exc}: a disk is full, or /dev/shm, in which processes share locks (`bin/plinth "
            "doctor` says which). Without /dev/shm: export PLINTH_JOBS=1"
        )
    if isinstance(exc, TrainingError | ArtifactError | FeaturesError | ScoringError | OSError):
        return str(exc)
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
    return (
        f"an error that nobody foresaw, {type(exc).__name__}: {exc} ({place}). Nothing more was "
        "written; please report this line"
    )
