"""ONNX files made to harm whoever runs them, in artifacts whose digests and signature are true."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hostile_onnx import NOT_PLAIN, Hostile, square
from support.tiny_artifact import public_key_of, sign_tiny_artifact, tiny_artifact

from artifacts.folder import ModelArtifact, list_files, open_artifact, write_artifact
from artifacts.signatures import KeyVerifier, create_key_pair
from features import Extractor, architecture_schema
from gate.errors import UnfitModel
from gate.examiner import OnnxExaminer
from gate.parallel import JoblibParallel
from scoring import Scorer, UnusableModel, plain_onnx, scorer, trial

ERA = "heads/era.onnx"
CHILD_KIB = 1300 << 10


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = tmp_path_factory.mktemp("keys") / "key.pem"
    create_key_pair(key, public_key_of(key))
    return key


@pytest.fixture
def make(keys: Path, tmp_path: Path) -> Any:
    """Return an opened artifact with other files, signed by a key that is trusted."""

    def made(**files: bytes) -> ModelArtifact:
        manifest, honest = tiny_artifact()
        changed = honest | {f"heads/{name}.onnx": data for name, data in files.items()}
        manifest = manifest.model_copy(update={"files": list_files(changed)})
        folder = write_artifact(tmp_path / "artifact", manifest, changed)
        sign_tiny_artifact(folder, keys)
        return open_artifact(folder, KeyVerifier(public_key_of(keys)))

    return made


def _no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a model that is opened in this process fails the test."""
    refuse = lambda *_, **__: pytest.fail("it was opened")  # noqa: E731 - it has no more to say
    monkeypatch.setattr(scorer.onnxruntime, "InferenceSession", refuse)


@pytest.fixture
def _bounded() -> Iterator[None]:
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # The largest child so far, which may be another test's of this process. And a child is counted
    # with the memory of its parent until it runs its own program.
    children = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    yield
    assert time.monotonic() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest < max(CHILD_KIB, children + 1)


def examiner() -> OnnxExaminer:
    """The gate's."""
    return OnnxExaminer(JoblibParallel(1), time.perf_counter)


@pytest.mark.parametrize("hostile", NOT_PLAIN, ids=lambda hostile: hostile.name)
@pytest.mark.usefixtures("_bounded")
def test_a_model_that_is_not_plain_is_refused_and_not_opened(
    hostile: Hostile, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = make(era=hostile.make())
    monkeypatch.setattr(trial.subprocess, "run", lambda *_, **__: pytest.fail("it was tried"))
    _no_session(monkeypatch)
    with pytest.raises(UnusableModel, match=hostile.reason) as caught:
        Scorer.of(artifact)
    assert caught.value.part == ERA
    with pytest.raises(UnfitModel, match=hostile.reason) as judged:
        examiner().prove(artifact)
    assert judged.value.model == artifact.digest


@pytest.mark.usefixtures("_bounded")
def test_a_model_that_would_fill_the_memory_is_refused(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every operator of it is allowed: a column of 100,000 times a row is 40 GB."""
    artifact = make(era=square(100_000))
    passed = make()
    Scorer.of(passed)
    _no_session(monkeypatch)
    with pytest.raises(UnfitModel, match=r"era\.onnx can't be used: one run of it within"):
        examiner().prove(artifact)


@pytest.mark.usefixtures("_bounded")
def test_a_model_that_would_run_for_hours_is_refused(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "CPU_SECONDS", 2)
    artifact = make(era=square(2000, products=9000))
    _no_session(monkeypatch)
    with pytest.raises(UnfitModel, match=r"within \d+ MiB and 2 s fails: it took too long"):
        examiner().prove(artifact)


def test_the_same_model_of_a_modest_size_is_opened(make: Any) -> None:
    assert Scorer.of(make(era=square(20, products=3))).heads


def test_a_trial_that_does_not_end_is_ended(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WALL_SECONDS", 0.01)
    with pytest.raises(UnusableModel, match=r"it took over 0\.01 s"):
        Scorer.of(make(era=square(21)))


def test_a_trial_whose_process_dies_refuses_the_model(
    make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As a fault of the runtime would let it."""
    dies = tmp_path / "dies.py"
    dies.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", encoding="utf-8")
    monkeypatch.setattr(trial, "_PROCESS", dies)
    with pytest.raises(UnusableModel, match=r"it broke the process \(SIGSEGV\)"):
        Scorer.of(make(era=square(22)))


def test_a_model_that_was_refused_is_tried_again_and_one_that_passed_is_not(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = make(era=square(23))
    with monkeypatch.context() as changed:
        changed.setattr(trial, "WALL_SECONDS", 0.01)
        with pytest.raises(UnusableModel):
            Scorer.of(artifact)
    Scorer.of(artifact)
    monkeypatch.setattr(trial.subprocess, "run", lambda *_, **__: pytest.fail("tried again"))
    assert Scorer.of(artifact).heads


def test_a_file_beyond_the_limit_is_refused_unread(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_onnx, "SIZE_LIMIT_BYTES", 1000)
    monkeypatch.setattr(plain_onnx, "_model_type", lambda: pytest.fail("it was parsed"))
    with pytest.raises(UnusableModel, match=r"bytes, the limit is 1000"):
        Scorer.of(make())


def test_heads_in_each_others_place_are_refused(make: Any) -> None:
    _, files = tiny_artifact()
    artifact = make(style=files[ERA], era=files["heads/style.onnx"])
    with pytest.raises(UnfitModel, match=r"style\.onnx can't be used: it gives \(1, 1\)"):
        examiner().prove(artifact)


def test_labels_in_another_order_are_found_by_the_golden_photos(make: Any) -> None:
    """The graph can't know its labels; the certificate of the honest order does."""
    artifact = make()
    style, era = artifact.manifest.heads
    turned = style.model_copy(update={"labels": tuple(reversed(style.labels))})
    manifest = artifact.manifest.model_copy(update={"heads": (turned, era)})
    proof = examiner().prove(ModelArtifact(manifest, artifact.files))
    assert not proof.holds
    assert "style says" in proof.differences[0]


def test_a_network_of_a_feature_schema_is_held_to_the_same() -> None:
    """It is run over every photo, as a head is over every vector."""
    hostile = next(found for found in NOT_PLAIN if found.name == "endless loop")
    with pytest.raises(UnusableModel, match=hostile.reason):
        scorer._require_harmless([trial.Trial("weights/a.onnx", hostile.make(), (1, 3, 8, 8))])


def test_training_holds_its_own_export_to_the_same(make: Any) -> None:
    """A model that nobody would open is not packaged in the first place."""
    artifact = make()
    files = dict(artifact.files) | {ERA: NOT_PLAIN[0].make()}
    with pytest.raises(UnusableModel, match=NOT_PLAIN[0].reason):
        Scorer(Extractor(architecture_schema()), artifact.manifest.heads, files)
