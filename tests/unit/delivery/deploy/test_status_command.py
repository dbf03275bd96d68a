"""`status` ends with 1 where the audit log isn't well, whatever the environments are like."""

from types import SimpleNamespace

import pytest
from support.checkout_settings import SETTINGS
from support.delivery_command import run

from delivery.deploy import commands as deploying
from delivery.trail.audit_chain import LogState


@pytest.mark.parametrize(("green", "code"), [(True, 0), (False, 1)])
def test_a_log_that_is_not_well_makes_the_status_red(
    tmp_path, monkeypatch, capsys, green: bool, code: int
):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"PLINTH_{name}", value if name == "JOBS" else str(tmp_path / value))
    well = SimpleNamespace(run=lambda _: SimpleNamespace(green=True))
    monkeypatch.setattr(deploying, "make_status", lambda *_: well)
    monkeypatch.setattr(deploying, "status_lines", lambda _: ("the table",))
    found = LogState(("audit log: what to type",), green)
    monkeypatch.setattr(deploying, "state_of_log", lambda _: found)

    assert run(monkeypatch, "status") == code
    assert capsys.readouterr().out == "the table\naudit log: what to type\n"
