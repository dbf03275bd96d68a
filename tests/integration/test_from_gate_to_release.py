"""From the gate's room to delivery's: a signed report that allows becomes a release."""

import pytest
from support.delivery_command import run
from support.gate_checkout import Checkout, copied, gate
from support.policy_documents import FIRST_RELEASE

from artifacts.records.release import Release


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("template") / "checkout").root


@pytest.fixture
def checkout(template, tmp_path, monkeypatch):
    return copied(template, tmp_path / "checkout", monkeypatch)


def staging(checkout):
    return Release.of_environment(checkout.root / "releases", "staging").models["architecture"]


def test_a_first_release_goes_from_gate_to_release(checkout, monkeypatch):
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision, report.first_release) == (0, "allowed", True)
    digest = checkout.store().put(checkout.candidate).digest
    assert run(monkeypatch, "propose", checkout.root / "report.json", "--version", 3) == 0
    (entry,) = staging(checkout)
    assert (entry.digest, entry.version, entry.gate_report) == (digest, 3, report.digest)


def test_a_candidate_that_is_refused_is_not_proposed(checkout, monkeypatch):
    checkout.policy(floor=0.99)
    assert gate(checkout, monkeypatch)[0] == 1
    assert run(monkeypatch, "propose", checkout.root / "report.json", "--version", 3) == 1


def test_a_report_that_the_gate_did_not_sign_is_refused(checkout, monkeypatch, capsys):
    path = checkout.root / "report.json"
    path.write_text("{}")
    assert run(monkeypatch, "propose", path, "--version", 1) == 1
    assert "no signature beside it" in capsys.readouterr().err


def test_a_gate_report_whose_decision_was_edited_is_refused(checkout, monkeypatch, capsys):
    checkout.policy(floor=0.99)
    gate(checkout, monkeypatch)
    checkout.store().put(checkout.candidate)
    path = checkout.root / "report.json"
    edited = path.read_text().replace('"refused"', '"allowed"').replace('"failed"', '"passed"')
    path.write_text(edited)
    assert run(monkeypatch, "propose", path, "--version", 1) == 1
    assert "signature" in capsys.readouterr().err
    assert staging(checkout) == (FIRST_RELEASE,)
