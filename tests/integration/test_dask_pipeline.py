"""The whole pipeline by its own commands, on a cluster over TLS and beside one machine."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.cluster_work import on_file
from support.dask_cluster import HOST, DaskCluster, dask_cluster
from support.tls_files import write_certificate

from rehearsal.checkout import committed_copy
from rehearsal.small_world import PARAMS, STYLES
from samples.facades import draw_facades, write_facades

pytestmark = pytest.mark.machine

ROOT = Path(__file__).parents[2]
SERVICE = (sys.executable, "-P", "-m", "training")


class Site:
    """Photos, parameters, keys and a checkout; each run has its own work folder and cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        certificate, key = map(str, write_certificate(folder / "tls", HOST))
        self.tls = {
            "PLINTH_DASK_AUTHORITY": certificate,
            "PLINTH_DASK_CERTIFICATE": certificate,
            "PLINTH_DASK_KEY": key,
        }
        write_facades(draw_facades(10, seed=5, views=(1, 1), styles=STYLES), folder / "photos")
        (folder / "params.yaml").write_text(json.dumps(PARAMS), encoding="utf-8")
        committed_copy(ROOT, folder / "checkout")
        assert self.run("create-keys", cache="none").returncode == 0

    def pipeline(self, name: str, *more: str) -> "subprocess.CompletedProcess[str]":
        """Run the pipeline in the work folder of a name."""
        where = {"--photos": "photos", "--work": name, "--out": f"{name}/out"}
        words = [str(word) for option, at in where.items() for word in (option, self.folder / at)]
        params = ("--params", str(self.folder / "params.yaml"))
        return self.run("run-pipeline", *words, *params, *more, cache=f"{name}-vectors")

    def run(self, *words: str, cache: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the service."""
        return subprocess.run(
            [*SERVICE, *words],
            cwd=self.folder,
            env=self._variables(cache),
            capture_output=True,
            text=True,
            check=False,
        )

    def candidate(self, done: "subprocess.CompletedProcess[str]") -> str:
        """Return the digest that a run ended with."""
        assert done.returncode == 0, done.stdout + done.stderr
        return re.findall(r"candidate (sha256:[0-9a-f]{64}) in ", done.stdout)[-1]

    def _variables(self, cache: str) -> Mapping[str, str]:
        inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
        kept = {name: value for name, value in inherited if not name.startswith("PLINTH_")}
        own = {
            "PLINTH_ROOT": "checkout",
            "PLINTH_MODEL_STORE": "models",
            "PLINTH_SIGNING_KEY": "keys/model.pem",
            "PLINTH_PUBLIC_KEY": "keys/model.pub.pem",
            "PLINTH_GATE_SIGNERS": "keys/gate.signers",
            "PLINTH_REPRODUCTION_KEY": "keys/reproduction",
            "PLINTH_REPRODUCTION_SIGNERS": "keys/reproduction.signers",
            "PLINTH_TRACKING_ARTIFACTS": "mlruns",
            "PLINTH_VECTOR_CACHE": cache,
        }
        paths = {name: str(self.folder / path) for name, path in own.items()}
        lock = {"PLINTH_ENVIRONMENT_LOCK": str(ROOT / "requirements/training.txt")}
        tracking = {"PLINTH_TRACKING_URI": f"sqlite:///{self.folder}/mlflow.db"}
        return {**kept, **paths, **lock, **tracking, **self.tls, "PLINTH_JOBS": "1"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def alone(site: Site) -> str:
    """The digest of what this machine makes by itself."""
    return site.candidate(site.pipeline("alone"))


@pytest.fixture
def cluster(site: Site, tmp_path: Path) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path / "nodes", workers=2, **site.tls) as cluster:
        yield cluster


def broke_down(done: "subprocess.CompletedProcess[str]") -> str:
    """Return all that a command said that could not do its work."""
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert "Traceback" not in said
    return said


def test_a_cluster_over_tls_makes_the_candidate_of_one_machine_digest_for_digest(
    site: Site, alone: str, cluster: DaskCluster
) -> None:
    done = site.pipeline("clustered", "--scheduler", cluster.address)
    assert cluster.address.startswith("tls://")
    assert site.candidate(done) == alone
    log = (cluster.folder / "log.txt").read_text(encoding="utf-8")
    assert log.count("Receive client connection") == 2, "featurize and train use the cluster"


@pytest.mark.usefixtures("alone")
def test_a_client_without_tls_is_refused(site: Site, cluster: DaskCluster) -> None:
    plain = cluster.address.replace("tls://", "tcp://")
    words = ("--work", str(site.folder / "alone"), "--scheduler", plain)
    said = broke_down(site.run("featurize", *words, cache="empty"))
    assert f"training: the Dask cluster at {plain} is unavailable" in said


def test_a_scheduler_lost_half_way_ends_with_2_and_the_next_run_completes(
    site: Site, alone: str, cluster: DaskCluster
) -> None:
    half_way = site.folder / "lost/build/vectors/made_of.json"
    with on_file(half_way, cluster.kill_scheduler):
        said = broke_down(site.pipeline("lost", "--scheduler", cluster.address))
    assert f"training: the Dask cluster at {cluster.address} is unavailable" in said
    assert not (site.folder / "lost/out").exists()
    assert not (site.folder / "lost/build/candidate").exists()
    again = site.pipeline("lost")
    assert site.candidate(again) == alone
    assert "Running stage 'featurize'" not in again.stdout, "what was done is not done again"
