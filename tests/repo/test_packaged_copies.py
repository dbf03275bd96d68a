"""What a service runs from: a packaged copy, named by the digest of all that is in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from support.launching import ROOT, Checkout, script, share_environments


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


@pytest.fixture
def pruner() -> ModuleType:
    """bin/prune_copies.py as a module."""
    return script("prune_copies")


def test_a_service_runs_from_its_declared_packages_alone(checkout: Checkout) -> None:
    (checkout.root / "services/inference/src/inference/.hidden").write_text("x", encoding="utf-8")
    (site,) = checkout.copy_of("inference").glob("lib/python3*/site-packages")

    packages = {path.name for path in site.iterdir()} - {"environment.pth"}
    declared = (ROOT / "services/inference/pyproject.toml").read_text(encoding="utf-8")
    assert packages == {"inference"} | {
        line.strip(' ",').removeprefix("plinth-")
        for line in declared.splitlines()
        if line.strip().startswith('"plinth-')
    }
    assert not (site / "inference/.hidden").exists()


def own_copy(checkout: Checkout) -> tuple[Checkout, Path]:
    """Return the checkout with a packaged copy that no other test uses, and the copy's packages."""
    main = checkout.root / "services/inference/src/inference/__init__.py"
    main.write_text(f"{main.read_text()}\n# {checkout.root}\n", encoding="utf-8")
    (site,) = checkout.copy_of("inference").glob("lib/python3*/site-packages")
    return checkout, site


@pytest.mark.parametrize(
    "path",
    [
        *("inference/__main__.py", "sitecustomize.py", "new/__init__.py", "environment.pth"),
        *("inference/new.py", "../../../pyvenv.cfg", "../../../bin/inference", "planted.pth"),
    ],
)
def test_a_packaged_copy_that_was_edited_is_refused(path: str, checkout: Checkout) -> None:
    checkout, site = own_copy(checkout)
    (site / path).unlink(missing_ok=True)
    checkout.plant(site / path)

    done = checkout.plinth("inference", "--help")

    assert done.returncode == 2
    assert f"{Path(os.path.normpath(site / path)).name} of the packaged copy" in done.stderr
    assert "is not what was packaged" in done.stderr
    assert "Nothing was run" in done.stderr
    assert "then type: rm -rf '" in done.stderr
    assert not checkout.mark.exists()
    shutil.rmtree(site.parents[2])
    checkout.require_unharmed("inference", "--help")


def test_a_packaged_copy_with_other_compiled_python_or_another_interpreter_is_refused(
    checkout: Checkout,
) -> None:
    checkout, site = own_copy(checkout)
    compiled = next((site / "inference/__pycache__").glob("__main__.*.pyc"))
    whole = compiled.read_bytes()
    compiled.chmod(0o644)
    compiled.write_bytes(whole + b"x")
    assert "__main__" in checkout.plinth("inference", "--help").stderr
    compiled.unlink()
    assert "it is missing" in checkout.plinth("inference", "--help").stderr
    compiled.write_bytes(whole)
    checkout.require_unharmed("inference", "--help")

    python = site.parents[2] / "bin/python3"
    python.unlink()
    python.symlink_to("/bin/true")
    done = checkout.plinth("inference", "--help")
    assert (done.returncode, "bin/python3 of the packaged copy" in done.stderr) == (2, True)


def test_a_link_in_a_package_is_refused(checkout: Checkout) -> None:
    (checkout.root / "services/inference/src/inference/key.py").symlink_to("/etc/passwd")

    done = checkout.plinth("inference", "--help")

    assert done.returncode == 2
    assert "key.py is no plain file" in done.stderr


def test_bytes_that_move_from_one_file_to_the_next_make_another_copy(checkout: Checkout) -> None:
    folder = checkout.root / "services/inference/src/inference"
    (folder / "a1.py").write_text("A = 1\nB = 2\n", encoding="utf-8")
    (folder / "a2.py").write_text("C = 3\n", encoding="utf-8")
    before = checkout.copy_of("inference")
    (folder / "a1.py").write_text("A = 1\n", encoding="utf-8")
    (folder / "a2.py").write_text("B = 2\nC = 3\n", encoding="utf-8")

    assert checkout.copy_of("inference") != before


def test_bytes_that_move_from_one_input_to_the_next_make_another_environment(
    checkout: Checkout, launch: ModuleType
) -> None:
    launch.ROOT = str(checkout.root)
    before = launch.inputs_digest("inference")
    first, second = (
        checkout.root / f"requirements/{name}.txt" for name in ("inference", "bootstrap")
    )
    text, (line, *rest) = first.read_text(), second.read_text().splitlines(keepends=True)
    first.write_text(text + line, encoding="utf-8")
    second.write_text("".join(rest), encoding="utf-8")

    assert launch.inputs_digest("inference") != before


def test_checkouts_that_share_an_environment_do_not_rebuild_it_in_turn(
    launch: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "inference").symlink_to(ROOT / ".envs/inference")
    (tmp_path / "moved").mkdir()

    own = launch.own_digest("inference", str(ROOT / ".envs/inference"))

    assert launch.own_digest("inference", str(tmp_path / "inference")) == own
    assert launch.own_digest("inference", str(tmp_path / "moved")) != own


def aged(copies: Path, names: list[str], days: int) -> None:
    for number, name in enumerate(names):
        (copies / name).mkdir(parents=True)
        seconds = (copies.stat().st_ctime) - days * 86400 - number
        os.utime(copies / name, (seconds, seconds))


def test_old_copies_that_nothing_runs_from_and_no_box_keeps_are_removed(
    pruner: ModuleType, tmp_path: Path
) -> None:
    copies = tmp_path / "sources"
    recent, old = (
        [f"inference-{n}" for n in range(pruner.KEPT)],
        ["inference-a", "inference-b", "inference-c"],
    )
    aged(copies, recent, 1)
    aged(copies, [*old, "box-a"], 30)
    (copies / "inference-new").mkdir()
    (copies / "inference-a.keep").write_text(f"{tmp_path}\n", encoding="utf-8")
    (copies / "inference-c.keep").write_text(f"{tmp_path}/gone\n", encoding="utf-8")
    waits = [
        sys.executable,
        "-c",
        "print(flush=True); input()",
        str(copies / "inference-b/bin/python"),
    ]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout
        running.stdout.readline()
        pruner.prune(str(copies), "inference", str(copies / "inference-new"))
        assert running.stdin
        running.stdin.write(b"\n")

    left = {path.name for path in copies.iterdir() if path.is_dir()}
    assert left == {*recent, "inference-a", "inference-b", "box-a", "inference-new"}
    pruner.prune(str(copies), "inference", str(copies / "inference-new"))
    assert not (copies / "inference-b").exists()


def test_copies_of_the_last_days_stay_however_many_there_are(
    pruner: ModuleType, tmp_path: Path
) -> None:
    aged(tmp_path / "sources", [f"inference-{n}" for n in range(20)], 2)
    pruner.prune(str(tmp_path / "sources"), "inference", str(tmp_path / "sources/inference-0"))
    assert len(list((tmp_path / "sources").iterdir())) == 20
