"""Exit codes, outputs and words of the commands that train again and talk to the forge."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.checkout import commit_all, git
from support.github_stand_in import REPOSITORY, TOKEN, Github, serving
from support.made_records import gate_report

from artifacts.digests import digest_json
from artifacts.ssh_keygen import SshSigner, create_statement_key
from artifacts.statements import write_signed
from delivery import cli
from delivery.forges.wiring import find_forge
from delivery.git.wiring import make_branches
from delivery.retrain.retrain import Retrain
from delivery.retrain.retraining import Retrained
from delivery.settings import Settings, read_settings
from delivery.trail.wiring import create_key, make_audit_log

KEY = digest_json("inputs")
SETTINGS = {
    "ROOT": "checkout",
    "MODEL_STORE": "models",
    "PUBLIC_KEY": "keys/model.pub.pem",
    "GATE_KEY": "keys/gate",
    "GATE_SIGNERS": "keys/gate.signers",
    "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
    "EVIDENCE": "evidence",
    "POLICIES": "policies",
    "RELEASES": "releases",
    "AUDIT": "audit",
    "AUDIT_HEAD": "audit-head",
    "DEPLOY_KEY": "keys/delivery",
    "DEPLOY_SIGNERS": "keys/delivery.signers",
    "BOX": "box",
    "SIGNING_KEY": "keys/model.pem",
    "TRAINING": "training",
    "HANDOVER": "handover",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a folder with a checkout that has one commit."""
    for name, path in SETTINGS.items():
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / path))
    for name in ("FORGE_URL", "FORGE_REPOSITORY", "FORGE_TOKEN"):
        monkeypatch.delenv(f"PLINTH_{name}", raising=False)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    git(checkout, "init", "--quiet", "--initial-branch=main")
    commit_all(checkout, "Begin")
    return read_settings()


@pytest.fixture
def github(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Github]:
    """A stand-in that the settings name."""
    assert settings
    made = Github()
    with serving(made) as url:
        monkeypatch.setenv("PLINTH_FORGE_URL", url)
        monkeypatch.setenv("PLINTH_FORGE_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("PLINTH_FORGE_TOKEN", TOKEN)
        yield made


def run(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["delivery", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    code = ended.value.code or 0
    assert isinstance(code, int)
    return code


def test_a_plan_without_a_manifest_is_written_as_outputs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(monkeypatch, "plan-retraining")

    assert code == 0
    assert settings.step_output is not None
    assert settings.step_output.read_text() == capsys.readouterr().out
    assert "needed=false\ncarry_on=false\ninputs=\n" in settings.step_output.read_text()


@pytest.mark.parametrize(
    ("decision", "expected"),
    [("allowed", 0), ("refused", 0), ("no_improvement", 0), ("not_needed", 0), ("undecided", 2)],
)
def test_only_a_retraining_that_nobody_could_decide_ends_red(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, decision: str, expected: int
) -> None:
    done = Retrained(decision, "because", KEY, "# The candidate\n")  # type: ignore[arg-type]
    monkeypatch.setattr(Retrain, "__call__", lambda *_: done)

    code = run(monkeypatch, "retrain")

    assert code == expected
    assert settings.step_output is not None
    assert f"decision={decision}\n" in settings.step_output.read_text()
    assert settings.step_summary is not None
    assert settings.step_summary.read_text().startswith("# Retraining: ")


def test_a_retraining_leaves_a_copy_of_its_candidate(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = settings.needed("audit") / "retraining" / KEY.removeprefix("sha256:") / "candidate"
    kept.mkdir(parents=True)
    (kept / "model.sig").write_text("signed")
    done = Retrained("allowed", "because", KEY)
    monkeypatch.setattr(Retrain, "__call__", lambda *_: done)

    assert run(monkeypatch, "retrain", "--out", tmp_path / "out") == 0

    assert (tmp_path / "out/model.sig").read_text() == "signed"


def test_a_verdict_is_added_to_the_log(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create_key(settings)
    create_statement_key(
        settings.gate_key, settings.gate_signers, "gate", ("plinth-gate-report", "plinth-evidence")
    )
    report = gate_report()
    signer = SshSigner(settings.gate_key, "plinth-gate-report")
    path = write_signed(report, tmp_path / "report.json", signer)

    code = run(monkeypatch, "record-gate", path, "--inputs", KEY)

    (entry,) = make_audit_log(settings).entries(full=True)
    assert code == 0
    assert (entry.event, entry.subject, entry.inputs) == ("gate", report.digest, KEY)


def test_a_verdict_that_the_gate_did_not_sign_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create_key(settings)
    path = gate_report().write(tmp_path / "report.json")

    assert run(monkeypatch, "record-gate", path, "--inputs", KEY) == 1
    assert make_audit_log(settings).entries() == ()


def test_a_verdict_of_a_key_that_was_rotated_out_is_not_recorded_whatever_its_date(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create_key(settings)
    create_statement_key(
        settings.gate_key, settings.gate_signers, "gate", ("plinth-gate-report", "plinth-evidence")
    )
    known = settings.gate_signers.read_text().replace('" ssh', '",valid-before="20260101Z" ssh')
    settings.gate_signers.write_text(known)
    shape = gate_report().model_dump() | {"decided_at": datetime(2025, 12, 1, tzinfo=UTC)}
    report = type(gate_report()).model_validate(shape)
    signer = SshSigner(settings.gate_key, "plinth-gate-report")
    path = write_signed(report, tmp_path / "report.json", signer)

    assert run(monkeypatch, "record-gate", path, "--inputs", KEY) == 1
    assert make_audit_log(settings).entries() == ()


def test_nothing_to_promote_is_a_refusal_with_its_reason(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "promote") == 1
    assert "staging has verified nothing yet" in capsys.readouterr().err
    assert settings.step_output is not None
    assert "promoted=false\n" in settings.step_output.read_text()


def test_evidence_is_one_comment_that_is_kept_up_to_date(
    github: Github, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "judgement.md"
    for text in ("# one\n", "# two\n"):
        page.write_text(text)
        assert run(monkeypatch, "comment-evidence", "7", page) == 0

    assert [c["body"] for c in github.comments[7]] == ["<!-- plinth:judge -->\n# two\n"]


def test_evidence_that_was_never_written_is_commented_as_such(
    github: Github, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run(monkeypatch, "comment-evidence", "7", tmp_path / "nothing.md") == 0

    assert "left no evidence" in github.comments[7][0]["body"]


@pytest.mark.usefixtures("settings")
def test_without_a_forge_evidence_is_to_be_copied_by_hand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "comment-evidence", "7", tmp_path / "a.md") == 0
    assert "By hand: copy" in capsys.readouterr().out


@pytest.mark.usefixtures("settings")
def test_nobody_can_tell_how_no_forge_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "check-forge") == 2


def test_a_forge_that_is_not_set_up_ends_with_1_and_says_what_to_do(
    github: Github, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    github.settings = {"": {"default_branch": "trunk", "allow_merge_commit": True}}

    code = run(monkeypatch, "check-forge")

    said = capsys.readouterr().out
    assert code == 1
    assert said.startswith("walls: ")
    assert "missing     main is the default branch" in said
    assert "make main the default branch" in said
    assert "can't tell  the secret PLINTH_FORGE_TOKEN is there for staging" in said


def test_a_forge_that_says_nothing_ends_with_2(
    github: Github, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.settings = {"": {"default_branch": "main", "allow_merge_commit": True}}

    assert run(monkeypatch, "check-forge") == 2


def test_a_token_is_not_shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings
    monkeypatch.setenv("PLINTH_FORGE_TOKEN", TOKEN)

    assert TOKEN not in repr(read_settings())


def test_a_box_is_the_forge_where_there_is_one_and_no_token(
    settings: Settings, tmp_path: Path
) -> None:
    before = find_forge(settings)
    (tmp_path / "box/origin.git").mkdir(parents=True)

    assert before is None
    assert type(find_forge(settings)).__name__ == "BoxForge"
    assert make_branches(settings).options == ("as=runner", "no-wait")


def test_a_token_makes_github_the_forge_though_a_box_is_there(
    github: Github, tmp_path: Path
) -> None:
    assert github
    (tmp_path / "box/origin.git").mkdir(parents=True)

    assert type(find_forge(read_settings())).__name__ == "GithubForge"
    assert make_branches(read_settings()).options == ()
