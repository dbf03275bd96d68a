"""The AWS root as Terraform is told of it, and its plans as they are read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.deploy_world import code, digest, model

from artifacts.errors import UnreadableRecord
from artifacts.records.release import Payload
from delivery.deploy.compare import Drift
from delivery.errors import StateLocked, TerraformFailed
from delivery.releases.wanted import Applied
from delivery.targets.aws.terraform import (
    AwsTerraform,
    TerraformProcess,
    expected_paths,
    failure,
)

PAYLOAD = Payload(code=code(), image=digest("image"), models={"architecture": (model(),)})


@dataclass
class FakeEngine:
    """Answers commands, and remembers their words."""

    root: Path
    answers: dict[str, str] = field(default_factory=dict)
    words: list[tuple[str, ...]] = field(default_factory=list)
    folders: set[Path] = field(default_factory=set)
    meanwhile: Callable[[str], object] = lambda _: None
    """What others do while a command runs."""

    def run(self, variables: Mapping[str, str], *words: str, quiet: bool = False) -> str:
        """Remember, and answer."""
        assert quiet == (words[0] != "apply")
        data = Path(variables["TF_DATA_DIR"])
        named = [word.partition("=")[2] for word in words if word.startswith(("-var-f", "-out="))]
        self.folders |= {data, *(Path(name) for name in named if str(self.root) not in name)}
        self.words.append(words)
        self.meanwhile(words[0])
        return self.answers.get(words[0], "")

    def last(self, command: str) -> tuple[str, ...]:
        """Return the words of the last command of a name."""
        return next(words for words in reversed(self.words) if words[0] == command)


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "root")


@pytest.fixture
def terraform(engine: FakeEngine, tmp_path: Path) -> AwsTerraform:
    return AwsTerraform(engine, tmp_path / "state", "bucket", "eu-central-1")  # type: ignore[arg-type]


def plan(*changes: tuple[str, list[str], dict[str, object], dict[str, object]]) -> str:
    found = [
        {"address": address, "change": {"actions": actions, "before": before, "after": after}}
        for address, actions, before, after in changes
    ]
    return json.dumps({"resource_changes": found})


def test_the_state_lies_in_the_bucket_under_the_environments_own_key(terraform, engine):
    terraform.apply("staging", PAYLOAD)

    words = engine.last("init")
    assert "-backend-config=bucket=bucket" in words
    assert "-backend-config=key=environments/staging.tfstate" in words


def test_a_release_is_told_in_a_file_beside_the_environments_own(terraform, engine):
    terraform.apply("staging", PAYLOAD)

    own, released = (word.partition("=")[2] for word in engine.last("apply")[-2:])
    values = json.loads(Path(released).read_text())
    assert own == str(engine.root / "environments/staging.tfvars")
    assert (values["environment"], values["payload"]) == ("staging", PAYLOAD.digest)
    assert Payload.read(Path(values["payload_file"])) == PAYLOAD


def test_nothing_released_is_told_as_that(terraform, engine):
    terraform.apply("staging", None)

    released = engine.last("apply")[-1].partition("=")[2]
    assert json.loads(Path(released).read_text())["payload"] == ""


@pytest.mark.parametrize(
    ("outputs", "applied"),
    [
        ({}, None),
        ({"payload": {"value": ""}}, Applied(None)),
        ({"payload": {"value": PAYLOAD.digest}, "more": {"value": 1}}, Applied(PAYLOAD.digest)),
    ],
)
def test_what_was_applied_is_what_the_state_puts_out(terraform, engine, outputs, applied):
    engine.answers["output"] = json.dumps(outputs)

    assert terraform.applied("staging") == applied


def test_a_state_that_can_not_be_read_is_a_failure(terraform, engine):
    engine.answers["output"] = "not json"

    with pytest.raises(TerraformFailed, match="can't be read"):
        terraform.applied("staging")


def test_drift_names_resources_and_attributes_and_nothing_that_stays(terraform, engine):
    engine.answers["show"] = plan(
        ("data.aws_region.this", ["read"], {}, {}),
        ("aws_kept.this", ["no-op"], {"a": 1}, {"a": 1}),
        ("aws_bucket.this", ["update"], {"tags": {}, "name": "x"}, {"tags": {"a": 1}, "name": "x"}),
        ("aws_gone.this", ["create"], {}, {"name": "x"}),
        ("aws_other.this", ["delete", "create"], {"name": "x"}, {"name": "y"}),
    )

    assert terraform.drift("staging", PAYLOAD) == (
        Drift("aws_bucket.this", "update", ("tags",)),
        Drift("aws_gone.this", "to be created"),
        Drift("aws_other.this", "to be delete-created"),
    )


def test_a_value_that_is_not_known_yet_counts_as_changed(terraform, engine):
    change = {"actions": ["update"], "before": {"arn": "x"}, "after": {}}
    change |= {"after_unknown": {"arn": True}}
    engine.answers["show"] = json.dumps(
        {"resource_changes": [{"address": "aws_a.this", "change": change}]}
    )

    assert terraform.drift("staging", PAYLOAD) == (Drift("aws_a.this", "update", ("arn",)),)


def test_what_an_emulator_can_not_do_is_no_drift_and_the_rest_of_it_is(engine, tmp_path):
    expected = frozenset({"aws_bucket.this.tags"})
    terraform = AwsTerraform(engine, tmp_path, "bucket", "eu-central-1", expected)
    engine.answers["show"] = plan(
        ("aws_bucket.this", ["update"], {"tags": 1, "acl": 1}, {"tags": 2, "acl": 2})
    )
    assert terraform.drift("staging", PAYLOAD) == (Drift("aws_bucket.this", "update", ("acl",)),)

    engine.answers["show"] = plan(("aws_bucket.this", ["update"], {"tags": 1}, {"tags": 2}))
    assert terraform.drift("staging", PAYLOAD) == ()


def test_a_plan_locks_and_changes_nothing(terraform, engine):
    engine.answers["show"] = plan()
    terraform.drift("staging", PAYLOAD)

    assert "-lock=false" in engine.last("plan")
    assert not [words for words in engine.words if words[0] == "apply"]


@pytest.mark.parametrize("look", [AwsTerraform.applied, lambda one, env: one.drift(env, PAYLOAD)])
def test_what_only_looks_leaves_the_folder_of_an_apply_alone(terraform, engine, tmp_path, look):
    engine.answers |= {"output": "{}", "show": plan()}

    look(terraform, "staging")

    assert engine.folders
    assert not [folder for folder in engine.folders if folder.is_relative_to(tmp_path)]
    assert not (tmp_path / "state").exists()


def test_what_is_applied_is_what_was_judged_though_others_look_meanwhile(engine, tmp_path):
    """Another commit's plan runs between what an apply writes and what Terraform reads."""
    other = AwsTerraform(
        FakeEngine(engine.root, {"output": "{}", "show": plan()}),  # type: ignore[arg-type]
        tmp_path / "state", "bucket", "eu-central-1",
    )  # fmt: skip
    mine = AwsTerraform(engine, tmp_path / "state", "bucket", "eu-central-1")
    engine.meanwhile = lambda _: (other.applied("staging"), other.drift("staging", None))

    mine.apply("staging", PAYLOAD)

    released = json.loads(Path(engine.last("apply")[-1].partition("=")[2]).read_text())
    assert released["payload"] == PAYLOAD.digest
    assert Payload.read(Path(released["payload_file"])) == PAYLOAD


def test_two_that_look_share_nothing_and_leave_nothing(engine, tmp_path):
    engine.answers |= {"output": "{}", "show": plan()}
    places = []
    for _ in range(2):
        terraform = AwsTerraform(engine, tmp_path / "state", "bucket", "eu-central-1")
        engine.folders = set()
        terraform.drift("staging", PAYLOAD)
        terraform.applied("staging")
        (place,) = {folder.parent for folder in engine.folders}
        assert place.parent.stat().st_mode & 0o777 == 0o700
        places.append(place)

    del terraform
    assert places[0] != places[1]
    assert not [place for place in places if place.parent.exists()]


def test_expected_paths_are_a_roots_own(tmp_path):
    file = tmp_path / "expected.yaml"
    file.write_text("aws:\n- {path: a.b.c, reason: why}\nfoundation: []\n")

    assert expected_paths(file, "aws") == {"a.b.c"}
    assert expected_paths(file, "foundation") == frozenset()


@pytest.mark.parametrize("text", ["aws:\n- {path: a.b.c}\n", "aws: 1\n", ": :\n"])
def test_an_expectation_without_its_reason_is_refused(tmp_path, text):
    file = tmp_path / "expected.yaml"
    file.write_text(text)

    with pytest.raises(UnreadableRecord):
        expected_paths(file, "aws")


def test_a_lock_that_somebody_holds_is_told_apart_from_a_failure(tmp_path):
    """The engine is real, over an empty folder; what it says of a lock is as it says it."""
    said: list[str] = []
    process = TerraformProcess(tmp_path, {"PATH": ""}, said.append)
    locked = ["Error: Error acquiring the state lock", "Lock Info: ID: 1234"]
    assert isinstance(failure("apply", locked), StateLocked)
    assert "before you unlock" in str(failure("apply", locked))
    assert not isinstance(failure("apply", ["Error: no such bucket"]), StateLocked)
    with pytest.raises(TerraformFailed, match="terraform validate"):
        process.run({"TF_DATA_DIR": str(tmp_path / "data")}, "validate", "-no-such-option")
