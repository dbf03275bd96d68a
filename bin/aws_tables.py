"""The generated parts of docs/aws as Markdown and Mermaid."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import yaml
from aws_costs import Costs, Places, Quantity, Sheet
from aws_terraform import Arrow, Folder

SHOWN = 2
"""Outputs that an arrow names; more are counted, so that the picture stays legible."""
EVERYWHERE = ("keys (KMS)", "roles", "security groups")
"""Left out of the inside of a module: all of it refers to them."""
LISTED = 5
"""Services that a box names."""
SERVICES = {
    "ecs": "ECS on Fargate",
    "lb": "load balancer",
    "wafv2": "firewall (WAF)",
    "appautoscaling": "autoscaling",
    "db_instance": "Postgres (RDS)",
    "ecr": "image registry (ECR)",
    "codebuild": "CodeBuild",
    "efs": "folders (EFS)",
    "s3_bucket": "S3",
    "backup": "Backup",
    "vpc=": "network (VPC)",
    "vpc_endpoint": "endpoints",
    "nat": "NAT gateway",
    "iam_openid_connect_provider": "OIDC provider",
    "iam_role": "roles",
    "iam_policy": "policies",
    "cloudwatch_metric_alarm": "alarms",
    "cloudwatch_dashboard": "dashboard",
    "sns": "topic (SNS)",
    "budgets": "budget",
    "secretsmanager": "secrets",
    "route53": "name (Route 53)",
    "kms": "keys (KMS)",
    "cloudwatch_log_group": "logs",
    "flow": "flow logs",
    "subnet": "network (VPC)",
    "route": "network (VPC)",
    "route_table": "network (VPC)",
    "internet_gateway": "network (VPC)",
    "security_group": "security groups",
    "vpc_security_group": "security groups",
    "default_security_group": "security groups",
}
"""What boxes show, the most telling first. A word begins kinds; one that ends in = is a kind.

Doors (security groups and their rules) and the like belong to what is shown."""


def diagram(root: Folder, modules: dict[str, Folder]) -> str:
    """A flowchart of one root: a box a module, an arrow from outputs to inputs."""
    boxes = [_box(call, modules[source]) for call, source in sorted(root.sources.items())]
    if root.resources:
        boxes.append(f'    root["<b>the root itself</b><br/>{_services(root.resources)}"]')
    arrows = [_arrow(arrow) for arrow in root.arrows()]
    heading = f'  subgraph {root.name}_root["infra/terraform/{root.name}"]'
    return _fenced("mermaid", ["flowchart TB", heading, *boxes, "  end", *arrows])


def inside(module: Folder) -> str:
    """A flowchart of one module: a box a service, an arrow to what its resources refer to."""
    pairs = {
        (source, target)
        for kind, name in module.references()
        if (source := _service(kind)) and (target := _service(name)) and source != target
        if not {source, target} & set(EVERYWHERE)
    }
    number = {name: f"s{index}" for index, name in enumerate(sorted({x for y in pairs for x in y}))}
    boxes = [f'    {number[name]}["{name}"]' for name in number]
    arrows = [f"    {number[source]} --> {number[target]}" for source, target in sorted(pairs)]
    return _fenced("mermaid", ["flowchart TB", *boxes, *arrows])


def module_table(modules: dict[str, Folder], roots: dict[str, Folder]) -> str:
    """What each module holds and is for, and which roots use it."""
    rows = [
        (f"`{module.name}`", _used_by(module, roots), module.resources.total(), *_kinds(module))
        for module in modules.values()
    ]
    total = sum(module.resources.total() for module in modules.values())
    table = _table(("module", "in", "resource blocks", "of them", "what it is for"), rows)
    return f"{table}\n\n{total} resource blocks in {len(modules)} modules."


def sums(costs: Costs, group: str) -> str:
    """A line a scenario of the group; after those of a month, what they add up to."""
    chosen = [sheet for sheet in costs.sheets.values() if sheet.group == group]
    rows = [(sheet.title, _money(sheet.dollars)) for sheet in chosen]
    if group == "month":
        rows += [(f"**{title}**", f"**{_money(sum_)}**") for title, sum_ in costs.totals.items()]
    return _table(("a month of", "US dollars"), rows)


def sheets(costs: Costs, group: str) -> str:
    """Every scenario of the group, position by position."""
    chosen = [sheet for sheet in costs.sheets.values() if sheet.group == group]
    return "\n\n".join(f"### {sheet.title}\n\n{_sheet(sheet)}" for sheet in chosen)


def quantities(costs: Costs) -> str:
    """Every number behind the scenarios of a month, and where it comes from."""
    sheets = {key: sheet for key, sheet in costs.sheets.items() if sheet.group == "month"}
    named: dict[str, dict[str, Quantity]] = {}
    for key, sheet in sheets.items():
        for quantity in sheet.quantities:
            named.setdefault(quantity.name, {})[key] = quantity
    rows = [
        (f"`{name}`", _same_or_each(found), next(iter(found.values())).origin)
        for name, found in named.items()
    ]
    return _table(("quantity", "value", "from"), rows)


def prices(costs: Costs) -> str:
    """The unit prices, with the date on which they were looked at."""
    rows = [
        (f"`{price.name}`", f"{price.dollars:g}", price.unit)
        for price in sorted(costs.prices.values(), key=lambda price: price.name)
    ]
    told = f"Region {costs.region}. {costs.checked}"
    return f"{told}\n\n{_table(('price', 'US dollars', 'for'), rows)}"


def recovery_values(file: Path, roots: dict[str, Folder], modules: dict[str, Folder]) -> str:
    """What the Terraform states of backups and retention, environment by environment."""
    rows = []
    for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["values"]:
        found = {
            name: Places(roots, modules, name).text(entry["terraform"])
            for name in ("staging", "production")
        }
        told = found["staging"]
        if found["staging"] != found["production"]:
            told = f"staging {found['staging']}, production {found['production']}"
        rows.append(
            (entry["what"], f"{told} {entry.get('unit', '')}".strip(), f"`{entry['terraform']}`")
        )
    return _table(("what", "stated", "where"), rows)


def proven(modules: dict[str, Folder], roots: dict[str, Folder]) -> str:
    """Runs of `terraform test` by folder."""
    folders = [*roots.values(), *modules.values()]
    rows = [
        (f"`{folder.name}`", _used_by(folder, roots), folder.tests, folder.refusals)
        for folder in folders
    ]
    return _table(("module or root", "applied with", "`run` blocks", "of them refusals"), rows)


def differences(file: Path) -> str:
    """Where the emulator differs from what was applied, from the list that the apply tests hold."""
    if not file.is_file():
        return "No list yet."
    told = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    rows = [
        (section, f"`{entry['path']}`", " ".join(entry["reason"].split()))
        for section, entries in told.items()
        for entry in entries or ()
    ]
    return _table(("root", "path", "reason"), rows) if rows else "It differs in nothing."


def _box(call: str, module: Folder) -> str:
    label = f"<b>{call}</b>" if call == module.name else f"<b>{call}</b> ({module.name})"
    return f'    {call}["{label}<br/>{_services(module.resources)}"]'


def _services(resources: Counter[str]) -> str:
    kinds = {kind.removeprefix("aws_") for kind in resources}
    named = (name for word, name in SERVICES.items() if any(_begins(kind, word) for kind in kinds))
    names = list(dict.fromkeys(named))
    more = len(names) - LISTED
    return "<br/>".join((*names[:LISTED], *([f"and {more} more"] if more > 0 else [])))


def _service(kind: str) -> str | None:
    return next((name for word, name in SERVICES.items() if _begins(kind, word)), None)


def _begins(kind: str, word: str) -> bool:
    return word in (kind, f"{kind}=") or kind.startswith(f"{word}_")


def _arrow(arrow: Arrow) -> str:
    more = len(arrow.outputs) - SHOWN
    named = (*arrow.outputs[:SHOWN], *([f"and {more} more"] if more > 0 else []))
    return f'  {arrow.source} -->|"{"<br/>".join(named)}"| {arrow.target}'


def _used_by(module: Folder, roots: dict[str, Folder]) -> str:
    names = [name for name, root in roots.items() if module.name in root.sources.values()]
    return ", ".join(names) or ("itself" if module.name in roots else "nothing")


def _kinds(module: Folder) -> tuple[str, str]:
    counts: Counter[str] = Counter()
    for kind, count in module.resources.items():
        counts[_service(kind.removeprefix("aws_")) or "other"] += count
    counted = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count}" for name, count in counted), module.purpose


def _sheet(sheet: Sheet) -> str:
    rows = [
        (
            line.item,
            f"`{line.formula}`",
            f"{line.amount:,.6g}",
            f"{line.price.dollars:g} / {line.price.unit}",
            _money(line.dollars),
        )
        for line in sheet.lines
    ]
    total = ("**sum**", "", "", "", f"**{_money(sheet.dollars)}**")
    return _table(("position", "amount", "is", "price", "US dollars"), [*rows, total])


def _same_or_each(found: dict[str, Quantity]) -> str:
    keys: dict[str, list[str]] = {}
    for key, quantity in found.items():
        keys.setdefault(f"{quantity.value:,.6g}", []).append(key)
    if len(keys) == 1:
        return next(iter(keys))
    return "; ".join(f"{', '.join(names)}: {value}" for value, names in keys.items())


def _money(dollars: float) -> str:
    return f"{dollars:,.2f}"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _fenced(language: str, lines: list[str]) -> str:
    return "\n".join((f"```{language}", *lines, "```"))
