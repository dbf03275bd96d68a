"""What a training hands over is taken whole and as announced, or not at all."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_artifact import build_tiny_artifact

from artifacts.digests import digest_json, hex_part
from artifacts.folder import read_unsigned_artifact
from delivery.errors import HandoverRefused
from delivery.retrain.handover_folder import KEPT_SECONDS, HandoverFolder
from delivery.retrain.training_claims import RUN_FILES, HandedOver


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> HandedOver:
    folder = tmp_path_factory.mktemp("trained")
    build_tiny_artifact(folder / "candidate", folder / "key.pem")
    found = read_unsigned_artifact(folder / "candidate")
    return HandedOver(found.manifest, found.files, {name: name.encode() for name in RUN_FILES})


@pytest.fixture
def handover(tmp_path: Path) -> HandoverFolder:
    return HandoverFolder(tmp_path / "handover")


def test_what_was_given_is_taken_by_its_digest(
    handover: HandoverFolder, handed: HandedOver
) -> None:
    digest = handover.give(handed)

    found = handover.take(digest)

    assert digest == handed.digest == found.digest
    assert (found.manifest, dict(found.files), found.run) == (
        handed.manifest,
        dict(handed.files),
        handed.run,
    )
    assert handover.holds(digest)


def test_every_file_belongs_to_the_digest(handed: HandedOver) -> None:
    other_run = replace(handed, run={**handed.run, "params.yaml": b"other"})
    renamed = replace(handed, run={"other.yaml": handed.run["params.yaml"]})

    assert len({handed.digest, other_run.digest, renamed.digest}) == 3


def head(place: Path) -> Path:
    return next((place / "candidate").rglob("style.onnx"))


def swap_bytes(place: Path) -> None:
    file = head(place)
    file.write_bytes(file.read_bytes()[:-1] + b"!")


def link_a_file(place: Path) -> None:
    head(place).unlink()
    head_of = next((place / "candidate").rglob("era.onnx"))
    (head_of.parent / "style.onnx").symlink_to("/etc/passwd")


def link_the_run(place: Path) -> None:
    (place / "run").rename(place.parent / "elsewhere")
    (place / "run").symlink_to(place.parent / "elsewhere")


def link_the_place(place: Path) -> None:
    place.rename(place.parent / "elsewhere")
    place.symlink_to(place.parent / "elsewhere")


def add_a_device(place: Path) -> None:
    os.mkfifo(place / "candidate/heads/pipe")


def add_a_file(place: Path) -> None:
    (place / "candidate/heads/more.onnx").write_bytes(b"more")


def add_a_file_beside(place: Path) -> None:
    (place / "more").write_bytes(b"more")


def add_a_file_to_the_run(place: Path) -> None:
    (place / "run/more").write_bytes(b"more")


def grow_a_file(place: Path) -> None:
    os.truncate(head(place), 2 << 30)


def grow_the_run(place: Path) -> None:
    os.truncate(place / "run/params.yaml", 5 << 20)


def add_many_files(place: Path) -> None:
    for number in range(1100):
        (place / "candidate/heads" / str(number)).touch()


def change_the_run(place: Path) -> None:
    (place / "run/metrics.json").write_bytes(b"others")


def take_a_file_away(place: Path) -> None:
    (place / "run/trained.json").unlink()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (swap_bytes, "the manifest says"),
        (link_a_file, "symbolic link"),
        (link_the_run, "symbolic link"),
        (link_the_place, "symbolic link"),
        (add_a_device, "not a regular file"),
        (add_a_file, "not listed"),
        (add_a_file_beside, "no part of what is handed over"),
        (add_a_file_to_the_run, "no part of what is handed over"),
        (grow_a_file, "the limit is"),
        (grow_the_run, "more than 4194304 bytes"),
        (add_many_files, "more than 1000 files"),
        (change_the_run, "has the digest"),
        (take_a_file_away, "No such file"),
    ],
)
def test_what_is_not_as_announced_is_refused(
    damage: Callable[[Path], None],
    reason: str,
    handover: HandoverFolder,
    handed: HandedOver,
    tmp_path: Path,
) -> None:
    digest = handover.give(handed)
    damage(tmp_path / "handover" / hex_part(digest))

    with pytest.raises(HandoverRefused, match=reason):
        handover.take(digest)
    assert not handover.holds(digest)


def test_another_whole_candidate_under_an_announced_digest_is_refused(
    handover: HandoverFolder, handed: HandedOver, tmp_path: Path
) -> None:
    digest = handover.give(handed)
    announced = digest_json("another")
    (tmp_path / "handover" / hex_part(digest)).rename(tmp_path / "handover" / hex_part(announced))

    with pytest.raises(HandoverRefused, match=f"has the digest {digest}"):
        handover.take(announced)


@pytest.mark.parametrize(
    "announced",
    ["", "sha256:../../state", "/etc", "sha256:" + "A" * 64, "sha256:" + "a" * 64 + "\n"],
)
def test_a_digest_that_is_none_leads_nowhere(announced: str, handover: HandoverFolder) -> None:
    with pytest.raises(HandoverRefused, match="no candidate was handed over"):
        handover.take(announced)


def test_a_candidate_that_is_not_there_is_refused(handover: HandoverFolder) -> None:
    with pytest.raises(HandoverRefused, match="No such file"):
        handover.take(digest_json("nothing"))


def test_what_was_taken_goes_and_what_nobody_takes_goes_after_a_week(
    handover: HandoverFolder, handed: HandedOver, tmp_path: Path
) -> None:
    first = handover.give(handed)
    handover.forget(first)
    gone = handover.holds(first)
    again = handover.give(handed)
    place = tmp_path / "handover" / hex_part(again)
    later = place.stat().st_mtime + KEPT_SECONDS

    other = replace(handed, run={**handed.run, "params.yaml": b"other"})
    HandoverFolder(tmp_path / "handover", lambda: later - 1).give(other)
    kept = place.exists()
    HandoverFolder(tmp_path / "handover", lambda: later + 1).give(other)

    assert (gone, kept, place.exists()) == (False, True, False)
