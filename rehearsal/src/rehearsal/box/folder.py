"""The box's folder: making it, reading what people write into it, removing it."""

import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rehearsal.box.errors import BoxUnfit, NoBox
from rehearsal.box.records import BoxConfig
from rehearsal.box.repository import Git

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKEN: Final = ("HOME", "XDG_", "ACT_", "GITHUB_", "GIT_", "RUNNER_")
"""Variables of act's and git's own: another home would bring another .actrc."""
COPIES: Final = "sources"
"""The folder of packaged copies that bin/launch.py makes, beside the environments."""
_OLDEST_GIT: Final = (2, 38)
_HOOK: Final = """\
#!/bin/sh
# Written by `box create`: hands what is pushed to the box.
export PLINTH_BOX={box}
unset GIT_DIR
[ -x {python} ] || {{ echo 'box: its environment is gone: run `box create` again' >&2; exit 1; }}
exec {python} -I -m rehearsal.box hook {name}
"""


class BoxFolder:
    """One box."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], prefix: Path | None = None
    ) -> None:
        """Name the box; its hooks run in the environment at `prefix`, this process's own."""
        self.folder = folder
        self.origin = folder / "origin.git"
        self._prefix = prefix or Path(sys.prefix)
        self._git = Git(self.origin, environment)

    def require(self) -> None:
        """Raise NoBox where there is none."""
        if not (self.folder / "box.yaml").is_file() or not (self.origin / "HEAD").is_file():
            raise NoBox(str(self.folder))

    def config(self) -> BoxConfig:
        """Return what box.yaml says; UnreadableRecord names what is wrong with it."""
        return BoxConfig.read(self.folder / "box.yaml")

    def environment(self) -> Mapping[str, str]:
        """Return the KEY=VALUE lines of `environment`; BoxUnfit where one is none."""
        path = self.folder / "environment"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        wanted = (line for line in lines if line.strip() and not line.startswith("#"))
        return dict(_variable(path, line) for line in wanted)

    def create(self, checkout: Path, environment: Path | None, config: BoxConfig | None) -> str:
        """Make the box, or bring it up to date, and return main's tip; BoxUnfit, GitFailed."""
        self._check()
        # Whoever can write here can write statuses and settings; hidden from other users besides.
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for name in ("queue", "runs", "pulls", "pushes", "locks"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._origin(checkout)
        if environment is not None:
            target = self.folder / "environment"
            target.touch(mode=0o600)
            target.write_text(environment.read_text(encoding="utf-8"), encoding="utf-8")
            self.environment()
        if config is not None or not (self.folder / "box.yaml").is_file():
            # Last: a box is one when it is whole. JSON is YAML, so that people may write either.
            (config or BoxConfig()).write(self.folder / "box.yaml")
        return self._git("rev-parse", "refs/heads/main")

    def destroy(self) -> None:
        """Remove the box, and nothing that isn't one."""
        self.require()
        shutil.rmtree(self.folder)

    def _check(self) -> None:
        there = list(self.folder.iterdir()) if self.folder.is_dir() else []
        ours = {"queue", "runs", "pulls", "pushes", "locks", "origin.git"}
        if there and not (ours & {path.name for path in there}):
            raise BoxUnfit(str(self.folder), "it holds other things: name an empty folder")
        if "\n" in str(self.folder):
            raise BoxUnfit(str(self.folder), "a path with line breaks can't be used")
        words = self._git("version").split()[2].split(".")
        if tuple(map(int, words[:2])) < _OLDEST_GIT:
            raise BoxUnfit("git", f"the box needs git 2.38 or newer, this is {'.'.join(words)}")

    def _origin(self, checkout: Path) -> None:
        if not (self.origin / "HEAD").is_file():
            self._git("init", "--quiet", "--bare", "--initial-branch=main", "--template=")
        for key, value in {
            "receive.advertisePushOptions": "true",
            # What git warns of, such as a folder called `..`, it refuses when it receives.
            "transfer.fsckObjects": "true",
            "receive.fsckObjects": "true",
            "receive.autoGc": "false",
            "uploadpack.allowAnySHA1InWant": "true",
            "core.logAllRefUpdates": "true",
        }.items():
            self._git("config", key, value)
        if self._git.try_("rev-parse", "--verify", "--quiet", "refs/heads/main")[0]:
            self._git("fetch", "--quiet", "--no-tags", "--", str(checkout), "HEAD:refs/heads/main")
        hooks = self.origin / "hooks"
        hooks.mkdir(exist_ok=True)
        for name in ("pre-receive", "post-receive"):
            draft = hooks / f"{name}.draft"
            draft.write_text(self._hook(name), encoding="utf-8")
            draft.chmod(0o755)
            draft.replace(hooks / name)
        if self._prefix.parent.name == COPIES:
            # bin/launch.py removes old packaged copies, but not one that a box runs from.
            keep = self._prefix.with_name(f"{self._prefix.name}.keep")
            keep.write_text(f"{self.folder}\n", encoding="utf-8")

    def _hook(self, name: str) -> str:
        return _HOOK.format(
            box=shlex.quote(str(self.folder)),
            python=shlex.quote(sys.executable),
            name=name,
        )


def _variable(path: Path, line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise BoxUnfit(str(path), f"a line is no KEY=VALUE: {name[:40]!r}")
    if name.startswith(_TAKEN):
        raise BoxUnfit(str(path), f"{name} is the runner's own: take it out")
    return name, value
