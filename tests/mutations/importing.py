"""Puts other code in the place of an imported module."""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import CodeType, ModuleType


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from given bytes, as if they were its file."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        return self.source_to_code(self._source, self.path)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, before its file is."""

    def __init__(self, name: str, loader: _Loader) -> None:
        self._name = name
        self._loader = loader

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(
            fullname, self._loader.path, loader=self._loader
        )


def replace_module(
    path: PurePosixPath, source: bytes, imports: Mapping[str, frozenset[str]]
) -> str:
    """Make the module of a file, relative to its sources' folder, be other code from now on.

    It and all that imported it are forgotten, and so are imported anew when they are asked for.
    Returns "", for there is nothing to say.
    """
    name = ".".join(path.with_suffix("").parts)
    found = importlib.util.find_spec(name)
    origin = found.origin if found and found.origin else str(path)
    for module in importers(name, imports):
        parent, _, child = module.rpartition(".")
        sys.modules.pop(module, None)
        if parent in sys.modules and hasattr(sys.modules[parent], child):
            delattr(sys.modules[parent], child)
    sys.meta_path.insert(0, _Finder(name, _Loader(name, origin, source)))
    return ""


def importers(name: str, imports: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Name a module and all that import it, directly or not."""
    found = {name}
    while more := {one for one, needs in imports.items() if needs & found} - found:
        found |= more
    return frozenset(found)


def imports_within(packages: Collection[str]) -> dict[str, frozenset[str]]:
    """Say of each imported module of some packages what it imports."""
    files = {
        name: getattr(module, "__file__", None)  # a folder without __init__.py has none
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in packages
    }
    texts = {name: Path(file).read_bytes() for name, file in files.items() if file}
    return {
        name: imports_of(text) | (_below(name, texts) if b"iter_modules" in text else frozenset())
        for name, text in texts.items()
    }


def _below(name: str, names: Collection[str]) -> frozenset[str]:
    """Name the modules in folders beside a module that finds modules by their folder."""
    folder = name.rpartition(".")[0]
    return frozenset(
        one for one in names if one.startswith(f"{folder}.") and one.count(".") > name.count(".")
    )


def imports_of(source: bytes) -> frozenset[str]:
    """Name all that a file may import: `from a import b` imports `a`, and perhaps `a.b`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return frozenset(found)
