"""What all records share: frozen, closed, read strictly, and named by their canonical JSON."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.write_whole import write_whole


class Part(BaseModel):
    """A frozen piece of a record. Unknown keys and non-finite numbers are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Record(Part):
    """A frozen value that services exchange, with a digest and a file form."""

    @property
    def digest(self) -> str:
        """The digest of this record's canonical JSON."""
        return digest_json(self.model_dump(mode="json"))

    @property
    def stated_at(self) -> datetime | None:
        """When the record says that it was made: its signature is judged at that time."""
        return None

    def to_json(self) -> str:
        """Return the record as a file's text: sorted keys, indented, so that git diffs it well."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"

    def write(self, path: Path) -> Path:
        """Write the record to a file, whole or not at all, and return the path."""
        return write_whole(path, self.to_json())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a record from a JSON or YAML file (by its ending).

        Raises UnreadableRecord naming every problem: a missing file, a duplicate key, a missing or
        unknown field, a value of the wrong kind.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise UnreadableRecord(str(path), (str(exc),)) from exc
        parse = parse_yaml if path.suffix in {".yaml", ".yml"} else parse_json
        return cls.parse(parse(text, str(path)), str(path))

    @classmethod
    def parse(cls, value: object, source: str) -> Self:
        """Make a record of a parsed document; `source` says in errors where it came from."""
        try:
            record = cls.model_validate(value)
        except ValidationError as exc:
            raise UnreadableRecord(source, tuple(_problems(exc))) from exc
        try:
            digest_json(record.model_dump(mode="json"))
        except ValueError as exc:  # half a surrogate pair, or an integer beyond 2**53
            raise UnreadableRecord(source, (f"it has no canonical JSON: {exc}",)) from exc
        return record


def parse_json(text: str, source: str) -> object:
    """Parse JSON, refusing duplicate keys and the non-standard NaN and Infinity."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise UnreadableRecord(source, (f"not valid JSON: {exc}",)) from exc


def parse_yaml(text: str, source: str) -> object:
    """Parse YAML with plain values only, refusing duplicate keys and aliases of collections."""
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader by descent
    except Exception as exc:  # `!!bool maybe` is a KeyError: PyYAML raises what it likes
        raise UnreadableRecord(source, (f"not valid YAML: {exc}",)) from exc


class _PlainLoader(yaml.SafeLoader):
    """YAML lets the last of two equal keys win, which would hide a line from a reviewer.

    And a few lines of aliases of aliases stand for gigabytes, so only scalars may have an alias.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if alias and isinstance(node, yaml.CollectionNode):
            raise ValueError(f"an alias of a list or a mapping: write it out{node.start_mark}")
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            raise ValueError(f"a key is a list or a mapping{node.start_mark}")
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := _twice(keys):
            raise ValueError(f"key given twice: {', '.join(twice)}{node.start_mark}")
        return super().construct_mapping(node, deep)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if twice := _twice(key for key, _ in pairs):
        raise ValueError(f"key given twice: {', '.join(twice)}")
    return dict(pairs)


def _twice(keys: Iterable[Hashable]) -> list[str]:
    return sorted(str(key) for key, times in Counter(keys).items() if times > 1)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _problems(exc: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in error['loc']) or 'document'}: {error['msg']}"
        for error in exc.errors()
    ]
