import json
from pathlib import Path

import pytest
from support.image_fakes import SOUND, payload_of, record_of
from typer.testing import CliRunner, Result

from artifacts.refusal import Refusal
from delivery.settings import TargetSettings
from delivery.targets.aws import commands
from delivery.targets.aws.images.contents import Clean, Layer, Undecided
from delivery.targets.aws.images.ecr_registry import Pushed
from delivery.targets.aws.images.make_image import Built

RECORD = record_of(payload_of())
KEY = payload_of().digest


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "read_target_settings", TargetSettings)


def run(*words: str) -> Result:
    return CliRunner().invoke(commands.images, list(words))


def answer(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> list[tuple[object, ...]]:
    calls: list[tuple[object, ...]] = []

    def call(_: TargetSettings, *words: object) -> object:
        calls.append(words)
        return value

    monkeypatch.setattr(commands, name, call)
    return calls


@pytest.mark.parametrize(("new", "said"), [(True, "built with fake"), (False, "there already")])
def test_build_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new: bool, said: str
) -> None:
    answer(monkeypatch, "run_build", Built(RECORD, new=new))

    file = payload_of().write(tmp_path / "p.json")

    result = run("build", str(file), "--source", str(tmp_path))

    assert result.exit_code == 0
    assert said in result.output
    assert SOUND.image in result.output


def test_a_refused_build_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer(monkeypatch, "run_build", Refusal("it is forged"))

    file = payload_of().write(tmp_path / "p.json")

    result = run("build", str(file), "--source", str(tmp_path))

    assert result.exit_code == 1
    assert "it is forged" in result.output


def test_build_service_takes_commits_and_services_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls = answer(monkeypatch, "run_build_service", Built(RECORD, new=True))
    source = ("--source", str(tmp_path))

    assert run("build-service", "training", *source, "--commit", "a" * 40).exit_code == 0
    assert run("build-service", "training", *source, "--commit", "main").exit_code == 2
    assert run("build-service", "inference", *source, "--commit", "a" * 40).exit_code == 2
    assert run("build-service", "other", *source, "--commit", "a" * 40).exit_code == 2
    assert calls == [("training", "a" * 40, tmp_path)]


def test_an_image_is_named_by_a_payloads_file_or_a_digest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pushed = Pushed("plinth/inference", "tag", SOUND.image, 12_000_000, new=True)
    calls = answer(monkeypatch, "run_push", pushed)
    file = payload_of(image=SOUND.image).write(tmp_path / "payload.json")

    by_file, by_digest, by_nothing = run("push", str(file)), run("push", KEY), run("push", "x")

    assert calls == [(KEY,), (KEY,)]
    assert (by_file.exit_code, by_digest.exit_code, by_nothing.exit_code) == (0, 0, 2)
    assert f"plinth/inference@{SOUND.image} pushed, 12.0 MB sent" in by_file.output


def test_a_push_of_what_is_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "run_push", Pushed("plinth/inference", "t", SOUND.image, 0, new=False))

    assert "is there already" in run("push", KEY).output


def test_a_refused_push_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "run_push", Refusal("another image"))

    assert run("push", KEY).exit_code == 1


@pytest.mark.parametrize(
    ("verdict", "code", "said"),
    [
        (Clean(SOUND.image, (("HIGH", 2),)), 0, "nothing critical; 2 HIGH"),
        (Clean(SOUND.image, ()), 0, "no findings"),
        (Refusal("CVE-1"), 1, "CVE-1"),
        (Undecided("still runs"), 2, "still runs"),
    ],
)
def test_a_scans_verdict_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, verdict: object, code: int, said: str
) -> None:
    calls = answer(monkeypatch, "run_scan", verdict)

    result = run("scan", KEY, "--seconds", "5")

    assert calls == [(KEY, 5.0)]
    assert result.exit_code == code
    assert said in result.output


def test_show_prints_the_record_or_the_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "run_show", (RECORD, (Layer(KEY, 1_500_000, 3_000_000),)))

    assert json.loads(run("show", KEY).output) == RECORD.model_dump(mode="json")
    assert "1.5 MB stored      3.0 MB unpacked" in run("show", KEY, "--layers").output


def test_a_base_is_named_by_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answer(monkeypatch, "run_base", KEY)

    assert run("base", "tools").output.strip() == KEY
    assert run("base").output.strip() == KEY
    assert calls == [("tools",), ("runtime",)]
