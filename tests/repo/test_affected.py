"""Which tests a change can break: found by imports, and all where imports can't tell."""

import subprocess
import sys
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from support.checkout import commit_all, git

SCRIPT = Path(__file__).parents[2] / "bin/affected.py"
PACKAGE = "libs/shapes/src/shapes"
A_TEST = "def test_it():\n    "
FILES = {
    f"{PACKAGE}/__init__.py": "",
    f"{PACKAGE}/area.py": "def area(side):\n    return side * side\n",
    f"{PACKAGE}/cube.py": (
        "def volume(side):\n    from shapes.area import area\n    return side * area(side)\n"
    ),
    f"{PACKAGE}/sphere.py": "RADIUS = 1\n",
    f"{PACKAGE}/words.html": "<p>words</p>\n",
    f"{PACKAGE}/README.md": "# Words\n",
    "services/shop/src/shop/__init__.py": "",
    "services/shop/src/shop/cli.py": "from artifacts.command_line import CommandLine\n",
    "services/shop/src/shop/price.py": "PRICE = 1\n",
    # The command of a process is made in one module and started by another.
    "libs/room/src/room/__init__.py": "",
    "libs/room/src/room/wall.py": (
        "import sys\nSTART = 'from room.process import main; main()'\n"
        "def command():\n    return [sys.executable, '-c', START]\n"
    ),
    "libs/room/src/room/start.py": (
        "import subprocess\nfrom room.wall import command\n"
        "def start():\n    subprocess.run(command())\n"
    ),
    "libs/room/src/room/process.py": "from shapes.sphere import RADIUS\ndef main():\n    pass\n",
    "libs/room/src/room/unnamed.py": "",
    "libs/seen/src/seen/__init__.py": "",
    "libs/seen/src/seen/find.py": "import importlib.util as by\nHERE = by.find_spec('se' 'en')\n",
    "libs/seen/src/seen/found.py": "",
    "tests/unit/test_room.py": f"from room.start import start\n{A_TEST}start()\n",
    "tests/unit/test_seen.py": f"from seen import find\n{A_TEST}assert find\n",
    "tests/conftest.py": "import sys\nsys.path.insert(0, __file__)\n",
    "tests/support/shapes_of_tests.py": "from shapes.cube import volume\n",
    "tests/unit/test_cube.py": (
        f"from support.shapes_of_tests import volume\n{A_TEST}assert volume(2) == 8\n"
    ),
    "tests/unit/test_sphere.py": f"from shapes import sphere\n{A_TEST}assert sphere.RADIUS == 1\n",
    # What is told to readers is no import.
    "tests/unit/test_alone.py": (
        f"'As shapes.cube.'\nSIDES = 6\n'Those of shapes.sphere.'\n{A_TEST}'See shop.price.'\n"
    ),
    "tests/unit/test_shop.py": f"from shop import cli\n{A_TEST}assert cli\n",
    "tests/unit/fixtures/conftest.py": "import pytest\nfrom shapes.sphere import RADIUS\n",
    "tests/unit/fixtures/test_fixture.py": f"{A_TEST}pass\n",
    "tests/whole/test_starts.py": f"import subprocess\n{A_TEST}subprocess.run(['bin/plinth'])\n",
    "tests/whole/test_reads.py": f"HERE = __file__\n{A_TEST}pass\n",
    # A test that says what it reads needs that, and what that imports; of fixtures, what it says.
    "tests/told/conftest.py": "HERE = __file__\n",
    "tests/told/test_says.py": (
        f"import subprocess\nREADS = ('docs/page.md', '{PACKAGE}/cube.py', 'services/shop')\n"
        f"HERE = __file__\n{A_TEST}subprocess.run(['bin/plinth'])\n"
    ),
    "tests/told/test_says_nothing.py": f"{A_TEST}pass\n",
    "docs/page.md": "# A page\n",
    "policies/limits.yaml": "limit: 1\n",
    "pyproject.toml": (
        "[tool.pytest.ini_options]\n"
        "pythonpath = ['libs/shapes/src', 'services/shop/src', 'tests', 'libs/room/src',"
        " 'libs/seen/src']\n"
    ),
}
UNTOLD = {
    "tests/told/test_says_nothing.py", "tests/whole/test_reads.py", "tests/whole/test_starts.py"
}  # fmt: skip
"""What they need no import tells, so they run at every change."""
TESTS = {path for path in FILES if "/test_" in path}


def script() -> ModuleType:
    """The script, as a module."""
    spec = spec_from_file_location("affected", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["affected"] = module
    spec.loader.exec_module(module)
    return module


AFFECTED = script()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project in git."""
    folder = tmp_path_factory.mktemp("checkout")
    write(folder, FILES)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit_all(folder, "All of it")
    return folder


def chosen(checkout: Path, *changed: str) -> set[str]:
    """The tests that a change of some paths can break, but for those that always run."""
    found = set(AFFECTED.affected(checkout, AFFECTED.project_files(checkout), changed))
    assert not changed or found >= UNTOLD
    return found - UNTOLD


def test_what_nobody_changed_breaks_nothing(checkout: Path) -> None:
    assert chosen(checkout) == set()


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        # An import within a function, and by way of what tests share, counts as any other.
        (f"{PACKAGE}/area.py", {"unit/test_cube.py", "told/test_says.py"}),
        (f"{PACKAGE}/cube.py", {"unit/test_cube.py", "told/test_says.py"}),
        ("docs/page.md", {"told/test_says.py"}),
        (
            f"{PACKAGE}/sphere.py",
            {"unit/test_sphere.py", "unit/fixtures/test_fixture.py", "unit/test_room.py"},
        ),
        ("tests/support/shapes_of_tests.py", {"unit/test_cube.py"}),
        ("tests/unit/test_alone.py", {"unit/test_alone.py"}),
        ("tests/unit/fixtures/conftest.py", {"unit/fixtures/test_fixture.py"}),
        # Whoever imports by a name made at run time may import all of its package.
        ("services/shop/src/shop/price.py", {"unit/test_shop.py", "told/test_says.py"}),
        # So may a process: whoever makes its command needs it, and what it needs.
        ("libs/room/src/room/process.py", {"unit/test_room.py"}),
        ("libs/room/src/room/unnamed.py", {"unit/test_room.py"}),
        ("libs/seen/src/seen/found.py", {"unit/test_seen.py"}),
        # Of a page nobody tells which module of its package reads it.
        (
            f"{PACKAGE}/words.html",
            {
                "unit/test_cube.py",
                "unit/test_sphere.py",
                "unit/fixtures/test_fixture.py",
                "unit/test_room.py",
                "told/test_says.py",
            },
        ),
        (
            f"{PACKAGE}/__init__.py",
            {
                "told/test_says.py",
                "unit/test_cube.py",
                "unit/test_sphere.py",
                "unit/fixtures/test_fixture.py",
                "unit/test_room.py",
            },
        ),
        (f"{PACKAGE}/README.md", set()),
    ],
)
def test_a_change_breaks_the_tests_that_imports_lead_from(
    changed: str, tests: set[str], checkout: Path
) -> None:
    assert chosen(checkout, changed) == {f"tests/{name}" for name in tests}


@pytest.mark.parametrize(
    "changed",
    [
        "tests/conftest.py", "pyproject.toml", "policies/limits.yaml", "Makefile",
        ".github/workflows/ci.yml", "requirements/dev.txt", "new.json", "tests/unit/photo.png",
        "libs/shapes/pyproject.toml",
    ],
)  # fmt: skip
def test_what_no_import_tells_of_breaks_everything(changed: str, checkout: Path) -> None:
    assert chosen(checkout, changed) == TESTS - UNTOLD


def test_a_module_that_is_gone_breaks_who_imports_it(checkout: Path) -> None:
    files = [path for path in AFFECTED.project_files(checkout) if path != f"{PACKAGE}/area.py"]
    assert "tests/unit/test_cube.py" in AFFECTED.affected(checkout, files, [f"{PACKAGE}/area.py"])


@pytest.fixture
def branch(checkout: Path, tmp_path: Path) -> Path:
    """A clone, on a branch of main."""
    git(tmp_path, "clone", "--quiet", str(checkout), "branch")
    git(tmp_path / "branch", "switch", "--quiet", "--create", "change")
    return tmp_path / "branch"


def run(checkout: Path, base: str, *folders: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a checkout over what its changes can break."""
    own = checkout / "bin/affected.py"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(SCRIPT.read_bytes())
    (checkout / ".git/info/exclude").write_text("bin/\n__pycache__/\n")
    pytest_words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    words = [sys.executable, str(own), base, *folders, "--", *pytest_words]
    return subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)


def test_a_broken_module_is_caught_and_other_tests_do_not_run(branch: Path) -> None:
    write(branch, {f"{PACKAGE}/area.py": "def area(side):\n    return side\n"})

    done = run(branch, "main", "tests/unit")

    assert done.returncode == 1
    assert "tests/unit/test_cube.py::test_it" in done.stdout
    assert "1 failed in" in done.stdout
    assert "1 of 7 test files can be broken by that" in done.stderr


def test_a_change_that_main_got_meanwhile_is_not_the_branchs_own(branch: Path) -> None:
    git(branch, "switch", "--quiet", "main")
    write(branch, {f"{PACKAGE}/sphere.py": "RADIUS = 2\n"})
    commit_all(branch, "Another's")
    git(branch, "switch", "--quiet", "change")
    write(branch, {"tests/unit/test_new.py": "def test_it():\n    pass\n"})

    assert AFFECTED.changed_files(branch, "main") == {"tests/unit/test_new.py"}


def test_both_names_of_a_file_that_moved_are_changed(branch: Path) -> None:
    git(branch, "mv", f"{PACKAGE}/sphere.py", f"{PACKAGE}/ball.py")
    commit_all(branch, "Call it a ball")

    assert AFFECTED.changed_files(branch, "main") == {
        f"{PACKAGE}/sphere.py", f"{PACKAGE}/ball.py",
    }  # fmt: skip


def test_where_nothing_can_be_broken_no_test_runs_and_that_is_well(branch: Path) -> None:
    done = run(branch, "main")

    assert (done.returncode, done.stdout) == (0, "")
    assert "0 files differ from main; 0 of 11 test files" in done.stderr


def test_a_base_that_is_no_commit_is_a_breakdown_and_not_nothing_to_test(branch: Path) -> None:
    done = run(branch, "0" * 40)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"git can't compare with {'0' * 40}" in done.stderr


def test_a_file_that_is_no_python_is_a_breakdown_that_names_it(branch: Path) -> None:
    write(branch, {f"{PACKAGE}/area.py": "def area(side):\n<<<<<<< HEAD\n"})

    done = run(branch, "main")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{PACKAGE}/area.py:2: " in done.stderr


def test_a_test_that_says_it_reads_what_is_not_there_is_a_breakdown_that_names_it(
    branch: Path,
) -> None:
    write(branch, {"tests/unit/test_new.py": "READS = ('services/gone',)\n"})

    done = run(branch, "main")

    assert (done.returncode, done.stdout) == (2, "")
    assert "tests/unit/test_new.py:1: READS names services/gone, which is not there" in done.stderr


@pytest.mark.parametrize("words", [(), ("main",), ("main", "--"), ("--", "pytest")])
def test_without_a_base_or_a_command_it_says_how_it_is_used(words: tuple[str, ...]) -> None:
    command = [sys.executable, str(SCRIPT), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "Usage: python bin/affected.py BASE" in done.stderr


def test_of_this_project_a_modules_own_test_is_among_the_affected(root: Path) -> None:
    files = AFFECTED.project_files(root)
    module, test = "delivery/changes/path_kinds", "delivery/changes/test_path_kinds"
    found = AFFECTED.affected(root, files, [f"services/delivery/src/{module}.py"])

    assert f"tests/unit/{test}.py" in found
    assert len(found) < len([path for path in files if AFFECTED.is_test(path)])


def test_of_this_project_who_tests_the_measuring_room_tests_the_process_in_it(root: Path) -> None:
    files = AFFECTED.project_files(root)
    found = AFFECTED.affected(root, files, ["services/gate/src/gate/measuring_process.py"])

    assert "tests/unit/gate/test_measuring_room.py" in found
