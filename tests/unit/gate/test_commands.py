"""The commands over real files: a signed artifact, a dataset of photos, policies and releases."""

import shutil

import pytest
from support.gate_checkout import Checkout, copied, gate, run
from support.made_records import release, released
from support.tiny_artifact import public_key_of, tiny_artifact, tiny_photo

from artifacts.folder import SIGNATURE, write_artifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest
from artifacts.signatures import KeySigner, create_key_pair


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("template") / "checkout").root


@pytest.fixture(scope="module")
def measured_template(template, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made = copied(template, tmp_path_factory.mktemp("measured") / "checkout", patch)
        assert gate(made, patch)[0] == 0
    return made.root


@pytest.fixture
def checkout(template, tmp_path, monkeypatch):
    return copied(template, tmp_path / "checkout", monkeypatch)


@pytest.fixture
def measured(measured_template, tmp_path, monkeypatch):
    """The same after a judgement: what was measured of the candidate is not measured again."""
    return copied(measured_template, tmp_path / "checkout", monkeypatch)


def test_a_first_release_is_allowed(checkout, monkeypatch, capsys):
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision, report.first_release) == (0, "allowed", True)
    shown = capsys.readouterr().out
    assert "DECISION   allowed" in shown
    assert "\x1b" not in shown


def test_a_broken_floor_exits_with_1(measured, monkeypatch, capsys):
    measured.policy(floor=0.99)
    code, report = gate(measured, monkeypatch)
    assert (code, report.decision) == (1, "refused")
    assert "floor.style" in capsys.readouterr().out


def test_missing_evidence_exits_with_2(measured, monkeypatch):
    (measured.root / "releases" / "staging.yaml").unlink()
    code, report = gate(measured, monkeypatch)
    assert (code, report.decision) == (2, "undecided")


def test_a_tie_exits_with_3(measured, monkeypatch):
    digest = measured.store().put(measured.candidate).digest
    measured.release(release(released(digest)))
    code, report = gate(measured, monkeypatch)
    assert (code, report.decision, report.champion) == (3, "no_improvement", digest)


def test_a_champion_is_scored_from_the_store(measured, monkeypatch):
    other = measured.artifact("other", seed=5)
    digest = measured.store().put(other).digest
    measured.release(release(released(digest)))
    _, report = gate(measured, monkeypatch)
    assert report.champion == digest
    assert {r.rule: r.value for r in report.rules}["non_inferiority"] is not None


def test_a_champion_whose_bytes_were_changed_leaves_undecided(measured, monkeypatch):
    store = measured.store()
    digest = store.put(measured.artifact("other", seed=5)).digest
    head = store.folder(digest) / "heads" / "style.onnx"
    head.write_bytes(head.read_bytes() + b"x")
    measured.release(release(released(digest)))
    code, report = gate(measured, monkeypatch)
    assert (code, report.champion) == (2, None)


@pytest.mark.parametrize("change", ["byte", "extra", "signature", "key"])
def test_a_candidate_that_was_changed_is_refused_by_a_report(checkout, monkeypatch, change):
    if change == "byte":
        head = checkout.candidate / "heads" / "style.onnx"
        head.write_bytes(head.read_bytes()[:-1] + b"x")
    elif change == "extra":
        (checkout.candidate / "more.py").write_text("")
    elif change == "signature":
        (checkout.candidate / SIGNATURE).unlink()
    else:
        other = checkout.root / "other.pem"
        create_key_pair(other, public_key_of(other))
        monkeypatch.setenv("PLINTH_PUBLIC_KEY", str(public_key_of(other)))
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision, report.candidate) == (1, "refused", None)
    assert report.rules[0].outcome == "failed"


def test_a_judge_without_a_key_decides_nothing(checkout, monkeypatch):
    public_key_of(checkout.key).unlink()
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")
    assert "no such public key" in report.rules[0].reason


def test_a_candidate_that_is_not_there_is_undecided_by_a_report(checkout, monkeypatch):
    shutil.rmtree(checkout.candidate)
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")


def test_a_photo_that_was_changed_leaves_undecided(checkout, monkeypatch):
    photo = FolderPhotoStore(checkout.data / "photos").path(checkout.rows.rows[0].photo)
    photo.write_bytes(photo.read_bytes() + b"x")
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")


def test_a_dataset_that_was_split_otherwise_is_refused(checkout, monkeypatch):
    rows = checkout.rows.rows
    moved = tuple(
        row.model_copy(update={"split": "train"}) if row.group == rows[0].group else row
        for row in rows
    )
    PhotoManifest(rows=moved).write(checkout.data / "manifest.csv")
    code, report = gate(checkout, monkeypatch)
    assert code == 1
    assert "wrong holdout" in {r.rule: r.reason for r in report.rules}["same_data"]


@pytest.mark.parametrize("poison", ["head", "overflow"])
def test_a_signed_model_that_gives_no_answer_is_refused(checkout, monkeypatch, poison):
    manifest, files = tiny_artifact(0)
    heads = manifest.heads
    if poison == "head":
        extra = heads[0].model_copy(update={"name": "mood"})
        golden = manifest.golden_photos[0]
        answers = {**golden.answers, "mood": golden.answers["style"]}
        update = {
            "heads": (*heads, extra),
            "golden_photos": (golden.model_copy(update={"answers": answers}),),
        }
    else:
        wide = heads[1].interval.model_copy(update={"high_offset": 1e4})
        update = {"heads": (heads[0], heads[1].model_copy(update={"interval": wide}))}
    split = DataSplit(
        name="holdout", digest=checkout.rows.split_digest("holdout"), photos=12, groups=6
    )
    data = Data(photo_manifest=checkout.rows.digest, splits=(split,))
    changed = manifest.model_copy(update={**update, "data": data})
    write_artifact(checkout.candidate, changed, files)
    KeySigner(checkout.key).sign(checkout.candidate, checkout.candidate / SIGNATURE)
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (1, "refused")


def test_settings_that_are_missing_are_a_breakdown_told_in_one_paragraph(
    checkout, monkeypatch, capsys
):
    monkeypatch.delenv("PLINTH_GATE_SIGNERS")
    assert run(monkeypatch, "judge", checkout.candidate, "--dataset", checkout.data) == 2
    told = capsys.readouterr().err
    assert "PLINTH_GATE_SIGNERS" in told
    assert "Traceback" not in told


def test_an_unknown_environment_is_a_breakdown(checkout, monkeypatch):
    words = ("--dataset", checkout.data, "--environment", "moon")
    assert run(monkeypatch, "judge", checkout.candidate, *words) == 2


def test_an_unchanged_candidate_is_not_measured_again(checkout, monkeypatch):
    """The second judgement believes what the first one kept, and rests on the same evidence."""
    first = gate(checkout, monkeypatch)[1]
    again = gate(checkout, monkeypatch)[1]
    assert first.evidence == again.evidence
    for kept in (checkout.root / "evidence").glob("*.json"):
        kept.write_text(kept.read_text().replace("0", "1", 1))
    assert gate(checkout, monkeypatch)[1].evidence != first.evidence


def test_a_photo_taken_out_of_the_holdout_is_refused_by_pin_and_gate(checkout, monkeypatch, capsys):
    pin = checkout.root / "policies/holdouts/architecture.csv"
    before = pin.read_bytes()
    PhotoManifest(rows=checkout.rows.rows[2:]).write(checkout.data / "manifest.csv")
    assert run(monkeypatch, "pin-holdout", "--dataset", checkout.data) == 1
    assert "may only grow" in capsys.readouterr().err
    assert pin.read_bytes() == before
    code, report = gate(checkout, monkeypatch)
    assert code == 1
    assert {r.rule: r.outcome for r in report.rules}["holdout_pin"] == "failed"


def test_the_first_pin_is_written_and_says_what_it_holds(checkout, monkeypatch, capsys):
    pin = checkout.root / "policies/holdouts/architecture.csv"
    before = pin.read_bytes()
    pin.unlink()
    assert run(monkeypatch, "pin-holdout", "--dataset", checkout.data) == 0
    assert "12 photos, 12 of them new" in capsys.readouterr().out
    assert pin.read_bytes() == before


def test_the_same_holdout_is_pinned_again_without_a_change(checkout, monkeypatch, capsys):
    assert run(monkeypatch, "pin-holdout", "--dataset", checkout.data) == 0
    assert "12 photos, 0 of them new" in capsys.readouterr().out


def test_create_keys_leaves_a_key_that_is_there(checkout, monkeypatch):
    before = (checkout.root / "keys/gate").read_bytes()
    assert run(monkeypatch, "create-keys") == 0
    assert (checkout.root / "keys/gate").read_bytes() == before


def test_summary_shows_gate_and_recall(measured, monkeypatch):
    evidence = measured.root / "evidence.json"
    gate(measured, monkeypatch, "--evidence", evidence)
    out = measured.root / "build" / "page.md"
    words = ("--gate-report", measured.root / "report.json", "--evidence", evidence)
    assert run(monkeypatch, "summary", measured.candidate, *words, "--out", out) == 0
    page = out.read_text(encoding="utf-8")
    assert "## Gate: allowed" in page
    assert "Recall by label: style" in page


def test_judging_leaves_a_page_beside_the_report(measured, monkeypatch):
    page = measured.root / "page.md"
    assert gate(measured, monkeypatch, "--page", page)[0] == 0
    assert "## Gate: allowed" in page.read_text(encoding="utf-8")


def test_summary_goes_to_the_terminal_without_an_out(checkout, monkeypatch, capsys):
    assert run(monkeypatch, "summary", checkout.candidate) == 0
    assert capsys.readouterr().out.startswith("# Candidate of architecture")


def test_report_writes_a_card_of_all_that_the_gate_left(measured, monkeypatch):
    evidence, out = measured.root / "evidence.json", measured.root / "build" / "card.html"
    gate(measured, monkeypatch, "--evidence", evidence)
    words = ("--gate-report", measured.root / "report.json", "--evidence", evidence)
    where = ("--dataset", measured.data, "--out", out)
    assert run(monkeypatch, "report", measured.candidate, *words, *where) == 0
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert measured.rows.digest in page


@pytest.mark.parametrize(("name", "start"), [("p.md", "# "), ("p.html", "<!doctype html>")])
def test_explain_policy_writes_markdown_or_html(checkout, monkeypatch, name, start):
    out = checkout.root / name
    assert run(monkeypatch, "explain-policy", "architecture", "--out", out) == 0
    assert out.read_text(encoding="utf-8").startswith(start)


def test_parity_that_cannot_run_is_a_breakdown(checkout, monkeypatch, capsys):
    """This checkout has no bin/plinth, so no door opens."""
    photo = checkout.root / "photo.jpg"
    photo.write_bytes(tiny_photo())
    assert run(monkeypatch, "parity", photo, "--model", checkout.candidate) == 2
    assert "training door" in capsys.readouterr().err
    assert run(monkeypatch, "parity", checkout.root / "none", "--model", checkout.candidate) == 2
