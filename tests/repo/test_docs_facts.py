"""What pages say of the code is so: the map, stories, promises, numbers, rules and examples."""

import re
import runpy
from pathlib import Path
from typing import get_args

import hcl2
import pytest

from delivery.deploy.compare import Place
from inference.models.architecture import ARCHITECTURE
from inference.settings import Settings as ServiceSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folders(project_files: tuple[Path, ...]) -> frozenset[str]:
    """The folders at the top of the repository that hold files of the project."""
    tops = {path.relative_to(ROOT).parts for path in project_files}
    return frozenset(parts[0] for parts in tops if len(parts) > 1)


def test_the_map_is_the_top_of_the_repository(folders: frozenset[str]) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    (map_,) = re.findall(r"^## The map\n\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    named = [name for line in map_.splitlines() for name in line.split("  ")[2].split()]

    assert [name for name in named if not (ROOT / name).exists()] == []
    assert folders - {name.partition("/")[0] for name in named} == set()


def test_every_promise_of_the_readme_names_what_holds_it() -> None:
    text = (ROOT / "README.md").read_text()
    (table,) = re.findall(r"\| promise \| how \| held by \|\n\|[-|]+\|\n(.*?)\n\n", text, re.DOTALL)
    held = [row.split(" | ")[-1] for row in table.splitlines()]

    assert len(held) > 15
    assert [cell for cell in held if not re.search(r"`(?:tests/|make )", cell)] == []


@pytest.mark.parametrize("service", ["delivery", "training"])
def test_the_stories_of_a_service_are_its_folders(service: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    (stories,) = re.findall(rf"\n{service.title()} has a folder .*?\n\n(.*?)\n\n", text, re.DOTALL)
    source = ROOT / "services" / service / "src" / service
    folders = {f"{p.name}/" for p in source.iterdir() if (p / "__init__.py").is_file()}

    assert {line.split()[0] for line in stories.splitlines()} == folders


def test_the_numbers_of_disaster_recovery_are_terraforms() -> None:
    page = (ROOT / "docs/aws/disaster-recovery.md").read_text()
    rows = re.findall(r"^\| [^|]+ \| (\d+) \| `(\w+)\.(\w+)` \|$", page, re.MULTILINE)
    terraform = ROOT / "infra/terraform"

    assert len(rows) > 5
    for number, folder, name in rows:
        at = terraform / folder if folder == "aws" else terraform / "modules" / folder
        blocks = hcl2.loads((at / "variables.tf").read_text())["variable"]
        defaults = {key.strip('"'): block[key].get("default") for block in blocks for key in block}
        assert (name, defaults[name]) == (name, int(number))


def test_the_defaults_of_the_service_are_as_its_page_says() -> None:
    page = (ROOT / "services/inference/README.md").read_text()
    rows = re.findall(r"^\| `PLINTH_([A-Z_]+)` \| ([\d.]+) \|", page, re.MULTILINE)

    assert len(rows) > 5
    told = {name.lower(): float(number) for name, number in rows}
    assert {name: ServiceSettings.model_fields[name].default for name in told} == told


def test_the_page_of_the_service_names_every_setting_and_column() -> None:
    page = (ROOT / "services/inference/README.md").read_text()
    settings = {f"PLINTH_{name.upper()}" for name in ServiceSettings.model_fields}
    # Of numbered columns the first stands for all.
    columns = {re.sub(r"[2-9]", "1", name) for name in ARCHITECTURE.columns}

    assert (settings | columns) - set(re.findall(r"\w+", page)) == set()


def test_the_runbook_names_every_place_in_which_something_may_differ() -> None:
    page = (ROOT / "docs/runbooks/when-it-is-red.md").read_text()

    assert [place for place in get_args(Place) if f"`{place}`" not in page] == []


def test_what_the_judge_says_in_the_runbook_is_what_it_says() -> None:
    page = (ROOT / "docs/runbooks/when-it-is-red.md").read_text()
    (table,) = re.findall(r"\| it says \| do \|\n(.*?)\n\n", page, re.DOTALL)
    told = [
        word for row in table.splitlines() for word in re.findall("`([^`]+)`", row.split("|")[1])
    ]
    folders = ("services/delivery/src", "libs/artifacts/src")
    code = "".join(path.read_text() for one in folders for path in (ROOT / one).rglob("*.py"))

    assert len(told) > 5
    assert [words for words in told if words not in code] == []


@pytest.mark.parametrize("library", ["features", "pages"])
def test_the_example_of_a_library_runs(
    library: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "libs" / library / "README.md").read_text()
    (example,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    script = tmp_path / "example.py"
    script.write_text(example)

    assert runpy.run_path(str(script))
    assert capsys.readouterr().err == ""


def test_the_bootstrap_names_every_variable_that_a_workflow_reads() -> None:
    texts = [path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml")]
    names = {name for text in texts for name in re.findall(r"\bvars\.(\w+)", text)}
    page = (ROOT / "docs/aws/bootstrap.md").read_text()

    assert "TARGET" in names
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def test_decisions_are_numbered_once_and_say_why_what_and_what_holds_it() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [int(page.name[:4]) for page in decisions]

    assert sorted(set(numbers)) == sorted(numbers)
    for page, number in zip(decisions, numbers, strict=True):
        text = page.read_text()
        assert text.startswith(f"# {number}. "), page.name
        parts = re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*\s", text, re.MULTILINE)
        assert (parts[:2], parts[-1]) == (["Context", "Decision"], "Held by"), page.name


def test_every_word_of_the_glossary_stands_there_once() -> None:
    words = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)

    assert [word for word in set(words) if words.count(word) > 1] == []
