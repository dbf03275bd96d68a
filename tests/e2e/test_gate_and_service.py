"""From a candidate to a release that answers; and what may not come that far."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from artifacts.digests import hex_part
from artifacts.records.gate import GateReport
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from judging.policy_files import YamlPolicies

READS = ("services/delivery",)


@dataclass(frozen=True)
class Judged:
    """The gate's exit code, its report's file and the report."""

    code: int
    path: Path
    report: GateReport


def judge(pipeline, candidate: Path, out: Path, policies: Path | None = None) -> Judged:
    more = {"PLINTH_POLICIES": str(policies)} if policies else {}
    where = ("--dataset", pipeline.work / "data", "--out", out)
    done = pipeline.place.plinth("gate", "judge", candidate, *where, more=more)
    return Judged(done.code, out, GateReport.read(out))


@pytest.fixture(scope="module")
def allowed(pipeline, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The candidate before any release: staging states that it is the first."""
    return judge(pipeline, pipeline.candidate, tmp_path_factory.mktemp("gate") / "report.json")


@pytest.fixture(scope="module")
def released(pipeline, allowed: Judged) -> tuple[str, Release]:
    """What registering said, and the release that was proposed then."""
    words = ("register", pipeline.candidate, "--gate-report", allowed.path)
    registered = pipeline.place.plinth("delivery", *words)
    assert registered.code == 0, registered.said
    proposed = pipeline.place.plinth("delivery", "propose", allowed.path, "--version", "1")
    assert proposed.code == 0, proposed.said
    return registered.said, Release.read(pipeline.place.folder / "releases/staging.yaml")


@pytest.fixture(scope="module")
def tampered(pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The candidate with one bit of its style head turned."""
    folder = tmp_path_factory.mktemp("tampered") / "candidate"
    shutil.copytree(pipeline.candidate, folder)
    head = folder / "heads/style.onnx"
    data = bytearray(head.read_bytes())
    data[len(data) // 2] ^= 1
    head.write_bytes(data)
    return folder


def test_a_first_release_is_allowed_by_its_statement(allowed: Judged) -> None:
    assert allowed.report.violations == ()
    assert (allowed.code, allowed.report.decision) == (0, "allowed")
    assert allowed.report.first_release
    assert allowed.report.champion is None


def test_what_was_allowed_is_registered_as_the_first_version(pipeline, allowed, released) -> None:
    said, _ = released
    assert f"version 1 is {allowed.report.candidate}" in said
    stored = pipeline.place.folder / "models" / hex_part(allowed.report.candidate)
    assert (stored / "manifest.json").read_bytes() == (
        pipeline.candidate / "manifest.json"
    ).read_bytes()


def test_the_proposed_release_pins_the_digest_in_place_of_the_statement(allowed, released) -> None:
    _, release = released
    (entry,) = release.models["architecture"]
    assert isinstance(entry, ReleasedModel)
    assert not isinstance(entry, FirstRelease)
    assert (entry.digest, entry.version) == (allowed.report.candidate, 1)
    assert entry.gate_report == allowed.report.digest


def test_the_service_answers_with_the_released_digest(pipeline, released) -> None:
    _, release = released
    (entry,) = release.models["architecture"]
    (photo,) = pipeline.some_photos(1)
    with pipeline.place.serve(pipeline.place.folder / "models" / hex_part(entry.digest)) as client:
        answer = client.post(
            "/v1/predictions",
            content=photo.read_bytes(),
            headers={"Content-Type": "image/jpeg"},
            timeout=30,
        )
        running = client.get("/v1/release").json()
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"]["digest"] == entry.digest
    assert running["model"]["digest"] == entry.digest
    assert running["bit_equal"]


def test_a_model_below_a_floor_is_refused_by_name_and_not_registered(
    pipeline, tmp_path: Path
) -> None:
    """No model is right about years to the hour, so this one isn't either."""
    shutil.copytree(pipeline.place.folder / "policies", tmp_path / "policies")
    path = tmp_path / "policies/models/architecture.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("at_most: 3000.0") == 1
    path.write_text(text.replace("at_most: 3000.0", "at_most: 0.0001"), encoding="utf-8")
    assert YamlPolicies(tmp_path / "policies").read("architecture")

    judged = judge(pipeline, pipeline.candidate, tmp_path / "report.json", tmp_path / "policies")
    assert (judged.code, judged.report.decision) == (1, "refused")
    failed = [rule.rule for rule in judged.report.rules if rule.outcome == "failed"]
    assert "error_limit.era_median_absolute_error" in failed

    store = {"PLINTH_MODEL_STORE": str(tmp_path / "models")}
    words = ("register", pipeline.candidate, "--gate-report", judged.path)
    done = pipeline.place.plinth("delivery", *words, more=store)
    assert done.code == 1
    assert "refused: the gate's decision is refused" in done.said
    assert not (tmp_path / "models").exists()


def test_the_gate_refuses_a_tampered_artifact(pipeline, tampered: Path, tmp_path: Path) -> None:
    judged = judge(pipeline, tampered, tmp_path / "report.json")
    assert (judged.code, judged.report.decision) == (1, "refused")
    assert judged.report.candidate is None
    failed = {rule.rule: rule.reason for rule in judged.report.rules if rule.outcome == "failed"}
    assert "signature" in failed["artifact"]


def test_the_service_does_not_start_on_a_tampered_artifact(pipeline, tampered: Path) -> None:
    words = ("serve", "--model", tampered, "--port", "0")
    done = pipeline.place.plinth("inference", *words, more={"PLINTH_API_KEYS": "a-key-of-tests"})
    assert done.code == 1, done.said
    assert "signature" in done.said
