"""The real service on a real host: installed from a commit, swapped under load."""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.host_world import HostWorld, make_host_world, tiny_payload
from support.tiny_artifact import tiny_photo

from artifacts.digests import hex_part
from artifacts.records.release import Payload, ReleasedCode
from delivery.targets.local.local_observation import LocalObservation
from rehearsal.load import load_during

pytestmark = pytest.mark.machine

RATE = 50.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostWorld]:
    """Two payloads, installed by two commands at once: one code, built once."""
    world = make_host_world(tmp_path_factory.mktemp("host"))
    words = [("install", str(path), "--source", str(world.source)) for path in world.payloads]
    started = [world.start(*word) for word in words]
    try:
        outputs = [process.communicate(timeout=300)[0] for process in started]
        assert [process.returncode for process in started] == [0, 0], outputs
        assert sum("code" in output for output in outputs) == 1, outputs
        yield world
    finally:
        world.stop()
        assert world.processes() == ()


def test_what_is_installed_stays_as_it_is(world: HostWorld) -> None:
    (code,) = (world.host / "code").iterdir()
    before = code.stat().st_ino

    assert world.install(0).strip() == f"{world.digest(0)} is installed"
    assert code.stat().st_ino == before


def test_nothing_of_an_installed_payload_points_to_where_it_came_from(world: HostWorld) -> None:
    payload = world.host / "payloads" / hex_part(world.digest(0))
    (site,) = (payload / "code").resolve().glob("env/lib/python3*/site-packages")
    packages = [path for path in site.iterdir() if path.is_symlink()]

    assert (payload / "model").resolve().is_relative_to(world.host)
    assert (payload / "public-key.pem").read_bytes() == world.public_key.read_bytes()
    assert {package.name for package in packages} >= {"artifacts", "inference"}
    assert all(package.resolve().is_relative_to(world.host) for package in packages)
    # A folder of sources on the path would bring in whatever lies beside a package.
    assert not [path for path in site.glob("*.pth") if "src" in path.read_text()]


def test_a_damaged_model_is_found_by_its_bytes_and_built_anew(world: HostWorld) -> None:
    model = Payload.read(world.payloads[1]).models["architecture"][0].digest
    heads = world.host / "models" / hex_part(model) / "artifact" / "heads" / "style.onnx"
    sound, times = heads.read_bytes(), heads.stat()
    heads.chmod(0o644)
    heads.write_bytes(bytes([sound[0] ^ 1]) + sound[1:])
    set_times(heads, times.st_mtime_ns)

    cheap = world.run("install", str(world.payloads[1]), "--source", str(world.source))
    whole = world.run("install", str(world.payloads[1]), "--source", str(world.source), "--verify")

    assert (cheap.returncode, cheap.stderr) == (0, "")
    assert whole.returncode == 0
    assert "was damaged, and is built anew: models: artifact/heads/style.onnx has sha256:" in (
        whole.stderr
    )
    assert heads.read_bytes() == sound


def test_a_payload_whose_commit_holds_other_code_is_refused(
    world: HostWorld, tmp_path: Path
) -> None:
    sound = Payload.read(world.payloads[0])
    other = ReleasedCode(digest="sha256:" + "0" * 64, commit=sound.code.commit)
    model = sound.models["architecture"][0].digest
    payload = tiny_payload(other, model).write(tmp_path / "payload.json")

    result = world.run("install", str(payload), "--source", str(world.source))

    assert result.returncode == 1
    assert f"its commit {sound.code.commit} gives {sound.code.digest}" in result.stderr


def test_a_model_whose_bytes_were_replaced_in_the_store_is_refused(
    world: HostWorld, tmp_path: Path
) -> None:
    sound = Payload.read(world.payloads[0])
    digest = "sha256:" + "1" * 64
    name = hex_part(sound.models["architecture"][0].digest)
    (world.models / hex_part(digest)).symlink_to(world.models / name)
    payload = tiny_payload(sound.code, digest).write(tmp_path / "payload.json")

    result = world.run("install", str(payload), "--source", str(world.source))

    assert result.returncode == 1
    assert "its manifest's digest is" in result.stderr
    assert not (world.host / "models" / hex_part(digest)).exists()


def test_the_real_service_is_swapped_under_load_without_a_lost_request(world: HostWorld) -> None:
    world.swap(0)
    url, headers = world.url("/v1/predictions"), {"X-API-Key": world.api_key()}
    photo = tiny_photo()
    with load_during(url, {**headers, "Content-Type": "image/jpeg"}, photo, RATE) as load:
        for number in (1, 0):
            world.swap(number)
            observed = observe_by_command(world)
            assert {answer.payload for answer in observed.answers} == {world.digest(number)}

    assert load.report.failed == 0, str(load.report)
    assert load.report.sent > RATE
    assert {answer.environment for answer in observed.answers} == {"staging"}


def test_a_prediction_is_written_down_where_the_environment_keeps_them(world: HostWorld) -> None:
    world.swap(0)
    request = urllib.request.Request(  # noqa: S310 - our own service
        world.url("/v1/predictions"),
        data=tiny_photo(),
        headers={"X-API-Key": world.api_key(), "Content-Type": "image/jpeg"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        answer = json.load(response)
    world.stop()

    texts = [path.read_text() for path in (world.host / "staging" / "predictions").iterdir()]
    assert answer["prediction_id"] in "".join(texts)


def observe_by_command(world: HostWorld) -> LocalObservation:
    return LocalObservation.parse(json.loads(world.done("observe", "staging")), "host observe")


def set_times(path: Path, mtime_ns: int) -> None:
    os.utime(path, ns=(mtime_ns, mtime_ns))
