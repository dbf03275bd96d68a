"""The real retrain.yml in a box: three jobs, bytes between them by digest, and a hostile trainer.

It trains once. The world is one, and its tests are its days: each begins where the last one ended.
"""

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.box_rehearsal import Checkout
from support.checkout import git
from support.retraining_world import RetrainingWorld, make_world

pytestmark = pytest.mark.machine

OF_A_CHECKOUT = ("PLINTH_ROOT", "PLINTH_POLICIES", "PLINTH_RELEASES", "PLINTH_ENVIRONMENT_LOCK")
LAUNCHER = """\
#!/bin/sh
export PLINTH_ROOT="$PWD" PLINTH_POLICIES="$PWD/policies" PLINTH_RELEASES="$PWD/releases"
export PLINTH_ENVIRONMENT_LOCK="$PWD/requirements/training.txt"
[ "$1" != box ] || set -- rehearsal "$@"
{python} -P -m "$@" || exit
if [ "$1 $2" = "delivery train" ] && [ -f {hook} ]; then . {hook}; fi
"""
"""As a runner's own; the machine that trains may be anybody's, and do what `hook` says at last."""


@dataclass(frozen=True)
class Site:
    """A box over a world of few photos, whose main was never trained on."""

    world: RetrainingWorld
    box: Checkout
    hook: Path

    @property
    def handover(self) -> Path:
        """Where candidates are handed over."""
        return self.world.folder / "handover"

    def retrain(self) -> tuple[int, str]:
        """Start retrain.yml by hand; return how it ended and what it said."""
        done = self.box.box("dispatch", "retrain.yml", "--wait", check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("jobs")
    world = make_world(folder / "world")
    world.take_photos()
    hook = folder / "hook"
    launcher = world.checkout / "bin/plinth"
    places = {"python": shlex.quote(sys.executable), "hook": shlex.quote(str(hook))}
    launcher.write_text(LAUNCHER.format(**places), encoding="utf-8")
    world.push("Launch as a runner does")
    given = {
        name: value
        for name, value in world.environment.items()
        if name.startswith("PLINTH_") and name not in OF_A_CHECKOUT
    }
    (folder / "environment").write_text("".join(f"{k}={v}\n" for k, v in given.items()))
    box = Checkout(world.checkout, folder / "box")
    try:
        box.box("create", "--from", ".", "--environment", str(folder / "environment"))
        yield Site(world, box, hook)
    finally:
        box.box("destroy", check=False)


@pytest.fixture(scope="module")
def swapped(site: Site) -> tuple[int, str]:
    """A run whose trainer changed the bytes that it had announced."""
    head = f"{site.handover}/*/candidate/heads/style.onnx"
    site.hook.write_text(f"for head in {head}; do printf x >> $head; done\n")
    done = site.retrain()
    site.hook.unlink()
    return done


def test_bytes_that_were_swapped_after_their_announcement_are_refused(
    site: Site, swapped: tuple[int, str]
) -> None:
    code, said = swapped

    assert code != 0
    assert "Running stage 'train'" in said
    assert "heads/style.onnx has digest" in said
    assert "is not taken" in said
    assert not (site.world.folder / "audit/log.jsonl").exists()
    assert git(site.box.box_folder / "origin.git", "for-each-ref", "refs/heads/proposals") == ""


@pytest.fixture(scope="module")
def announced(site: Site, swapped: tuple[int, str]) -> tuple[int, str]:
    """A run whose trainer announces another digest than that of what it hands over."""
    assert swapped
    site.hook.write_text(f'echo "candidate=sha256:{"0" * 64}" >> "$GITHUB_OUTPUT"\n')
    done = site.retrain()
    site.hook.unlink()
    return done


def test_an_announcement_of_what_is_not_there_is_refused(announced: tuple[int, str]) -> None:
    code, said = announced

    assert code != 0
    assert f"the candidate sha256:{'0' * 64} is not taken" in said


@pytest.fixture(scope="module")
def honest(site: Site, announced: tuple[int, str]) -> tuple[int, str]:
    """A run of which nobody wants anything."""
    assert announced
    return site.retrain()


def test_what_an_honest_trainer_hands_over_is_judged_and_proposed(
    site: Site, honest: tuple[int, str]
) -> None:
    code, said = honest

    assert code == 0, said
    assert "decision=allowed" in said
    assert git(site.box.box_folder / "origin.git", "for-each-ref", "refs/heads/proposals")
    assert list(site.handover.iterdir()) == []


def test_what_was_handed_over_is_not_trained_again_by_the_next_run(honest: tuple[int, str]) -> None:
    assert "Running stage 'train'" not in honest[1]


def test_what_was_judged_is_carried_on_without_the_job_that_trains(
    site: Site, honest: tuple[int, str]
) -> None:
    assert honest
    site.hook.write_text("echo the trainer was started\n")

    code, said = site.retrain()

    assert code == 0, said
    assert "carry_on=true" in said
    assert "the trainer was started" not in said
    assert "decision=allowed" in said


def test_a_candidate_that_was_adopted_is_signed_by_a_key_that_training_never_saw(
    site: Site, honest: tuple[int, str]
) -> None:
    assert honest
    (work,) = (site.world.folder / "training/keys").glob("model.pem")
    ours = site.world.folder / "keys/model-signing.pem"

    assert work.read_bytes() != ours.read_bytes()
