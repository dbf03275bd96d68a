"""Rooms over a folder in which a script stands in for training's commands."""

from pathlib import Path

from artifacts.records.photos import PhotoManifest
from delivery.rooms.training_rooms import TrainingRooms
from walls import Unwalled, Wall

UNWALLED = Unwalled("a test of what becomes of words and exit codes")


def script_rooms(root: Path, script: str, wall: Wall = UNWALLED, uri: str = "") -> TrainingRooms:
    """Return rooms in which `script` runs, with the words of a command of training as its own.

    What it is called with is noted in `calls`.
    """
    program = root / "environment" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nshift 3\necho "$@" >> {root}/calls\n{script}\n')
    program.chmod(0o755)
    (root / "bin").mkdir(exist_ok=True)
    (root / "bin/environment").write_text(f"#!/bin/sh\necho {root}/environment\n")
    (root / "bin/environment").chmod(0o755)
    (root / "data").mkdir()
    (root / "data/photos").mkdir()
    PhotoManifest(rows=()).write(root / "data/manifest.csv")
    return rooms_of(root, wall, uri)


def rooms_of(root: Path, wall: Wall = UNWALLED, uri: str = "") -> TrainingRooms:
    """Return rooms over a folder, with all variables that they read."""
    (root / "key.pem").touch()
    variables = {
        "PLINTH_SIGNING_KEY": str(root / "key.pem"),
        "PLINTH_VECTOR_CACHE": str(root / "state/vectors"),
        "PLINTH_TRACKING_URI": uri or f"sqlite:///{root}/state/mlflow/mlflow.db",
        "PLINTH_TRACKING_ARTIFACTS": str(root / "state/mlruns"),
        "PATH": "/usr/bin:/bin",
    }
    return TrainingRooms(root, variables, (), wall)
