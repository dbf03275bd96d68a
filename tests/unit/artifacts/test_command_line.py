"""A breakdown of any service ends with 2 and one line, and a digest is typed in one way."""

import gc
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer

from artifacts.command_line import CommandLine, digest_argument

DIGITS = "0123456789abcdef" * 4


@pytest.mark.parametrize("typed", [DIGITS, f"sha256:{DIGITS}"])
def test_a_digest_is_read_with_its_kind_or_without(typed: str) -> None:
    assert digest_argument(typed) == f"sha256:{DIGITS}"


@pytest.mark.parametrize(
    "typed", ["", "sha256:", DIGITS[1:], f"{DIGITS}0", DIGITS.upper(), f"{DIGITS}\n"]
)
def test_anything_else_is_no_digest_and_says_what_one_is(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="sha256: and 64 digits"):
        digest_argument(typed)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (None, "service: ModuleNotFoundError: No module named 'service'\n"),
        (lambda _: "odd", "service: odd\n"),
    ],
)
def test_what_breaks_a_command_is_told_in_a_line_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], told, said: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["service", "do"])
    line = CommandLine("service", "Does things.", {"commands": {"do": "Does one."}})

    with pytest.raises(SystemExit) as ended:
        line.run(told)

    assert ended.value.code == 2
    assert capsys.readouterr().err == said


def test_a_command_is_imported_without_a_look_for_garbage_and_run_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A service that runs for weeks must let go of what its requests leave behind."""
    module = tmp_path / "imported_quietly.py"
    module.write_text(
        "import gc\nimport typer\nwhile_imported = gc.isenabled()\napp = typer.Typer()\n"
        "@app.command()\ndef do(): pass\n@app.command()\ndef rest(): pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    package = ModuleType("service")
    monkeypatch.setitem(sys.modules, "service", package)
    package.__path__ = [str(tmp_path)]
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    line = CommandLine("service", "Does things.", {"imported_quietly": {"do": "Does one."}})
    try:
        assert line.get_command(None, "do").name == "do"
        assert sys.modules["service.imported_quietly"].while_imported is False
        assert gc.isenabled()
        assert gc.get_threshold() == before
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
        sys.modules.pop("service.imported_quietly", None)
