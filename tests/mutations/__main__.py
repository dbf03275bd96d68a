"""`python -m mutations [--list] [--since COMMIT] [PATTERN]`: do tests notice every mutant?

0 if they do, 1 if not, 2 if that is unknown. PATTERN: only the mutants whose id has it, such as
`leakage` or `limit loosened`. COMMIT: only those of a file that differs from where this branch left
it, or whose own tests do; what all of them need is held by a run over all.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutations import equivalents
from mutations.mutant import Mutant
from mutations.policy_lines import UnknownDirection
from mutations.runs import CheckBroken, Runs, Verdict
from mutations.session import within
from mutations.summary import Results, tables, total
from mutations.targets import Checkout

ROOT = Path(__file__).resolve().parents[2]


def main(words: Sequence[str]) -> int:
    """Make the mutants, run tests against them, and say which none noticed."""
    parser = argparse.ArgumentParser(prog="gate-mutations", description=__doc__)
    parser.add_argument("pattern", nargs="?", default="", metavar="PATTERN")
    parser.add_argument("--list", action="store_true", help="name the mutants, run nothing")
    parser.add_argument("--since", default="", metavar="COMMIT", help="only what differs from it")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to mutate")
    given = parser.parse_args(words)
    try:
        checkout = Checkout(given.root)
        named = [one for one in checkout.mutants() if given.pattern in one.id]
        mutants = _of_changes(checkout, named, given.since) if given.since else named
        if given.list and mutants:
            sys.stdout.writelines(f"{one.id}\n" for one in mutants)
            return 0
        if not named:
            return _no_mutant(given.pattern)
        others = {one.id for one in named} - {one.id for one in mutants}
        file = checkout.root / equivalents.FILE.relative_to(ROOT)
        reasons = {
            id_: reason
            for id_, reason in equivalents.read(file).items()
            if given.pattern in id_ and id_ not in others
        }
        return _check(checkout, mutants, reasons)
    except subprocess.CalledProcessError as failure:
        sys.stderr.write(f"gate-mutations: git can't compare with {given.since}: {failure.stderr}")
        return 2
    except (CheckBroken, UnknownDirection, LookupError, ValueError) as problem:
        sys.stderr.write(f"gate-mutations: {problem}\n")
        return 2


def _of_changes(checkout: Checkout, mutants: Sequence[Mutant], commit: str) -> list[Mutant]:
    """Return the mutants of files that differ from a commit, or whose first tests do.

    All of them where a test is gone: no stage names it any more.
    """

    def git(*words: str) -> str:
        command = ["git", "-C", str(checkout.root), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    left = git("merge-base", "--", commit, "HEAD").strip()
    changed = set(git("diff", "--name-only", "--no-renames", "-z", left, "--").split("\0"))
    changed |= set(git("ls-files", "--others", "--exclude-standard", "-z").split("\0"))
    if any(name.startswith("tests/") and not (checkout.root / name).exists() for name in changed):
        return list(mutants)
    return [
        one
        for one in mutants
        if str(one.path) in changed or changed.intersection(checkout.held_by(one))
    ]


def _check(checkout: Checkout, mutants: Sequence[Mutant], reasons: Mapping[str, str]) -> int:
    started = time.monotonic()
    judged = _judged(checkout, mutants, frozenset(reasons)) if mutants else []
    results = Results(tuple(judged), frozenset(reasons))
    survived = {mutant.id for mutant, verdict in results.verdicts if not verdict.by}
    stale = equivalents.stale(reasons, survived, {one.id for one in mutants})
    sys.stdout.write(f"\n{tables(results, checkout.rules)}\n\n")
    sys.stdout.writelines(f"{equivalents.FILE.name}: {line}\n" for line in stale)
    sys.stdout.writelines(f"survived: {one.id}\n" for one in results.survivors)
    sys.stdout.write(f"{total(results, time.monotonic() - started)}\n")
    return 1 if stale or results.survivors else 0


def _judged(
    checkout: Checkout, mutants: Sequence[Mutant], equivalent: frozenset[str]
) -> list[tuple[Mutant, Verdict]]:
    judged: list[tuple[Mutant, Verdict]] = []
    with tempfile.TemporaryDirectory(prefix="plinth-mutations-") as scratch:
        runs = Runs(checkout, Path(scratch))

        def work() -> None:
            sys.stdout.write(f"{len(mutants)} mutants, {runs.warm_up()} tests\n")
            for mutant, verdict in runs.judge(mutants, equivalent):
                judged.append((mutant, verdict))
                if not verdict.by and mutant.id not in equivalent:
                    sys.stdout.write(f"\nsurvived: {mutant.id}\n{mutant.diff}\n")
                _progress(len(judged), len(mutants))

        within(work, Path(scratch), checkout.root / "pyproject.toml")
    order = {mutant.id: i for i, mutant in enumerate(mutants)}
    return sorted(judged, key=lambda pair: order[pair[0].id])


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of}" + ("\r" + " " * 20 + "\r" if done == of else ""))
    sys.stdout.flush()


def _no_mutant(pattern: str) -> int:
    sys.stderr.write(f"gate-mutations: no mutant has {pattern!r} in its name; --list names them\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
