"""The real process: what it says, when it answers and how it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from support.tiny_artifact import tiny_photo

from inference.app.standby import Standby

READS = ("services/inference",)

KEY = "a-key"
COMMAND = (sys.executable, "-W", "ignore", "-m", "inference")
SERVE = ("serve", "--port", "0")
PREDICT = ("predict", ".", "--out", "out.csv")


def environment(public_key, **more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PLINTH_")}  # noqa: TID251
    return {**kept, "PLINTH_PUBLIC_KEY": str(public_key), "PLINTH_API_KEYS": KEY, **more}


@contextlib.contextmanager
def serving(artifact, public_key, *arguments, pass_fds=(), **more):
    process = subprocess.Popen(
        [*COMMAND, "serve", "--model", str(artifact), *arguments],
        env=environment(public_key, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=pass_fds,
    )
    try:
        line = process.stdout.readline()
        yield process, line, line.partition(" ")[0]
    finally:
        process.kill()
        process.communicate()


def test_a_ready_process_says_one_line_answers_and_ends_well(artifact, public_key, model):
    with serving(artifact, public_key, "--port", "0") as (process, line, url):
        assert line == f"{url} answers with architecture {model.digest}\n"
        response = httpx.post(
            f"{url}/v1/predictions",
            content=tiny_photo(),
            headers={"X-API-Key": KEY, "Content-Type": "image/jpeg"},
        )
        assert response.status_code == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert len(err.splitlines()) == 1


def test_a_process_that_is_told_to_end_says_not_ready_first(artifact, public_key):
    """A balancer must see it before connections are refused."""
    with serving(artifact, public_key, "--port", "0", PLINTH_DRAIN_SECONDS="1") as started:
        process, _, url = started
        assert httpx.get(f"{url}/readyz").status_code == 200
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert httpx.get(f"{url}/readyz").json()["code"] == "not_ready"
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert process.wait(20) == 0


def test_a_listening_socket_can_be_handed_over(artifact, public_key):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        with serving(artifact, public_key, "--fd", str(fd), pass_fds=(fd,)) as (_, _, url):
            assert url == f"http://127.0.0.1:{listener.getsockname()[1]}"
            assert httpx.get(f"{url}/readyz").status_code == 200


def test_a_body_far_too_large_is_answered_and_not_cut_off(artifact, public_key):
    with serving(artifact, public_key, "--port", "0") as (_, _, url):
        response = httpx.post(
            f"{url}/v1/predictions",
            content=b"x" * 40_000_000,
            headers={"X-API-Key": KEY, "Content-Type": "image/jpeg"},
        )
    assert response.status_code == 413


@pytest.mark.parametrize("arguments", [SERVE, PREDICT])
def test_a_refused_model_ends_the_process_with_1_and_one_paragraph(
    artifact, public_key, tmp_path, arguments
):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(artifact), str(copy)], check=True)
    (copy / "model.sig").unlink()
    done = run(public_key, *arguments, "--model", str(copy), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The model is refused: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [SERVE, PREDICT])
def test_a_missing_model_ends_the_process_with_2_and_one_paragraph(public_key, tmp_path, arguments):
    done = run(public_key, *arguments, "--model", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The model can't be read: nowhere")
    assert done.stderr.count("\n") == 1


def test_a_taken_port_ends_the_process_with_2(artifact, public_key, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(public_key, "serve", "--model", str(artifact), "--port", port, cwd=tmp_path)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr


def test_a_service_without_keys_ends_with_2(artifact, public_key, tmp_path):
    done = run(public_key, "serve", "--model", str(artifact), cwd=tmp_path, PLINTH_API_KEYS="")
    assert done.returncode == 2
    assert "PLINTH_API_KEYS" in done.stderr


def test_a_batch_needs_no_api_key_and_counts_its_errors(artifact, public_key, tmp_path):
    (tmp_path / "a.jpg").write_bytes(tiny_photo())
    (tmp_path / "b.jpg").write_bytes(b"text")
    arguments = ("predict", str(tmp_path), "--model", str(artifact), "--out", "out.csv")
    done = run(public_key, *arguments, cwd=tmp_path, PLINTH_API_KEYS="")
    assert (done.returncode, done.stdout) == (0, "2 photos, 1 with an error: out.csv\n")
    assert done.stderr == ""
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 3


def test_a_batch_without_a_photo_ends_with_2_and_writes_nothing(artifact, public_key, tmp_path):
    arguments = ("predict", str(tmp_path), "--model", str(artifact), "--out", "out.csv")
    done = run(public_key, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert not list(tmp_path.iterdir())


def run(public_key, *arguments, cwd, **more):
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(public_key, **more),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_process_on_a_shared_socket_leaves_it_at_once_to_the_others(artifact, public_key):
    """What connects meanwhile waits in the socket's queue for whoever listens next."""
    with socket.create_server(("127.0.0.1", 0)) as shared:
        fd, (host, port) = shared.fileno(), shared.getsockname()[:2]
        arguments = ("--fd", str(fd))
        with serving(artifact, public_key, *arguments, pass_fds=(fd,)) as (process, _, _):
            assert httpx.get(f"http://{host}:{port}/readyz").status_code == 200
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
            assert process.returncode == 0
        with serving(artifact, public_key, *arguments, pass_fds=(fd,)):
            assert httpx.get(f"http://{host}:{port}/readyz").status_code == 200


def asked_at(door, path):
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(door))) as client:
        return client.get(f"http://door{path}")


def until(happened):
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextlib.contextmanager
def standing_by(artifact, public_key, folder, *, due=False, **more):
    """Serve on a socket that is shared with this test; yield it with the turn, door and process."""
    turn, door = folder / "turn", folder / "door.sock"
    if due:
        turn.touch()
    with socket.create_server(("127.0.0.1", 0)) as shared:
        fd, port = shared.fileno(), shared.getsockname()[1]
        words = ("--fd", str(fd), "--turn", str(turn), "--door", str(door))
        with serving(artifact, public_key, *words, pass_fds=(fd,), **more) as (process, line, _):
            shared.setblocking(False)
            yield shared, f"http://127.0.0.1:{port}", turn, door, process, line


def test_a_service_whose_turn_it_is_not_is_ready_at_its_door_and_takes_no_caller(
    artifact, public_key, model, tmp_path
):
    with standing_by(artifact, public_key, tmp_path) as (shared, url, turn, door, _, line):
        assert line == f"waits for its turn with architecture {model.digest}\n"
        assert asked_at(door, "/readyz").status_code == 200
        assert asked_at(door, "/v1/release").json()["model"]["digest"] == model.digest
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(b"GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            time.sleep(0.3)
            taken, _ = shared.accept()  # nobody else has: it waits in the socket's queue
            taken.close()
        turn.touch()
        assert httpx.get(f"{url}/readyz", timeout=10).status_code == 200
        until(lambda: not door.exists())


def test_a_service_whose_turn_ends_answers_what_it_took_and_closes_every_connection(
    artifact, public_key, tmp_path
):
    more = {"PLINTH_DRAIN_SECONDS": "3"}
    with standing_by(artifact, public_key, tmp_path, due=True, **more) as (
        shared, url, turn, door, process, _
    ):  # fmt: skip
        with httpx.Client() as kept, httpx.Client() as idle:
            assert [client.get(f"{url}/readyz").status_code for client in (kept, idle)] == [200] * 2
            turn.unlink()
            until(lambda: kept.get(f"{url}/readyz").headers.get("connection") == "close")
            until(door.exists)
            assert asked_at(door, "/readyz").status_code == 200
        with socket.create_connection(shared.getsockname()):
            time.sleep(0.2)
            shared.accept()[0].close()
        turn.touch()
        assert httpx.get(f"{url}/readyz", timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_service_that_waits_for_its_turn_ends_at_once_when_it_is_told_to(
    artifact, public_key, tmp_path
):
    with standing_by(artifact, public_key, tmp_path) as (_, _, _, _, process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize("words", ["--turn t", "--door d", "--turn t --door d"])
def test_a_turn_needs_a_door_and_a_shared_socket(artifact, public_key, tmp_path, words):
    done = run(public_key, "serve", "--model", str(artifact), *words.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert "go together" in done.stderr


def test_a_door_that_can_not_be_made_ends_the_process_with_2(artifact, public_key, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as shared:
        fd = shared.fileno()
        places = ("--turn", str(tmp_path / "turn"), "--door", str(tmp_path / "no/door"))
        with serving(artifact, public_key, "--fd", str(fd), *places, pass_fds=(fd,)) as started:
            process, line, _ = started
            assert (line, process.wait(60)) == ("", 2)
            assert "no/door" in process.stderr.read()


@pytest.mark.parametrize(("there", "due"), [(True, True), (False, False), (None, True)])
def test_a_service_that_may_not_look_for_its_turn_stays_where_it_is(tmp_path, there, due):
    turn = tmp_path / "turn"
    if there:
        turn.touch()
    if there is None:
        turn = tmp_path / ("too long" * 100)
    with socket.socket() as shared:
        assert Standby(shared, turn, tmp_path / "door").is_due(otherwise=True) == due
