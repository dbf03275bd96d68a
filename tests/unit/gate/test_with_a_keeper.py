"""PLINTH_KEEPER chooses who holds the gate's key: nothing else changes for its commands."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from artifacts.keeper import KeeperSigner
from artifacts.ssh_keygen import SshSigner
from gate.commands import app, signer
from gate.settings import Settings

SOCKET = Path("/run/plinth/keeper.sock")
PATHS = (
    *("root", "model_store", "public_key", "gate_key", "gate_signers", "reproduction_signers"),
    *("evidence", "policies", "releases"),
)


@pytest.fixture
def files(tmp_path: Path) -> Settings:
    """Settings without a keeper."""
    return Settings(**{name: tmp_path / name for name in PATHS})


@pytest.fixture
def kept(files: Settings) -> Settings:
    """The same with one."""
    return files.model_copy(update={"keeper": SOCKET})


def test_without_a_keeper_the_key_is_a_file(files: Settings) -> None:
    assert signer(files, "plinth-gate-report") == SshSigner(files.gate_key, "plinth-gate-report")


def test_with_a_keeper_it_is_asked(kept: Settings) -> None:
    assert signer(kept, "plinth-gate-report") == KeeperSigner(SOCKET, "gate", "plinth-gate-report")


def test_no_room_may_have_the_socket(kept: Settings, files: Settings) -> None:
    assert SOCKET in kept.hidden
    assert SOCKET in kept.signing
    assert SOCKET not in (*files.hidden, *files.signing)


def test_no_key_is_created_beside_a_keeper(
    files: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PATHS:
        monkeypatch.setenv(f"PLINTH_{name.upper()}", str(getattr(files, name)))
    monkeypatch.setenv("PLINTH_KEEPER", str(SOCKET))
    done = CliRunner().invoke(app, ["create-keys"])
    assert done.exit_code == 0, done.output
    assert done.output == f"the keeper at {SOCKET} holds the keys: none is created here\n"
    assert not files.gate_key.exists()
