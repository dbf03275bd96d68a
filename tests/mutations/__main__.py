"""`python -m mutations [--list] [PATTERN]`: 0 if tests notice every mutant, 1 if not, 2 if unknown.

PATTERN: only the mutants whose id has it, such as `leakage` or `limit loosened`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
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
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to mutate")
    given = parser.parse_args(words)
    try:
        return _check(Checkout(given.root), given.pattern, listing=given.list)
    except (CheckBroken, UnknownDirection, LookupError, ValueError) as problem:
        sys.stderr.write(f"gate-mutations: {problem}\n")
        return 2


def _check(checkout: Checkout, pattern: str, *, listing: bool) -> int:
    mutants = [one for one in checkout.mutants() if pattern in one.id]
    if listing or not mutants:
        sys.stdout.writelines(f"{one.id}\n" for one in mutants)
        return 0 if mutants else _no_mutant(pattern)
    file = checkout.root / equivalents.FILE.relative_to(ROOT)
    reasons = {k: v for k, v in equivalents.read(file).items() if pattern in k}
    started = time.monotonic()
    results = Results(tuple(_judged(checkout, mutants, frozenset(reasons))), frozenset(reasons))
    survived = {mutant.id for mutant, verdict in results.verdicts if not verdict.by}
    stale = equivalents.stale(reasons, survived, {one.id for one in mutants})
    sys.stdout.write(f"\n{tables(results, checkout.rules)}\n\n")
    sys.stdout.writelines(f"{file.name}: {line}\n" for line in stale)
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
