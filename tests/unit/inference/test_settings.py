import pytest
from pydantic import ValidationError

from inference.bootstrap import wire_service
from inference.errors import SettingsInvalid
from inference.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch, tmp_path):
    for name in ("PUBLIC_KEY", "API_KEYS", "THREADS", "MAX_WAITING", "BODY_LIMIT_BYTES"):
        monkeypatch.delenv(f"PLINTH_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PLINTH_PUBLIC_KEY", str(tmp_path))
    monkeypatch.setenv("PLINTH_API_KEYS", " one , two,,")
    monkeypatch.setenv("PLINTH_THREADS", "3")
    settings = read_settings()
    assert (settings.public_key, settings.threads) == (tmp_path, 3)
    assert settings.key_list == ("one", "two")


def test_every_problem_is_named_at_once_by_its_variable(monkeypatch):
    monkeypatch.setenv("PLINTH_THREADS", "none")
    with pytest.raises(SettingsInvalid, match=r"PLINTH_PUBLIC_KEY.*PLINTH_THREADS"):
        read_settings()


def test_a_bad_key_is_told_without_being_shown(monkeypatch):
    monkeypatch.setenv("PLINTH_PUBLIC_KEY", "key.pem")
    monkeypatch.setenv("PLINTH_API_KEYS", "geheim-é")
    with pytest.raises(SettingsInvalid) as caught:
        read_settings()
    assert "PLINTH_API_KEYS" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_keys_are_not_shown_by_the_settings(monkeypatch):
    monkeypatch.setenv("PLINTH_PUBLIC_KEY", "key.pem")
    monkeypatch.setenv("PLINTH_API_KEYS", "secret")
    assert "secret" not in repr(read_settings())


def test_a_dot_env_file_is_not_read(tmp_path):
    (tmp_path / ".env").write_text("PLINTH_PUBLIC_KEY=key.pem\n")
    with pytest.raises(SettingsInvalid):
        read_settings()


def test_settings_are_frozen(tmp_path):
    settings = Settings(public_key=tmp_path)
    with pytest.raises(ValidationError):
        settings.threads = 2


@pytest.mark.parametrize("keys", ["", " , ,"])
def test_a_service_without_a_key_is_refused(tmp_path, keys):
    settings = Settings(public_key=tmp_path, api_keys=keys)
    with pytest.raises(SettingsInvalid, match="PLINTH_API_KEYS"):
        wire_service(settings, tmp_path)
