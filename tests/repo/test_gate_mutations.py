"""The mutation check: it makes the mutants that it promises, and says which no test notices."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from mutations import equivalents, operators, policy_lines, rule_table, targets
from mutations.importing import importers, imports_of
from mutations.reading import Source
from mutations.targets import Checkout
from support.checkout import commit_all, git

ROOT = Path(__file__).parents[2]

JUDGING = "libs/judging/src/judging"
TABLE = """
from judging.rules import held, planted

RULES = (*held.RULES, *planted.RULES)
"""
RESULT = """
class Result:
    def __init__(self, outcome):
        self.outcome = outcome

    def model_copy(self, update):
        return Result(**update)
"""
RULE = """
from judging.rule import Rule
from judging.result import Result


def judge_{name}(case):
    return Result("passed" if case >= 3 else "failed")


RULES = (
    Rule("{name}", judge=judge_{name}),
)
"""
DECLARED = """
class Rule:
    def __init__(self, id, judge):
        self.id, self.judge = id, judge

    def judged(self, case):
        found = self.judge(case)
        return found if isinstance(found, tuple) else (found,)
"""
TEST = """
from judging.table import RULES


def outcome(rule, case):
    (found,) = (found for one in RULES if one.id == rule for found in one.judged(case))
    return found.outcome


def test_{name}_refuses_under_three_and_no_more():
    assert [outcome("{name}", case) for case in (2, 3, 4)] == ["failed", "passed", "passed"]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A gate of two rules; only one of them has a test."""
    files = {
        f"{JUDGING}/__init__.py": "",
        f"{JUDGING}/result.py": RESULT,
        f"{JUDGING}/rule.py": DECLARED,
        f"{JUDGING}/table.py": TABLE,
        f"{JUDGING}/rules/__init__.py": "",
        f"{JUDGING}/rules/held.py": RULE.format(name="held"),
        f"{JUDGING}/rules/planted.py": RULE.format(name="planted"),
        "tests/unit/gate/rules/test_held.py": TEST.format(name="held"),
        "tests/mutations/equivalents.yaml": "[]",
        "pyproject.toml": "[tool.pytest.ini_options]\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def check(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the check over a checkout as `make gate-mutations` does."""
    command = [sys.executable, "-m", "mutations", "--root", checkout, *words]
    return subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, check=False)


def lines(result: subprocess.CompletedProcess[str], start: str) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith(start)]


def test_a_rule_without_a_test_survives_and_is_reported_with_its_diff(checkout: Path) -> None:
    result = check(checkout)

    assert result.returncode == 1, result.stderr
    survived = set(lines(result, "survived: "))
    assert "survived: judging/rules/planted.py: planted: rule removed" in survived
    assert "survived: judging/rules/planted.py: planted: rule always passes" in survived
    assert "survived: judging/rules/planted.py: judge_planted: boundary: `>=` -> `>`" in survived
    assert not [line for line in survived if "held" in line]
    assert '-    Rule("planted", judge=judge_planted),' in result.stdout
    (row,) = lines(result, "| held ")
    assert row.count("test_held_refuses_under_three_and_no_more") == 2


def test_all_killed_or_excused_is_a_success(checkout: Path) -> None:
    assert check(checkout, "held").returncode == 0

    survived = {line.removeprefix("survived: ") for line in lines(check(checkout), "survived: ")}
    excuses = [{"mutant": one, "reason": "nobody tests the planted rule"} for one in survived]
    (checkout / "tests/mutations/equivalents.yaml").write_text(yaml.safe_dump(excuses, width=1000))

    result = check(checkout)
    assert (result.returncode, lines(result, "survived: ")) == (0, [])


@pytest.mark.parametrize(
    ("mutant", "why"),
    [
        ("judging/rules/held.py: held: rule removed", "a test notices it"),
        ("judging/rules/held.py: judge_held: gone", "there is no such mutant"),
    ],
)
def test_an_excuse_for_what_a_test_notices_or_is_not_there_fails(
    mutant: str, why: str, checkout: Path
) -> None:
    excuse = [{"mutant": mutant, "reason": "an excuse that has outlived its mutant"}]
    (checkout / "tests/mutations/equivalents.yaml").write_text(yaml.safe_dump(excuse))

    result = check(checkout, "held")

    assert result.returncode == 1
    assert f"equivalents.yaml: {mutant}: {why}" in result.stdout


def test_an_excuse_without_a_reason_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "equivalents.yaml"
    file.write_text(yaml.safe_dump([{"mutant": "x", "reason": "because"}]))

    with pytest.raises(ValueError, match="give a reason for x"):
        equivalents.read(file)


def test_where_tests_fail_without_a_mutant_the_check_is_broken(checkout: Path) -> None:
    test = checkout / "tests/unit/gate/rules/test_held.py"
    test.write_text(test.read_text().replace("(2, 3, 4)", "(1, 2, 3)"))

    result = check(checkout)

    assert result.returncode == 2
    assert "without any mutant tests fail: tests/unit" in result.stderr


def test_of_a_change_only_what_it_touches_or_whose_tests_it_touches_is_mutated(
    checkout: Path,
) -> None:
    git(checkout, "init", "--quiet", "--initial-branch=main")
    base = commit_all(checkout, "two rules")

    (checkout / "tests/unit/gate/rules/test_held.py").write_text("# weakened\n")
    of_a_test = check(checkout, "--list", "--since", base).stdout.splitlines()
    git(checkout, "checkout", "--quiet", ".")
    (checkout / f"{JUDGING}/rules/planted.py").write_text(RULE.format(name="planted") + "# more\n")
    of_code = check(checkout, "--list", "--since", base).stdout.splitlines()
    commit_all(checkout, "committed, too")

    assert "judging/rules/held.py: held: rule removed" in of_a_test
    assert of_code
    assert {one.partition(":")[0] for one in of_code} == {"judging/rules/planted.py"}
    assert check(checkout, "--list", "--since", base).stdout.splitlines() == of_code


def test_where_a_test_is_gone_everything_is_mutated(checkout: Path) -> None:
    git(checkout, "init", "--quiet", "--initial-branch=main")
    base = commit_all(checkout, "two rules")
    (checkout / "tests/unit/gate/rules/test_held.py").unlink()

    listed = check(checkout, "--list", "--since", base).stdout

    assert listed
    assert listed == check(checkout, "--list").stdout


def test_limits_of_a_policy_are_asked_again_where_their_examples_change() -> None:
    whole = Checkout(ROOT)
    limit = next(one for one in whole.mutants() if one.path.name == "architecture.yaml")

    assert targets.POLICY_EXAMPLES in whole.held_by(limit)
    assert "tests/unit/gate/rules/test_leakage.py" in whole.held_by(limit)
    assert (ROOT / targets.POLICY_EXAMPLES).is_file()


def test_where_nothing_that_decides_differs_nothing_is_mutated(checkout: Path) -> None:
    git(checkout, "init", "--quiet", "--initial-branch=main")
    base = commit_all(checkout, "two rules")

    result = check(checkout, "--since", base)

    assert (result.returncode, "0 mutants" in result.stdout) == (0, True)


def test_a_commit_that_is_not_there_leaves_the_check_unmade(checkout: Path) -> None:
    git(checkout, "init", "--quiet", "--initial-branch=main")
    commit_all(checkout, "two rules")

    result = check(checkout, "--since", "gone")

    assert result.returncode == 2
    assert "git can't compare with gone" in result.stderr


def test_a_pattern_that_no_mutant_has_is_an_error(checkout: Path) -> None:
    assert check(checkout, "no such rule").returncode == 2


def mutated(code: str, kind: str) -> set[str]:
    """What an operator makes of a piece of code, each without blanks at the ends."""
    source = Source(code.encode())
    made = [edit for edit, _ in operators.edits(source) if edit.kind == kind]
    for edit in made:
        ast.parse(edit.apply(source.text))
    return {edit.apply(source.text).decode().strip() for edit in made}


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("boundary", "x = a >= b", {"x = a > b"}),
        ("boundary", "x = a < b", {"x = a <= b"}),
        ("comparison negated", "x = a not in b", {"x = a in b"}),
        ("comparison negated", "x = (a) is None", {"x = (a) is not None"}),
        ("and/or swapped", "x = a and (b or c)", {"x = a or (b or c)", "x = a and (b and c)"}),
        ("part of a condition", "x = a and b", {"x = True and b", "x = a and True"}),
        ("not dropped", "x = not (a in b)", {"x = (a in b)"}),
        ("minus dropped", "x = -margin", {"x = margin"}),
        ("guard never true", "if a == b: c()", {"if (a == b) and False: c()"}),
        ("guard always true", "x = [a for a in b if a]", {"x = [a for a in b if (a) or True]"}),
        ("outcome", 'x = result("missing")', {'x = result("passed")'}),
        ("number", "x = 5", {"x = 6", "x = 4"}),
        ("number", "x = Field(le=0.1)", {"x = Field(le=0.11)"}),
        ("constraint", "x = Field(ge=0, le=1)", {"x = Field(le=1)", "x = Field(ge=0, )"}),
        ("constraint", "x: Annotated[int, Field(ge=1)]", {"x: Annotated[int, Field()]"}),
        ("min/max, any/all", "x = min(a)", {"x = max(a)"}),
        ("arithmetic", "x = a - b", {"x = a + b"}),
        ("statement dropped", "def f():\n    raise ValueError('a')", {"def f():\n    pass"}),
        ("statement dropped", "problems += found", {"pass"}),
        ("entry left out", 'x = ("a", "b")', {'x = ("b",)', 'x = ("a",)'}),
        ("entry left out", "x = [*a(), *b()]", {"x = [*b()]", "x = [*a(),]"}),
    ],
)  # fmt: skip
def test_an_operator_makes_the_mutants_that_it_promises(
    kind: str, code: str, expected: set[str]
) -> None:
    assert mutated(code, kind) == expected


@pytest.mark.parametrize(
    "code",
    [
        '"""At least 5 of them: not one less."""',
        "def f(x: Literal[1]) -> Literal[2]: ...",
        'raise ValueError("5 and not 6" if x else "")',
        'reason = f"{5 if x > 1 else 6} photos"',
        'more = f"; and {n} more" if n > 5 else ""',
        "SHOWN = 5",
        "x = names[:SHOWN + 1]",
        "x = Rule(order=5)",
        "class A:\n    def words(self):\n        return 5 > x",
    ],
)
def test_words_are_left_alone(code: str) -> None:
    source = Source(code.encode())

    assert [edit for edit, _ in operators.edits(source) if edit.kind != "statement dropped"] == []


def test_a_file_without_a_table_of_rules_is_an_error() -> None:
    with pytest.raises(LookupError, match="no tuple named RULES"):
        rule_table.rows(Source(b"RULES = []"), "a module")


POLICY = """\
# A comment: it stays.
tier: high
floors:
  - id: a
    at_least: 0.25
    decided_on: 2026-11-22
  - id: b
    at_least: 60
    reason: >-
      Two words
      or four.
names: [c, d]
"""


def policy_without(text: str, path: str, kind: str) -> dict[str, object]:
    (edit,) = (e for e, p in policy_lines.edits(text.encode()) if (p, e.kind) == (path, kind))
    mutant = edit.apply(text.encode()).decode()
    assert mutant.startswith("# A comment: it stays.")
    document = yaml.safe_load(mutant)
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("path", "kind", "key", "value"),
    [
        ("tier", "choice replaced", "tier", "moderate"),
        ("floors[a].at_least", "limit loosened", "at_least", 0.249),
        ("floors[b].at_least", "limit loosened", "at_least", 59),
        ("floors[b].reason", "words changed", "reason", "Two words or"),
        ("floors[a]", "line removed", "id", "b"),
        ("floors[a].id", "line removed", "id", None),
        ("floors[b].reason", "words left out", "reason", None),
        ("names[0]", "line removed", "names", ["d"]),
        ("names[1]", "line removed", "names", ["c"]),
        ("tier", "line removed", "tier", None),
    ],
)
def test_a_line_of_a_policy_is_taken_out_or_loosened(
    path: str, kind: str, key: str, value: object
) -> None:
    """What else the file says stays as it was, so the change is the line's alone."""
    document = policy_without(POLICY, path, kind)
    entry = 0 if "[a]" in path else -1
    part = document["floors"][entry] if "floors" in path else document

    assert part.get(key) == value


def test_a_number_whose_direction_nobody_told_is_an_error() -> None:
    with pytest.raises(policy_lines.UnknownDirection, match=r"rules\.surprise"):
        list(policy_lines.edits(b"rules:\n  surprise: 3\n"))


def test_every_import_of_a_mutated_module_is_made_anew() -> None:
    imports = {
        "a": imports_of(b"from package import b, x"),
        "package.b": imports_of(b"import package.c"),
        "package.c": frozenset[str](),
        "package": frozenset[str](),
    }

    assert importers("package.c", imports) == {"package.c", "package.b", "a"}


def test_every_rule_and_every_policy_of_this_checkout_has_mutants() -> None:
    found = Checkout(ROOT)
    ids = [mutant.id for mutant in found.mutants()]
    groups = {mutant.group for mutant in found.mutants()}

    assert len(set(ids)) == len(ids)
    assert {row.rule for row in found.rules} <= groups
    assert {row.module for row in found.rules} <= groups
    assert {path.rpartition("/")[2] for path in found.policies()} <= {
        group.partition(":")[0] for group in groups
    }


def test_ci_runs_it_as_a_job_of_its_own() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    runs = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]

    assert 'make gate-mutations CHANGED="$CHANGED"' in runs
    # On one machine, which has less time, each rule is taken out and made to pass always.
    alone = "make gate-mutations 'ONLY=: rule '"
    assert alone in (ROOT / ".ci/run").read_text().splitlines()
    ids = [one.id for one in Checkout(ROOT).mutants() if ": rule " in one.id]
    rules = [row.rule for row in Checkout(ROOT).rules]
    assert sorted(ids) == sorted(
        f"{place}: {rule}: rule {kind}"
        for place, rule in {tuple(one.split(": ")[:2]) for one in ids}
        for kind in ("removed", "always passes")
    )
    assert len(ids) == 2 * len(rules)


def test_make_passes_the_pattern_and_the_commit_on() -> None:
    command = ["make", "-n", "gate-mutations", "ONLY=limit loosened", "CHANGED=main"]
    recipe = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert 'python -P -m mutations "limit loosened" --since "main"' in recipe
