"""The Terraform modules: their READMEs' examples, a refusal a variable, a reason beside each *.

`make terraform-check` runs their own tests.
"""

import re
from pathlib import Path

import pytest
from support.aws.terraform_root import TERRAFORM

MODULES = (
    "artifact_storage",
    "backups",
    "identity",
    "image_registry",
    "model_registry",
    "runners",
)
EXAMPLE = re.compile(r"```hcl\n(.*?)```", re.DOTALL)
# `Resource = "*"`, or a name that ends or goes on after a star.
WILDCARD = re.compile(r"^\s*Resource\s*=.*\*")
REASONED = re.compile(r"#\s*\S+\s+\S+")


@pytest.mark.parametrize("name", MODULES)
def test_the_example_of_a_readme_is_what_its_test_plans(name: str) -> None:
    module = TERRAFORM / "modules" / name
    (written,) = EXAMPLE.findall((module / "README.md").read_text("utf-8"))
    tested = (module / "tests/example/main.tf").read_text("utf-8")
    assert written.replace(f'source = "../modules/{name}"', 'source = "../.."') == tested
    assert "./tests/example" in (module / "tests/facts.tftest.hcl").read_text("utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_each_variable_that_is_validated_has_a_run_in_which_it_is_refused(name: str) -> None:
    module = TERRAFORM / "modules" / name
    blocks = re.split(r'(?m)^variable "', (module / "variables.tf").read_text("utf-8"))[1:]
    refused = {
        found
        for file in (module / "tests").glob("*.tftest.hcl")
        for found in re.findall(r"expect_failures = \[var\.(\w+)\]", file.read_text("utf-8"))
    }
    validated = {block.partition('"')[0] for block in blocks if "validation {" in block}
    assert validated
    assert validated == refused


@pytest.mark.parametrize("folder", ["foundation", *(f"modules/{name}" for name in MODULES)])
def test_a_wildcard_has_its_reason_beside_it(folder: str) -> None:
    bare = [
        f"{file.name}:{number}: {line.strip()}"
        for file in sorted((TERRAFORM / folder).glob("*.tf"))
        for number, line, before in _lines(file)
        if WILDCARD.match(line) and not (REASONED.search(line) or REASONED.search(before))
    ]
    assert bare == []


def test_a_bare_wildcard_is_found() -> None:
    assert WILDCARD.match('  Resource = "*"')
    assert not REASONED.search('  Resource = "*"')
    assert REASONED.search('  Resource = "*" # AWS gives this action no resource.')


def _lines(file: Path) -> list[tuple[int, str, str]]:
    lines = file.read_text("utf-8").splitlines()
    return [(i + 1, line, lines[i - 1] if i else "") for i, line in enumerate(lines)]
