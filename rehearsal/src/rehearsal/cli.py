"""`bin/plinth rehearsal COMMAND`. `bin/plinth box COMMAND` is `rehearsal box COMMAND`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rehearsal.settings import checkout

USAGE = """\
usage: bin/plinth rehearsal create FOLDER         make a box with people and keys (`make box`)
       bin/plinth rehearsal destroy FOLDER        end what it runs, and remove it
       bin/plinth rehearsal demo [--fast] [DIR]   play the whole loop (`make demo`)
       bin/plinth rehearsal drill                 time a rollback (`make rollback-drill`)
       bin/plinth box COMMAND                     what people do at a forge (--help lists it)
"""


def main() -> None:
    """Run a command: 0 done, 1 a promise of the demo was broken, 2 it could not be done."""
    words = sys.argv[1:]
    if words[:1] == ["box"]:
        from rehearsal.box.cli import main as box  # noqa: PLC0415 - hooks of git wait for it

        box(words[1:])
        return
    root = checkout()
    if words == ["--help"]:
        sys.stdout.write(USAGE)
    elif root is None:
        sys.stderr.write("rehearsal: PLINTH_ROOT is not set: call it through bin/plinth\n")
        sys.exit(2)
    else:
        sys.exit(_run(words, root))


def _run(words: Sequence[str], root: Path) -> int:
    from rehearsal.demo.story import play  # noqa: PLC0415
    from rehearsal.make_box import CommandFailed, destroy_box, make_box  # noqa: PLC0415

    code = 0
    try:
        match words:
            case ["create", place]:
                sys.stdout.write(make_box(Path(place), root).welcome())
            case ["destroy", place]:
                destroy_box(Path(place), root)
                sys.stdout.write(f"{place} is gone\n")
            case ["demo", *options] if set(options[:-1]) <= {"--fast"}:
                paths = [Path(word).resolve() for word in options if word != "--fast"]
                code = play(root, paths[0] if paths else None, fast="--fast" in options)
            case ["drill"]:
                code = play(root, None, fast=True, drill=True)
            case _:
                sys.stderr.write(USAGE)
                code = 2
    except CommandFailed as exc:
        sys.stderr.write(f"rehearsal: {exc}\n")
        code = 2
    return code
