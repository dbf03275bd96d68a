"""The Terraform of the AWS target, read as facts: roots, modules, resources, what flows between.

Nothing is evaluated: a count is one of blocks as written, a reference is one that stands there.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

ROOTS = ("foundation", "aws")
_OUTPUT = re.compile(r"\bmodule\.(\w+)(?:\[[^]]*\])?(?:\.(\w+))?")
_OWN = re.compile(r"(?<![\w.])aws_(\w+)\.\w+")
_ALL_OF_IT = "all of it"
ITSELF = "root"
"""What a root holds beside its modules, as an arrow's end."""
_OPTIONAL = re.compile(r"(\w+)\s*=\s*optional\(\s*[^,()]+,\s*([^(),]+?)\s*\)")
_LOCAL = re.compile(r"\blocal\.(\w+)")
_SENTENCE = re.compile(r"(.+?\.)(?:\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Arrow:
    """Outputs of one module that are inputs of another, in the same root.

    One end may be ITSELF; what goes out of it is named by kind.
    """

    source: str
    target: str
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    """A variable's default (None where it has none), and those of its optional fields."""

    default: Any
    fields: dict[str, Any]


@dataclass(frozen=True)
class Folder:
    """One folder of Terraform: a module or a root.

    `resources` counts blocks by kind, `inputs` holds the arguments of each module that it calls as
    they are written, `tfvars` the values of each environment by name of the file.
    """

    path: Path
    resources: Counter[str]
    variables: dict[str, Variable]
    outputs: frozenset[str]
    sources: dict[str, str]
    inputs: dict[str, dict[str, Any]]
    bodies: list[dict[str, Any]]
    locals: dict[str, Any]
    tfvars: dict[str, dict[str, Any]]
    tests: int
    refusals: int

    @property
    def name(self) -> str:
        """The folder's name, which is the module's."""
        return self.path.name

    @property
    def purpose(self) -> str:
        """The first sentence of its README."""
        readme = self.path / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
        paragraphs = [part for part in text.split("\n\n") if part and not part.startswith("#")]
        match = _SENTENCE.match(" ".join(paragraphs[0].split())) if paragraphs else None
        return match.group(1) if match else ""

    def arrows(self) -> tuple[Arrow, ...]:
        """What flows between the modules that it calls, sorted; through its locals as well."""
        flows = {
            (source, target, output)
            for target, arguments in ({ITSELF: self.bodies} | self.inputs).items()
            for source, output in self._flowing_into(arguments)
            if source != target
        }
        return tuple(
            Arrow(*pair, tuple(sorted(out for *ends, out in flows if tuple(ends) == pair)))
            for pair in sorted({(source, target) for source, target, _ in flows})
        )

    def references(self) -> frozenset[tuple[str, str]]:
        """Pairs of kinds, without aws_: resources of the first refer to some of the second."""
        return frozenset(
            (kind.removeprefix("aws_"), other)
            for block in self.bodies
            for kind, body in block.items()
            for text in self._followed(body, frozenset())
            for other in _OWN.findall(text)
        )

    def _flowing_into(self, value: Any) -> Iterator[tuple[str, str]]:
        for text in self._followed(value, frozenset()):
            yield from ((ITSELF, kind) for kind in _OWN.findall(text))
            yield from ((source, output or _ALL_OF_IT) for source, output in _OUTPUT.findall(text))

    def _followed(self, value: Any, seen: frozenset[str]) -> Iterator[str]:
        """Every text of a value, and of the locals that it names."""
        for text in _texts(value):
            yield text
            for name in set(_LOCAL.findall(text)) - seen:
                yield from self._followed(self.locals.get(name), seen | {name})


def read_folder(path: Path) -> Folder:
    """Reads a folder of Terraform; a file that can't be parsed raises what the parser raises."""
    blocks = [_cleaned(_parsed(file)) for file in sorted(path.glob("*.tf"))]
    calls = _labelled(blocks, "module")
    tests = [file.read_text(encoding="utf-8") for file in sorted(path.glob("tests/*.tftest.hcl"))]
    return Folder(
        path=path,
        resources=Counter(
            {
                kind: sum(kind in block for block in _all(blocks, "resource"))
                for kind in sorted({kind for block in _all(blocks, "resource") for kind in block})
            }
        ),
        variables={name: _variable(body) for name, body in _labelled(blocks, "variable")},
        outputs=frozenset(name for name, _ in _labelled(blocks, "output")),
        sources={name: Path(body["source"]).name for name, body in calls},
        inputs={name: {k: v for k, v in body.items() if k != "source"} for name, body in calls},
        bodies=_all(blocks, "resource"),
        locals={name: value for block in _all(blocks, "locals") for name, value in block.items()},
        tfvars={
            file.stem: _cleaned(_parsed(file))
            for file in sorted(path.glob("environments/*.tfvars"))
        },
        tests=sum(len(re.findall(r'^run "', text, re.MULTILINE)) for text in tests),
        refusals=sum(len(re.findall(r"^\s*expect_failures", text, re.MULTILINE)) for text in tests),
    )


def read_modules(terraform: Path) -> dict[str, Folder]:
    """Every module below `terraform`/modules, by name."""
    folders = sorted(file.parent for file in (terraform / "modules").glob("*/main.tf"))
    return {folder.name: read_folder(folder) for folder in folders}


def read_roots(terraform: Path) -> dict[str, Folder]:
    """The roots of the AWS target that are there, by name."""
    return {name: read_folder(terraform / name) for name in ROOTS if (terraform / name).is_dir()}


def _variable(body: dict[str, Any]) -> Variable:
    return Variable(body.get("default"), dict(_OPTIONAL.findall(str(body.get("type", "")))))


def _parsed(file: Path) -> dict[str, Any]:
    return hcl2.loads(file.read_text(encoding="utf-8"))


def _cleaned(value: Any) -> Any:
    """Without the parser's own marks: quotation marks, and what says that a dict is a block."""
    if isinstance(value, dict):
        return {
            _cleaned(key): _cleaned(entry)
            for key, entry in value.items()
            if key not in ("__is_block__", "__comments__", "__inline_comments__")
        }
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def _all(blocks: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [block for file in blocks for block in file.get(kind, [])]


def _labelled(blocks: list[dict[str, Any]], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [pair for block in _all(blocks, kind) for pair in block.items()]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
