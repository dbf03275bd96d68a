"""What the AWS target costs a month: prices from a file, amounts from the Terraform.

docs/aws/prices.yaml has four parts: `prices`, `quantities`, `scenarios` and `lines`. A line's
amount is a formula over quantities, and so may a quantity be; nothing but arithmetic is understood.
A quantity that names no number says where in the Terraform it stands.
"""

import ast
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aws_terraform import Folder, Variable

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_PASSED = re.compile(r"\$\{var\.(\w+)\}")
_FUNCTIONS: dict[str, Callable[..., float]] = {"ceil": math.ceil, "max": max, "min": min}


class CostsUnknown(Exception):
    """A price, a quantity or a place in the Terraform that isn't there."""


@dataclass(frozen=True)
class Price:
    """A price in US dollars for one `unit`."""

    name: str
    dollars: float
    unit: str


@dataclass(frozen=True)
class Quantity:
    """A number with a name, and where it comes from: shown beside it."""

    name: str
    value: float
    origin: str


@dataclass(frozen=True)
class Line:
    """One position: `amount` units at a price."""

    item: str
    formula: str
    amount: float
    price: Price

    @property
    def dollars(self) -> float:
        """The amount times the price, in US dollars."""
        return self.amount * self.price.dollars


@dataclass(frozen=True)
class Sheet:
    """A scenario: what is paid for in a month, and the numbers that it rests on."""

    title: str
    group: str
    lines: tuple[Line, ...]
    quantities: tuple[Quantity, ...]

    @property
    def dollars(self) -> float:
        """The sum of its lines, in US dollars."""
        return math.fsum(line.dollars for line in self.lines)


@dataclass(frozen=True)
class Costs:
    """Every scenario, by its key, with what is said of the prices."""

    region: str
    checked: str
    prices: dict[str, Price]
    sheets: dict[str, Sheet]
    totals: dict[str, float]


def read_costs(file: Path, roots: dict[str, Folder], modules: dict[str, Folder]) -> Costs:
    """Computes every scenario of the file; raises CostsUnknown for what isn't there."""
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    prices = {
        name: Price(name, float(entry["dollars"]), entry["unit"])
        for name, entry in told["prices"].items()
    }
    sheets = {}
    for key, scenario in told["scenarios"].items():
        places = Places(roots, modules, scenario.get("environment"))
        entries = told["quantities"] | scenario.get("quantities", {})
        quantities = _quantities(entries, places, prices)
        numbers = {name: quantity.value for name, quantity in quantities.items()}
        lines = tuple(
            _line(line, prices, numbers)
            for line in told["lines"]
            if line["sheet"] == scenario["sheet"]
        )
        sheets[key] = Sheet(scenario["title"], scenario["group"], lines, tuple(quantities.values()))
    totals = {
        total["title"]: math.fsum(sheets[key].dollars for key in total["of"])
        for total in told.get("totals", ())
    }
    return Costs(told["region"], told["checked"], prices, sheets, totals)


def evaluate(formula: str, numbers: dict[str, float]) -> float:
    """The value of a formula: numbers, names, + - * /, ceil, max, min. Else raises CostsUnknown."""
    try:
        return _value(ast.parse(str(formula), mode="eval").body, numbers)
    except SyntaxError as exc:
        raise CostsUnknown(f"{formula!r} is no formula") from exc


@dataclass(frozen=True)
class Places:
    """Where quantities stand in the Terraform, as one environment has them.

    Words of a place: `variable ROOT.NAME` (its tfvars, else its default), `default MODULE.NAME`,
    `input ROOT.CALL.NAME` (the argument as it is written, or the variable that it passes on),
    `local MODULE.NAME`, `resources MODULE.KIND`. A field of an object follows after a dot, its
    default being that of the type's `optional`; of a list or a map the number of entries counts.
    """

    roots: dict[str, Folder]
    modules: dict[str, Folder]
    environment: str | None

    def number(self, place: str) -> float:
        """The number at a place; raises CostsUnknown where there is none."""
        word, _, path = place.partition(" ")
        found = self._found(word, path.split("."), place)
        if isinstance(found, list | dict):
            return float(len(found))
        try:
            return float(found)
        except (TypeError, ValueError) as exc:
            raise CostsUnknown(f"{place}: {found!r} is no number") from exc

    def text(self, place: str) -> str:
        """What stands at a place, as text; raises CostsUnknown where there is nothing."""
        word, _, path = place.partition(" ")
        found = self._found(word, path.split("."), place)
        if found is None:
            raise CostsUnknown(f"{place}: there is no value")
        return ", ".join(map(str, found)) if isinstance(found, list) else str(found)

    def _found(self, word: str, path: list[str], place: str) -> Any:
        try:
            if word == "resources":
                return (self.modules | self.roots)[path[0]].resources[path[1]]
            if word == "local":
                return self.modules[path[0]].locals[path[1]]
            if word == "default":
                variable = self.modules[path[0]].variables[path[1]]
                return _field(variable.default, path[2:], variable)
            if word == "variable":
                return self._variable(path[0], path[1], path[2:])
            if word == "input":
                return self._input(path[0], path[1], path[2], path[3:])
        except (KeyError, IndexError, TypeError) as exc:
            raise CostsUnknown(f"{place}: the Terraform has no such value") from exc
        raise CostsUnknown(f"{place}: begin with variable, default, input, local or resources")

    def _variable(self, root: str, name: str, fields: list[str]) -> Any:
        folder = self.roots[root]
        variable = folder.variables[name]
        given = folder.tfvars.get(self.environment or "", {})
        return _field(given.get(name, variable.default), fields, variable)

    def _input(self, root: str, call: str, name: str, fields: list[str]) -> Any:
        folder = self.roots[root]
        variable = self.modules[folder.sources[call]].variables[name]
        if name not in folder.inputs[call]:
            return _field(variable.default, fields, variable)
        written = folder.inputs[call][name]
        if isinstance(written, str) and (passed := _PASSED.fullmatch(written)):
            return self._variable(root, passed[1], fields)
        return _field(written, fields, variable)


def _field(value: Any, path: list[str], variable: Variable) -> Any:
    if not path:
        return value
    given = value or {}
    return given[path[0]] if path[0] in given else variable.fields[path[0]]


def _quantities(
    told: dict[str, Any], places: Places, prices: dict[str, Price]
) -> dict[str, Quantity]:
    """In the file's order, so that a formula may use what stands before it, and price_NAME."""
    priced = {f"price_{name}": price.dollars for name, price in prices.items()}
    found: dict[str, Quantity] = {}
    for name, entry in told.items():
        if "terraform" in entry:
            quantity = Quantity(name, places.number(entry["terraform"]), f"`{entry['terraform']}`")
        elif "formula" in entry:
            numbers = priced | {known.name: known.value for known in found.values()}
            origin = f"`{entry['formula']}`" + (f": {entry['from']}" if "from" in entry else "")
            quantity = Quantity(name, evaluate(entry["formula"], numbers), origin)
        else:
            quantity = Quantity(name, float(entry["value"]), entry["from"])
        found[name] = quantity
    return found


def _line(told: dict[str, Any], prices: dict[str, Price], numbers: dict[str, float]) -> Line:
    if told["price"] not in prices:
        raise CostsUnknown(f"{told['item']}: there is no price {told['price']!r}")
    formula = str(told["amount"])
    return Line(told["item"], formula, evaluate(formula, numbers), prices[told["price"]])


def _value(node: ast.expr, numbers: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id=name) if name in numbers:
            return numbers[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, numbers), _value(right, numbers))
        case ast.Call(func=ast.Name(id=name), args=args) if name in _FUNCTIONS:
            return float(_FUNCTIONS[name](*(_value(arg, numbers) for arg in args)))
    raise CostsUnknown(f"{ast.unparse(node)} is neither arithmetic nor a quantity")
