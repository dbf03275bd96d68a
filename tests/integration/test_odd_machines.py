"""Read-only systems, no temporary folder, no home: serving needs none of them; nobody is told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.photo_files import jpeg
from support.tiny_artifact import build_tiny_artifact, public_key_of

READS = ("libs/features", "libs/scoring", "services/training", "tests/support/inference_service.py")

BWRAP = shutil.which("bwrap")
in_a_room = pytest.mark.skipif(BWRAP is None, reason="bubblewrap (bwrap) is not installed")
PROGRAM = """
import io, sys
from pathlib import Path
from support.inference_service import HEADERS, running, tiny_wiring
folder = Path(sys.argv[1])
wiring = tiny_wiring(folder / "model", folder / "key.pub.pem", io.StringIO())
with running(wiring) as client:
    photo = (folder / "photo.jpg").read_bytes()
    files = {"photo": ("photo.jpg", photo, "image/jpeg")}
    print(client.post("/v1/predictions", headers=HEADERS, files=files).status_code)
"""
LOADED = """
import os, sys
import {module}
print(len(os.listdir("/proc/self/task")), os.listdir(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with the key that verifies it, and a photo that needs room while it is received."""
    folder = tmp_path_factory.mktemp("odd")
    build_tiny_artifact(folder / "model", folder / "key.pem")
    public_key_of(folder / "key.pem")
    (folder / "photo.jpg").write_bytes(jpeg(1, 3000, 2000, quality=98))
    return folder


def read_only(*shared: str) -> list[str]:
    """The command that runs another one where nothing at all can be written but /dev."""
    return [str(BWRAP), "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", *shared]


def predicted(place: Path, *start: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Serve one photo in a process of its own, started by `start`."""
    tests = Path(__file__).parents[1]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tests), **variables}
    return subprocess.run(
        [*start, sys.executable, "-P", "-c", PROGRAM, str(place)],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@in_a_room
def test_a_photo_is_answered_on_a_read_only_system_without_home_or_temporary_folder(
    place: Path,
) -> None:
    done = predicted(place, *read_only(), TMPDIR="/gone")

    assert done.stdout == "200\n", done.stderr[-2000:]
    assert done.stderr == ""


@in_a_room
def test_a_photo_is_answered_by_a_user_without_a_name(place: Path) -> None:
    nameless = ["--unshare-user", "--uid", "60123", "--gid", "60123"]

    done = predicted(place, *read_only(*nameless))

    assert done.stdout == "200\n", done.stderr[-2000:]


@in_a_room
def test_where_nothing_can_be_written_at_all_the_missing_folder_is_named(place: Path) -> None:
    done = predicted(place, *read_only("--ro-bind", str(place), "/dev/shm"))  # noqa: S108

    assert "a temporary folder is needed to verify a model" in done.stderr
    assert "set TMPDIR to one" in done.stderr


@pytest.mark.parametrize(
    "module", ["features.blocks.onnx", "scoring.scorer", "scoring.trial_process"]
)
def test_who_loads_the_runtime_of_models_leaves_nothing_at_home_and_starts_no_reporter(
    module: str, tmp_path: Path
) -> None:
    alone = {"PATH": os.defpath, "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    alone |= {"OPENBLAS_NUM_THREADS": "1"}
    words = [sys.executable, "-P", "-c", LOADED.format(module=module), str(tmp_path)]

    done = subprocess.run(words, env=alone, capture_output=True, text=True, check=True)

    threads, left = done.stdout.split(maxsplit=1)
    assert left == "[]\n"
    assert int(threads) <= 2


def test_a_command_of_training_tells_mlflows_makers_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from training import cli; sys.argv = ['training', 'aliases', '--help']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "from mlflow.telemetry.utils import is_telemetry_disabled; print(is_telemetry_disabled())"
    )
    alone = {"PATH": os.defpath, "HOME": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=alone, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "True"
