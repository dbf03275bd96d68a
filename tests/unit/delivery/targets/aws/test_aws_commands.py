"""The commands that look after services: their exit codes, and what they say."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from support.cloud_sightings import CALLER, NEW

from delivery.cli import main
from delivery.errors import NotARehearsal
from delivery.settings import TargetSettings, read_target_settings
from delivery.targets.aws import commands as services
from delivery.targets.aws.aws_clients import WrongAccount
from delivery.targets.aws.aws_errors import NotSettled
from delivery.targets.aws.rollout import Failed, Rollout, Settled

VARIABLES = (
    "AWS_ENDPOINT_URL",
    "PLINTH_CLOUD_URL",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def ends(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["delivery", "aws", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("identify", "--account", "12"), "no account"),
        (("identify",), "--account"),
        (("observe", "elsewhere"), "elsewhere"),
        (("settle", "staging", "--image", "latest"), "no digest"),
        (("settle", "staging", "--image", NEW, "--seconds", "-1"), "--seconds"),
        (("token",), "--out"),
    ],
)
def test_words_that_make_no_sense_end_with_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    says: str,
) -> None:
    assert ends(monkeypatch, *words) == 2
    assert says in capsys.readouterr().err


def test_another_account_is_refused_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = WrongAccount(CALLER, "999999999999")
    monkeypatch.setattr(services, "run_identify", lambda *_: wrong)

    assert ends(monkeypatch, "identify", "--account", "999999999999") == 1
    said = capsys.readouterr()
    assert "refused" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("verdict", "code", "says"),
    [(Settled(2), 0, "in 2 tasks (3.0 s)"), (Failed("it went back"), 1, "it went back")],
)
def test_how_a_rollout_ended_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verdict: Settled | Failed,
    code: int,
    says: str,
) -> None:
    monkeypatch.setattr(services, "run_settle", lambda *_: Rollout(verdict, 3.0))

    assert ends(monkeypatch, "settle", "staging", "--image", NEW) == code
    said = capsys.readouterr()
    assert says in (said.err if code else said.out)


def test_a_rollout_that_nobody_can_tell_the_end_of_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_: object) -> Rollout:
        raise NotSettled(NEW, 5, "targets stay unhealthy")

    monkeypatch.setattr(services, "run_settle", never)

    assert ends(monkeypatch, "settle", "staging", "--image", NEW) == 2
    assert "targets stay unhealthy" in capsys.readouterr().err


def test_a_token_without_permission_names_the_permission(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert ends(monkeypatch, "token", "--out", str(tmp_path / "token")) == 2
    assert "permissions: id-token: write" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_in_a_rehearsal_no_token_is_written_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")

    assert ends(monkeypatch, "token", "--out", str(tmp_path / "token")) == 0
    assert "rehearsal" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:5000", "http://localhost", "http://[::1]:80", "http://127.0.0.9"]
)
def test_an_emulator_on_this_machine_makes_a_rehearsal(
    monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("PLINTH_CLOUD_URL", "http://127.0.0.1:1")

    settings = read_target_settings()

    assert settings.rehearsal
    assert settings.address == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "https://ecs.example",
        "http://127.0.0.1.example",
        "http://10.0.0.1",
        "https://127.0.0.1@ecs.example",
    ],
)
def test_an_address_of_a_rehearsal_is_refused_where_the_cloud_may_be_a_real_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("PLINTH_CLOUD_URL", "http://127.0.0.1:1")

    assert not read_target_settings().rehearsal
    with pytest.raises(NotARehearsal):
        _ = read_target_settings().address
    assert ends(monkeypatch, "observe", "staging") == 2
    assert "PLINTH_CLOUD_URL" in capsys.readouterr().err


def test_a_rehearsal_that_boto3_knows_nothing_of_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("PLINTH_CLOUD_URL", "http://127.0.0.1:1")

    assert ends(monkeypatch, "observe", "staging") == 2
    assert "PLINTH_CLOUD_URL" in capsys.readouterr().err


def test_the_secret_of_a_workflow_is_in_no_text_of_the_settings() -> None:
    settings = TargetSettings.model_validate({"ACTIONS_ID_TOKEN_REQUEST_TOKEN": SecretStr("hush")})

    assert settings.token_secret
    assert "hush" not in f"{settings!r} {settings}"
