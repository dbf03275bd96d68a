"""The tables of Terraform's READMEs are those of the files beside them."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

READS = ("bin/terraform_tables.py", "infra/terraform", "docs/aws")

VARIABLES = """
variable "zones" {
  description = "Zones, one | two."
  type        = list(string)
  default     = ["a", "b"]
}
variable "name" {
  description = "The name."
  type        = string
}
"""
OUTPUTS = 'output "id" {\n  description = "The id."\n  value = 1\n}\n'
README = "# network\n\n<!-- tables -->\n<!-- end of tables -->\n\nThe end.\n"
TABLES = """<!-- tables -->

| variable | what it is | default |
| --- | --- | --- |
| `name` | The name. | needed |
| `zones` | Zones, one \\| two. | `["a", "b"]` |

| output | what it is |
| --- | --- |
| `id` | The id. |

<!-- end of tables -->

The end.
"""


@pytest.fixture
def script(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator, in this process: its parser starts slowly."""
    monkeypatch.syspath_prepend(root / "bin")
    return importlib.import_module("terraform_tables")


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A checkout with one module."""
    folder = tmp_path / "infra/terraform/modules/network"
    folder.mkdir(parents=True)
    for name, text in (("variables.tf", VARIABLES), ("outputs.tf", OUTPUTS), ("README.md", README)):
        (folder / name).write_text(text)
    return folder


def test_the_tables_of_this_checkout_are_not_stale(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_every_folder_of_terraform_has_tables(root: Path, script: ModuleType) -> None:
    files = (root / "infra/terraform").rglob("variables.tf")

    assert {file.parent for file in files} - set(script.folders(root)) == set()


def test_tables_are_written_sorted_and_a_second_time_unchanged(
    tmp_path: Path, module: Path, script: ModuleType
) -> None:
    words = ["--root", str(tmp_path)]

    assert script.main(words) == 0
    assert (module / "README.md").read_text().endswith(TABLES)
    assert script.main([*words, "--check"]) == 0


def test_a_changed_variable_makes_a_table_stale_and_checking_writes_nothing(
    tmp_path: Path, module: Path, script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    script.main(["--root", str(tmp_path)])
    (module / "variables.tf").write_text(VARIABLES.replace("The name", "Its name"))

    assert script.main(["--root", str(tmp_path), "--check"]) == 1
    assert "README.md: stale" in capsys.readouterr().err
    assert (module / "README.md").read_text().endswith(TABLES)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("README.md", "# network\n", "each once, where the tables belong"),
        ("variables.tf", "variable {", "can't be parsed"),
    ],
)
def test_what_can_not_be_read_is_named(
    file: str,
    text: str,
    told: str,
    tmp_path: Path,
    module: Path,
    script: ModuleType,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (module / file).write_text(text)

    assert script.main(["--root", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
