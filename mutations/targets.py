"""Which files are mutated, and which tests must notice: first those of the file, then all."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from mutations import operators, policy_lines, rule_table
from mutations.mutant import Edit, Mutant, describe, number
from mutations.reading import Source

DELIVERY: Final = "services/delivery/src"
BOX: Final = "services/box/src"
SOURCES: Final = (DELIVERY, BOX)
"""The folders whose packages hold what decides."""
PACKAGE: Final = f"{DELIVERY}/delivery"
DOMAIN: Final = f"{PACKAGE}/domain"
TABLE: Final = f"{DOMAIN}/rules/table.py"
CHANGES: Final = f"{DOMAIN}/promotion/table.py"
"""The rules of the gate, and those of the judge of changes."""
# Each with the class that is mutated, or "" for all of it.
DECIDING: Final = {
    "judge.py": "",
    "policy.py": "",
    "tiers.py": "",
    "membership.py": "",
    "holdouts.py": "",
    "proposal.py": "",
    "approvers.py": "",
    "deployment/room_walls.py": "",
    "promotion/judge.py": "",
    "promotion/facts.py": "",
    "promotion/history.py": "",
    "promotion/signatures.py": "service_of",  # what is read wrongly, ssh-keygen doesn't verify
    "promotion/words.py": "",
    "promotion/authors.py": "",
    "promotion/keeping.py": "",
    "promotion/names.py": "",
    "promotion/genuine.py": "",
    "promotion/clock.py": "",
    "promotion/releases.py": "",
    "promotion/approvals.py": "",
    "promotion/reviews.py": "",
    "promotion/recording.py": "",
    "promotion/rejections.py": "",
    "promotion/identities.py": "",
    "promotion/paths.py": "",
    "audit_chain.py": "",
    "audit_state.py": "",  # whether status is red for the log
    "keeper_rules.py": "",
    "handover.py": "",
    "use_cases/judge_merges.py": "",  # what a deploy judges beyond its own release
    f"{BOX}/box/domain/protection.py": "",  # what may be pushed
    f"{BOX}/box/domain/statuses.py": "",
}
UNIT: Final = "tests/unit"
POLICY_TESTS: Final = (
    "tests/repo/test_policies.py",
    "tests/repo/test_policy_steps.py",
    "tests/repo/test_policy_unmeasured.py",
    "tests/repo/test_risk_tiers.py",
)
# Everything that asks the judge, or reads a policy. What measures evidence, draws pages and prints
# would take minutes, and is held by its own tests: a gate must be held without it. A path is
# delivery's, or names another package first.
NOTICING: Final = (
    "domain/rules/test_*.py",
    "domain/promotion/test_*.py",
    "domain/deployment/test_room_walls.py",
    "domain/test_approvers*.py",
    "domain/test_judge*.py",
    "domain/test_polic*.py",
    "domain/test_tiers*.py",
    "domain/test_holdouts*.py",
    "use_cases/test_propose*.py",
    "use_cases/test_pin_holdout*.py",
    "use_cases/test_gate*.py",
    "use_cases/test_judge_merges.py",
    "domain/test_audit_chain*.py",
    "domain/test_audit_state.py",
    "domain/test_keeper_rules.py",
    "use_cases/test_*_candidate.py",
    "box/domain/test_*.py",
)
# Where the tests of a file don't have its name.
NAMED_OTHERWISE: Final = {
    "proposal": ("use_cases/test_propose*.py",),
    "membership": ("domain/test_holdouts*.py",),
    "tiers": ("domain/test_policy_bounds.py",),
    "paired": ("domain/test_pairs.py",),
    "results": ("domain/test_intervals_of_estimates.py", "domain/rules/test_[flr]*.py"),
    "metric_limits": ("domain/test_judge_unmeasured.py",),
    "slices": ("domain/test_which_slices_are_judged.py",),
    "facts": ("domain/promotion/test_[agkr]*.py",),
    "words": ("domain/promotion/test_[agr]*.py",),
    "approvals": ("domain/promotion/test_glass_and_rejections.py",),
    "rejections": ("domain/promotion/test_glass_and_rejections.py",),
    "identities": ("domain/promotion/test_authors.py",),
    "reviews": ("domain/promotion/test_recording.py",),
    "judge": ("domain/promotion/test_[acgr]*.py",),  # what replaces a finding, and by which ground
    "keeping": ("domain/promotion/test_names.py", "domain/promotion/test_genuine.py"),
    "history": ("domain/promotion/test_watching*.py",),
    "releases": ("domain/promotion/test_watching*.py",),
    "audit_chain": ("adapters/test_audit_log.py",),
    "handover": ("use_cases/test_*_candidate.py",),
    "slice_regressions": ("domain/test_bounds_of_slices.py",),
}
OF_EVERY_RULE: Final = "domain/test_rules_without_settings.py"

# A page holds every word of a policy and a schema every bound, so they would notice any number too.
# But who changes a number makes both anew with one command: it must be held by a value just across.
# Words alone are held by the page.
DECISIONS: Final = (
    policy_lines.REMOVED,
    policy_lines.LOOSENED,
    policy_lines.MOVED,
    policy_lines.REPLACED,
)
MADE_ANEW: Final = {
    **dict.fromkeys(DECISIONS, "page"),
    operators.NUMBER: "schemas",
    operators.CONSTRAINT: "schemas",
}
"""For each kind of mutant a word: tests with it in their names don't count."""
COPIED: Final = (
    *SOURCES,
    "tests/support",
    "policies",
    "docs",
    "releases",
    "libs/artifacts/schemas",
    "pyproject.toml",
)


@dataclass(frozen=True)
class Checkout:
    """A checkout, or a part of one, whose files are mutated."""

    root: Path

    @cached_property
    def rules(self) -> tuple[rule_table.Row, ...]:
        """The rows of its tables of rules."""
        return tuple(row for path in self.tables() for row in rule_table.rows(self._source(path)))

    def tables(self) -> list[str]:
        """Name the tables of rules."""
        return [path for path in (TABLE, CHANGES) if path == TABLE or (self.root / path).exists()]

    def mutants(self) -> Iterator[Mutant]:
        """Give every mutant: rules, then code, then policies."""
        for path in self.tables():
            yield from self._made(path, rule_table.edits(self._source(path)), rule=True)
        for path in self.code():
            only = DECIDING.get(_short(path), "")
            yield from self._made(path, operators.edits(self._source(path), only))
        for path in self.policies():
            yield from self._made(path, policy_lines.edits((self.root / path).read_bytes()))

    def code(self) -> list[str]:
        """Name the files of code that decide."""
        rules = (path.name for path in sorted((self.root / DOMAIN / "rules").glob("*.py")))
        names = (*DECIDING, *(f"rules/{name}" for name in rules))
        paths = (_path(name) for name in names)
        return [path for path in paths if (self.root / path).exists()]

    def policies(self) -> list[str]:
        """Name the policies and the risk tiers."""
        found = sorted((self.root / "policies").rglob("*.yaml"))
        return [path.relative_to(self.root).as_posix() for path in found]

    @cached_property
    def tests(self) -> tuple[str, ...]:
        """Name all tests that may notice."""
        otherwise = (one for patterns in NAMED_OTHERWISE.values() for one in patterns)
        patterns = (*NOTICING, OF_EVERY_RULE, *otherwise)
        unit = dict.fromkeys(path for one in patterns for path in self._found(one))
        return (*unit, *(name for name in POLICY_TESTS if (self.root / name).exists()))

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Name the files and folders that those tests need, and no other tests beside them.

        Of a folder with many files pytest looks at each whenever it collects one.
        """
        above = dict.fromkeys(
            parent / "conftest.py" for name in self.tests for parent in PurePosixPath(name).parents
        )
        found = (*COPIED, *map(str, above), *self.tests)
        return tuple(name for name in found if (self.root / name).exists())

    def stages(self, mutant: Mutant) -> tuple[tuple[str, ...], ...]:
        """Name the tests that should notice a mutant, and those that may after them."""
        if mutant.path.suffix == ".yaml":
            tiers = mutant.path.stem == "risk_tiers" and mutant.kind in DECISIONS
            first = "tests/repo/test_risk_tiers.py" if tiers else "tests/repo/test_policies.py"
            return (first,), tuple(name for name in self.tests if name in POLICY_TESTS)
        narrow = self._narrow(mutant)
        return (narrow, self.tests) if narrow else (self.tests,)

    def _narrow(self, mutant: Mutant) -> tuple[str, ...]:
        stem, inside = mutant.path.stem, _tested(mutant.path)
        rows = [row for row in self.rules if mutant.group in {row.rule, row.module}]
        names = [name for row in rows for name in (row.rule, row.module)]
        patterns = [f"{inside}/test_{name}.py" for name in names]
        if mutant.kind not in {rule_table.REMOVED, rule_table.PASSES}:
            otherwise = [*NAMED_OTHERWISE.get(stem, ()), f"{inside}/test_{stem}*.py"]
            patterns = [*otherwise, *patterns, *([OF_EVERY_RULE] if inside.name == "rules" else ())]
        return tuple(dict.fromkeys(name for one in patterns for name in self._found(one)))

    def _found(self, pattern: str) -> list[str]:
        package = "" if pattern.startswith("box/") else "delivery"
        found = sorted((self.root / UNIT / package).glob(pattern))
        return [path.relative_to(self.root).as_posix() for path in found]

    def _source(self, path: str) -> Source:
        return Source((self.root / path).read_bytes())

    def _made(
        self, path: str, edits: Iterator[tuple[Edit, str]], *, rule: bool = False
    ) -> Iterator[Mutant]:
        original, name = (self.root / path).read_bytes(), PurePosixPath(path)
        made = list(edits)
        ids = number([_id(path, original, edit, within) for edit, within in made])
        for id_, (edit, within) in zip(ids, made, strict=True):
            group = within if rule else _group(name, within)
            yield Mutant(id_, group, edit.kind, name, original, edit.apply(original))


def _path(name: str) -> str:
    """Return the path of a file that decides: most are in delivery's domain."""
    if name.startswith("services/"):
        return name
    return f"{PACKAGE if name.startswith('use_cases/') else DOMAIN}/{name}"


def _tested(path: PurePosixPath) -> PurePosixPath:
    """Return the folder, as patterns name it, of the tests of a file that decides."""
    if path.is_relative_to(BOX):
        return path.relative_to(BOX).parent
    return path.relative_to(PACKAGE).parent


def of_source(path: PurePosixPath) -> PurePosixPath:
    """Return the path of a file of code below the folder of its package."""
    (source,) = (source for source in SOURCES if path.is_relative_to(source))
    return path.relative_to(source)


def _short(path: str) -> str:
    return path.removeprefix(f"{DOMAIN}/").removeprefix(f"{PACKAGE}/")


def _id(path: str, original: bytes, edit: Edit, within: str) -> str:
    short = _short(path)
    if edit.kind in {
        rule_table.REMOVED,
        rule_table.PASSES,
        policy_lines.REMOVED,
        policy_lines.UNSAID,
        policy_lines.EMPTIED,
    }:
        return f"{short}: {within}: {edit.kind}"
    return f"{short}: {within}: {edit.kind}: {describe(original, edit)}"


def _group(path: PurePosixPath, within: str) -> str:
    """Name a mutant's row: the module of a rule, a file of the domain, a section of a policy."""
    if path.suffix == ".yaml":
        keys = within.partition("[")[0].split(".")
        shown = 2 if keys[0] in {"rules", "slices", "tiers"} else 1
        return f"{path.name}: {'.'.join(keys[:shown])}"
    return path.stem if path.parent.name in {"rules", "promotion"} else path.name
