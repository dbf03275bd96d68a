"""Every contract on imports must be able to break: one planted violation, or more, for each."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
NAMES = {contract["id"]: contract["name"] for contract in CONFIG["contracts"]}


@dataclass(frozen=True)
class Plant:
    """One import that a contract forbids."""

    contract: str
    file: str
    statement: str


PLANTS = (
    Plant("stories-of-training", "training/photos/intake.py", "import training.dataset"),
    Plant("stories-of-training", "training/models/__init__.py", "import training.photos"),
    Plant("stories-of-training", "training/stray.py", "import training.photos"),
    Plant("layers-inference", "inference/domain/__init__.py", "import inference.adapters"),
    Plant("layers-inference", "inference/bootstrap.py", "import inference.app"),
    Plant("layers-delivery", "delivery/git/commits.py", "import delivery.changes.facts"),
    Plant("layers-delivery", "delivery/trail/wiring.py", "import delivery.forges.wiring"),
    Plant("layers-delivery", "delivery/releases/promote.py", "import delivery.deploy.deploy"),
    Plant("layers-delivery", "delivery/stray.py", "import delivery.clock"),
    Plant("commands-alone-know-the-terminal", "delivery/deploy/deploy.py", "import typer"),
    Plant("only-bootstrap-constructs", "inference/commands.py", "import inference.adapters"),
    Plant("services-apart", "rehearsal/box/__init__.py", "import delivery"),
    Plant("services-apart", "delivery/forges/box.py", "import rehearsal"),
    Plant("services-apart", "delivery/__init__.py", "import inference"),
    Plant("services-apart", "inference/__init__.py", "import training"),
    Plant("libs-below-services", "artifacts/__init__.py", "import rehearsal.people"),
    Plant("libs-below-services", "scoring/__init__.py", "import delivery.errors"),
    Plant("features-alone", "features/__init__.py", "import artifacts.digests"),
    Plant("artifacts-alone", "artifacts/__init__.py", "import features"),
    Plant("pages-alone", "pages/content.py", "import artifacts.digests"),
    Plant("pages-alone", "pages/__init__.py", "import features"),
    Plant("walls-alone", "walls/__init__.py", "import artifacts.digests"),
    Plant("judging-without-numbers", "judging/policy.py", "import numpy"),
    Plant("judging-without-numbers", "judging/__init__.py", "import scoring.metrics"),
    Plant("judging-is-the-judges", "training/cli.py", "import judging.policy"),
    Plant("samples-alone", "samples/facades/__init__.py", "import features"),
    Plant("samples-outside", "training/cli.py", "import samples.facades"),
    Plant("samples-outside", "scoring/__init__.py", "import samples"),
    Plant("pages-pure", "pages/render.py", "import urllib.request"),
    Plant("pages-pure", "pages/thumbnails.py", "from pathlib import Path"),
    Plant("features-pure", "features/__init__.py", "import os"),
    Plant("features-pure", "features/__init__.py", "from pathlib import Path"),
    Plant("deciding-is-pure", "delivery/changes/facts.py", "import subprocess"),
    Plant("deciding-is-pure", "judging/rules/slices.py", "import socket"),
    Plant("deciding-is-pure", "rehearsal/box/protection.py", "import subprocess"),
    Plant("deciding-is-pure", "training/photos/intake.py", "import artifacts.photo_store, os"),
    Plant("frameworks-at-the-edges", "inference/use_cases/__init__.py", "import subprocess"),
    Plant("frameworks-at-the-edges", "inference/domain/__init__.py", "import fastapi"),
    Plant("one-preprocessing", "training/photos/__init__.py", "from PIL import Image"),
    Plant("one-preprocessing", "inference/adapters/__init__.py", "import skimage.transform"),
    Plant("nothing-unpickles", "inference/adapters/__init__.py", "from joblib import load"),
    Plant("nothing-unpickles", "artifacts/__init__.py", "import pickle"),
    Plant("nothing-unpickles", "gate/examiner.py", "import joblib"),
    Plant("nothing-unpickles", "gate/parallel.py", "import pickle"),
    Plant("serving-without-training", "inference/adapters/__init__.py", "import sklearn"),
)


def test_every_contract_has_a_planted_violation() -> None:
    assert {plant.contract for plant in PLANTS} == set(NAMES)


@pytest.fixture(scope="module")
def said_of_the_sources() -> str:
    """What one run says of all contracts, over the sources as they stand."""
    result = lint_imports(ROOT)
    return result.stdout + result.stderr


@pytest.mark.parametrize("contract", NAMES)
def test_the_sources_as_they_stand_keep_the_contract(
    contract: str, said_of_the_sources: str
) -> None:
    assert f"{NAMES[contract]} KEPT" in said_of_the_sources, said_of_the_sources


@pytest.fixture(scope="module")
def copied_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all packages and their rules; each test takes its violation out again."""
    copy = tmp_path_factory.mktemp("sources") / "a copy"
    for source in sources_of(ROOT):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, copy / source.relative_to(ROOT), ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@contextmanager
def planted(plant: Plant, copy: Path) -> Iterator[None]:
    """Add the violation to its file, which may be new, for as long as it takes."""
    package = plant.file.partition("/")[0]
    (source,) = (found for found in sources_of(copy) if found.parent.name == package)
    file = source / plant.file
    before = file.read_bytes() if file.exists() else None
    with file.open("a") as appended:
        appended.write(f"\n{plant.statement}\n")
    try:
        yield
    finally:
        file.unlink()
        if before is not None:
            file.write_bytes(before)


@pytest.mark.parametrize(
    "plant", PLANTS, ids=lambda plant: f"{plant.contract}: {plant.statement} in {plant.file}"
)
def test_a_planted_import_breaks_the_contract_by_name(plant: Plant, copied_sources: Path) -> None:
    with planted(plant, copied_sources):
        result = lint_imports(copied_sources, "--contract", plant.contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{NAMES[plant.contract]} BROKEN" in result.stdout


def sources_of(folder: Path) -> list[Path]:
    """The folders of a checkout that hold packages."""
    return sorted((*folder.glob("*/*/src"), *folder.glob("*/src")))


def lint_imports(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs contracts over the packages of a folder, not over those that are installed."""
    sources = ":".join(map(str, sources_of(folder)))
    program = str(Path(sys.executable).parent / "lint-imports")
    return subprocess.run(
        ["env", f"PYTHONPATH={sources}", program, "--no-cache", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
