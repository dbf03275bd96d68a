"""The recipes of images: linted, pinned, and of the shape that the issue of them asks for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.targets.aws.images.contents import (
    BASE_FILE,
    FOREIGN,
    RECIPE_OF,
    base_named_in,
    normal,
    pins_of,
)

NAMES = sorted(RECIPE_OF)
TEST_TOOLS = {"hypothesis", "mypy", "pytest", "ruff"}


def recipe(root: Path, name: str) -> str:
    return (root / RECIPE_OF[name].dockerfile).read_text()


def test_every_service_that_has_a_recipe_is_one_of_these(root: Path) -> None:
    found = {path.name.removesuffix(".Dockerfile") for path in root.glob("infra/images/*")}

    assert {name for name in found if "." not in name} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_has_every_library_that_its_service_declares(root: Path, name: str) -> None:
    declared = (root / f"services/{name}/pyproject.toml").read_text()
    libraries = set(re.findall(r'^    "plinth-([a-z]+)",', declared, re.MULTILINE))

    found = {path.split("/")[1] for path in RECIPE_OF[name].code if path.startswith("libs/")}

    assert found == libraries


@pytest.mark.parametrize("name", NAMES)
def test_hadolint_has_nothing_to_say(root: Path, name: str) -> None:
    tool = Path(sys.executable).with_name("hadolint")
    command = [tool, root / RECIPE_OF[name].dockerfile]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (0, "")


def test_hadolint_finds_a_planted_mistake(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd /tmp\n")
    command = [Path(sys.executable).with_name("hadolint"), tmp_path / "Dockerfile"]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "DL3006" in result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_takes_its_base_from_one_argument(root: Path, name: str) -> None:
    stages = re.findall(r"^FROM (\S+)", recipe(root, name), re.MULTILINE)

    assert stages == ["${BASE_IMAGE}", "${BASE_IMAGE}"]
    assert "ARG BASE_IMAGE\n" in recipe(root, name)  # without a default


def test_the_base_is_pinned_by_digest_in_one_place(root: Path) -> None:
    text = (root / BASE_FILE).read_text()

    assert re.fullmatch(r"[\w./:-]+@sha256:[0-9a-f]{64}", base_named_in(text) or "")
    assert text.count("@sha256:") == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_ends_as_a_user_without_a_name_or_rights(root: Path, name: str) -> None:
    users = re.findall(r"^USER (\S+)", recipe(root, name), re.MULTILINE)

    assert users == ["10001:10001"]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_says_what_it_holds_and_how_it_stops(root: Path, name: str) -> None:
    text = recipe(root, name)

    for word in ("org.opencontainers.image.revision", "plinth.code", "\nSTOPSIGNAL ", "\nVOLUME "):
        assert word in text
    assert "\nHEALTHCHECK " in text


def test_the_image_that_answers_names_its_payload_and_models_and_its_port(root: Path) -> None:
    text = recipe(root, "inference")

    for word in ("plinth.payload", "plinth.models", "\nEXPOSE 8080\n", "healthy.py"):
        assert word in text


def test_the_lock_of_inference_has_nothing_of_training_or_tests(root: Path) -> None:
    lock = (root / RECIPE_OF["inference"].lock).read_text()
    names = {normal(pin.partition("==")[0]) for pin, _ in pins_of(lock)}

    assert "numpy" in names
    assert names & FOREIGN == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_image_has_tools_of_tests(root: Path, name: str) -> None:
    lock = (root / RECIPE_OF[name].lock).read_text()

    assert {pin.partition("==")[0] for pin, _ in pins_of(lock)} & TEST_TOOLS == set()


@pytest.mark.parametrize("name", NAMES)
def test_all_code_of_a_recipe_is_there(root: Path, name: str) -> None:
    paths = (*RECIPE_OF[name].code, *RECIPE_OF[name].tool_locks, RECIPE_OF[name].lock)

    assert [path for path in paths if not (root / path).exists()] == []


@pytest.mark.parametrize("name", ["training", "delivery"])
def test_an_image_that_signs_has_an_entry_for_its_user(root: Path, name: str) -> None:
    assert "'plinth:x:10001:10001:plinth:/tmp:" in recipe(root, name)
