from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.release import FirstRelease, Payload, Release, ReleasedCode, ReleasedModel

FIRST = {"kind": "first_release", "reason": "nothing serves yet", "stated_on": "2026-11-22"}


def model(role: str = "champion", weight: float = 1.0, **changes: Any) -> dict[str, Any]:
    fields = {"kind": "model", "digest": digest_json(role), "version": 3, "role": role}
    return fields | {"weight": weight, "gate_report": digest_json("report")} | changes


def release(*entries: dict[str, Any], environment: str = "staging", **pins: Any) -> Release:
    document = {"environment": environment, "models": {"architecture": entries}, **pins}
    return Release.parse(document, "test")


CODE = {"digest": digest_json("code"), "commit": "a" * 40}


def payload(*entries: dict[str, Any], **changes: Any) -> Payload:
    made = release(*entries).payload(ReleasedCode.model_validate(CODE | changes))
    assert made is not None
    return made


def test_the_payload_digest_names_neither_environment_nor_commit():
    """What staging verified is what production approves, and documentation makes new commits."""
    production = release(model(), environment="production", code=CODE)
    pinned = production.payload()
    assert pinned is not None
    assert payload(model(), commit="b" * 40).digest == pinned.digest
    assert production.digest != release(model()).digest


@pytest.mark.parametrize(
    "changes",
    [{"digest": digest_json("other")}, {"version": 4}, {"gate_report": digest_json("other")}],
    ids=["digest", "version", "gate report"],
)
def test_the_payload_digest_names_everything_of_the_models(changes: dict[str, Any]):
    assert payload(model() | changes).digest != payload(model()).digest


def test_the_payload_digest_names_the_code():
    other = payload(model(), digest=digest_json("other code"))
    assert other.digest != payload(model()).digest


def test_the_payload_digest_does_not_depend_on_the_order_of_models():
    names = ("architecture", "fraud")
    code = ReleasedCode.model_validate(CODE)
    made = [
        Release.model_validate(
            {"environment": "staging", "models": {n: [model()] for n in order}}
        ).payload(code)
        for order in (names, names[::-1])
    ]
    assert all(made)
    assert len({found.digest for found in made if found}) == 1


def test_a_model_that_is_not_released_yet_is_no_part_of_a_payload():
    assert release(FIRST).payload() is None
    assert release(FIRST).released == {}


def test_staging_pins_no_code_and_production_must():
    with pytest.raises(UnreadableRecord, match="staging runs the code of its own commit"):
        release(model(), code=CODE)
    with pytest.raises(UnreadableRecord, match="production pins the code"):
        release(model(), environment="production")
    assert release(FIRST, environment="production").payload() is None


def test_no_payload_is_made_without_code():
    with pytest.raises(ValueError, match="pins no code"):
        release(model()).payload()


def test_the_champion_is_found_behind_a_shadow():
    found = release(model("shadow", 0.1), model()).champion("architecture")
    assert isinstance(found, ReleasedModel)
    assert found.role == "champion"


def test_a_statement_of_a_first_release_stands_for_a_champion():
    assert isinstance(release(model("shadow"), FIRST).champion("architecture"), FirstRelease)


@pytest.mark.parametrize("entries", [(), (model("shadow"),)], ids=["none", "a shadow"])
def test_without_an_entry_there_is_no_champion(entries: tuple[dict[str, Any], ...]):
    assert release(*entries).champion("architecture") is None
    assert release(*entries).champion("fraud") is None


@pytest.mark.parametrize(
    ("entries", "match"),
    [
        ((model(), model()), "more than one champion"),
        ((model(weight=0.5), model(weight=0.5, digest=digest_json(2))), "more than one champion"),
        ((FIRST, model()), "more than one champion"),
        ((model(), FIRST), "more than one champion"),
        ((FIRST, FIRST), "more than one champion"),
        ((model("challenger"),), "without a champion"),
        ((FIRST, model("challenger")), "without a champion"),
        ((model(), model("challenger")), "add up to 1"),
        ((model(weight=0.9), model("challenger", 0.2)), "add up to 1"),
        ((model(weight=0.5),), "add up to 1"),
        ((model(weight=0),), "add up to 1"),
        ((model(weight=-0.1),), "weight"),
        ((model(weight=1.1),), "weight"),
        ((model(weight=float("nan")),), "weight"),
        ((model(version=0),), "version"),
        ((model(digest="latest"),), "digest"),
        ((model(role="boss"),), "role"),
        ((FIRST | {"reason": "none"},), "reason"),
        ((FIRST | {"digest": digest_json(1)},), "digest"),
        (({"kind": "alias", "name": "champion"},), "kind|tag"),
    ],
)
def test_a_release_that_cannot_be_run_is_unreadable(
    entries: tuple[dict[str, Any], ...], match: str
):
    with pytest.raises(UnreadableRecord, match=match):
        release(*entries)


def test_champion_and_challengers_share_the_traffic():
    """Ten tenths do not add up to 1 in floating point."""
    challengers = [model("challenger", 0.1, digest=digest_json(n)) for n in range(7)]
    assert release(model(weight=0.3), *challengers, model("shadow", 1.0)).champion("architecture")


@pytest.mark.parametrize("environment", ["Production", "test", ""])
def test_there_are_two_environments(environment: str):
    with pytest.raises(ValidationError, match="environment"):
        Release.model_validate({"environment": environment, "models": {}})


def test_a_release_is_read_from_yaml(tmp_path: Path):
    path = tmp_path / "staging.yaml"
    path.write_text(
        "environment: staging\nmodels:\n  architecture:\n  - kind: first_release\n"
        "    reason: nothing serves yet\n    stated_on: 2026-11-22\n"
    )
    assert Release.read(path) == release(FIRST)


def test_a_second_list_of_a_models_entries_cannot_hide_in_yaml(tmp_path: Path):
    path = tmp_path / "staging.yaml"
    path.write_text("environment: staging\nmodels:\n  architecture: []\n  architecture: []\n")
    with pytest.raises(UnreadableRecord, match="given twice: architecture"):
        Release.read(path)
