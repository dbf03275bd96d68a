"""Whatever is imported or executed where keys lie is of kind `judge`: derived, not listed."""

import ast
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.changes.path_kinds import kind_of

SERVICE_FOLDERS = ("services", "libs")
REHEARSAL = "rehearsal"
"""It holds the keys of its people, and lies beside the services."""
WALLED = {"training", "inference"}
"""Services whose code needs no approval: they run in rooms without keys (libs/walls)."""
HOSTED = "ubuntu-latest"
"""The forge's own machines, which are new at each run. Every other runner holds keys."""
COMMAND = re.compile(r"^bin/plinth (\w+) |^make (\S+)")


def packages(root: Path) -> dict[str, Path]:
    """The folder of each package of ours, by its name."""
    return {
        path.name: path
        for kind in SERVICE_FOLDERS
        for path in (root / kind).iterdir()
        if (path / "src" / path.name / "__init__.py").is_file()
    } | {REHEARSAL: root / REHEARSAL}


def imported(package: Path) -> Iterator[str]:
    """Top-level names that a package imports anywhere, or names to `python -m`."""
    for file in (package / "src" / package.name).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value.partition(".")[0]


def reached(starts: set[str], root: Path) -> set[str]:
    """Our packages that some of our packages import, and those that these import, to the end."""
    folders, found, open_ones = packages(root), set[str](), set(starts)
    while open_ones:
        name = open_ones.pop()
        found.add(name)
        # A service behind a wall is named in words, and started as a process.
        open_ones |= set(imported(folders[name])) & set(folders) - found - WALLED
    return found


def jobs(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every job of every workflow, and the workflow that it stands in."""
    for path in sorted((root / ".github/workflows").glob("*.yml")):
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            yield path.name, job


def keyed_commands(root: Path) -> set[str]:
    """What jobs on runners that hold keys run, in words."""
    return {
        step["run"]
        for _, job in jobs(root)
        if job["runs-on"] != HOSTED
        for step in job["steps"]
        if "run" in step
    }


def services_with_keys(root: Path) -> set[str]:
    """Every service but those behind walls, so that a new one counts too."""
    services = {name for name, at in packages(root).items() if at.parent.name == "services"}
    return (services | {REHEARSAL}) - WALLED


def judged(files: Iterable[Path], root: Path) -> list[str]:
    """The files that are not of kind `judge`."""
    names = [path.relative_to(root).as_posix() for path in files]
    return [name for name in names if kind_of(name) != "judge"]


def test_the_derivation_sees_the_jobs_and_services_that_hold_keys(root: Path) -> None:
    keyed = {name for name, job in jobs(root) if job["runs-on"] != HOSTED}
    assert {"judge.yml", "deploy.yml", "retrain.yml", "promote.yml", "drift.yml"} <= keyed
    started = {match[1] for run in keyed_commands(root) if (match := COMMAND.match(run))}
    assert started - WALLED <= services_with_keys(root)
    assert {"delivery"} <= started
    assert {"delivery", "rehearsal", "artifacts", "features", "scoring", "pages"} <= (
        reached(services_with_keys(root), root)
    )


def test_every_package_that_is_imported_where_keys_lie_is_judge(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    folders = [packages(root)[name] for name in reached(services_with_keys(root), root)]
    files = [file for file in project_files if any(f in file.parents for f in folders)]
    assert len(files) > len(folders)
    assert judged(files, root) == []


def test_no_service_with_keys_imports_one_that_runs_behind_a_wall(root: Path) -> None:
    statements = re.compile(rf"^\s*(?:import|from) ({'|'.join(WALLED)})\b", re.MULTILINE)
    folders = [packages(root)[name] for name in reached(services_with_keys(root), root)]
    files = [file for folder in folders for file in (folder / "src").rglob("*.py")]
    assert [f for f in files if statements.search(f.read_text(encoding="utf-8"))] == []


def test_the_command_line_of_every_keyed_job_is_one_that_this_derivation_reads(root: Path) -> None:
    assert [run for run in sorted(keyed_commands(root)) if not COMMAND.match(run)] == []


def test_every_script_that_workflows_and_make_start_is_judge(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    """Everything that is executable or a script, outside of packages; with what it names."""
    folders = packages(root).values()
    inside = {file for file in project_files for f in folders if f / "src" / f.name in file.parents}
    outside = [file for file in project_files if file not in inside]
    scripts = [
        file
        for file in outside
        if os.access(file, os.X_OK)
        or file.suffix in {".py", ".sh", ".mk", ".toml", ".cfg", ".in"}
        or file.name == "Makefile"
        or ".github" in file.parts
        or ("requirements" in file.parts and file.suffix in {".txt", ".json"})
    ]
    tests_of_the_walled = tuple(root / "tests/unit" / name for name in WALLED)
    kept = [file for file in scripts if not any(t in file.parents for t in tests_of_the_walled)]
    assert {root / "Makefile", root / "bin/plinth", root / "bin/environment"} <= set(kept)
    assert {root / "requirements/delivery.txt", root / "services/training/pyproject.toml"} <= {
        *kept
    }
    assert judged(kept, root) == []


def test_every_file_that_says_what_a_shell_runs_is_judge(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    """A stage of DVC has `cmd:`, a step of a workflow `run:`, a hook `entry:`."""
    says = re.compile(r"^\s*(-\s+)?(cmd|run|entry|command):", re.MULTILINE)
    files = [
        file
        for file in project_files
        if file.suffix in {".yml", ".yaml", ".dvc"} and says.search(file.read_text("utf-8"))
    ]
    assert root / "dvc.yaml" in files
    assert judged(files, root) == []


@pytest.mark.parametrize(
    "name",
    [
        *("sitecustomize.py", "usercustomize.py", "x.pth", "json/__init__.py", "typer.py"),
        *("numpy.py", "new.py", "conftest.py", "setup.py", "hatch_build.py", "pyproject.toml"),
        *("setup.cfg", "__pycache__/json.cpython-311.pyc", ".gitattributes", "x.so"),
    ],
)
def test_a_new_file_beside_any_package_is_judge(name: str, root: Path) -> None:
    places = [
        place.relative_to(root)
        for folder in packages(root).values()
        for place in (folder, folder / "src")
    ]
    beside = [f"{place.as_posix()}/{name}" for place in (*places, Path("libs"), Path("services"))]
    assert [path for path in [*beside, name] if kind_of(path) != "judge"] == []


@pytest.mark.parametrize(
    "name", ["sitecustomize.py", "usercustomize.py", "x.pth", ".gitattributes", "dvc.yaml", "x.dvc"]
)
def test_a_file_that_programs_act_on_by_its_name_is_judge_wherever_it_lies(
    name: str, root: Path, project_files: tuple[Path, ...]
) -> None:
    folders = {file.parent.relative_to(root).as_posix() for file in project_files} - {"."}
    assert [f for f in sorted(folders) if kind_of(f"{f}/{name}") != "judge"] == []


def test_only_the_packages_of_the_walled_services_are_code(
    root: Path, project_files: tuple[Path, ...]
) -> None:
    names = [file.relative_to(root).as_posix() for file in project_files]
    own = tuple(
        start
        for name in WALLED
        for start in (
            f"services/{name}/src/{name}/",
            f"services/{name}/README.md",
            f"tests/unit/{name}/",
        )
    )
    assert [n for n in names if kind_of(n) == "code" and not n.startswith(own)] == []
