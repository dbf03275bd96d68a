"""Every contract on imports must be able to break: one planted violation, or more, for each."""

import subprocess
import sys
import tomllib
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
    Plant("layers-delivery", "delivery/stray.py", "import delivery.text"),
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
    Plant("samples-alone", "samples/facades/__init__.py", "import features"),
    Plant("samples-outside", "training/cli.py", "import samples.facades"),
    Plant("samples-outside", "scoring/__init__.py", "import samples"),
    Plant("pages-pure", "pages/render.py", "import urllib.request"),
    Plant("pages-pure", "pages/thumbnails.py", "from pathlib import Path"),
    Plant("features-pure", "features/__init__.py", "import os"),
    Plant("features-pure", "features/__init__.py", "from pathlib import Path"),
    Plant("deciding-is-pure", "delivery/changes/facts.py", "import subprocess"),
    Plant("deciding-is-pure", "delivery/gate/rules/slices.py", "import socket"),
    Plant("deciding-is-pure", "rehearsal/box/protection.py", "import subprocess"),
    Plant("deciding-is-pure", "training/photos/intake.py", "import artifacts.photo_store, os"),
    Plant("frameworks-at-the-edges", "inference/use_cases/__init__.py", "import subprocess"),
    Plant("frameworks-at-the-edges", "inference/domain/__init__.py", "import fastapi"),
    Plant("one-preprocessing", "training/photos/__init__.py", "from PIL import Image"),
    Plant("one-preprocessing", "inference/adapters/__init__.py", "import skimage.transform"),
    Plant("nothing-unpickles", "inference/adapters/__init__.py", "from joblib import load"),
    Plant("nothing-unpickles", "artifacts/__init__.py", "import pickle"),
    Plant("nothing-unpickles", "delivery/gate/examiner.py", "import joblib"),
    Plant("nothing-unpickles", "delivery/gate/parallel.py", "import pickle"),
    Plant("serving-without-training", "inference/adapters/__init__.py", "import sklearn"),
)


def test_every_contract_has_a_planted_violation() -> None:
    assert {plant.contract for plant in PLANTS} == set(NAMES)


@pytest.mark.parametrize("contract", NAMES)
def test_the_sources_as_they_stand_keep_the_contract(contract: str) -> None:
    result = lint_imports(ROOT, contract)

    assert f"{NAMES[contract]} KEPT" in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize(
    "plant", PLANTS, ids=lambda plant: f"{plant.contract}: {plant.statement} in {plant.file}"
)
def test_a_planted_import_breaks_the_contract_by_name(plant: Plant, sources_copy: Path) -> None:
    package = plant.file.partition("/")[0]
    (source,) = (*sources_copy.glob(f"*/{package}/src"), *sources_copy.glob(f"{package}/src"))
    with (source / plant.file).open("a") as file:
        file.write(f"\n{plant.statement}\n")

    result = lint_imports(sources_copy, plant.contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{NAMES[plant.contract]} BROKEN" in result.stdout


def lint_imports(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Runs one contract over the packages of a folder, not over those that are installed."""
    sources = ":".join(
        str(path) for path in sorted((*folder.glob("*/*/src"), *folder.glob("*/src")))
    )
    program = str(Path(sys.executable).parent / "lint-imports")
    return subprocess.run(
        ["env", f"PYTHONPATH={sources}", program, "--no-cache", "--contract", contract],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
