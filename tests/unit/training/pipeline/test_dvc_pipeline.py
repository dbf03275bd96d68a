"""DVC in a work folder: what users set for DVC stays outside, and no lock outlives its holder."""

import json
import os
import sys
from pathlib import Path

import pytest

from training.pipeline.dvc_pipeline import DvcPipeline
from training.work.work_folder import alone_in

STAGES = """
stages:
  one:
    cmd: mkdir -p out && echo made > out/file
    outs: [out]
"""
ME = os.getpid()
ENDED = 2**22 + 1
"""A number that no process has: the system's largest is 2**22."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A work folder with one stage."""
    work = tmp_path / "a work folder"
    work.mkdir()
    (work / "dvc.yaml").write_text(STAGES)
    return work


def run(work: Path) -> None:
    """Bring the stage up to date, as run-pipeline does."""
    with alone_in(work) as held:
        pipeline = DvcPipeline(work, "/usr/bin:/bin", held=held)
        pipeline.start()
        pipeline.reproduce()


def test_the_users_and_the_systems_configuration_of_dvc_reach_no_pipeline(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
        folder = tmp_path / name / "dvc"
        folder.mkdir(parents=True)
        (folder / "config").write_text(
            "[cache]\n    type = symlink\n[core]\n    autostage = true\n"
        )
        monkeypatch.setenv(name, str(tmp_path / name))

    run(project)

    assert (project / "out/file").read_text() == "made\n"
    assert not (project / "out").is_symlink()
    assert not (project / "out/file").is_symlink()
    assert not (project / ".dvc/no-config").exists()


def test_a_lock_of_a_number_that_another_process_has_now_is_seen(project: Path) -> None:
    run(project)
    rwlock = project / ".dvc/tmp/rwlock"
    stale = {"pid": 1, "cmd": "dvc repro"}
    rwlock.write_text(json.dumps({"read": {"x": [stale]}, "write": {str(project / "out"): stale}}))
    (project / "dvc.yaml").write_text(STAGES.replace("made", "anew"))

    run(project)

    assert (project / "out/file").read_text() == "anew\n"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"read": 3}', '{"write": {"x": {"pid": "y"}}}'])
def test_a_lock_that_was_cut_off_while_it_was_written_is_seen(text: str, project: Path) -> None:
    (project / ".dvc/tmp").mkdir(parents=True)
    (project / ".dvc/tmp/rwlock").write_text(text)

    with alone_in(project) as held:
        DvcPipeline(project, "/usr/bin:/bin", held=held).start()

    assert not (project / ".dvc/tmp/rwlock").exists()


def test_a_lock_of_a_dvc_that_runs_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive, dead = {"pid": ME, "cmd": "dvc add"}, {"pid": ENDED, "cmd": "dvc repro"}
    (project / ".dvc/tmp").mkdir(parents=True)
    rwlock = project / ".dvc/tmp/rwlock"
    rwlock.write_text(json.dumps({"read": {"x": [alive, dead], "y": [dead]}, "write": {"z": dead}}))
    read = Path.read_bytes

    def command_line(path: Path) -> bytes:
        return b"python\0-m\0dvc\0add" if path == Path(f"/proc/{ME}/cmdline") else read(path)

    monkeypatch.setattr(Path, "read_bytes", command_line)
    with alone_in(project) as held:
        DvcPipeline(project, "/usr/bin:/bin", held=held).start()

    assert json.loads(rwlock.read_text()) == {"read": {"x": [alive]}, "write": {}}


def test_a_project_that_nobody_holds_keeps_its_locks(project: Path) -> None:
    """`dvc` of a person may work there."""
    (project / ".dvc/tmp").mkdir(parents=True)
    (project / ".dvc/tmp/rwlock").write_text("{")

    DvcPipeline(project, f"{Path(sys.executable).parent}:/usr/bin:/bin").start()

    assert (project / ".dvc/tmp/rwlock").read_text() == "{"
