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
