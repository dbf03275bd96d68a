"""Commands over what a target is made of: what they print, leave for a workflow, and end with."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from support.deploy_world import commit

from artifacts.cant_tell import CantTell
from delivery import cli
from delivery.deploy import infrastructure_commands as infrastructure
from delivery.deploy.compare import Difference, Drift, Verification
from delivery.deploy.infrastructure import Built, DriftReport, Planned
from delivery.errors import ImageRefused
from delivery.releases.wanted import Wanted

SETTINGS = (
    *("ROOT", "MODEL_STORE", "PUBLIC_KEY", "GATE_KEY", "GATE_SIGNERS", "REPRODUCTION_SIGNERS"),
    *("EVIDENCE", "POLICIES", "RELEASES"),
)
WANTED = Wanted("staging", commit("a"), None, ())
OTHER = Difference("terraform", "aws_a.this", "as git has it", "other in tags", "a deploy")
UNKNOWN = Difference("cloud", "what runs", "nothing", "no answer", "a deploy", unknown=True)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in SETTINGS:
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / name))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["delivery", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("failed", "exit_code"), [((), 0), (("terraform fmt of local",), 1)])
def test_terraforms_checks_end_by_whether_all_passed(monkeypatch, capsys, failed, exit_code):
    checks = SimpleNamespace(run=lambda: failed)
    monkeypatch.setattr(infrastructure, "make_checks", lambda *_: checks)

    assert run(monkeypatch, "terraform-check") == exit_code

    assert "".join(failed) in capsys.readouterr().err


def test_the_local_target_has_no_image_to_build(monkeypatch, capsys):
    assert run(monkeypatch, "build-image", "--commit", "main") == 0

    assert "runs processes, no images" in capsys.readouterr().out


def test_an_image_that_was_built_is_told_to_the_workflow(monkeypatch, tmp_path, capsys):
    built = Built("sha256:" + "a" * 64, ("pushed\x1b[31m",))
    monkeypatch.setattr(infrastructure, "make_build_image", lambda _: lambda _commit: built)

    assert run(monkeypatch, "build-image", "--commit", "main") == 0

    assert (tmp_path / "output").read_text() == f"image={built.image}\n"
    assert "\x1b" not in capsys.readouterr().out


def test_an_image_with_findings_is_refused_and_not_broken(monkeypatch, capsys):
    def refusing(_commit: str) -> Built:
        raise ImageRefused("scan", "CVE-1 is critical")

    monkeypatch.setattr(infrastructure, "make_build_image", lambda _: refusing)

    assert run(monkeypatch, "build-image", "--commit", "main") == 1

    assert "CVE-1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "exit_code", "said"),
    [
        ((Drift("aws_a.this", "update", ("tags",)),), 0, "aws_a.this: tags"),
        (CantTell("the place", "no credentials", "place"), 2, "no credentials"),
    ],
)
def test_a_plan_is_printed_and_summarised(monkeypatch, tmp_path, capsys, changes, exit_code, said):
    planning = lambda *_: (Planned(WANTED, changes),)  # noqa: E731
    monkeypatch.setattr(infrastructure, "make_plan", lambda *_: planning)

    assert run(monkeypatch, "plan-infrastructure", "--commit", "main") == exit_code

    assert said in capsys.readouterr().out
    assert "### staging" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(
    ("found", "exit_code"), [((), 0), ((OTHER,), 1), ((OTHER, UNKNOWN), 2), ((UNKNOWN,), 2)]
)
def test_drift_ends_by_what_was_found(monkeypatch, capsys, found, exit_code):
    report = DriftReport((Verification(WANTED, found),), "issue 1" if found else None)
    monkeypatch.setattr(infrastructure, "make_report_drift", lambda *_: lambda _where: report)

    assert run(monkeypatch, "report-drift") == exit_code

    said = capsys.readouterr().out
    assert all(str(one) in said for one in found)
    assert ("told: issue 1" in said) == bool(found)


def test_without_its_settings_the_aws_target_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setenv("PLINTH_TARGET", "aws")

    assert run(monkeypatch, "plan-infrastructure", "--commit", "main") == 2

    said = capsys.readouterr().err
    assert "PLINTH_STATE_BUCKET" in said
    assert "AWS_REGION" in said
