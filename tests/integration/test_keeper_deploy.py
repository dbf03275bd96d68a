"""A deploy whose entries, published head and proposals are signed by a keeper of another user."""

import shutil
from pathlib import Path

import pytest
from support.checkout import git
from support.deploy_loop import make_deploy_loop
from support.keeper_world import KEEPER, give, keeper_world
from support.lent_python import CAN_LEND

from artifacts.ssh_keygen import SshVerifier
from delivery.trail.audit_log import FileAuditLog

# MLflow's own, of libraries that it uses.
pytestmark = [
    pytest.mark.machine,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
    pytest.mark.skipif(not CAN_LEND, reason="only root can start a command as another user"),
]


def test_a_deploy_records_and_publishes_through_the_keeper(  # long: one deploy, in its order
    tmp_path: Path,
) -> None:
    (tmp_path / "loop").mkdir()
    loop = make_deploy_loop(tmp_path / "loop")
    with keeper_world() as world:
        kept = {
            "PLINTH_KEEPER": str(world.socket),
            "PLINTH_AUDIT": str(world.kept / "audit"),
            "PLINTH_AUDIT_HEAD": str(world.kept / "audit-head"),
        }
        try:
            commit = loop.release(0)
            for name in ("delivery", "delivery.pub"):  # moved, and not copied
                shutil.move(loop.folder / "keys" / name, world.kept / "keys" / name)
            signers = loop.folder / "keys/delivery.signers"
            shutil.copyfile(signers, world.public / "delivery.signers")
            for name in ("audit", "audit-head"):
                (world.kept / name).rmdir()
                shutil.move(loop.folder / name, world.kept / name)
            give(KEEPER, world.kept)
            with world.running(0):
                _, deployed = loop.deploy(commit, **kept)
                verified = loop.delivery("verify", "staging", "--record", **kept)
                audited = loop.delivery("audit", "--full", **kept)
        finally:
            loop.host.stop()
        verifier = SshVerifier(world.public / "delivery.signers", "delivery", "plinth-audit")
        folders = (world.kept / "audit", world.kept / "audit-head")
        log = FileAuditLog(*folders, None, verifier, lambda: None)  # type: ignore[arg-type, return-value]
        events = [(entry.event, entry.outcome) for entry in log.entries(full=True)][1:]

    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert events == [
        ("deploy", "undecided"),
        ("alias", "done"),
        ("deploy", "green"),
        ("verification", "green"),
        ("verification", "green"),
    ]
    assert not (loop.folder / "audit").exists()
    allowed = f"gpg.ssh.allowedSignersFile={signers}"
    git(loop.repository, "-c", allowed, "verify-commit", "refs/heads/plinth-audit")
