"""Real MLflow over SQLite, one database a module; every test uses a model name of its own."""

from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient
from pydantic import ValidationError
from support.tiny_artifact import tiny_artifact

from artifacts.digests import digest_json
from artifacts.folder import ModelArtifact
from artifacts.records.manifest import Code, FamilyScore, Metric
from training.errors import RegistryUnavailable
from training.registry.mlflow_tracking import AliasPoint, MlflowTracking
from training.work.runs import Run, RunIdentity

# MLflow 3 declares its tables with a loader strategy that SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:DeprecationWarning")

COMMIT = "c" * 40
REPORT = digest_json("gate report")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def tracking(folder: Path) -> MlflowTracking:
    # A folder that isn't there: the first run of a checkout makes it.
    return MlflowTracking(f"sqlite:///{folder}/state/mlflow.db", folder / "mlruns")


@pytest.fixture(scope="module")
def client(folder: Path, tracking: MlflowTracking) -> MlflowClient:
    tracking.record(a_run("first"))
    uri = f"sqlite:///{folder}/state/mlflow.db"
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def fields(model: str = "architecture") -> dict[str, object]:
    return {
        "model": model,
        "code": Code(commit=COMMIT, dirty=True),
        "photo_manifest": digest_json("photos"),
        "feature_schema": digest_json("schema"),
        "environment": digest_json("environment"),
        "params": digest_json("params"),
    }


def a_run(model: str, **changes: object) -> Run:
    scores = [
        FamilyScore(
            head="style",
            family="linear",
            settings={"strength": str(strength)},
            metrics={"accuracy": 0.5 / strength},
            chosen=strength == 1.0,
        )
        for strength in (1.0, 2.0)
    ]
    run = {
        "identity": RunIdentity.model_validate(fields(model)),
        "families": scores,
        "metrics": (),
        "params": {"train.folds": "3", "train.classification.0.kind": "linear"},
    }
    return Run.model_validate(run | changes)


def an_artifact(name: str, params: str = "params") -> ModelArtifact:
    manifest, files = tiny_artifact()
    changes = {"name": name, "params": digest_json(params)}
    return ModelArtifact(manifest.model_copy(update=changes), files)


def test_a_run_holds_all_that_the_model_follows_from(
    tracking: MlflowTracking, client: MlflowClient
) -> None:
    run = a_run("traced")
    tags = client.get_run(tracking.record(run)).data.tags
    assert {
        name: tags[f"plinth.{name}"] for name in run.identity.model_dump(exclude={"code", "model"})
    } == {
        "photo_manifest": digest_json("photos"),
        "feature_schema": digest_json("schema"),
        "environment": digest_json("environment"),
        "params": digest_json("params"),
    }
    assert tags["plinth.commit"] == COMMIT
    assert tags["plinth.dirty"] == "true"
    assert tags["plinth.identity"] == run.identity.key
    assert "plinth.digest" not in tags, "there is no candidate yet"


def test_a_run_holds_parameters_and_how_every_family_did(
    tracking: MlflowTracking, client: MlflowClient
) -> None:
    found = client.get_run(tracking.record(a_run("measured")))
    assert found.data.params["train.classification.0.kind"] == "linear"
    assert found.data.metrics["cv.style.linear.strength-1.0.accuracy"] == 0.5
    assert found.data.metrics["cv.style.linear.strength-2.0.accuracy"] == 0.25
    assert found.info.status == "FINISHED"


def test_recording_again_adds_to_the_same_run(
    tracking: MlflowTracking, client: MlflowClient
) -> None:
    first = tracking.record(a_run("again"))
    candidate = digest_json("candidate")
    metric = Metric(name="style.accuracy", value=0.75, over="validation")
    second = tracking.record(a_run("again", candidate=candidate, metrics=(metric,)))
    assert second == first
    found = client.get_run(first)
    assert found.data.tags["plinth.digest"] == candidate
    assert found.data.metrics["validation.style.accuracy"] == 0.75
    assert found.data.metrics["cv.style.linear.strength-1.0.accuracy"] == 0.5
    assert len(client.search_runs([found.info.experiment_id])) == 1


def test_another_identity_is_another_run(tracking: MlflowTracking, client: MlflowClient) -> None:
    first = tracking.record(a_run("two"))
    other = RunIdentity.model_validate(fields("two") | {"params": digest_json("other params")})
    second = tracking.record(a_run("two", identity=other))
    assert second != first
    assert len(client.search_runs([client.get_run(first).info.experiment_id])) == 2


@pytest.mark.parametrize("missing", fields())
def test_a_run_without_one_field_of_its_identity_cannot_be_made(missing: str) -> None:
    given = {name: value for name, value in fields().items() if name != missing}
    with pytest.raises(ValidationError, match=f"{missing}\n"):
        RunIdentity.model_validate(given)


@pytest.mark.parametrize("empty", fields())
@pytest.mark.parametrize("value", ["", None, "the latest"])
def test_a_run_whose_identity_holds_no_name_of_bytes_cannot_be_made(
    empty: str, value: str | None
) -> None:
    with pytest.raises(ValidationError, match=f"{empty}\n"):
        RunIdentity.model_validate(fields() | {empty: value})


def test_an_artifact_is_registered_once_under_its_digest(
    tracking: MlflowTracking, client: MlflowClient, tmp_path: Path
) -> None:
    artifact = an_artifact("once")
    versions = [tracking.register(artifact, tmp_path, REPORT) for _ in range(2)]
    assert versions == [1, 1]
    (found,) = client.search_model_versions("name = 'once'")
    assert found.tags == {"plinth.digest": artifact.digest, "plinth.gate_report": REPORT}
    assert found.source == tmp_path.as_uri()


def test_a_second_artifact_gets_the_second_version(
    tracking: MlflowTracking, client: MlflowClient, tmp_path: Path
) -> None:
    one, other = an_artifact("twice"), an_artifact("twice", "other params")
    found = [tracking.register(artifact, tmp_path, REPORT) for artifact in (one, other, one)]
    assert found == [1, 2, 1]
    digests = {
        v.version: v.tags["plinth.digest"] for v in client.search_model_versions("name = 'twice'")
    }
    assert {int(version): digest for version, digest in digests.items()} == {
        1: one.digest,
        2: other.digest,
    }


def test_a_version_is_found_however_many_came_after_it(
    tracking: MlflowTracking, client: MlflowClient, tmp_path: Path
) -> None:
    artifacts = [an_artifact("many", f"params {number}") for number in range(5)]
    assert [tracking.register(a, tmp_path, REPORT) for a in artifacts] == [1, 2, 3, 4, 5]
    assert [tracking.register(a, tmp_path, REPORT) for a in artifacts] == [1, 2, 3, 4, 5]
    assert len(client.search_model_versions("name = 'many'")) == 5


def test_aliases_are_said_with_the_digest_of_what_they_point_at(
    tracking: MlflowTracking, tmp_path: Path
) -> None:
    one, other = an_artifact("pointed"), an_artifact("pointed", "other params")
    for artifact in (one, other):
        tracking.register(artifact, tmp_path, REPORT)
    tracking.point_alias("pointed", "staging", 2)
    tracking.point_alias("pointed", "production", 2)
    tracking.point_alias("pointed", "production", 1)
    assert tracking.aliases("pointed") == (
        AliasPoint("pointed", "production", 1, one.digest),
        AliasPoint("pointed", "staging", 2, other.digest),
    )
    tracking.point_alias("pointed", "staging", None)
    assert [point.alias for point in tracking.aliases("pointed")] == ["production"]


def test_a_model_that_is_not_known_has_no_aliases(tracking: MlflowTracking) -> None:
    assert tracking.aliases("never registered") == ()


def test_an_alias_of_a_version_that_is_not_there_is_refused_by_the_registry(
    tracking: MlflowTracking, tmp_path: Path
) -> None:
    tracking.register(an_artifact("lone"), tmp_path, REPORT)
    with pytest.raises(RegistryUnavailable, match="7"):
        tracking.point_alias("lone", "staging", 7)


@pytest.mark.parametrize("uri", ["sqlite:////proc/nowhere/mlflow.db", "sqlite:////dev/null/db"])
def test_a_database_that_cannot_be_reached_is_a_breakdown_that_names_it(uri: str) -> None:
    with pytest.raises(RegistryUnavailable) as caught:
        MlflowTracking(uri, Path("mlruns")).record(a_run("architecture"))
    assert str(caught.value).startswith(f"the registry at {uri} is unavailable: ")


def test_a_file_that_is_no_database_is_a_breakdown_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(b"these are a person's notes, and no database" * 40)
    with pytest.raises(RegistryUnavailable, match="not a database"):
        MlflowTracking(f"sqlite:///{path}", tmp_path).register(
            an_artifact("architecture"), tmp_path, REPORT
        )
    assert path.read_bytes().startswith(b"these are a person's notes")
