"""Runs a command over the tests that a change can break, found by following imports.

Usage: python bin/affected.py BASE [FOLDER...] -- COMMAND...

COMMAND gets every test file (of some folders) from which imports lead to a file that differs
between the working tree and where it left BASE. What imports can't tell counts as broken:

- any file but Python's and Markdown, outside of a package: every test
- a file of a package that is no Python: all modules of that package
- a module that names Python's program or finds modules by name: all modules of its package
- a test that finds files by `__file__`, or starts Python or a command of ours: any change, unless
  it declares what it reads: `READS = ("docs/verdicts.md", "services/inference")`, files and folders
  that it, or what it starts, reads besides what it imports; where they import, that is followed

What a module starts of another service (`bin/plinth ...`) is not followed: whole runs test that.

0 also where no test can be broken; 2 where git can't tell what differs, a file is no Python,
READS names nothing that is there, or COMMAND is missing.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
EVERYTHING: Final = "*"
"""What a module reaches that imports can't tell of: whatever changed."""
STARTS: Final = frozenset({"subprocess", "multiprocessing", "pty"})
OURS: Final = re.compile(
    r"(^|[\s/])(plinth|python[\d.]*|make|pytest)($|\s)|\bbin/(environment|plinth|\w+\.py)"
)
"""A word of a command that may run code of this checkout."""
DOTTED: Final = re.compile(r"\b[a-z_]\w*(?:\.\w+)+")
BY_NAME: Final = frozenset(
    {"import_module", "__import__", "find_spec", "spec_from_file_location", "CommandLine"}
)
"""What finds modules by a name; `CommandLine` is a service's table of commands and modules."""


@dataclass(frozen=True)
class Module:
    """What one Python file says of what it needs: dotted names, and what no name tells."""

    names: frozenset[str]
    imports_by_name: bool
    finds_files: bool
    names_python: bool
    starts_ours: bool
    reads: tuple[str, ...] | None = None
    """The files and folders that it says it reads, besides what it imports."""

    @property
    def untold(self) -> bool:
        """Whether it may need what no name in it tells, and doesn't say what."""
        return self.reads is None and (self.imports_by_name or self.finds_files or self.starts_ours)


def main(words: Sequence[str]) -> int:
    """Run the command over what is affected and return its exit code; 2 if nobody can tell."""
    if "--" not in words[1:-1]:
        sys.stderr.write(f"affected: {(__doc__ or '').splitlines()[2]}\n")
        return 2
    at = words.index("--")
    (base, *folders), command = words[:at], words[at + 1 :]
    try:
        changed = changed_files(ROOT, base)
    except subprocess.CalledProcessError as failure:
        sys.stderr.write(f"affected: git can't compare with {base}: {failure.stderr.strip()}\n")
        return 2
    files = project_files(ROOT)
    tests = [path for path in files if is_test(path)]
    try:
        chosen = [path for path in affected(ROOT, files, changed) if _is_under(path, folders)]
    except SyntaxError as broken:
        sys.stderr.write(f"affected: {broken.filename}:{broken.lineno}: {broken.msg}\n")
        return 2
    sys.stderr.write(
        f"affected: {len(changed)} files differ from {base}; {len(chosen)} of "
        f"{sum(_is_under(path, folders) for path in tests)} test files can be broken by that\n"
    )
    if not chosen:
        return 0
    return subprocess.run([*command, *chosen], cwd=ROOT, check=False).returncode


def changed_files(root: Path, base: str) -> frozenset[str]:
    """Return the paths that differ between the working tree and where it left a commit.

    Both names of a file that moved are among them, and files that git does not know yet. Raises
    subprocess.CalledProcessError where there is no such commit.
    """
    left = _git(root, "merge-base", "--", base, "HEAD").strip()
    differing = _git(root, "diff", "--name-only", "--no-renames", "-z", left, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(path for path in (differing + new).split("\0") if path)


def project_files(root: Path) -> tuple[str, ...]:
    """Return the paths that git tracks or would add, of files that are there."""
    listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return tuple(sorted(path for path in listed if path and (root / path).is_file()))


def affected(root: Path, files: Collection[str], changed: Collection[str]) -> tuple[str, ...]:
    """Return the test files that a change of some paths can break, in the order of their paths."""
    tests = sorted(path for path in files if is_test(path))
    changed = set(changed)
    if any(_breaks_everything(path) for path in changed):
        return tuple(tests)
    python = {path for path in {*files, *changed} if path.endswith(".py")}
    places = {name: path for path in sorted(python) for name in names_of(path)}
    packages = {path: package_of(path) for path in python}
    touched = {package_of(path) for path in changed if not path.endswith((".py", ".md"))}
    changed |= {path for path, package in packages.items() if package and package in touched}
    modules = {path: read(root / path, places) for path in python if (root / path).is_file()}
    edges = {path: _needs(path, modules, places, packages) for path in python}
    read_or_imported = dict(edges)
    for path, module in modules.items():
        for name in module.reads or ():
            if not any(_is_under(one, (name,)) for one in files):
                raise SyntaxError(f"READS names {name}, which is not there", (path, 1, None, None))
            read_or_imported[path] |= {one for one in {*files, *changed} if _is_under(one, (name,))}
    broken = _importers(changed, read_or_imported)
    if changed:
        broken |= _importers({EVERYTHING}, edges)
    return tuple(path for path in tests if path in broken)


def is_test(path: str) -> bool:
    """Whether pytest collects a file."""
    name = PurePosixPath(path).name
    return path.startswith("tests/") and name.startswith("test_") and name.endswith(".py")


def names_of(path: str) -> tuple[str, ...]:
    """Return the dotted names under which a Python file may be imported.

    From a folder `src`, from tests/ and bin/, and from the checkout's root.
    """
    parts = PurePosixPath(path).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    starts = [0, *(at + 1 for at, part in enumerate(parts) if part in {"src", "tests", "bin"})]
    return tuple(".".join(parts[start:]) for start in starts if parts[start:])


def package_of(path: str) -> str:
    """Return the folder of the package that a file belongs to, `libs/x/src/x`, or nothing."""
    parts = PurePosixPath(path).parts
    at = parts.index("src") if "src" in parts[:-2] else -1
    return "/".join(parts[: at + 2]) if at > 0 else ""


def read(file: Path, known: Collection[str]) -> Module:
    """Read what a file needs; a dotted name in a text counts too, where a module is called so."""
    tree = ast.parse(file.read_bytes(), str(file))
    names: set[str] = set()
    words: set[str] = set()
    texts: set[str] = set()
    # A text that is a statement of its own says something to readers, and is never run.
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if id(node) in told:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            words |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
    quoted = {name for text in texts for name in DOTTED.findall(text) if name in known}
    starts = bool(STARTS & {name.partition(".")[0] for name in names})
    return Module(
        names=frozenset(names | quoted),
        imports_by_name=bool(BY_NAME & words),
        finds_files="__file__" in words,
        # The module that starts it may be another one, which gets the command.
        names_python="executable" in words,
        starts_ours=starts and ("executable" in words or any(map(OURS.search, texts))),
        reads=_declared(tree),
    )


def _declared(tree: ast.Module) -> tuple[str, ...] | None:
    """Return what a file says it reads, or None where it says nothing of that."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "READS":
            return tuple(ast.literal_eval(node.value))
    return None


def _needs(
    path: str,
    modules: Mapping[str, Module],
    places: Mapping[str, str],
    packages: Mapping[str, str],
) -> frozenset[str]:
    """Return the files that a file needs, and EVERYTHING where its imports can't tell."""
    module = modules.get(path)
    if module is None:
        return frozenset()
    # Importing a.b.c runs a and a.b as well.
    found = {
        places[start] for name in module.names for start in _beginnings(name) if start in places
    }
    shared: set[str] = set()
    if path.startswith("tests/"):
        # pytest gives a test the fixtures of every conftest.py above it.
        shared = {f"{parent}/conftest.py" for parent in PurePosixPath(path).parents}
        found |= shared
    package = packages[path]
    if package and (module.imports_by_name or module.names_python):
        found |= {other for other, its in packages.items() if its == package}
    # Of what fixtures find, each test that uses them says for itself what it reads.
    fixtures = shared & modules.keys() - {"tests/conftest.py"}
    by_fixtures = module.reads is None and any(modules[one].untold for one in fixtures)
    if not package and path not in shared and (module.untold or by_fixtures):
        found.add(EVERYTHING)
    return frozenset(found)


def _beginnings(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _importers(broken: set[str], edges: Mapping[str, frozenset[str]]) -> set[str]:
    """Return files with all that need them, directly or not."""
    users: dict[str, set[str]] = {}
    for path, needs in edges.items():
        for need in needs:
            users.setdefault(need, set()).add(path)
    found, waiting = set(broken), list(broken)
    while waiting:
        new = users.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _breaks_everything(path: str) -> bool:
    """Whether nobody can tell from imports what a file is for."""
    inside = path.endswith((".py", ".md")) or (package_of(path) and not path.startswith("tests/"))
    return not inside


def _is_under(path: str, folders: Sequence[str]) -> bool:
    return not folders or any(path == f or path.startswith(f.rstrip("/") + "/") for f in folders)


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
