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
REHEARSAL: Final = "rehearsal/src"
ARTIFACTS: Final = "libs/artifacts/src"
GATE: Final = "services/gate/src"
JUDGING: Final = "libs/judging/src"
SOURCES: Final = (GATE, DELIVERY, REHEARSAL, ARTIFACTS, JUDGING)
"""The folders whose packages hold what decides."""
RULES: Final = f"{JUDGING}/judging/rules"
CHANGES: Final = f"{DELIVERY}/delivery/changes/rules"
TABLES: Final = (RULES, CHANGES)
"""The rules of the gate, and those of the judge of changes: each file has its own in RULES."""
# Each below a folder of SOURCES, with the class that is mutated, or "" for all of it.
DECIDING: Final = {
    "gate/comparing.py": "",
    "gate/judge.py": "",
    "judging/paired.py": "",
    "judging/rule.py": "",
    "judging/setting.py": "",
    "judging/policy.py": "",
    "artifacts/policies/tiers.py": "",
    "artifacts/policies/membership.py": "",
    "artifacts/policies/holdouts.py": "",
    "artifacts/policies/approvers.py": "",
    "delivery/releases/proposal.py": "",
    "delivery/deploy/change_verdict.py": "",
    "delivery/changes/judgement.py": "",
    "delivery/changes/facts.py": "",
    "delivery/changes/payload_history.py": "",
    "artifacts/ssh_signatures.py": "service_of",  # misread keys don't verify with ssh-keygen
    "delivery/changes/statements.py": "",
    "delivery/git/plain_names.py": "",
    "delivery/changes/recording.py": "",
    "delivery/changes/path_kinds.py": "",
    "delivery/changes/judge_merges.py": "",  # what a deploy judges beyond its own release
    "delivery/trail/audit_chain.py": "",
    "delivery/trail/keeper_rules.py": "",
    "delivery/retrain/training_claims.py": "",
    "rehearsal/box/protection.py": "",  # what may be pushed
    "rehearsal/box/statuses.py": "",
}
UNIT: Final = "tests/unit"
POLICY_TESTS: Final = (
    "tests/repo/test_policies.py",
    "tests/repo/test_policy_steps.py",
    "tests/repo/test_policy_unmeasured.py",
    "tests/repo/test_risk_tiers.py",
)
POLICY_EXAMPLES: Final = "tests/support/policy_examples.py"
# Everything that asks the judge, or reads a policy, below tests/unit. What measures evidence, draws
# pages and prints would take minutes, and is held by its own tests: a gate must be held without it.
NOTICING: Final = (
    "gate/rules/test_*.py",
    "gate/test_judge*.py",
    "gate/test_gate.py",
    "gate/test_policy_page.py",
    "artifacts/policies/test_*.py",
    "judging/test_*.py",
    "artifacts/test_ssh_signatures.py",
    "delivery/changes/test_*.py",
    "delivery/changes/rules/test_*.py",
    "delivery/git/test_plain_names.py",
    "delivery/deploy/test_room_walls.py",
    "delivery/releases/test_propose.py",
    "delivery/retrain/test_*_candidate.py",
    "delivery/trail/test_audit_chain*.py",
    "delivery/trail/test_audit_state.py",
    "delivery/trail/test_keeper_rules.py",
    "rehearsal/box/test_protection.py",
    "rehearsal/box/test_outcome.py",
)
# Where the tests of a file don't have its name.
NAMED_OTHERWISE: Final = {
    "proposal": ("delivery/releases/test_propose.py",),
    "membership": ("artifacts/policies/test_holdouts*.py",),
    "tiers": ("judging/test_policy_bounds.py",),
    "paired": ("gate/test_pairs.py",),
    "rule": (
        "gate/test_intervals_of_estimates.py",
        "gate/rules/test_[flr]*.py",
    ),
    "metric_limits": ("gate/test_judge_unmeasured.py",),
    "slices": ("gate/test_which_slices_are_judged.py",),
    "comparing": (
        "gate/test_bounds_of_slices.py",
        "gate/rules/test_non_inferiority.py",
        "gate/rules/test_slice_regressions.py",
    ),
    "facts": ("delivery/changes/rules/test_[agkr]*.py", "delivery/changes/test_[gr]*.py"),
    "statements": ("delivery/changes/rules/test_[agr]*.py", "delivery/changes/test_[gr]*.py"),
    "approvals": (
        "delivery/changes/rules/test_glass_and_rejections.py",
        "delivery/changes/rules/test_reviews.py",
        "delivery/changes/test_recording.py",
    ),
    "rejections": ("delivery/changes/rules/test_glass_and_rejections.py",),
    "authors": ("delivery/changes/rules/test_identities.py",),
    # What replaces a finding, and by which ground.
    "judgement": ("delivery/changes/rules/test_[acgr]*.py", "delivery/changes/test_[gr]*.py"),
    "keeping": ("delivery/git/test_plain_names.py", "delivery/changes/rules/test_genuine.py"),
    "payload_history": ("delivery/changes/test_watching*.py",),
    "releases": ("delivery/changes/test_watching*.py",),
    "audit_chain": ("delivery/trail/test_audit_log.py", "delivery/trail/test_audit_state.py"),
    "training_claims": (
        "delivery/retrain/test_*_candidate.py",
        "delivery/retrain/test_committed_inputs.py",
        "delivery/retrain/test_rebuilding.py",
    ),
}
OF_RULES: Final = "gate/rules"
OF_EVERY_RULE: Final = "gate/test_rules_without_settings.py"

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
        return tuple(
            row
            for path in self.tables()
            for row in rule_table.rows(self._source(path), PurePosixPath(path).stem)
        )

    def tables(self) -> list[str]:
        """Name the tables of rules."""
        found = [p for folder in TABLES for p in sorted((self.root / folder).glob("[!_]*.py"))]
        return [path.relative_to(self.root).as_posix() for path in found]

    def mutants(self) -> Iterator[Mutant]:
        """Give every mutant: rules, then code, then policies."""
        for path in self.tables():
            yield from self._made(
                path, rule_table.edits(self._source(path), PurePosixPath(path).stem), rule=True
            )
        for path in self.code():
            only = DECIDING.get(_short(path), "")
            yield from self._made(path, operators.edits(self._source(path), only))
        for path in self.policies():
            yield from self._made(path, policy_lines.edits((self.root / path).read_bytes()))

    def code(self) -> list[str]:
        """Name the files of code that decide."""
        rules = [path for one in TABLES for path in sorted((self.root / one).glob("*.py"))]
        paths = [f"{source}/{name}" for name in DECIDING for source in SOURCES]
        paths += [path.relative_to(self.root).as_posix() for path in rules]
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
            rules = self._found(f"{OF_RULES}/test_*.py")
            return (first,), (*(name for name in self.tests if name in POLICY_TESTS), *rules)
        narrow = self._narrow(mutant)
        return (narrow, self.tests) if narrow else (self.tests,)

    def held_by(self, mutant: Mutant) -> tuple[str, ...]:
        """Name the files that a change of which asks for a mutant again, besides its own."""
        first, *later = self.stages(mutant)
        if mutant.path.suffix == ".yaml":  # its limits' examples stand there, and with each rule
            return (POLICY_EXAMPLES, *first, *(name for stage in later for name in stage))
        return first

    def _narrow(self, mutant: Mutant) -> tuple[str, ...]:
        stem, inside = mutant.path.stem, of_source(mutant.path).parent
        if inside == PurePosixPath("judging/rules"):
            inside = PurePosixPath(OF_RULES)  # over cases that the gate judges
        rows = [row for row in self.rules if mutant.group in {row.rule, row.module}]
        names = [name for row in rows for name in (row.rule, row.module)]
        patterns = [f"{inside}/test_{name}.py" for name in names]
        if mutant.kind not in {rule_table.REMOVED, rule_table.PASSES}:
            otherwise = [*NAMED_OTHERWISE.get(stem, ()), f"{inside}/test_{stem}*.py"]
            patterns = [
                *otherwise,
                *patterns,
                *([OF_EVERY_RULE] if f"{inside}" == OF_RULES else ()),
            ]
        return tuple(dict.fromkeys(name for one in patterns for name in self._found(one)))

    def _found(self, pattern: str) -> list[str]:
        found = sorted((self.root / UNIT).glob(pattern))
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


def of_source(path: PurePosixPath) -> PurePosixPath:
    """Return the path of a file of code below the folder of its package."""
    (source,) = (source for source in SOURCES if path.is_relative_to(source))
    return path.relative_to(source)


def _short(path: str) -> str:
    """Return a path as ids name it: below its source folder, or as it is in `policies/`."""
    return next((path[len(one) + 1 :] for one in SOURCES if path.startswith(f"{one}/")), path)


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
    """Name a mutant's row: the module of a rule, a file that decides, a section of a policy."""
    if path.suffix == ".yaml":
        keys = within.partition("[")[0].split(".")
        shown = 2 if keys[0] in {"rules", "slices", "tiers"} else 1
        return f"{path.name}: {'.'.join(keys[:shown])}"
    return path.stem if path.parent.name in {"rules", "changes"} else path.name
