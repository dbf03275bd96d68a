"""`python -m samples OUT`: draws photos of buildings in 25 styles, and a table beside them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from samples.facades import STYLES, draw_folder


def main(words: Sequence[str]) -> int:
    """Return 0 when all photos are written; 2 where an argument is bad or the folder is."""
    parser = argparse.ArgumentParser(prog="samples", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder to write")
    parser.add_argument("--buildings", type=int, default=30, help="of each style (default: 30)")
    parser.add_argument("--seed", type=int, default=7, help="default: 7")
    parser.add_argument("--style", action="append", help="only this one; default: all 25")
    parser.add_argument("--jobs", type=int, default=-1, help="processes; -1 is one a core")
    given = parser.parse_args(words)
    if given.buildings < 1:
        parser.error(f"--buildings is {given.buildings}: give 1 or more")
    if given.seed < 0:
        parser.error(f"--seed is {given.seed}: give 0 or more")
    if unknown := sorted(set(given.style or ()) - set(STYLES)):
        parser.error(f"no style {', '.join(unknown)}; there are {', '.join(STYLES)}")
    styles = given.style or STYLES
    try:
        drawn = draw_folder(given.out, given.buildings, given.seed, styles, given.jobs)
    except OSError as exc:
        parser.error(f"the photos can't be written: {exc}")
    buildings = given.buildings * len(styles)
    sys.stdout.write(f"{drawn} photos of {buildings} buildings in {given.out}, table.csv\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
