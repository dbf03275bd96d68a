"""Records of images are signed by the keeper where there is one, and by a key's file without."""

from pathlib import Path

import pytest

from artifacts.keeper import KeeperSigner
from artifacts.ssh_keygen import SshSigner
from delivery.errors import SettingsMissing
from delivery.settings import TargetSettings
from delivery.targets.aws import wiring as images

SOCKET = Path("/run/plinth/keeper.sock")


@pytest.fixture
def settings(tmp_path: Path) -> TargetSettings:
    return TargetSettings(images=tmp_path / "images", deploy_signers=tmp_path / "signers")


def test_with_a_keeper_no_key_is_needed(settings: TargetSettings) -> None:
    store = images.make_store(settings.model_copy(update={"keeper": SOCKET}))

    assert store._signer == KeeperSigner(SOCKET, "delivery", "plinth-image")


def test_without_a_keeper_it_is_the_keys_file(settings: TargetSettings, tmp_path: Path) -> None:
    store = images.make_store(settings.model_copy(update={"deploy_key": tmp_path / "key"}))

    assert store._signer == SshSigner(tmp_path / "key", "plinth-image")


def test_without_both_the_setting_that_is_missing_is_named(settings: TargetSettings) -> None:
    with pytest.raises(SettingsMissing, match="PLINTH_DEPLOY_KEY"):
        images.make_store(settings)


def test_an_empty_variable_is_no_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLINTH_KEEPER", "")

    assert TargetSettings().keeper is None
