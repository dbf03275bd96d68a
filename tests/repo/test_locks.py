"""The locks satisfy what the packages declare, agree with each other and pin by hash."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
PACKAGES = {
    path.parent.name: path
    for path in (*ROOT.glob("[ls]*/*/pyproject.toml"), ROOT / "rehearsal/pyproject.toml")
}
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
TOOLS = {"checkov"}
"""With an environment of their own: their pins fit no other."""
PIN = r"^(?P<requirement>[\w.-]+==[^\\]+?) \\\n"
ENTRY = re.compile(PIN + r"(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.MULTILINE)


def pins(lock: Path) -> Iterator[Requirement]:
    """The entries of a lock; one that has no hash is none."""
    lines = lock.read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("#"))
    assert ENTRY.sub("", text) == "", "a line that is neither a pin nor a hash"
    return (Requirement(match["requirement"]) for match in ENTRY.finditer(text))


def pinned(lock: Path) -> dict[str, Version]:
    """Versions by name, of the entries that apply to this machine."""
    return {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for pin in pins(lock)
        if pin.marker is None or pin.marker.evaluate()
    }


def unmet(requirement: Requirement, versions: dict[str, Version]) -> bool:
    """Whether no pin satisfies a requirement."""
    version = versions.get(canonicalize_name(requirement.name))
    return version is None or not requirement.specifier.contains(version, prereleases=True)


def closure(package: str) -> Iterator[Requirement]:
    """What a package of ours declares, and what that declares in turn, as installed here."""
    table = tomllib.loads(PACKAGES[package].read_text())["project"]
    waiting = [Requirement(line) for line in table["dependencies"]]
    seen = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen or requirement.name.startswith("plinth-"):
            continue
        seen.add(str(requirement))
        yield requirement
        declared = importlib.metadata.requires(requirement.name) or []
        for line in declared:
            needed = Requirement(line)
            extras = ("", *requirement.extras)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                needed.marker = None
                waiting.append(needed)


def test_there_is_a_lock_for_each_package_and_each_use() -> None:
    expected = {*PACKAGES, "dev", "test", "build", "bootstrap", *TOOLS}

    assert {lock.stem for lock in LOCKS} == expected


@pytest.mark.parametrize("package", PACKAGES)
def test_a_lock_satisfies_its_package_all_the_way_down(package: str) -> None:
    versions = pinned(REQUIREMENTS / f"{package}.txt")

    assert [str(need) for need in closure(package) if unmet(need, versions)] == []


@pytest.mark.parametrize(
    "lock", [lock for lock in LOCKS if lock.stem not in TOOLS], ids=lambda lock: lock.stem
)
def test_every_pin_is_that_of_the_development_lock(lock: Path) -> None:
    development = {(pin.name, str(pin.specifier)) for pin in pins(REQUIREMENTS / "dev.txt")}

    assert {(pin.name, str(pin.specifier)) for pin in pins(lock)} <= development


def test_no_lock_holds_a_package_of_ours() -> None:
    names = {pin.name for lock in LOCKS for pin in pins(lock)}

    assert [name for name in names if name.startswith("plinth")] == []


def check_locks(checkout: Path) -> subprocess.CompletedProcess[str]:
    """What `make lock-check` says of a checkout."""
    words = [sys.executable, "bin/lock.py", "--check"]
    return subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)


def test_the_locks_were_made_from_the_inputs_as_they_are(root: Path) -> None:
    result = check_locks(root)

    assert (result.returncode, result.stderr) == (0, "")


def test_a_changed_requirement_makes_its_locks_stale(sources_copy: Path) -> None:
    pyproject = sources_copy / "libs/features/pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("pillow>=11", "pillow>=12"))

    result = check_locks(sources_copy)

    assert result.returncode == 1
    assert result.stderr == "stale locks: dev.txt, features.txt; run `make lock`\n"


def test_a_changed_description_makes_no_lock_stale(sources_copy: Path) -> None:
    pyproject = sources_copy / "libs/features/pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("description = ", 'description = "x"#'))

    assert check_locks(sources_copy).returncode == 0
