"""What becomes of training's exit codes, words and files; a script stands in for its commands."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_artifact import build_tiny_artifact, public_key_of
from support.training_rooms import rooms_of, script_rooms

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.folder import open_artifact, read_unsigned_artifact, write_artifact
from artifacts.records.inputs import Registered
from artifacts.records.photos import PhotoManifest
from artifacts.records.reproduction import Reproduction
from artifacts.signatures import KeySigner
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from artifacts.statements import read_signed
from artifacts.store import PresentKeySigner, PresentKeyVerifier
from delivery.errors import TrainingFailed
from delivery.retrain.places import Place
from delivery.retrain.training_claims import RUN_FILES, HandedOver
from delivery.retrain.training_commands import TrainingCommands
from delivery.rooms.training_rooms import TrainingRooms

REGISTERED = Registered(model="architecture", artifact=digest_json("model"), version=3)


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed candidate, and its key beside it."""
    folder = tmp_path_factory.mktemp("trained")
    build_tiny_artifact(folder / "candidate", folder / "key.pem")
    create_statement_key(
        folder / "rebuilds", folder / "signers", "training", ("plinth-reproduction",)
    )
    return folder / "candidate"


def commands(root: Path, script: str, candidate: Path | None = None) -> TrainingCommands:
    return commands_in(script_rooms(root, script), candidate)


def commands_in(rooms: TrainingRooms, candidate: Path | None) -> TrainingCommands:
    public = public_key_of(candidate.parent / "key.pem") if candidate else Path("none")
    signer = SshSigner(candidate.parent / "rebuilds", "plinth-reproduction") if candidate else None
    return TrainingCommands(rooms, PresentKeyVerifier(public), signer)


def calls(root: Path) -> list[str]:
    return (root / "calls").read_text().splitlines()


LEAVES = """
for out; do :; done
if [ "$1" = retrain ]; then
    cp -r {candidate} "$out"
    mkdir -p $3/build/model $3/build/evaluation
    for file in params.yaml build/model/trained.json build/evaluation/metrics.json; do
        echo $file > $3/$file
    done
fi
"""
RUN = {name: f"{path}\n".encode() for name, path in RUN_FILES.items()}


def training_place(root: Path) -> Place:
    return Place(root / "place")


def test_a_candidate_and_its_run_are_read_out_of_the_room(tmp_path: Path, candidate: Path) -> None:
    place = training_place(tmp_path)

    handed = commands(tmp_path, LEAVES.format(candidate=candidate)).train(place)

    assert calls(tmp_path) == [f"retrain --work {place.work} --out {tmp_path}/place/room/candidate"]
    assert handed.manifest.digest == read_unsigned_artifact(candidate).digest
    assert handed.run == RUN
    assert PhotoManifest.read(place.seen / "manifest.csv").rows == ()
    assert (tmp_path / "keys/model.pem").is_file()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("ln -s /etc/passwd {out}/more", "symbolic link"),
        ("mkfifo {out}/more", "not a regular file"),
        ("echo more > {out}/more", "more"),
        ("echo more >> {out}/manifest.json", "manifest.json"),
        ("rm -r {out}; ln -s {candidate} {out}", "no such folder"),
        ("rm -r {out}; mkdir {out}; truncate -s 2G {out}/manifest.json", "the limit is"),
        ("rm $3/params.yaml; ln -s /etc/hostname $3/params.yaml", "params.yaml"),
        ("rm -r $3/build; ln -s /etc $3/build", "build is a symbolic link"),
        ("rm $3/params.yaml; mkfifo $3/params.yaml", "not a regular file"),
        ("truncate -s 5M $3/params.yaml", "more than 4194304 bytes"),
    ],
)
def test_a_candidate_that_is_not_whole_is_never_read(
    damage: str, reason: str, tmp_path: Path, candidate: Path
) -> None:
    out = tmp_path / "place/room/candidate"
    script = f"{LEAVES}\n{damage}".format(candidate=candidate, out=out)

    with pytest.raises(TrainingFailed, match=reason):
        commands(tmp_path, script).train(training_place(tmp_path))


def test_what_was_taken_is_signed_here_and_its_run_recorded_before_it_is_kept(
    tmp_path: Path, candidate: Path
) -> None:
    place, found = Place(tmp_path / "place"), read_unsigned_artifact(candidate)
    room, signer = tmp_path / "place/room", KeySigner(candidate.parent / "key.pem")
    script = f"test ! -e {place.candidate} && find {room}/run -type f -exec cat {{}} + | sort"
    training = commands(tmp_path, f"{script} > {tmp_path}/seen", candidate)

    training.adopt(HandedOver(found.manifest, found.files, RUN), place, signer)

    words = f"record-run --work {room}/run --candidate {room}/candidate"
    assert calls(tmp_path) == [words]
    assert (tmp_path / "seen").read_text().split() == sorted(RUN_FILES.values())
    verifier = PresentKeyVerifier(public_key_of(candidate.parent / "key.pem"))
    assert open_artifact(place.candidate, verifier).digest == found.digest
    assert place.kept


def test_what_was_taken_is_not_kept_where_nobody_can_sign_it(
    tmp_path: Path, candidate: Path
) -> None:
    place, found = Place(tmp_path / "place"), read_unsigned_artifact(candidate)
    signer = PresentKeySigner(tmp_path / "no-key.pem")

    with pytest.raises(UnreadableRecord, match="training create-keys"):
        commands(tmp_path, "exit 0").adopt(
            HandedOver(found.manifest, found.files, RUN), place, signer
        )

    assert not place.candidate.exists()


def test_the_dataset_of_the_gate_is_laid_out_with_all_photos(tmp_path: Path) -> None:
    place = Place(tmp_path / "place")

    commands(tmp_path, "exit 0").lay_out(place)

    assert PhotoManifest.read(place.dataset / "manifest.csv").rows == ()
    assert (place.dataset / "photos").readlink() == tmp_path / "data/photos"


def test_a_training_that_fails_is_a_breakdown(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="exit code 2"):
        commands(tmp_path, "exit 2").train(training_place(tmp_path))


REBUILDS = 'while [ "$1" != --out ]; do shift; done; cp -r {rebuilt} "$2"'


def rebuild(tmp_path: Path, candidate: Path, script: str) -> Place:
    """Build a candidate again in a room in which a script stands in for training."""
    place = Place(tmp_path / "place")
    shutil.copytree(candidate, place.candidate)
    commands(tmp_path, script, candidate).reproduce(place)
    return place


def signed(place: Place, candidate: Path) -> Reproduction:
    verifier = SshVerifier(candidate.parent / "signers", "training", "plinth-reproduction")
    return read_signed(Reproduction, place.reproduction, verifier)


def test_a_rebuild_of_the_same_bytes_is_signed_as_equal(tmp_path: Path, candidate: Path) -> None:
    original = read_unsigned_artifact(candidate)
    script = f"ls -R {tmp_path}/place/room > {tmp_path}/given\n{REBUILDS}"
    place = rebuild(tmp_path, candidate, script.format(rebuilt=candidate))

    found = signed(place, candidate)
    assert (found.outcome, found.differences) == ("equal", ())
    assert found.original == found.rebuilt == original.digest
    assert calls(tmp_path)[0].startswith(f"rebuild {tmp_path}/place/room/manifest.json --dataset")
    given = (tmp_path / "given").read_text()
    assert "manifest.json" in given
    assert not any(path in given for path in original.files), "the room has bytes of the candidate"


def test_another_model_is_signed_as_different_whatever_the_room_says(
    tmp_path: Path, candidate: Path
) -> None:
    other = read_unsigned_artifact(candidate)
    manifest = other.manifest.model_copy(update={"params": digest_json("others")})
    write_artifact(tmp_path / "other", manifest, other.files)
    said = '{{"outcome": "equal"}}'
    script = f"echo '{said}' > {tmp_path}/place/room/reproduction.json\n{REBUILDS}\n"
    place = rebuild(tmp_path, candidate, script.format(rebuilt=tmp_path / "other"))

    found = signed(place, candidate)
    assert (found.outcome, found.rebuilt) == ("different", manifest.digest)
    assert found.differences == (f"params was {other.manifest.params}, is {digest_json('others')}",)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("echo other > $2/heads/lies", "not listed"),
        ("for f in $(find $2 -name '*.onnx'); do echo more >> $f; done", "the manifest says"),
        ("rm -r $2", "no such folder"),
        ("ln -s /etc/passwd $2/more", "symbolic link"),
    ],
)
def test_a_manifest_without_its_bytes_is_no_rebuild_and_nothing_is_signed(
    damage: str, reason: str, tmp_path: Path, candidate: Path
) -> None:
    script = f"{REBUILDS.format(rebuilt=candidate)}\n{damage}"

    with pytest.raises(TrainingFailed, match=reason):
        rebuild(tmp_path, candidate, script)

    assert not (tmp_path / "place/reproduction.json").exists()


def test_a_rebuild_that_could_not_be_tried_is_a_breakdown(tmp_path: Path, candidate: Path) -> None:
    with pytest.raises(TrainingFailed, match="rebuild"):
        rebuild(tmp_path, candidate, "exit 2")


def test_a_version_is_read_and_its_file_goes(tmp_path: Path) -> None:
    (tmp_path / "version.json").write_text(REGISTERED.to_json())
    script = f'for out; do :; done; cp {tmp_path}/version.json "$out"'

    done = commands(tmp_path, script).register(tmp_path / "report", tmp_path, tmp_path)

    assert done == REGISTERED


def test_a_registration_that_is_refused_says_why(tmp_path: Path) -> None:
    done = commands(tmp_path, "echo 'refused: \033[1mno' >&2; exit 1").register(
        tmp_path / "report", tmp_path, tmp_path
    )

    assert isinstance(done, str)
    assert done.startswith("refused: ")
    assert "\033" not in done


@pytest.mark.parametrize("script", ["exit 2", "exit 0"])
def test_a_registration_without_a_version_is_a_breakdown(tmp_path: Path, script: str) -> None:
    with pytest.raises(TrainingFailed, match="register"):
        commands(tmp_path, script).register(tmp_path / "report", tmp_path, tmp_path)


def test_a_checkout_without_an_environment_is_a_breakdown(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="--where"):
        commands_in(rooms_of(tmp_path), None).register(tmp_path / "report", tmp_path, tmp_path)


def test_a_registry_beside_keys_is_refused_with_what_to_do(tmp_path: Path) -> None:
    rooms = replace(rooms_of(tmp_path), hidden=(tmp_path / "state/mlflow/keys",))

    with pytest.raises(TrainingFailed, match="move MLflow's database to a folder of its own"):
        rooms.registry()


def test_what_was_handed_on_is_open_in_the_command(tmp_path: Path, candidate: Path) -> None:
    script = f"{LEAVES}\necho words >/proc/self/fd/$(cat {tmp_path}/descriptor)"
    training = commands(tmp_path, script.format(candidate=candidate), candidate)
    with (tmp_path / "held").open("w") as held:
        (tmp_path / "descriptor").write_text(str(held.fileno()))
        training.hand_on(held.fileno())

        training.train(training_place(tmp_path))

    assert "words" in (tmp_path / "held").read_text()
