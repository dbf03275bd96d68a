"""A model whose vectors come of a network that was trained elsewhere: trained, judged, served."""

import json
from pathlib import Path

import pytest

from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.records.manifest import ModelManifest
from features import architecture_schema, other_pictures
from rehearsal.small_world import PARAMS
from samples.facades import draw_facades, write_facades

STYLES = ("gothic", "international")
SCHEMA = architecture_schema("efficientnet_lite0")


@pytest.fixture(scope="module")
def world(place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos and a candidate, and what the gate says of it."""
    folder = tmp_path_factory.mktemp("with-an-embedding")
    write_facades(draw_facades(10, 5, views=(1, 1), styles=STYLES), folder / "photos")
    train = {**PARAMS["train"], "declining": {"level": 0.05, "pictures": 2}}
    params = PARAMS | {"features": {"embedding": "efficientnet_lite0"}, "train": train}
    (folder / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
    where = ("--photos", folder / "photos", "--params", folder / "params.yaml")
    run = ("--work", folder / "work", "--out", folder / "candidate")
    # Two processes: an open network doesn't travel between them, and an extractor does.
    done = place.plinth("training", "run-pipeline", *where, *run, more={"PLINTH_JOBS": "2"})
    assert done.code == 0, done.said
    return folder


def test_the_artifact_holds_the_network_that_its_schema_names_and_the_licence(world: Path) -> None:
    manifest = ModelManifest.read(world / "candidate/manifest.json")
    assert manifest.feature_schema == SCHEMA.digest
    network = SCHEMA.blocks[0].weights
    assert network is not None
    files = {file.path: file.digest for file in manifest.files}
    assert files[f"weights/{network.removeprefix('sha256:')}.onnx"] == network
    assert "licences/efficientnet_lite0.txt" in files


def test_the_gate_measures_it_in_its_room(world: Path, place) -> None:
    more = {
        "PLINTH_POLICIES": str(place.folder / "policies"),
        "PLINTH_RELEASES": str(place.folder / "releases"),
        "PLINTH_EVIDENCE": str(world / "evidence"),
    }
    record = ("--out", world / "report.json", "--evidence", world / "evidence.json")
    dataset = ("--dataset", world / "work/data")
    done = place.plinth("gate", "judge", world / "candidate", *dataset, *record, more=more)
    # Refused: nobody pinned these few photos. What was measured was measured with the network.
    assert done.code == 1, done.said
    rules = {rule.rule: rule for rule in GateReport.read(world / "report.json").rules}
    measured = ("parity", "floor.style_accuracy", "artifact_limits.size", "artifact_limits.load")
    assert {rules[name].outcome for name in measured} == {"passed"}
    assert rules["parity"].reason == "answered as certified, to the last bit"
    size_mib = rules["artifact_limits.size"].value
    assert size_mib is not None
    assert 6 < size_mib < 8
    metrics = Evidence.read(world / "evidence.json").metrics
    assert metrics["declined.others_declined"].value > 0.8
    assert metrics["declined.unfamiliar"].value < 0.5


def test_the_service_proves_itself_and_answers(world: Path, place) -> None:
    photo = min((world / "photos/gothic").iterdir())
    with place.serve(world / "candidate") as client:
        headers = {"Content-Type": "image/jpeg"}
        content = photo.read_bytes()
        answer = client.post("/v1/predictions", content=content, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["feature_schema"] == SCHEMA.digest
    assert said["style"]["label"] == "gothic"


def test_a_drawing_of_a_cat_gets_no_style_and_is_told_why(world: Path, place) -> None:
    cat = next(picture for picture in other_pictures(1, 99) if picture.kind == "cat")
    with place.serve(world / "candidate") as client:
        headers = {"Content-Type": "image/png"}
        said = client.post("/v1/predictions", content=cat.data, headers=headers, timeout=30).json()
    assert (said["style"], said["era"]) == (None, None)
    assert said["declined"]["reason"] == "not_a_building"
    assert said["declined"]["strangeness"] > said["declined"]["limit"]
