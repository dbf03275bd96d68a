"""docs/aws: generated parts are those of the Terraform there is, sums add up, links lead on."""

import importlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

NETWORK = """
variable "endpoints" {
  type    = set(string)
  default = ["logs", "sts", "kms"]
}
variable "size" {
  type    = object({ cpu = optional(number, 512), disk = optional(number, 20), name = string })
  default = { disk = 30 }
}
resource "aws_vpc" "this" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "private" { vpc_id = aws_vpc.this.id }
resource "aws_subnet" "public" { vpc_id = aws_vpc.this.id }
output "vpc_id" { value = aws_vpc.this.id }
"""
SERVICE = """
variable "tasks" { default = 2 }
resource "aws_lb" "this" { name = "x" }
resource "aws_lb_listener" "this" { load_balancer_arn = aws_lb.this.arn }
locals { words = { balancer = aws_lb_listener.this.arn } }
resource "aws_ecs_service" "this" { text = jsonencode(local.words) }
"""
ROOT = """
variable "tasks" { default = 2 }
variable "registry" { default = "" }
locals { where = { vpc = module.network.vpc_id } }
module "network" {
  source    = "../modules/network"
  endpoints = ["logs", "sts"]
}
module "inference_service" {
  source = "../modules/inference_service"
  tasks  = var.tasks
  where  = local.where
}
"""
TESTS = """
run "plans" { command = plan }
run "refuses" {
  command         = plan
  expect_failures = [var.tasks]
}
"""
PRICES = """
region: nowhere
checked: In 2000.
prices:
  hour: {dollars: 0.5, unit: task-hour}
quantities:
  hours: {value: 10, from: a short month}
  tasks: {terraform: variable aws.tasks}
  busy: {formula: ceil(tasks * 0.6) + 1, from: a rule of thumb}
  endpoints: {terraform: input aws.network.endpoints}
  cpu: {terraform: default network.size.cpu}
  disk: {terraform: input aws.network.size.disk}
  subnets: {terraform: resources network.aws_subnet}
scenarios:
  idle: {title: Staging idle, group: month, sheet: environment, environment: staging}
  alone: {title: Alone, group: way-out, sheet: account, environment: staging}
totals:
  - {title: All, of: [idle, alone]}
lines:
  - {sheet: environment, item: Tasks, price: hour, amount: tasks * hours}
  - {sheet: environment, item: Endpoints, price: hour, amount: endpoints * subnets}
  - {sheet: account, item: Other, price: hour, amount: "1000"}
"""
RECOVERY = """
values:
  - {what: Tasks, terraform: variable aws.tasks, unit: tasks}
"""
DIFFERENCES = """
aws:
  - {path: aws_lb.this.tags, reason: "moto keeps\n none"}
foundation: []
"""
PAGE = "# Page\n" + "".join(
    f"\n<!-- generated: {name} -->\n<!-- end: {name} -->\n"
    for name in (
        *("diagram-aws", "modules", "sums", "sheets", "quantities", "proven"),
        *("differences", "recovery-values", "ways-out", "inside-inference-service"),
    )
)


@dataclass(frozen=True)
class Result:
    """What the generator ended with."""

    returncode: int
    stderr: str


Pages = Callable[..., Result]


@pytest.fixture
def script(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator; in this process, since its parser starts slowly."""
    monkeypatch.syspath_prepend(root / "bin")
    return importlib.import_module("aws_pages")


@pytest.fixture
def pages(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> Pages:
    """The generator, run over a checkout."""

    def run(checkout: Path, *words: str) -> Result:
        code = script.main(["--root", str(checkout), *words])
        return Result(code, capsys.readouterr().err)

    return run


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two modules, two roots, one page and few prices."""
    files = {
        "infra/terraform/modules/network/main.tf": NETWORK,
        "infra/terraform/modules/network/README.md": "# network\n\nA network.\nMore of it.\n",
        "infra/terraform/modules/inference_service/main.tf": SERVICE,
        "infra/terraform/modules/inference_service/tests/a.tftest.hcl": TESTS,
        "infra/terraform/aws/main.tf": ROOT,
        "infra/terraform/aws/environments/staging.tfvars": "tasks = 4\n",
        "infra/terraform/foundation/main.tf": 'output "registry" { value = "x" }\n',
        "docs/aws/prices.yaml": PRICES,
        "docs/aws/page.md": PAGE,
        "docs/aws/recovery.yaml": RECOVERY,
        "tests/support/aws/emulator_differences.yaml": DIFFERENCES,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    """Replaces what must be there."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_pages_of_this_checkout_are_not_stale(root: Path, pages: Pages) -> None:
    result = pages(root, "--check")

    assert (result.returncode, result.stderr) == (0, "")


def test_writing_again_changes_nothing(checkout: Path, pages: Pages) -> None:
    assert pages(checkout).returncode == 0
    written = (checkout / "docs/aws/page.md").read_text()

    assert pages(checkout, "--check").returncode == 0
    assert pages(checkout).stderr == ""
    assert (checkout / "docs/aws/page.md").read_text() == written


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("infra/terraform/aws/environments/staging.tfvars", "4", "5"),
        ("infra/terraform/aws/main.tf", '["logs", "sts"]', '["logs"]'),
        ("infra/terraform/aws/main.tf", "module.network.vpc_id", '"vpc-1"'),
        ("infra/terraform/modules/network/main.tf", '"aws_vpc"', '"aws_vpn"'),
        (
            "infra/terraform/modules/inference_service/tests/a.tftest.hcl",
            "expect_failures",
            "# none",
        ),
        ("docs/aws/prices.yaml", "dollars: 0.5", "dollars: 0.6"),
    ],
)
def test_a_change_of_the_facts_makes_a_page_stale(
    file: str, old: str, new: str, checkout: Path, pages: Pages
) -> None:
    pages(checkout)
    written = (checkout / "docs/aws/page.md").read_text()
    change(checkout / file, old, new)

    result = pages(checkout, "--check")

    assert result.returncode == 1
    assert "docs/aws/page.md: stale" in result.stderr
    assert (checkout / "docs/aws/page.md").read_text() == written


def test_sums_are_amounts_of_the_terraform_times_prices(checkout: Path, pages: Pages) -> None:
    pages(checkout)
    page = (checkout / "docs/aws/page.md").read_text()

    # Staging's tfvars say 4 tasks, for 10 hours; 2 endpoints in 2 subnets.
    assert "| Tasks | `tasks * hours` | 40 | 0.5 / task-hour | 20.00 |" in page
    assert "| Endpoints | `endpoints * subnets` | 4 | 0.5 / task-hour | 2.00 |" in page
    assert "| Staging idle | 22.00 |\n| **All** | **522.00** |" in page
    assert "Other" not in page
    assert "| `busy` | 4 | `ceil(tasks * 0.6) + 1`: a rule of thumb |" in page
    assert "| `cpu` | 512 | `default network.size.cpu` |" in page
    assert "| `disk` | 30 | `input aws.network.size.disk` |" in page


def test_arrows_follow_locals_and_boxes_count_services(checkout: Path, pages: Pages) -> None:
    pages(checkout)
    page = (checkout / "docs/aws/page.md").read_text()

    assert 'network -->|"vpc_id"| inference_service' in page
    assert 'network["<b>network</b><br/>network (VPC)"]' in page
    assert "| `network` | aws | 3 | network (VPC) 3 | A network. |" in page
    assert "| `inference_service` | aws | 2 | 1 |" in page


def test_the_inside_of_a_module_is_what_its_resources_refer_to(
    checkout: Path, pages: Pages
) -> None:
    pages(checkout)
    page = (checkout / "docs/aws/page.md").read_text()

    # Through a local; a load balancer's own parts are one box.
    assert '    s0["ECS on Fargate"]\n    s1["load balancer"]\n    s0 --> s1\n```' in page


def test_values_of_recovery_and_differences_of_the_emulator_are_listed(
    checkout: Path, pages: Pages
) -> None:
    pages(checkout)
    page = (checkout / "docs/aws/page.md").read_text()

    assert "| Tasks | staging 4, production 2 tasks | `variable aws.tasks` |" in page
    assert "| aws | `aws_lb.this.tags` | moto keeps none |" in page
    assert "| Alone | 500.00 |" in page


def test_a_checkout_without_a_list_of_differences_says_so(checkout: Path, pages: Pages) -> None:
    (checkout / "tests/support/aws/emulator_differences.yaml").unlink()

    assert pages(checkout).returncode == 0
    assert "No list yet." in (checkout / "docs/aws/page.md").read_text()


def test_every_part_stands_in_one_page(root: Path, script: ModuleType) -> None:
    texts = [page.read_text(encoding="utf-8") for page in (root / "docs/aws").glob("*.md")]
    found = re.findall(r"<!-- generated: ([\w-]+) -->", "".join(texts))

    assert sorted(found) == sorted(script.PARTS)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "prices.yaml",
            "price: hour, amount: tasks",
            "price: none, amount: tasks",
            "no price 'none'",
        ),
        ("prices.yaml", "tasks * hours", "tasks * days", "days is neither arithmetic"),
        ("prices.yaml", "tasks * hours", "tasks ** hours", "neither arithmetic"),
        ("prices.yaml", "tasks * hours", "tasks *", "is no formula"),
        ("prices.yaml", "tasks * hours", "__import__('os')", "neither arithmetic"),
        ("prices.yaml", "variable aws.tasks", "variable aws.workers", "no such value"),
        ("prices.yaml", "variable aws.tasks", "variable aws.registry", "is no number"),
        ("prices.yaml", "variable aws.tasks", "guess aws.tasks", "begin with variable"),
        ("page.md", "<!-- end: sums -->", "", "isn't closed"),
        (
            "page.md",
            "generated: sums -->\n<!-- end: sums",
            "generated: s -->\n<!-- end: s",
            "no part",
        ),
    ],
)
def test_what_is_not_there_is_no_zero(
    file: str, old: str, new: str, told: str, checkout: Path, pages: Pages
) -> None:
    change(checkout / "docs/aws" / file, old, new)

    result = pages(checkout)

    assert result.returncode == 2
    assert told in result.stderr


def test_every_module_says_what_it_is_for(root: Path) -> None:
    table = (root / "docs/aws/architecture.md").read_text(encoding="utf-8")
    modules = sorted(path.parent.name for path in root.glob("infra/terraform/modules/*/main.tf"))

    rows = {
        name: re.search(rf"^\| `{name}` \|.*\| (.*) \|$", table, re.MULTILINE) for name in modules
    }

    assert modules
    assert [name for name, row in rows.items() if not row or not row.group(1)] == []


def test_the_bootstrap_names_every_variable_that_a_workflow_reads(root: Path) -> None:
    workflows = [path.read_text() for path in (root / ".github" / "workflows").glob("*.yml")]
    names = {name for text in workflows for name in re.findall(r"\bvars\.(\w+)", text)}
    page = (root / "docs/aws/bootstrap.md").read_text(encoding="utf-8")

    assert "TARGET" in names
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def links(page: Path) -> list[str]:
    """Relative links of a page, without anchors."""
    found = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    return [link for link in found if "://" not in link]


def test_links_of_the_pages_about_aws_lead_somewhere(root: Path) -> None:
    texts = [*(root / "docs/aws").glob("*.md"), root / "docs/runbooks/aws.md"]
    texts += [
        path for number in (22, 23, 24) for path in (root / "docs/adr").glob(f"00{number}-*.md")
    ]

    dead = [
        (page.name, link)
        for page in texts
        for link in links(page)
        if not (page.parent / link).exists()
    ]

    assert len(texts) > 8
    assert dead == []


def test_a_page_written_elsewhere_is_not_touched(checkout: Path, pages: Pages) -> None:
    shutil.copy(checkout / "docs/aws/page.md", checkout / "docs/page.md")

    pages(checkout)

    assert (checkout / "docs/page.md").read_text() == PAGE
