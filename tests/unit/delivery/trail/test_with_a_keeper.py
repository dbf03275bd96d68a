"""One setting, PLINTH_KEEPER, chooses who holds keys and log: nothing else changes for commands."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from artifacts.keeper import KeeperSigner
from artifacts.ssh_keygen import SshSigner
from delivery.errors import SettingsMissing
from delivery.retrain import commands as retraining
from delivery.settings import Settings
from delivery.signing import make_signer
from delivery.trail import commands as tracing
from delivery.trail.audit_log import FileAuditLog, KeptAuditLog
from delivery.trail.wiring import make_audit_log

SOCKET = Path("/run/plinth/keeper.sock")
PATHS = (
    *("root", "model_store", "public_key", "gate_key", "gate_signers", "reproduction_signers"),
    *("evidence", "policies", "releases", "audit", "audit_head", "deploy_key", "deploy_signers"),
)


@pytest.fixture
def files(tmp_path: Path) -> Settings:
    """Settings without a keeper."""
    return Settings(**{name: tmp_path / name for name in PATHS})


@pytest.fixture
def kept(files: Settings) -> Settings:
    """The same with one, and without delivery's key."""
    return files.model_copy(update={"keeper": SOCKET, "deploy_key": None})


def test_without_a_keeper_keys_are_files(files: Settings) -> None:
    assert make_signer(files, "delivery", "git") == SshSigner(files.needed("deploy_key"), "git")
    assert isinstance(make_audit_log(files), FileAuditLog)
    with pytest.raises(SettingsMissing, match="PLINTH_REPRODUCTION_KEY"):
        make_signer(files, "reproduction", "plinth-reproduction")


def test_with_a_keeper_it_is_asked_and_no_key_is_needed(kept: Settings) -> None:
    assert make_signer(kept, "delivery", "git") == KeeperSigner(SOCKET, "delivery", "git")
    log = make_audit_log(kept)
    assert isinstance(log, KeptAuditLog)
    assert (log.socket, log.file) == (SOCKET, kept.needed("audit") / "log.jsonl")


def test_no_room_may_have_the_socket(kept: Settings, files: Settings) -> None:
    assert SOCKET in kept.hidden
    assert SOCKET in kept.secrets
    assert SOCKET not in (*files.hidden, *files.secrets)


def test_retrainings_lie_where_the_judge_may_write(kept: Settings, files: Settings) -> None:
    assert retraining._places(files) == files.needed("audit") / "retraining"
    assert retraining._places(kept) == kept.evidence / "retraining"


def test_no_key_is_created_beside_a_keeper(
    files: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PATHS:
        monkeypatch.setenv(f"PLINTH_{name.upper()}", str(getattr(files, name)))
    monkeypatch.setenv("PLINTH_KEEPER", str(SOCKET))
    done = CliRunner().invoke(tracing.app, ["create-deploy-key"])
    assert done.exit_code == 0, done.output
    assert done.output == f"the keeper at {SOCKET} holds the keys: none is created here\n"
    assert not files.needed("deploy_key").exists()
