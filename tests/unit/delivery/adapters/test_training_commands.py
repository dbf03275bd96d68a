"""What becomes of training's exit codes and words; a script stands in for bin/plinth."""

from pathlib import Path

import pytest
from support.retraining_fakes import training_inputs

from artifacts.digests import digest_json
from artifacts.records.inputs import Registered
from delivery.adapters.retraining_folder import FolderPlace
from delivery.adapters.training_commands import TrainingCommands
from delivery.errors import TrainingFailed

REGISTERED = Registered(model="architecture", artifact=digest_json("model"), version=3)


def commands(root: Path, script: str) -> TrainingCommands:
    (root / "bin").mkdir()
    launcher = root / "bin/plinth"
    launcher.write_text(f'#!/bin/sh\necho "$@" >> calls\n{script}\n')
    launcher.chmod(0o755)
    return TrainingCommands(root)


def calls(root: Path) -> list[str]:
    return (root / "calls").read_text().splitlines()


def test_inputs_are_read_as_a_record(tmp_path: Path) -> None:
    (tmp_path / "inputs.json").write_text(training_inputs().to_json())

    assert commands(tmp_path, "cat inputs.json").inputs() == training_inputs()
    assert calls(tmp_path) == ["training inputs"]


@pytest.mark.parametrize("script", ["echo '{}'", "echo no JSON", "echo broken >&2; exit 2"])
def test_inputs_that_nobody_can_read_are_a_breakdown(tmp_path: Path, script: str) -> None:
    with pytest.raises(TrainingFailed, match="training inputs"):
        commands(tmp_path, script).inputs()


def test_a_training_goes_to_the_place(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "place")

    commands(tmp_path, "exit 0").retrain(place)

    assert calls(tmp_path) == [f"training retrain --work {place.work} --out {place.candidate}"]


def test_a_training_that_fails_is_a_breakdown(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="exit code 2"):
        commands(tmp_path, "exit 2").retrain(FolderPlace(tmp_path))


def test_a_rebuild_that_came_out_different_is_the_gates_to_judge(tmp_path: Path) -> None:
    training = commands(tmp_path, "exit 1")

    training.reproduce(FolderPlace(tmp_path))

    assert calls(tmp_path)[0].startswith("training reproduce")


def test_a_rebuild_that_could_not_be_tried_is_a_breakdown(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="reproduce"):
        commands(tmp_path, "exit 2").reproduce(FolderPlace(tmp_path))


def test_a_version_is_read_and_its_file_goes(tmp_path: Path) -> None:
    (tmp_path / "version.json").write_text(REGISTERED.to_json())
    script = 'for out; do :; done; cp version.json "$out"'

    assert commands(tmp_path, script).register(FolderPlace(tmp_path)) == REGISTERED
    assert not (tmp_path / "registering.json").exists()


def test_a_registration_that_is_refused_says_why(tmp_path: Path) -> None:
    done = commands(tmp_path, "echo 'refused: \033[1mno' >&2; exit 1").register(
        FolderPlace(tmp_path)
    )

    assert isinstance(done, str)
    assert done.startswith("refused: ")
    assert "\033" not in done


@pytest.mark.parametrize("script", ["exit 2", "exit 0"])
def test_a_registration_without_a_version_is_a_breakdown(tmp_path: Path, script: str) -> None:
    with pytest.raises(TrainingFailed, match="register"):
        commands(tmp_path, script).register(FolderPlace(tmp_path))


def test_a_checkout_without_a_launcher_is_a_breakdown(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed):
        TrainingCommands(tmp_path).inputs()


def test_what_was_handed_on_is_open_in_the_command(tmp_path: Path) -> None:
    training = commands(tmp_path, 'echo words >/proc/self/fd/"$(cat descriptor)"')
    with (tmp_path / "held").open("w") as held:
        (tmp_path / "descriptor").write_text(str(held.fileno()))
        training.hand_on(held.fileno())

        training.retrain(FolderPlace(tmp_path))

    assert (tmp_path / "held").read_text() == "words\n"
