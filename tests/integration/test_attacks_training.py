"""Merged code of training tries to take what lies beside it, wherever delivery starts it.

The real commands of delivery run; in place of training's commands stands a thief
(tests/support/theft.py), because that is what a merged change of training's code may be.
"""

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.checkout import commit_all, git
from support.lent_python import CAN_LEND, LentPython

from artifacts.digests import digest_json
from artifacts.records.photos import PhotoManifest
from walls import find_wall

ROOT = Path(__file__).parents[2]
TOKEN = "ghs_token_of_the_forge"  # noqa: S105 - no secret: it is made up here
pytestmark = pytest.mark.skipif(
    find_wall().name != "bubblewrap", reason="without bubblewrap there is no wall to try"
)

STEP_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
"""What a step of a workflow writes to tell the steps and jobs after it."""
ROOMS = (
    *("training", "reproduction", "registry", "measuring"),
    *("parity-training", "parity-batch", "parity-http"),
    *("service-staging", "service-production"),
)


@dataclass(frozen=True)
class Workplace:
    """A checkout whose training is a thief, and the state of a runner around it."""

    folder: Path
    port: int

    @property
    def root(self) -> Path:
        return self.folder / "checkout"

    @property
    def environment(self) -> dict[str, str]:  # long: one variable after another
        """Every variable of a runner's job."""
        paths = {
            "ROOT": self.root,
            "POLICIES": self.root / "policies",
            "RELEASES": self.root / "releases",
            "ENVIRONMENT_LOCK": self.root / "requirements/training.txt",
            **{
                name: self.folder / "state" / path
                for name, path in {
                    "SIGNING_KEY": "keys/model-signing.pem",
                    "PUBLIC_KEY": "keys/model-signing.pub.pem",
                    "GATE_KEY": "keys/gate",
                    "GATE_SIGNERS": "keys/gate.signers",
                    "REPRODUCTION_KEY": "keys/reproduction",
                    "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
                    "DEPLOY_KEY": "keys/delivery",
                    "DEPLOY_SIGNERS": "keys/delivery.signers",
                    "MODEL_STORE": "models",
                    "EVIDENCE": "evidence",
                    "VECTOR_CACHE": "vectors",
                    "TRACKING_ARTIFACTS": "mlruns",
                    "PHOTOS": "photos",
                    "TRAINING": "training",
                    "HANDOVER": "handover",
                    "AUDIT": "audit",
                    "AUDIT_HEAD": "audit-head",
                    "TERRAFORM": "terraform",
                    "HOST": "host",
                }.items()
            },
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251
        tracking = f"sqlite:///{self.folder}/state/mlflow/mlflow.db"
        return {
            **kept,
            **{f"PLINTH_{name}": str(path) for name, path in paths.items()},
            "PLINTH_TRACKING_URI": tracking,
            "PLINTH_FORGE_TOKEN": TOKEN,
            "GITHUB_TOKEN": TOKEN,
            **{name: str(self.folder / name) for name in STEP_FILES},
        }

    def delivery(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of delivery as a job of a runner does."""
        return self.run("delivery", *words, **more)

    def run(self, service: str, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of a service as a job of a runner does."""
        return subprocess.run(
            [sys.executable, "-P", "-m", service, *words],
            cwd=self.root,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )

    def targets(self) -> list[tuple[str, str]]:
        """What a thief would want, and how."""
        state = self.folder / "state"
        secrets = ("keys/gate", "keys/delivery", "keys/reproduction", "audit", "audit-head")
        return [
            *(("read", str(state / name)) for name in (*secrets, "evidence", "people/alice")),
            ("read", str(state / "audit/retraining/other/candidate")),
            ("read", str(state / "handover/other")),
            ("write", str(state / "handover")),
            *(("write", str(self.folder / name)) for name in STEP_FILES),
            *(("write", str(state / name)) for name in ("models", "audit", "audit-head", "host")),
            ("write", str(state / "audit/log.jsonl")),
            ("write", str(state / "photos")),
            ("write", str(self.root)),
            ("write", str(self.root / "services/delivery")),
            ("write", str(self.root / ".git")),
            ("sign", str(state / "keys/gate")),
            ("commit", str(self.root)),
            ("push", str(self.root)),
            ("token", TOKEN),
            ("connect", str(self.port)),
        ]


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with socket.socket() as mlflow:
        mlflow.bind(("127.0.0.1", 0))
        mlflow.listen()
        place = Workplace(tmp_path, mlflow.getsockname()[1])
        _furnish(place)
        yield place


def _furnish(place: Workplace) -> None:  # long: one folder after another
    state, root = place.folder / "state", place.root
    for name in ("keys", "people", "models", "evidence", "vectors", "photos", "host", "mlflow"):
        (state / name).mkdir(parents=True)
    (state / "audit/retraining/other/candidate").mkdir(parents=True)
    (state / "handover/other").mkdir(parents=True)
    (state / "handover/other/manifest.json").write_text("{}")
    for name in STEP_FILES:
        (place.folder / name).touch()
    for name in ("evidence/numbers.json", "audit/retraining/other/candidate/manifest.json"):
        (state / name).write_text("{}")
    (state / "people/alice").write_text("a person's key")
    for name in ("model-signing.pem", "model-signing.pub.pem"):
        (state / "keys" / name).write_text("key")
    for name in (
        "bin",
        "data",
        "services/training",
        "services/delivery",
        "policies",
        "requirements",
    ):
        (root / name).mkdir(parents=True)
    shutil.copyfile(ROOT / "tests/support/theft.py", root / "services/training/theft.py")
    (root / "services/training/ready.json").write_text("[]")
    (root / "params.yaml").write_text("model: architecture\n")
    (root / "dvc.yaml").write_text("stages: {}\n")
    (root / "services/delivery/README.md").write_text("the judge")
    PhotoManifest(rows=()).write(root / "data/manifest.csv")
    (root / "requirements/training.txt").write_text("")
    program = root / "services/training/environment/bin/python"
    program.parent.mkdir(parents=True)
    _script(
        program,
        f"here={shlex.quote(str(root / 'services/training'))}\n"
        "shift 3\n"  # -I -m training
        f'exec {shlex.quote(sys.executable)} -I "$here/theft.py" "$@"\n',
    )
    _environment(place, Path(sys.prefix))
    # How training was started before there were rooms.
    _script(
        root / "bin/plinth",
        f'shift; exec {shlex.quote(str(program))} -I -m training "$@"\n',
    )
    git(place.folder, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(place.folder, "init", "--quiet", "--initial-branch=main", "checkout")
    git(root, "remote", "add", "origin", str(place.folder / "origin.git"))
    for words in (("gate", "create-keys"), ("delivery", "create-deploy-key")):
        done = place.run(*words)
        assert done.returncode == 0, done.stderr
    shutil.copyfile(state / "keys/gate", state / "keys/reproduction")
    (state / "audit/log.jsonl").write_text("")
    (state / "audit-head").mkdir(exist_ok=True)
    (state / "audit-head/head").write_text("head")
    (root / "services/training/ready.json").write_text(json.dumps(place.targets()))
    commit_all(root, "Merge a change of training, which nobody had to approve")


def _environment(place: Workplace, python: Path) -> None:
    """Let `bin/environment` name the training's environment, and the one whose Python it uses."""
    folders = (place.root / "services/training/environment", python)
    _script(
        place.root / "bin/environment",
        "".join(f"echo {shlex.quote(str(folder))}\n" for folder in folders),
    )


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o755)


def loot_of(said: str) -> list[str]:
    """What the thief took, by its own word."""
    (line,) = (line for line in said.splitlines() if "loot:" in line)
    loot: list[str] = json.loads(line.partition("loot:")[2])
    return loot


def _forget_the_log(place: Workplace) -> None:
    """Begin anew: the log that a thief wants is no log that could be read."""
    (place.folder / "state/audit/log.jsonl").unlink()
    shutil.rmtree(place.folder / "state/audit-head")


def planned_in(workplace: Workplace) -> str:
    """The inputs that a plan names, which starts nothing of training's code."""
    done = workplace.delivery("plan-retraining")
    assert done.returncode == 0, done.stderr
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert lines["needed"] == "true"
    assert "loot:" not in done.stderr
    return lines["inputs"]


def test_a_plan_starts_nothing_of_trainings_code(workplace: Workplace) -> None:
    _forget_the_log(workplace)
    before = planned_in(workplace)
    thief = workplace.root / "services/training/environment/bin/python"
    thief.write_text("#!/bin/sh\necho '{}'\n")

    assert planned_in(workplace) == before


def test_a_training_takes_nothing(workplace: Workplace) -> None:
    _forget_the_log(workplace)

    done = workplace.delivery("retrain")

    assert "`training retrain` failed: exit code 2" in done.stderr
    assert loot_of(done.stderr) == [], done.stderr
    assert git(workplace.folder / "origin.git", "for-each-ref") == ""
    assert list((workplace.folder / "state/models").iterdir()) == []


def test_the_job_that_trains_hands_over_nothing_of_a_thief(workplace: Workplace) -> None:
    _forget_the_log(workplace)
    planned = planned_in(workplace)
    for name in STEP_FILES:
        (workplace.folder / name).write_text("")

    done = workplace.delivery("train", "--inputs", planned)

    assert "`training retrain` failed: exit code 2" in done.stderr, done.stdout
    assert loot_of(done.stderr) == [], done.stderr
    assert [path.name for path in (workplace.folder / "state/handover").iterdir()] == ["other"]
    assert [(workplace.folder / name).read_text() for name in STEP_FILES] == [""] * 4


def test_a_job_that_trains_on_other_inputs_than_planned_is_refused(workplace: Workplace) -> None:
    done = workplace.delivery("train", "--inputs", digest_json("other inputs"))

    assert done.returncode == 1
    assert "planned was" in done.stderr
    assert "loot" not in done.stderr


def test_a_machine_of_trainings_own_trains_without_any_key(workplace: Workplace) -> None:
    state = workplace.folder / "state"
    for name in ("keys", "audit", "audit-head", "models", "evidence", "people"):
        shutil.rmtree(state / name)

    done = workplace.delivery("train")

    assert done.stdout.startswith("walls: none is needed, no key, log or store of others can be")
    assert "`training retrain` failed: exit code 2" in done.stderr  # it got as far as the thief
    assert loot_of(done.stderr) == []
    assert {path.name for path in state.iterdir()}.isdisjoint({"keys", "audit", "models"})


def _honest(workplace: Workplace, python: str = sys.executable) -> None:
    """Let the rooms be entered with a real interpreter, and the launcher start real services."""
    program = workplace.root / "services/training/environment/bin/python"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(python)} "$@"\n')
    _environment(workplace, Path(python).parents[1])
    _script(
        workplace.root / "bin/plinth",
        f'service=$1; shift; exec {shlex.quote(python)} -P -m "$service" "$@"\n',
    )


def test_walls_are_tried_room_by_room(workplace: Workplace) -> None:
    _honest(workplace)

    done = workplace.delivery("walls")

    assert done.returncode == 0, done.stdout + done.stderr
    rooms = [line.split()[:3] for line in done.stdout.splitlines()]
    assert rooms == [["stands", name, "bubblewrap"] for name in ROOMS]


def test_no_room_reaches_the_socket_of_the_keeper(workplace: Workplace) -> None:
    _honest(workplace)
    place, reached = workplace.folder / "state/keeper.sock", []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen(16)

        def answer() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return
                reached.append(peer.recv(1000))
                peer.close()

        thread = threading.Thread(target=answer)
        thread.start()
        done = workplace.delivery("walls", PLINTH_KEEPER=str(place))
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()

    rooms = [line.split()[:2] for line in done.stdout.splitlines() if line[0] != " "]
    assert rooms == [*(["stands", name] for name in ROOMS), ["unknown", "keeper"]]
    # The command itself asked, from outside of every room, and nobody answered as a keeper does.
    assert [json.loads(line)["request"] for line in reached] == ["about"]
    assert "the keeper ended before it answered" in done.stdout
    assert done.returncode == 2


@pytest.mark.skipif(
    not CAN_LEND, reason="only root, with setpriv and unshare, can start a command as another user"
)
def test_an_ordinary_user_tries_the_same_rooms() -> None:
    """Without rights only bubblewrap is a wall, and without bubblewrap nothing is."""
    with TemporaryDirectory() as name, socket.socket() as mlflow:
        mlflow.bind(("127.0.0.1", 0))
        place = Workplace(Path(name), mlflow.getsockname()[1])
        _furnish(place)
        lent = LentPython(place.folder / "lent")
        _honest(place, lent.program)
        tools = _tools(place.folder)
        subprocess.run(["chown", "-R", "12345:12345", name], check=True)
        known, without = (
            subprocess.run(
                lent.command(12345, ("-m", "delivery", "walls"), {"PATH": path, "HOME": name}),
                cwd=place.root,
                env=place.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            for path in (place.environment["PATH"], str(tools))
        )

    # Where ordinary users may have namespaces of their own, bubblewrap stands for them too.
    state = "stands" if known.returncode == 0 else "missing"
    rooms = [line.split()[:2] for line in known.stdout.splitlines() if line[0] != " "]
    assert rooms == [[state, room] for room in ROOMS], known.stdout + known.stderr
    assert without.returncode == 1, without.stdout + without.stderr
    assert "user: only root can start a command as another user" in without.stdout
    assert without.stdout.count("missing ") == len(ROOMS)


def _tools(folder: Path) -> Path:
    """Make a folder of programs without bubblewrap, and return it."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("git", "sh", "env"):
        (tools / name).symlink_to(str(shutil.which(name)))
    return tools


def test_without_a_wall_it_is_said_and_every_key_is_found(workplace: Workplace) -> None:
    _honest(workplace)

    done = workplace.delivery("walls", PATH=str(_tools(workplace.folder)))

    assert done.returncode == 1, done.stdout + done.stderr
    rooms = [line.split()[:3] for line in done.stdout.splitlines() if line[0] != " "]
    assert rooms == [["missing", name, "none"] for name in ROOMS]
    assert "bwrap is not on PATH (fix: apt-get install bubblewrap)" in done.stdout
    assert f"read: {workplace.folder}/state/keys/gate" in done.stdout
