from pathlib import Path

import pytest
from support.host_world import HostWorld, make_stub_world

from artifacts.digests import digest_bytes
from delivery.cli import main

DIGEST = digest_bytes(b"x")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostWorld:
    world = make_stub_world(tmp_path)
    monkeypatch.setenv("PLINTH_HOST", str(world.host))
    monkeypatch.delenv("PLINTH_DIE_AFTER", raising=False)
    return world


def ends(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["delivery", "local", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("want", "staging", "no digest"), 2, "no digest"),
        (("want", "elsewhere", DIGEST), 2, "elsewhere"),
        (("run", "staging", DIGEST), 2, "delivery local install"),
        (("prune", "--keep", "../.."), 2, "no digest"),
        (("install", "missing.json", "--source", "."), 2, "missing.json"),
    ],
)
def test_what_can_not_be_done_ends_with_its_code_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    monkeypatch.setenv("PLINTH_MODEL_STORE", "models")
    monkeypatch.setenv("PLINTH_PUBLIC_KEY", "key.pem")
    monkeypatch.setenv("PLINTH_UV", "uv")

    assert ends(monkeypatch, *words) == code
    assert says in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_payload_that_this_host_can_not_run_is_refused_with_1(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    world: HostWorld,
    tmp_path: Path,
) -> None:
    text = world.payloads[0].read_text().replace('"image": null', f'"image": "{DIGEST}"')
    (tmp_path / "image.json").write_text(text)
    for name in ("MODEL_STORE", "PUBLIC_KEY", "UV"):
        monkeypatch.setenv(f"PLINTH_{name}", "x")

    assert ends(monkeypatch, "install", str(tmp_path / "image.json"), "--source", ".") == 1
    assert "refused: the payload names an image" in capsys.readouterr().err


def test_a_missing_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PLINTH_HOST", raising=False)

    assert ends(monkeypatch, "observe", "staging") == 2
    assert "PLINTH_HOST" in capsys.readouterr().err


def test_an_environment_that_never_ran_is_observed_and_stopped_without_complaint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], world: HostWorld
) -> None:
    assert ends(monkeypatch, "want", "staging", world.digest(0)) == 0
    assert ends(monkeypatch, "observe", "staging") == 0
    assert f'"wanted": "{world.digest(0)}"' in capsys.readouterr().out
    assert ends(monkeypatch, "stop", "staging") == 0
    assert "0 processes ended" in capsys.readouterr().out


def test_payloads_to_keep_are_named_with_one_flag_or_several(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], world: HostWorld
) -> None:
    keep = [world.digest(number) for number in range(3)]

    assert ends(monkeypatch, "prune", "--keep", *keep) == 0
    assert capsys.readouterr().out == ""
    assert ends(monkeypatch, "prune", "--keep", keep[0], "--keep", keep[1]) == 0
    assert keep[2] in capsys.readouterr().out
