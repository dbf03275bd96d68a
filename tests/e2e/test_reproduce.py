"""A model built again from its manifest's commit and data, by the commit's own code."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.checkout import commit_all, git

from artifacts.folder import SIGNATURE, open_artifact, write_artifact
from artifacts.records.manifest import Code
from artifacts.records.reproduction import Reproduction
from artifacts.signatures import KeySigner, KeyVerifier
from artifacts.ssh_keygen import SshVerifier
from artifacts.statements import read_signed, signature_of

READS = ("services/delivery",)


@pytest.fixture(scope="module")
def rebuilt(pipeline, tmp_path_factory: pytest.TempPathFactory):
    """What a rebuild of the pipeline's model said, its record, and the folder that it was made in.

    The code has moved on since: its latest commit trains nothing at all.
    """
    folder, checkout = tmp_path_factory.mktemp("rebuilt"), pipeline.place.checkout
    stages = checkout / "services/training/src/training/fitting/train.py"
    stages.write_text("raise SystemExit('this is not the code of the model')\n", encoding="utf-8")
    commit_all(checkout, "Break training")
    before = sorted(path.relative_to(checkout) for path in (checkout / ".git").rglob("*"))
    out = folder / "reproduction.json"
    done = reproduce(pipeline, pipeline.candidate, "--out", out, "--work", folder / "work")
    after = sorted(path.relative_to(checkout) for path in (checkout / ".git").rglob("*"))
    assert after == before, "something was left behind in the repository"
    git(checkout, "reset", "--quiet", "--hard", "HEAD~1")
    assert done.code == 0, done.said
    return done, out, folder / "work"


def reproduce(pipeline, model: Path, *more: str | Path, params: Path | None = None):
    chosen = ("--params", params or pipeline.params)
    where = ("--dataset", pipeline.work / "data", *chosen, *more)
    return pipeline.place.plinth("training", "reproduce", model, *where)


def test_a_model_is_built_again_to_the_last_bit(pipeline, rebuilt) -> None:
    done, _, _ = rebuilt
    manifest = json.loads((pipeline.candidate / "manifest.json").read_text(encoding="utf-8"))
    assert f"equal: {digest_of(pipeline, pipeline.candidate)} from commit" in done.said
    assert f"commit {manifest['code']['commit']}" in done.said


def digest_of(pipeline, folder: Path) -> str:
    public = pipeline.place.folder / "keys/model-signing.pub.pem"
    return open_artifact(folder, KeyVerifier(public)).digest


def test_two_trainings_with_nothing_in_common_but_their_inputs_give_equal_digests(
    pipeline, rebuilt
) -> None:
    """Another work folder, no shared vectors or stages, other processes, another path."""
    _, _, work = rebuilt
    again = work / "work/build/candidate"
    first, second = pipeline.candidate / "manifest.json", again / "manifest.json"
    assert first.read_bytes() == second.read_bytes()
    assert (pipeline.candidate / SIGNATURE).read_bytes() != (again / SIGNATURE).read_bytes()
    assert (work / "vectors").is_dir()


def test_what_training_says_is_signed_by_nobody(rebuilt) -> None:
    _, out, _ = rebuilt
    assert Reproduction.read(out).outcome == "equal"
    assert not signature_of(out).exists()


def test_delivery_has_it_rebuilt_in_a_room_and_signs_that_the_bytes_are_equal(
    pipeline, tmp_path: Path
) -> None:
    """The room is given the manifest alone: the bytes that are compared were made there."""
    out = tmp_path / "reproduction.json"
    where = ("--dataset", pipeline.work / "data", "--params", pipeline.params, "--out", out)
    done = pipeline.place.plinth("delivery", "reproduce", pipeline.candidate, *where)
    assert done.code == 0, done.said
    assert done.said.startswith("walls: ")
    assert f"equal: {digest_of(pipeline, pipeline.candidate)} from commit" in done.said
    signers = pipeline.place.folder / "keys/reproduction.signers"
    record = read_signed(Reproduction, out, SshVerifier(signers, "training", "plinth-reproduction"))
    assert record.outcome == "equal"
    assert record.differences == ()
    assert record.original == record.rebuilt == digest_of(pipeline, pipeline.candidate)


def test_the_dataset_is_as_it_was(pipeline, rebuilt) -> None:
    _, _, work = rebuilt
    assert (work / "work/data/photos").resolve() == (pipeline.work / "data/photos").resolve()
    assert not list((pipeline.work / "data").rglob("*.draft"))


def test_what_the_model_was_not_trained_by_is_refused(pipeline) -> None:
    """The tests' own parameters are not those that are committed beside the code."""
    committed = pipeline.place.checkout / "params.yaml"
    done = reproduce(pipeline, pipeline.candidate, params=committed)
    assert done.code == 2
    assert "name the file that it was trained by" in done.said


def test_other_data_is_refused(pipeline, tmp_path: Path) -> None:
    work = tmp_path / "data"
    shutil.copytree(pipeline.work / "data", work, symlinks=True)
    lines = (work / "manifest.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (work / "manifest.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    done = pipeline.place.plinth("training", "reproduce", pipeline.candidate, "--dataset", work)
    assert done.code == 2
    assert "the photo manifest of" in done.said
    assert "Traceback" not in done.said


CODES: Mapping[str, tuple[dict[str, object], str]] = {
    "dirty": ({"dirty": True}, "uncommitted files"),
    "unknown": ({"commit": "0" * 40}, "has no commit 0000000000"),
}


@pytest.mark.parametrize("case", CODES)
def test_code_that_is_not_there_is_refused(case: str, pipeline, tmp_path: Path) -> None:
    changes, reason = CODES[case]
    keys = pipeline.place.folder / "keys"
    artifact = open_artifact(pipeline.candidate, KeyVerifier(keys / "model-signing.pub.pem"))
    code = Code.model_validate(artifact.manifest.code.model_dump() | changes)
    manifest = artifact.manifest.model_copy(update={"code": code})
    folder = write_artifact(tmp_path / "model", manifest, artifact.files)
    KeySigner(keys / "model-signing.pem").sign(folder, folder / SIGNATURE)
    done = reproduce(pipeline, folder)
    assert done.code == 2
    assert reason in done.said
