"""`python -m rehearsal create FOLDER` and `destroy FOLDER`: what `make box` calls."""

import sys
from pathlib import Path

from rehearsal.box import CommandFailed, Rehearsal, destroy_box, make_box
from rehearsal.people import ROLES

USAGE = "usage: python -m rehearsal create|destroy FOLDER"


def main(words: list[str]) -> int:
    """Make or remove a box; 0 done, 2 could not."""
    match words:
        case [("create" | "destroy") as act, place]:
            folder = Path(place)
        case _:
            sys.stderr.write(USAGE + "\n")
            return 2
    try:
        if act == "destroy":
            destroy_box(folder)
            sys.stdout.write(f"{folder} is gone\n")
        else:
            sys.stdout.write(_welcome(make_box(folder)))
    except CommandFailed as exc:
        sys.stderr.write(f"rehearsal: {exc}\n")
        return 2
    return 0


def _welcome(rehearsal: Rehearsal) -> str:
    setting = rehearsal.setting
    people = "\n".join(f"    {name:5} {', '.join(roles)}" for name, roles in ROLES.items())
    return f"""\
The box is ready: {setting.folder}
A rehearsal: main's jobs run as you; a branch's own run in a room, if there is a wall. Its people:
{people}

    git clone {setting.origin} clone && cd clone
    git -c include.path={setting.people}/max/gitconfig commit ...   commit as max, signed
    git push -o as=max origin HEAD:BRANCH                  push as max
    {setting.launcher} box pull-request open BRANCH --as max --title TITLE
    {setting.launcher} box pull-request merge 1 --as max   main moves, staging deploys
    {setting.launcher} delivery status                     what runs, and what should

docs/runbooks/ tells how to deploy, approve and roll back. `make box-destroy` removes it.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
