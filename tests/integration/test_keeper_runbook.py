"""The keeper's runbook: its shell lines move keys and log, and its unit starts what then works."""

import configparser
import grp
import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.audit import deploy
from support.keeper_world import JUDGE, KEEPER, KeeperWorld, give
from support.lent_python import CAN_LEND

from artifacts.ssh_keygen import SshSigner, SshVerifier, create_key, create_statement_key
from delivery.cli import COMMANDS
from delivery.trail.audit_log import FileAuditLog

ROOT = Path(__file__).parents[2]
RUNBOOK = ROOT / "docs/runbooks/keeper.md"
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
KEPT = "/var/lib/plinth-keeper"
NAMES = {"KEEPER": pwd.getpwuid(KEEPER).pw_name, "RUNNER": pwd.getpwuid(JUDGE).pw_name}
NAMESPACES = {
    "gate": ("gate", ("plinth-gate-report", "plinth-evidence")),
    "delivery": ("delivery", ("plinth-audit", "plinth-image", "git")),
    "reproduction": ("training", ("plinth-reproduction",)),
}
as_root = pytest.mark.skipif(
    not CAN_LEND, reason="only root, with setpriv and unshare, can start a command as another user"
)


def block(kind: str, begin: str) -> str:
    """Return a fenced block of the runbook by the name in its first line."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", RUNBOOK.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [one for one in blocks if one.startswith(f"{begin}\n")]
    return str(found)


def unit() -> configparser.SectionProxy:
    """Return the service of the runbook's unit."""
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(block("ini", "[Unit]"))
    return parsed["Service"]


def shell(script: str, **variables: str) -> None:
    """Run a block as root."""
    given = {"PATH": os.defpath + ":/usr/sbin:/sbin", **NAMES, **variables}
    subprocess.run(["/bin/sh", "-euc", script], check=True, env=given, cwd="/")


def test_the_unit_starts_the_keeper_as_a_user_of_its_own_and_closes_its_sockets_folder() -> None:
    service = unit()
    program, name, command, *options = service["ExecStart"].split()
    assert (program, name) == ("/opt/plinth/bin/plinth", "delivery")
    assert command in COMMANDS["trail.commands"]
    asked = dict(zip(options[::2], options[1::2], strict=True))
    assert asked == {"--socket": "/run/plinth/keeper.sock", "--allow": service["Group"]}
    assert service["User"] != asked["--allow"]
    folder = f"/run/{service['RuntimeDirectory']}"
    assert Path(asked["--socket"]).parent == Path(folder)
    assert service["RuntimeDirectoryMode"] == "0750"
    assert service["Environment"] == f"PLINTH_STATE={KEPT}"
    assert service["ReadWritePaths"] == KEPT
    hardened = ("NoNewPrivileges", "PrivateNetwork", "PrivateTmp", "ProtectHome")
    assert [service[word] for word in hardened] == ["yes"] * 4
    assert (service["ProtectSystem"], service["RestrictAddressFamilies"]) == ("strict", "AF_UNIX")
    assert (service["Restart"], service["UMask"]) == ("always", "0022")


def test_the_runners_variables_are_those_of_the_unit() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    told = dict(re.findall(r"^    (PLINTH_\w+)=(\S+)$", text, re.MULTILINE))
    assert told == {
        "PLINTH_KEEPER": unit()["ExecStart"].split()[4],
        "PLINTH_AUDIT": f"{KEPT}/audit",
        "PLINTH_AUDIT_HEAD": f"{KEPT}/audit-head",
    }


class Moved(KeeperWorld):
    """A keeper that the runbook set up: its state is laid out as PLINTH_STATE is."""

    @property
    def state(self) -> Path:
        """The runner's state."""
        return self.folder / "judge"

    @property
    def public(self) -> Path:
        """The runner's own lists of signers."""
        return self.state / "keys"

    def variables(self, state: Path) -> dict[str, str]:
        """Settings as `bin/plinth` makes them of a state: the keeper reads its own signers."""
        found = super().variables(state)
        if state == self.kept:
            found["PLINTH_DEPLOY_SIGNERS"] = str(state / "keys/delivery.signers")
        return found


@pytest.fixture
def moved() -> Iterator[Moved]:
    """A runner's state with keys and a log of two entries, moved by the runbook's lines."""
    with TemporaryDirectory(prefix="plinth-keeper-") as name:
        world = Moved(Path(name))
        world.folder.chmod(0o755)
        state = world.state
        (state / "evidence").mkdir(parents=True)
        for key, (principal, spaces) in NAMESPACES.items():
            signers = state / f"keys/{key}.signers"
            create_statement_key(state / f"keys/{key}", signers, principal, spaces)
        log = FileAuditLog(
            state / "audit",
            state / "audit-head",
            SshSigner(state / "keys/delivery", "plinth-audit"),
            SshVerifier(state / "keys/delivery.signers", "delivery", "plinth-audit"),
            lambda: BEGUN,
        )
        log.append(deploy("first"))
        log.append(deploy("second"))
        (state / "audit/retraining/one").mkdir(parents=True)
        give(JUDGE, state)
        (world.folder / "run").mkdir()
        os.chown(world.folder / "run", KEEPER, grp.getgrgid(pwd.getpwuid(JUDGE).pw_gid).gr_gid)
        (world.folder / "run").chmod(0o750)  # as RuntimeDirectory= makes it
        shell(block("sh", "# keeper, as root"), STATE=str(state), KEPT=str(world.kept))
        yield world


@as_root
def test_what_the_runbook_moved_signs_and_goes_on(moved: Moved) -> None:
    left = {path.name for path in (moved.state / "keys").iterdir()}
    assert left == {name for key in NAMESPACES for name in (f"{key}.pub", f"{key}.signers")}
    assert (moved.state / "evidence/retraining/one").is_dir()
    append = (
        "from support.audit import deploy\n"
        "from delivery.trail.wiring import make_audit_log\n"
        "from delivery.settings import read_settings\n"
        "print(make_audit_log(read_settings()).append(deploy('third')).sequence)"
    )
    with moved.running():
        added = moved.run(JUDGE, "-c", append)
        audited = moved.run(JUDGE, "-m", "delivery", "audit", "--full")
        rotate(moved)
        again = moved.run(JUDGE, "-c", append)
        rotated = moved.run(JUDGE, "-m", "delivery", "audit", "--full")

    assert (added.stdout, audited.returncode) == ("3\n", 0), added.stderr + audited.stderr
    assert (again.stdout, rotated.returncode) == ("4\n", 0), again.stderr + rotated.stderr
    lines = (moved.kept / "audit/log.jsonl").read_text().splitlines()
    assert len({line.partition('"signature"')[2][:140] for line in lines}) == 2  # two keys


def rotate(moved: Moved) -> None:
    """Rotate delivery's key as the runbooks say, to one that counts from now on."""
    new, listed = moved.folder / "new", moved.folder / "main.signers"
    public = create_key(new, "delivery")
    signers = moved.state / "keys/delivery.signers"
    spaces = ",".join(NAMESPACES["delivery"][1])
    old = signers.read_text().replace(f'"{spaces}"', f'"{spaces}",valid-before="20991231Z"')
    listed.write_text(f'{old}delivery namespaces="{spaces}" {public}\n')
    variables = {"SERVICE": "delivery", "NEW": str(new), "LIST": str(listed)}
    places = {"SIGNERS": str(signers), "KEPT": str(moved.kept)}
    shell(block("sh", "# keeper, rotate"), **variables, **places)
    assert not new.exists()
