"""`python -m benchmarks [NAME ...] [--runs N]`: measures, and exits 1 if a limit is missed."""

import argparse
import sys
from collections.abc import Callable
from functools import partial

from benchmarks import (
    cache,
    decoding,
    featurize,
    keeper,
    loop,
    predict,
    scale,
    serve,
    start,
    ties,
    train,
)
from benchmarks.measure import Verdict, machine

# The long one last.
BENCHMARKS: dict[str, Callable[[], list[Verdict]]] = {
    "decoding": decoding.run,
    "featurize": featurize.run,
    "cache": cache.run,
    "keeper": keeper.run,
    "predict": predict.run,
    "serve": serve.run,
    "start": start.run,
    "ties": ties.run,
    "scale": scale.run,
    "loop": loop.run,
    "train": train.run,
}


def main(words: list[str]) -> int:
    """Run the named benchmarks, all of them if none is named."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=loop.RUNS, help="rounds of `loop`")
    options = parser.parse_args(words)
    names: list[str] = options.names
    benchmarks = BENCHMARKS | {"loop": partial(loop.run, options.runs)}
    if unknown := [name for name in names if name not in BENCHMARKS]:
        known = ", ".join(BENCHMARKS)
        sys.stderr.write(f"benchmarks: no {', '.join(unknown)}; there are {known}\n")
        return 2
    missed = 0
    for name in names or BENCHMARKS:
        print(f"{name}: {machine()}", flush=True)
        for verdict in benchmarks[name]():
            print(verdict, flush=True)
            missed += verdict.held is False
        print()
    print(f"{missed} limits missed" if missed else "every limit that was measured held")
    return 1 if missed else 0


sys.exit(main(sys.argv[1:]))
