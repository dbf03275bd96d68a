"""A cluster by settings and options: what is no address, or lacks certificates, is a breakdown."""

import sys
from pathlib import Path

import pytest
from support.training_doubles import small_params

from training.cli import main
from training.cluster import cluster_nodes
from training.cluster.cluster_nodes import tls_of, workers
from training.cluster.parallel import JoblibParallel
from training.errors import BadCertificates
from training.pipeline.commands import pipeline_in
from training.pipeline.dvc_pipeline import DvcPipeline
from training.settings import Settings

PATHS = (
    *("root", "model_store", "signing_key", "public_key", "gate_signers", "reproduction_key"),
    *("reproduction_signers", "vector_cache", "tracking_artifacts", "environment_lock"),
)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PATHS:
        monkeypatch.setenv(f"PLINTH_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("PLINTH_TRACKING_URI", "sqlite://")
    monkeypatch.setenv("PLINTH_JOBS", "3")
    for name in ("SCHEDULER", "AUTHORITY", "CERTIFICATE", "KEY"):
        monkeypatch.delenv(f"PLINTH_DASK_{name}", raising=False)
    (tmp_path / "params.yaml").write_text(small_params().to_json(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["training", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    "address",
    ["localhost:8786", "http://host:1", "tcp://host", "tcp://", "tcp://a b:1", "inproc://x:1"],
)
@pytest.mark.parametrize("command", ["featurize", "train"])
def test_what_is_no_address_is_a_breakdown_that_says_the_form(
    command: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, "--scheduler", address) == 2
    said = capsys.readouterr().err
    assert "PLINTH_DASK_SCHEDULER" in said
    assert "is not tcp://HOST:PORT or tls://HOST:PORT" in said


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.7:8786", "tls://a.b-c.example:1", "tcp://[::1]:9"]
)
def test_addresses_are_taken(address: str) -> None:
    assert Settings(dask_scheduler=address).dask_scheduler == address


def test_no_address_and_an_empty_one_are_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLINTH_DASK_SCHEDULER", "")
    with workers(Settings()) as here:
        assert type(here) is JoblibParallel


def test_tls_without_certificates_is_refused() -> None:
    with pytest.raises(BadCertificates, match="PLINTH_DASK_AUTHORITY"):
        tls_of(Settings(dask_scheduler="tls://host:1"))
    assert tls_of(Settings(dask_scheduler="tcp://host:1")) is None


def test_nodes_are_started_by_this_interpreter_with_one_thread_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(cluster_nodes.os, "execv", lambda _, words: became.append(words))
    assert run("start-scheduler", "--host", "10.0.0.7") == 0
    assert run("start-workers", "tcp://10.0.0.7:8786", "--folder", "files") == 0
    scheduler, workers = (" ".join(words) for words in became)
    assert scheduler.startswith(f"{sys.executable} -I -m distributed.cli.dask_scheduler ")
    assert "--host tcp://10.0.0.7:8786 --no-dashboard" in scheduler
    assert "dask_worker tcp://10.0.0.7:8786 --nworkers 3 --nthreads 1" in workers
    assert f"--local-directory {tmp_path / 'files'}" in workers


def test_the_stages_of_a_pipeline_are_told_of_the_cluster(tmp_path: Path) -> None:
    told = pipeline_in(Settings(dask_scheduler="tcp://host:1"), tmp_path / "work")
    assert isinstance(told, DvcPipeline)
    assert told._settings == ["PLINTH_DASK_SCHEDULER=tcp://host:1"]
