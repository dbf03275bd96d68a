"""Mutants of a policy file: every line taken out, every limit loosened, every day and text changed.

A limit is loosened by a small step: a test that holds the exact line notices that too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import yaml

from mutations.mutant import Edit

EMPTIED: Final = "file emptied"
# What decides something.
REMOVED: Final = "line removed"
LOOSENED: Final = "limit loosened"
MOVED: Final = "day moved"
REPLACED: Final = "choice replaced"
# What people read.
UNSAID: Final = "words left out"
REWORDED: Final = "words changed"

PROSE: Final = re.compile(
    r"(^|\.)(tier_reason|owner|intended_use|forbidden_use|stakeholders|known_limits|notes|reason|"
    r"decided_on|reviewed_on|belongs_here|monitoring|regulations|roles)\b"
)
"""Parts of a policy that no number rests on."""
LOWER: Final = re.compile(
    r"(at_least|min_\w+|up_to_severity|within_bits|robustness_photos|persons|resamples|seed|"
    r"confidence)$"
)
"""Settings of which a lower value lets more pass. For a seed no direction does: it only differs."""
HIGHER: Final = re.compile(
    r"(at_most|max_\w+|margin|\w+_days|\w+_within_hours|slice_regressions\[.+\]\.confidence|"
    r"slices\.optional\[.+\]\.min_photos)$"
)
"""Settings of which a higher value does: who must be surer refuses less, and so does who looks only
at larger slices."""
CHOICES: Final = {
    "rebuilt": "attested",
    "attested": "rebuilt",
    "high": "moderate",
    "moderate": "low",
    "low": "moderate",
    "true": "false",
    "false": "true",
}
NAMES: Final = ("id", "dimension", "corruption", "rule", "setting", "role", "name", "who")
"""Keys by which an entry of a list is told from the others, so that its mutants keep their ids."""


class UnknownDirection(LookupError):
    """A number stands in a policy and nothing says whether more of it or less lets more pass."""


@dataclass(frozen=True)
class Entry:
    """A part of the file: its path, its value, and the bytes that go if it is taken out."""

    path: str
    value: yaml.Node
    start: int
    end: int


def edits(source: bytes) -> Iterator[tuple[Edit, str]]:
    """Give every change of a policy file, and the path of what is changed.

    Raises:
        UnknownDirection: a number has a name that neither LOWER nor HIGHER knows.
    """
    yield Edit(EMPTIED, 0, len(source), b""), "all"
    text = source.decode()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for entry in _entries(text, root, "") if root else ():
        kind = UNSAID if PROSE.search(entry.path) else REMOVED
        yield _bytes(text, Edit(kind, entry.start, entry.end, b"")), entry.path
        if isinstance(entry.value, yaml.ScalarNode):
            yield _bytes(text, _changed(text, entry.path, entry.value)), entry.path


def _entries(text: str, node: yaml.Node, path: str) -> Iterator[Entry]:
    """Give every key with its value, and every item of a list, from the outside in."""
    if isinstance(node, yaml.MappingNode):
        starts = [key.start_mark.index for key, _ in node.value]
        for i, (key, value) in enumerate(node.value):
            inner = f"{path}.{key.value}" if path else key.value
            yield Entry(inner, value, *_taken_out(text, starts, i, node, value))
            yield from _entries(text, value, inner)
    elif isinstance(node, yaml.SequenceNode):
        starts = [_dash(text, node, item) for item in node.value]
        for i, item in enumerate(node.value):
            inner = f"{path}[{_name(item, i)}]"
            yield Entry(inner, item, *_taken_out(text, starts, i, node, item))
            yield from _entries(text, item, inner)


def _taken_out(
    text: str, starts: list[int], i: int, whole: yaml.CollectionNode, value: yaml.Node
) -> tuple[int, int]:
    """Return from where to where an entry goes: to the next one, or from the end of the last."""
    if i + 1 < len(starts):
        return starts[i], starts[i + 1]
    end = _end(text, value)
    if i == 0:
        return starts[0], end
    before = starts[i]
    while text[before - 1] in " \n" or (whole.flow_style and text[before - 1] == ","):
        before -= 1
    return before, end


def _dash(text: str, whole: yaml.CollectionNode, item: yaml.Node) -> int:
    start = item.start_mark.index
    return start if whole.flow_style else text.rindex("-", 0, start)


def _end(text: str, node: yaml.Node) -> int:
    """Return where a value ends; PyYAML's mark of a block's end is where the next token starts."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = node.end_mark.index
    return len(text[:end].rstrip()) if getattr(node, "style", None) in {">", "|"} else end


def _name(item: yaml.Node, i: int) -> str:
    if isinstance(item, yaml.MappingNode):
        given = {key.value: value.value for key, value in item.value}
        named = [re.sub(r"\W+", "_", str(given[key]))[:40] for key in NAMES if key in given]
        return " ".join(named) or str(i)
    return str(i)


def _changed(text: str, path: str, node: yaml.ScalarNode) -> Edit:
    start, end = node.start_mark.index, _end(text, node)
    kind, other = _other(path, node)
    if node.style in {">", "|"}:  # the last word of a block goes
        start = text.rindex(" ", start, end)
        return Edit(kind, start, end, b"")
    quote = node.style or ""
    return Edit(kind, start, end, f"{quote}{other}{quote}".encode())


def _other(path: str, node: yaml.ScalarNode) -> tuple[str, str]:
    value, kind = node.value, node.tag.rpartition(":")[2]
    if kind == "timestamp":
        later = str(date.fromisoformat(value) + timedelta(days=1))
        return REWORDED if PROSE.search(path) else MOVED, later
    if PROSE.search(path):
        words = value.rsplit(" ", 1)
        return REWORDED, words[0] if len(words) > 1 else value + "x"
    if kind in {"int", "float"}:
        return LOOSENED, _looser(path, value)
    return REPLACED, CHOICES.get(value) or _renamed(value)


def _renamed(value: str) -> str:
    """Give a metric that is easier to do well by, or a name that nothing has."""
    easier = value.replace(".accuracy", ".top3_accuracy")
    return easier if easier != value else value + "x"


def _looser(path: str, value: str) -> str:
    """Loosen a number by one, or by a tenth of its last decimal place."""
    number = Decimal(value.replace("_", ""))
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    step = Decimal(10) ** -(places + 1) if places else Decimal(1)
    if HIGHER.search(path):
        return str(number + step)
    if LOWER.search(path):
        return str(number - step)
    raise UnknownDirection(f"{path}: say in {__name__} whether less of it lets more pass, or more")


def _bytes(text: str, edit: Edit) -> Edit:
    """Take a change that counts in characters to one that counts in bytes."""
    start, end = (len(text[:at].encode()) for at in (edit.start, edit.end))
    return Edit(edit.kind, start, end, edit.replacement)
