"""bin/plinth runs the service's own packages, whatever else lies around: attacks that were played.

Each attack plants modules that leave a mark when they are imported, and then runs a real command of
a copied checkout, whose path has a space.
"""

import json
import py_compile
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from support.launching import ROOT, SHARED, Checkout, script, share_environments


@pytest.fixture(scope="module", autouse=True)
def environments() -> None:
    """Linked from this checkout's own, which `make setup` built."""
    share_environments()


@pytest.fixture
def checkout(sources_copy: Path, tmp_path: Path) -> Checkout:
    """A copied checkout; the user stands elsewhere."""
    (tmp_path / "user").mkdir()
    return Checkout(sources_copy, tmp_path / "user")


@pytest.fixture
def launch() -> ModuleType:
    """bin/launch.py as a module."""
    return script("launch")


BESIDE_LIBRARIES = (
    *("libs/features/src/sitecustomize.py", "libs/artifacts/src/usercustomize.py"),
    *("libs/features/src/json/__init__.py", "libs/artifacts/src/typer.py"),
    *("libs/features/src/planted.pth", "libs/pages/src/numpy.py"),
)
BESIDE_THE_SERVICE = (
    *("services/delivery/src/numpy.py", "services/delivery/src/typer.py"),
    *("services/delivery/src/sitecustomize.py", "services/delivery/src/json.py"),
    *("services/delivery/sitecustomize.py", "services/delivery/src/planted.pth"),
)
IN_THE_CHECKOUT = ("sitecustomize.py", "typer.py", "bin/json.py", "bin/os.py", "bin/hashlib.py")
IN_A_FOLDER = (
    *("typer.py", "delivery/__init__.py", "artifacts.py", "json.py", "sitecustomize.py"),
    *("training/__init__.py", "features/__init__.py", "usercustomize.py"),
)


@pytest.mark.parametrize("paths", [BESIDE_LIBRARIES, BESIDE_THE_SERVICE, IN_THE_CHECKOUT])
def test_a_module_beside_a_package_is_not_imported(
    paths: tuple[str, ...], checkout: Checkout
) -> None:
    for path in paths:
        checkout.plant(checkout.root / path)

    checkout.require_unharmed("delivery", "--help")


def test_a_module_in_the_users_folder_is_not_imported(checkout: Checkout) -> None:
    for path in IN_A_FOLDER:
        checkout.plant(checkout.folder / path)

    checkout.require_unharmed("delivery", "--help")


@pytest.mark.parametrize("service", ["delivery", "training"])
def test_a_package_on_pythonpath_is_not_imported(service: str, checkout: Checkout) -> None:
    for path in IN_A_FOLDER:
        checkout.plant(checkout.folder / "path" / path)

    checkout.require_unharmed(service, "--help", PYTHONPATH=checkout.folder / "path")


def test_no_variable_of_python_reaches_a_command(checkout: Checkout) -> None:
    base = checkout.folder / "base"
    site = base / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    for name in ("usercustomize.py", "sitecustomize.py", "planted.pth", "typer.py"):
        checkout.plant(site / name)
    checkout.plant(base / "start.py")

    checkout.require_unharmed(
        *("inference", "--help"),
        PYTHONHOME=base,
        PYTHONSTARTUP=base / "start.py",
        PYTHONUSERBASE=base,
        PYTHONPATH=site,
        PYTHONINSPECT="1",
        PYTHONWARNINGS="error::typer.Planted",
        PYTHONPYCACHEPREFIX=base,
        PYTHONPLATLIBDIR="lib",
        PYTHONEXECUTABLE=base / "python",
    )


def test_compiled_python_of_the_checkout_is_not_run(checkout: Checkout) -> None:
    """Python takes an unchecked .pyc for its source, whatever the source says."""
    package = checkout.root / "services/inference/src/inference"
    planted = checkout.folder / "planted.py"
    checkout.plant(planted)
    for name in ("__init__", "__main__"):
        cached = package / "__pycache__" / f"{name}.{sys.implementation.cache_tag}.pyc"
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(planted), cfile=str(cached), invalidation_mode=mode)

    checkout.require_unharmed("inference", "--help")


def test_environments_of_services_have_no_package_of_ours_and_no_way_to_the_checkout() -> None:
    for place in (ROOT / ".envs", SHARED):
        names = [path.name for path in place.glob("*/lib/python3*/site-packages/*")]
        assert [name for name in names if "plinth" in name] == []
        for file in place.glob("*/lib/python3*/site-packages/*.pth"):
            assert "/src" not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_the_launcher_runs_through_links_from_any_folder_and_in_any_locale(
    shell: str, checkout: Checkout
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    first, second = checkout.folder / "first", checkout.folder / "links" / "plinth"
    second.parent.mkdir()
    second.symlink_to(checkout.root / "bin/plinth")
    first.symlink_to("links/plinth")
    (checkout.folder / "bin").symlink_to(checkout.root / "bin")
    checkout.plant(checkout.folder / "bin.py")
    odd = {"LC_ALL": "C", "CDPATH": "/:/tmp", "PATH": "/usr/bin:/bin", "IFS": "/"}
    for word in (first, second, "links/plinth", "first", "bin/plinth"):
        done = checkout.run(shell, word, "--state", **odd)
        assert done.stdout == f"{checkout.root}/.plinth\n", (word, done.stderr)
    done = checkout.run(shell, first, "inference", "--help", **odd)
    assert done.returncode == 0, done.stderr


def test_a_room_that_sees_environments_through_links_runs_the_copies_that_are_there(
    checkout: Checkout, tmp_path: Path
) -> None:
    copy, lent = checkout.copy_of("delivery"), tmp_path / "lent"
    (lent / "sources").mkdir(parents=True)
    (lent / "sources" / copy.name).symlink_to(copy)
    for entry in SHARED.iterdir():
        if (entry / "bin").is_dir():
            (lent / entry.name).symlink_to(entry)

    there = replace(checkout, variables={"PLINTH_ENVIRONMENTS": str(lent)}).copy_of("delivery")

    assert there == copy
    assert [entry.name for entry in (lent / "sources").iterdir()] == [copy.name]


def test_workers_and_stages_are_as_isolated_as_their_command(checkout: Checkout) -> None:
    copy = checkout.copy_of("training")
    for name in ("joblib/__init__.py", "json.py", "training.py", "numpy.py", "sitecustomize.py"):
        checkout.plant(checkout.folder / name)
    program = (
        "import os, runpy, sys, joblib, multiprocessing\n"
        "print(*joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(-n) for n in range(3)))\n"
        "multiprocessing.set_start_method('spawn', force=True)\n"
        "print(multiprocessing.Pool(1).map(abs, [-7]))\n"
        "print(sorted(n for n in os.environ if n.startswith('PYTHON')))\n"
    )
    # As the launcher tells every command.
    done = checkout.run(copy / "bin/python", "-I", "-c", program, PYTHONSAFEPATH="1")
    assert not checkout.mark.exists(), f"imported: {checkout.mark.read_text()}"
    assert done.stdout == "0 1 2\n[7]\n['PYTHONSAFEPATH']\n", done.stderr[-2000:]
    stage = checkout.run("training", "--help", PATH=f"{copy}/bin:/usr/bin:/bin")
    assert not checkout.mark.exists(), f"imported: {checkout.mark.read_text()}"
    assert stage.returncode == 0, stage.stderr


def test_a_command_gets_no_variable_of_python_but_the_one_that_keeps_folders_out(
    launch: ModuleType,
) -> None:
    launch.CALLER = {"PYTHONPATH": "x", "PYTHONHOME": "y", "PATH": "/bin", "HOME": "/home/x"}

    told = launch.settings("inference")

    assert {n: v for n, v in told.items() if n.startswith("PYTHON")} == {"PYTHONSAFEPATH": "1"}
    assert told["PATH"] == "/bin"


def test_what_builds_environments_is_told_where_packages_come_from_and_no_more() -> None:
    program = (
        "import json, workspace\n"
        "told = workspace.clean_environment()\n"
        "print(json.dumps({n: v for n, v in told.items() if n != 'LC_CTYPE'}))"
    )
    told = {
        "PIP_USER": "1",
        "PIP_TARGET": "/x",
        "PIP_PREFIX": "/y",
        "PIP_INDEX_URL": "i",
        "PIP_CERT": "c",
        "PYTHONSTARTUP": "/z",
        "A": "b",
    }
    words = [sys.executable, "-c", program]
    printed = subprocess.run(words, cwd=ROOT / "bin", env=told, capture_output=True, check=True)
    assert json.loads(printed.stdout) == {
        "A": "b",
        "PIP_CERT": "c",
        "PIP_INDEX_URL": "i",
        "PIP_USER": "0",
    }


def test_variables_of_another_projects_mlflow_and_dvc_reach_no_command(launch: ModuleType) -> None:
    """Credentials of a tracking server do: they are of use with PLINTH_TRACKING_URI alone."""
    foreign = {
        f"MLFLOW_{n}": "x" for n in ("TRACKING_URI", "RUN_ID", "EXPERIMENT_ID", "REGISTRY_URI")
    }
    foreign |= {f"DVC_{n}": "x" for n in ("ROOT", "GLOBAL_CONFIG_DIR", "EXP_NAME", "STUDIO_TOKEN")}
    ours = {"MLFLOW_TRACKING_TOKEN": "t", "PLINTH_DVC_CACHE": "/c", "PATH": "/bin"}
    launch.CALLER = foreign | ours

    told = launch.settings("training")

    assert set(told) & foreign.keys() == set()
    assert {name: told[name] for name in ours} == ours
