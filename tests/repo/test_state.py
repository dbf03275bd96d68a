"""Where keys, models, registry and log lie: in the checkout, but on a runner outside of it."""

from pathlib import Path

import pytest
from support.launching import Checkout, share_environments


@pytest.fixture(scope="module", autouse=True)
def environments() -> None:
    """Linked from this checkout's own, which `make setup` built."""
    share_environments()


@pytest.fixture
def checkout(sources_copy: Path, tmp_path: Path) -> Checkout:
    """A copied checkout; the user stands elsewhere."""
    (tmp_path / "user").mkdir()
    return Checkout(sources_copy, tmp_path / "user")


def state_of(checkout: Checkout, **variables: str | Path) -> str:
    """What the launcher says of where state lies."""
    return checkout.plinth("--state", **variables).stdout.strip()


def test_state_lies_in_the_checkout_where_no_runner_wipes_it(checkout: Checkout) -> None:
    assert state_of(checkout) == f"{checkout.root}/.plinth"
    assert state_of(checkout, PLINTH_ROOT="/srv/x", GITHUB_ACTIONS="true") == "/srv/x/.plinth"
    assert state_of(checkout, PLINTH_STATE="/srv/state") == "/srv/state"
    assert state_of(checkout, PLINTH_STATE="/srv/s", GITHUB_ACTIONS="true") == "/srv/s"
    refused = checkout.plinth("--state", PLINTH_STATE="state")
    assert (refused.returncode, "must be an absolute path" in refused.stderr) == (2, True)


def test_state_of_a_runner_lies_outside_of_its_workspace(checkout: Checkout) -> None:
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "an owner/../re po", "HOME": "/h"}
    base = "/h/.local/state/plinth"
    assert state_of(checkout, **runner) == f"{base}/an-owner-..-re-po"
    assert state_of(checkout, **runner | {"GITHUB_REPOSITORY": "o/r"}) == f"{base}/o-r"
    assert state_of(checkout, **runner | {"GITHUB_REPOSITORY": "../.."}) == f"{base}/unnamed"
    assert state_of(checkout, **runner | {"GITHUB_REPOSITORY": ""}) == f"{base}/unnamed"
    assert state_of(checkout, **runner, XDG_STATE_HOME="/s") == "/s/plinth/an-owner-..-re-po"
    assert state_of(checkout, **runner, XDG_STATE_HOME="s").startswith(base)
    lost = checkout.plinth("--state", **runner | {"HOME": ""})
    assert (lost.returncode, "set PLINTH_STATE" in lost.stderr) == (2, True)


def test_keys_of_a_runner_outlive_the_cleaning_of_its_workspace(
    checkout: Checkout, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "HOME": str(home)}
    made = checkout.plinth("gate", "create-keys", **runner)
    assert made.returncode == 0, made.stderr
    for words in (("init", "--quiet"), ("clean", "-ffdx", "--quiet")):
        done = checkout.run("git", "-C", checkout.root, *words)
        assert done.returncode == 0, done.stderr
    assert not (checkout.root / "bin").exists()
    assert (home / ".local/state/plinth/o-r/keys/gate").is_file()
