"""A keeper of keys and log as a user of its own, and those who ask it as another; for root."""

import pwd
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from support.lent_python import LentPython

from artifacts.ssh_keygen import create_statement_key
from delivery.trail.keeper_rules import NAMESPACES

READS = ("services/delivery",)

KEEPER, JUDGE, STRANGER = (pwd.getpwnam(name).pw_uid for name in ("daemon", "bin", "sys"))
"""Users that every Linux has: ssh-keygen works for nobody whom the system can't name."""
SIGNED = {
    "gate": ("gate", NAMESPACES["gate"]),
    "delivery": ("delivery", ("plinth-audit", *NAMESPACES["delivery"])),
    "reproduction": ("training", NAMESPACES["reproduction"]),
}


@dataclass(frozen=True)
class KeeperWorld:
    """Folders of both users below one that all may enter."""

    folder: Path

    @property
    def kept(self) -> Path:
        """The keeper's own folder: keys, log and head."""
        return self.folder / "keeper"

    @property
    def socket(self) -> Path:
        """Where the keeper listens."""
        return self.folder / "run/keeper.sock"

    @property
    def public(self) -> Path:
        """What everybody may read: the signers."""
        return self.folder / "public"

    @property
    def python(self) -> LentPython:
        """Our interpreter, for any user."""
        return LentPython(self.folder / "lent")

    def variables(self, state: Path) -> dict[str, str]:
        """Return the settings of a user whose own files lie in `state`."""
        own = ("MODEL_STORE", "PUBLIC_KEY", "EVIDENCE", "POLICIES", "RELEASES", "ROOT")
        keys = {"GATE_KEY": "gate", "DEPLOY_KEY": "delivery", "REPRODUCTION_KEY": "reproduction"}
        signers = {name.replace("_KEY", "_SIGNERS"): key for name, key in keys.items()}
        paths = {
            **{name: state / name.lower() for name in own},
            **{name: state / "keys" / key for name, key in keys.items()},
            **{name: self.public / f"{key}.signers" for name, key in signers.items()},
            "AUDIT": self.kept / "audit",
            "AUDIT_HEAD": self.kept / "audit-head",
        }
        return {f"PLINTH_{name}": str(path) for name, path in paths.items()}

    @property
    def of_judge(self) -> dict[str, str]:
        """The settings of the judge's user: the keeper signs and adds."""
        mine = self.variables(self.folder / "judge")
        return {**mine, "PLINTH_KEEPER": str(self.socket), "HOME": str(self.folder / "judge")}

    def run(
        self, user: int, *words: str, variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run Python with some words as a user, with the judge's settings or others."""
        given = self.of_judge if variables is None else variables
        return subprocess.run(
            self.python.command(user, words, given),
            cwd=self.folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    def shell(self, user: int, script: str) -> "subprocess.CompletedProcess[str]":
        """Run a line of shell as a user."""
        words = ("setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups")
        return subprocess.run(
            [*words, "/bin/sh", "-c", script],
            cwd="/",
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *allowed: int) -> "subprocess.Popen[str]":
        """Start the keeper; it answers when this returns."""
        allow = [word for user in allowed or (JUDGE,) for word in ("--allow", str(user))]
        words = ("-m", "delivery", "keep-keys", "--socket", str(self.socket), *allow)
        command = self.python.command(KEEPER, words, self.variables(self.kept))
        with (self.folder / "keeper.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdout is not None
        for line in process.stdout:
            if "answers users" in line:
                return process
        process.communicate()
        raise AssertionError((self.folder / "keeper.log").read_text())

    @contextmanager
    def running(self, *allowed: int) -> "Iterator[subprocess.Popen[str]]":
        """Run the keeper for the time of the block."""
        process = self.start(*allowed)
        try:
            yield process
        finally:
            process.terminate()
            process.communicate()


@contextmanager
def keeper_world() -> Iterator[KeeperWorld]:
    """Make the folders and keys of a keeper that holds an empty log."""
    with TemporaryDirectory(prefix="plinth-keeper-") as name:
        world = KeeperWorld(Path(name))
        world.folder.chmod(0o755)
        for folder in ("keeper/keys", "keeper/audit", "keeper/audit-head", "run", "judge/keys"):
            (world.folder / folder).mkdir(parents=True)
        world.public.mkdir()
        for key, (principal, namespaces) in SIGNED.items():
            signers = world.public / f"{key}.signers"
            create_statement_key(world.kept / "keys" / key, signers, principal, namespaces)
        world.folder.joinpath("keeper/keys").chmod(0o700)
        give(KEEPER, world.kept, world.folder / "run")
        give(JUDGE, world.folder / "judge")
        yield world


def give(user: int, *paths: Path) -> None:
    """Make a user the owner of folders and all in them."""
    subprocess.run(["chown", "-R", f"{user}:{user}", *map(str, paths)], check=True)
