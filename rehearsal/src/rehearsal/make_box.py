"""Making a box: keys, people, a first commit that puts them on main, and the forge around it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rehearsal.people import ROLES, Person, approvers_text, make_people
from rehearsal.setting import Setting
from rehearsal.settings import inherited
from walls import Wall, find_wall

PUBLIC_KEYS = ("gate.signers", "delivery.signers", "reproduction.signers", "model-signing.pub.pem")
ENVIRONMENTS = ("training", "gate", "inference", "delivery", "rehearsal")
ACCEPTED = "a rehearsal: its keys are made for it, and believed nowhere else"
Change = Callable[[Path], None]
"""Changes files of the first commit, given its checkout."""


class CommandFailed(Exception):
    """A command of ours ended with an error."""

    def __init__(self, words: tuple[str, ...], code: int, said: str) -> None:
        super().__init__(f"{' '.join(words)} ended with {code}:\n{said[-4000:]}")


@dataclass(frozen=True)
class Rehearsal:
    """A box that is there, and its people."""

    setting: Setting
    people: Mapping[str, Person]

    @property
    def environment(self) -> dict[str, str]:
        """What a command of this rehearsal runs with: none of another Plinth's variables."""
        return {**inherited(), **self.setting.environment}

    def plinth(self, *words: str, cwd: Path | None = None) -> str:
        """Run `bin/plinth WORDS...` of this checkout and return what it says; CommandFailed."""
        launcher = str(self.setting.root / "bin/plinth")
        return _run(launcher, *words, cwd=cwd, environment=self.environment)

    def welcome(self) -> str:
        """Say who and what is there, and what to type first."""
        setting = self.setting
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


def make_box(
    folder: Path,
    root: Path,
    source: Path | None = None,
    change: Change | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> Rehearsal:
    """Make a box of a repository's HEAD, or return the one that is there; CommandFailed.

    Commands are those of the checkout `root`, whose HEAD it is too where no `source` is given.

    `change` may alter files of the first commit: what is on main before the loop begins was
    judged by nobody, so this is the one moment at which a rehearsal may set its own policy.
    `variables` are what workflows read as `vars`, `more` what steps are told besides.
    """
    setting = Setting(root, folder.resolve(), more or {})
    _make_private_folders(setting)
    people = {person.name: person for person in make_people(setting.people)}
    rehearsal = Rehearsal(setting, people)
    if setting.origin.exists():
        return rehearsal
    # Once, from this checkout's own: its runs would each find nothing and install anew.
    _run(str(root / "bin/environment"), *ENVIRONMENTS, environment=rehearsal.environment)
    for service, command in (
        ("training", "create-keys"),
        ("gate", "create-keys"),
        ("delivery", "create-deploy-key"),
    ):
        rehearsal.plinth(service, command)
    _seed(rehearsal, source or root, change)
    _create(rehearsal, variables or {})
    setting.launcher.write_text(setting.launcher_text, encoding="utf-8")
    setting.launcher.chmod(0o755)
    return rehearsal


def _make_private_folders(setting: Setting) -> None:
    """Make the folders that no other user of this machine, and so no room that is one, may see."""
    for private in (setting.box, setting.host, setting.keys, setting.people, setting.state):
        private.mkdir(parents=True, exist_ok=True, mode=0o700)


def _create(rehearsal: Rehearsal, variables: Mapping[str, str]) -> None:
    setting = rehearsal.setting
    environment = setting.folder / "environment.new"
    lent = f"PLINTH_UV_CACHE={_lend_uv(setting, rehearsal.environment)}\n"
    environment.write_text(setting.environment_text + lent, encoding="utf-8")
    source_words = ("--from", str(setting.seed), "--environment", str(environment))
    given = [f"--variable={name}={value}" for name, value in variables.items()]
    # A branch's own workflows run in a room: of all this they see environments, and no state.
    given += ["--share=PLINTH_ENVIRONMENTS", "--share=PLINTH_UV_CACHE"]
    given += [f"--accept-missing-wall={ACCEPTED}"]
    rehearsal.plinth("box", "create", *source_words, *given)
    environment.unlink()


def _lend_uv(setting: Setting, environment: Mapping[str, str]) -> str:
    """Put uv beside the shared environments, and return the folder of its cache.

    A branch's room has no network: what its ci builds, it builds from that cache.
    """
    own = Path(setting.environment["PLINTH_UV"]).parents[1]
    shared = Path(setting.environment["PLINTH_ENVIRONMENTS"]) / "uv"
    stamps = [folder / "in-step" for folder in (own, shared)]
    if not stamps[1].is_file() or stamps[0].read_bytes() != stamps[1].read_bytes():
        shutil.rmtree(shared, ignore_errors=True)
        shutil.copytree(own, shared, symlinks=True)
    return _run(str(own / "bin/uv"), "cache", "dir", environment=environment).strip()


def destroy_box(folder: Path, root: Path) -> None:
    """End what a box runs and remove it."""
    setting = Setting(root, folder.resolve())
    people = {person.name: person for person in make_people(setting.people)}
    rehearsal = Rehearsal(setting, people)
    for environment in ("staging", "production"):
        rehearsal.plinth("delivery", "local", "stop", environment)
    rehearsal.plinth("box", "destroy")
    shutil.rmtree(setting.folder, ignore_errors=True)


def _seed(rehearsal: Rehearsal, source: Path, change: Change | None) -> None:
    seed = rehearsal.setting.seed
    shutil.rmtree(seed, ignore_errors=True)
    environment = rehearsal.environment
    _run("git", "clone", "--quiet", "--no-local", str(source), str(seed), environment=environment)
    _run("git", "-C", str(seed), "checkout", "--quiet", "-B", "main", environment=environment)
    today = datetime.now(UTC).date().isoformat()  # noqa: TID251 - a rehearsal begins now
    people = tuple(rehearsal.people.values())
    (seed / "policies/approvers.yaml").write_text(approvers_text(people, today), encoding="utf-8")
    keys = seed / "policies/keys"
    keys.mkdir(exist_ok=True)
    for name in PUBLIC_KEYS:
        shutil.copy(rehearsal.setting.keys / name, keys / name)
    if change:
        change(seed)
    if (wall := find_wall()).name != "bubblewrap":
        accept_missing_walls(seed / "policies/risk_tiers.yaml", wall)
    author = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@people.invalid")
    _run("git", "-C", str(seed), "add", "--all", environment=environment)
    message = "--message=Put the people and keys of this rehearsal on main"
    plain = ("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null")
    _run(
        *("git", "-C", str(seed), *author, *plain, "commit", "--quiet", message),
        environment=environment,
    )


def accept_missing_walls(tiers: Path, wall: Wall) -> None:
    """Let the first commit's policy name each room that may do without a wall, and say so.

    Another user can't be given rooms in a rehearsal's private folders; a service always can.
    """
    text, none = tiers.read_text(encoding="utf-8"), "accept_missing: []"
    if none not in text:
        raise CommandFailed((str(tiers),), 1, f"it has no line `{none}` to put names in")
    rooms = ("training", "registry", "measuring", *(("service",) if wall.missing else ()))
    named = "".join(f'\n    - {{room: {room}, reason: "{ACCEPTED}"}}' for room in rooms)
    tiers.write_text(text.replace(none, f"accept_missing:{named}"), encoding="utf-8")
    why = wall.missing or f"{wall.name}: it can't be given rooms in private folders"
    sys.stderr.write(
        f"NO WALL: little keeps code that nobody approves from this rehearsal's keys ({why}); its "
        f"first commit accepts that by name for {', '.join(rooms)}: {ACCEPTED}\n"
    )


def _run(*words: str, environment: Mapping[str, str], cwd: Path | None = None) -> str:
    done = subprocess.run(
        words,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(words, done.returncode, done.stdout)
    return done.stdout
