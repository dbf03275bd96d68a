"""Training on a Dask cluster of real processes: the same bytes, whoever computes them."""

import os
import shutil
import signal
import sysconfig
import venv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support.cluster_work import (
    MODEL,
    end_worker_on_seven,
    import_drawn,
    on_file,
    process_of,
    slowly,
    train_in,
    train_sources,
    trained_files,
    travelling_by_value,
    vectors_of,
)
from support.dask_cluster import HOST, DaskCluster, dask_cluster, free_port
from support.training_doubles import MemoryCache

import features
from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from features import Extractor
from training.cluster import cluster_parallel as cluster_adapter
from training.cluster.cluster_parallel import ClusterParallel
from training.cluster.parallel import JoblibParallel
from training.dataset.featurize import featurize
from training.dataset.training_set import seen
from training.errors import ClusterDiffers, ClusterUnavailable
from training.work.study import Trial
from training.work.work_folder import WorkFolder

pytestmark = pytest.mark.machine


@pytest.fixture(autouse=True)
def workers_find_the_tests() -> Iterator[None]:
    with travelling_by_value():
        yield


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A cluster that no test spoils."""
    with dask_cluster(tmp_path_factory.mktemp("cluster") / "nodes", workers=2) as cluster:
        yield cluster


@pytest.fixture
def connected() -> Iterator[Callable[[DaskCluster], ClusterParallel]]:
    """Connect to a cluster, once its workers are there, and leave it in the end."""
    opened: list[ClusterParallel] = []

    def connect(cluster: DaskCluster) -> ClusterParallel:
        parallel = ClusterParallel(cluster.address, None, patience_seconds=30)
        opened.append(parallel)
        cluster.await_workers(parallel)
        return parallel

    yield connect
    for parallel in opened:
        parallel.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_sources(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def alone(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this machine makes of the photos by itself."""
    work = import_drawn(tmp_path_factory.mktemp("alone") / "work", photos)
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), JoblibParallel(2))
    train_in(work, JoblibParallel(2))
    return work.dataset.root.parent


def beside(alone: Path, tmp_path: Path) -> WorkFolder:
    """A work folder with the same photos, and nothing made of them."""
    shutil.copytree(alone, tmp_path / "work", ignore=shutil.ignore_patterns("build"))
    return WorkFolder(tmp_path / "work")


def test_vectors_and_model_are_those_of_one_machine_byte_for_byte(
    alone: Path,
    started: DaskCluster,
    connected: Callable[[DaskCluster], ClusterParallel],
    tmp_path: Path,
) -> None:
    parallel, work = connected(started), beside(alone, tmp_path)
    done = featurize(work, Extractor(MODEL.schema()), MemoryCache(), parallel)
    train_in(work, parallel)
    assert done.made == len(seen(work.manifest()))
    assert vectors_of(work) == vectors_of(WorkFolder(alone))
    assert trained_files(work) == trained_files(WorkFolder(alone))


def test_both_workers_work_and_this_process_does_not(
    started: DaskCluster, connected: Callable[[DaskCluster], ClusterParallel]
) -> None:
    found = connected(started).map(process_of, range(60), "asking")
    assert [number for number, _, _ in found] == list(range(60))
    assert len({process for _, process, _ in found} - {os.getpid()}) == 2
    assert len({folder for _, _, folder in found} - {str(Path.cwd())}) == 2


def test_photos_that_workers_do_not_see_are_sent(
    alone: Path,
    started: DaskCluster,
    connected: Callable[[DaskCluster], ClusterParallel],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The workers' folder is another, so that a path from here leads nowhere there."""
    monkeypatch.chdir(alone)
    store, extract = FolderPhotoStore(Path("data/photos")), Extractor(MODEL.schema()).extract
    names = [row.photo for row in seen(WorkFolder(alone).manifest())]
    found = connected(started).map_photos(extract, names, store, "featurizing")
    assert np.stack(found).tobytes() == vectors_of(WorkFolder(alone))
    missing = "sha256:" + "0" * 64
    with pytest.raises(UnreadableRecord, match=missing):
        connected(started).map_photos(extract, [*names, missing], store, "featurizing")


def test_an_exception_of_the_work_comes_through_as_what_it_is(
    started: DaskCluster, connected: Callable[[DaskCluster], ClusterParallel]
) -> None:
    with pytest.raises(ZeroDivisionError):
        connected(started).map(partial(divmod, 1), [1, 2, 0, 3], "dividing")


@pytest.mark.parametrize("what", ["worker process", "whole worker"])
def test_a_worker_killed_while_featurizing_costs_time_and_no_vector(
    what: str,
    alone: Path,
    connected: Callable[[DaskCluster], ClusterParallel],
    tmp_path: Path,
) -> None:
    work, begun = beside(alone, tmp_path), tmp_path / "begun"
    names = [row.photo for row in seen(work.manifest())]
    extract = partial(slowly, begun=begun, extractor=Extractor(MODEL.schema()))
    with dask_cluster(tmp_path / "nodes", workers=2) as cluster:
        parallel = connected(cluster)
        victim = parallel.map(process_of, range(60), "asking")[0][1]

        def kill() -> None:
            if what == "whole worker":
                cluster.kill_worker(0)
            else:
                os.kill(victim, signal.SIGKILL)

        with on_file(begun, kill):
            found = parallel.map_photos(extract, names, work.photos, "featurizing")
    assert np.stack(found).tobytes() == vectors_of(WorkFolder(alone))


def test_a_worker_killed_while_training_costs_time_and_not_the_model(
    alone: Path, connected: Callable[[DaskCluster], ClusterParallel], tmp_path: Path
) -> None:
    """It dies between two trials, with the vectors that were sent to it."""
    work = beside(alone, tmp_path)
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), JoblibParallel(2))
    with dask_cluster(tmp_path / "nodes", workers=2) as cluster:
        parallel, told = connected(cluster), []

        def tell(number: int, _: Trial) -> None:
            told.append(number)
            if len(told) == 1:
                cluster.kill_worker(0)

        train_in(work, parallel, tell)
    assert len(told) > 1
    assert trained_files(work) == trained_files(WorkFolder(alone))


def test_a_lost_scheduler_is_an_error_that_leaves_nothing_and_a_second_run_completes(
    alone: Path, connected: Callable[[DaskCluster], ClusterParallel], tmp_path: Path
) -> None:
    work = beside(alone, tmp_path)
    featurize(work, Extractor(MODEL.schema()), MemoryCache(), JoblibParallel(2))
    with dask_cluster(tmp_path / "nodes", workers=2) as cluster:
        parallel = connected(cluster)
        with pytest.raises(ClusterUnavailable, match="is unavailable"):
            train_in(
                work, parallel, lambda number, _: cluster.kill_scheduler() if number == 1 else None
            )
    assert not (work.dataset.root.parent / "build/model").exists()
    train_in(work, JoblibParallel(2))
    assert trained_files(work) == trained_files(WorkFolder(alone))


def test_a_scheduler_lost_while_featurizing_leaves_no_vectors_and_no_cache(
    alone: Path, connected: Callable[[DaskCluster], ClusterParallel], tmp_path: Path
) -> None:
    work, cache, begun = beside(alone, tmp_path), MemoryCache(), tmp_path / "begun"
    with dask_cluster(tmp_path / "nodes", workers=2) as cluster:
        parallel = connected(cluster)
        extractor = Extractor(MODEL.schema())
        extractor.extract = partial(slowly, begun=begun, extractor=Extractor(MODEL.schema()))  # type: ignore[method-assign]
        with (
            on_file(begun, cluster.kill_scheduler),
            pytest.raises(ClusterUnavailable, match="the connection was lost"),
        ):
            featurize(work, extractor, cache, parallel)
    assert not (work.dataset.root.parent / "build/vectors").exists()
    assert cache.vectors == {}


def test_work_that_kills_its_workers_and_a_cluster_without_any_end(
    connected: Callable[[DaskCluster], ClusterParallel], tmp_path: Path
) -> None:
    """joblib's own backend for Dask waits for good in both cases."""
    with dask_cluster(tmp_path / "nodes", workers=2) as cluster:
        parallel = connected(cluster)
        with pytest.raises(ClusterUnavailable, match="4 workers died of the same work"):
            parallel.map(end_worker_on_seven, range(20), "ending")
        impatient = ClusterParallel(cluster.address, None, patience_seconds=2)
        try:
            cluster.kill_worker(0)
            cluster.kill_worker(1)
            with pytest.raises(ClusterUnavailable, match="no worker"):
                impatient.map(process_of, range(20), "asking")
        finally:
            impatient.close()


def python_that_finds_first(packages: Path, folder: Path) -> str:
    """An interpreter with a folder of packages before all that this one has, isolated or not."""
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/*/site-packages")
    own = sysconfig.get_path("purelib")
    lines = (str(packages), f"import site; site.addsitedir({own!r})")
    (site / "first.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder / "bin/python")


def test_a_worker_of_other_code_is_refused_by_name(
    connected: Callable[[DaskCluster], ClusterParallel], tmp_path: Path
) -> None:
    shutil.copytree(Path(features.__file__).parents[1], tmp_path / "other")
    changed = tmp_path / "other/features/__init__.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    with dask_cluster(tmp_path / "nodes", workers=1) as cluster:
        cluster.add_worker(python=python_that_finds_first(tmp_path / "other", tmp_path / "venv"))
        parallel = connected(cluster)
        with pytest.raises(ClusterDiffers, match=r"1 workers .* code of features is"):
            parallel.map(process_of, range(20), "asking")


def test_nothing_that_listens_is_said_to_be_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_adapter, "_CONNECT_SECONDS", 1)
    address = f"tcp://{HOST}:{free_port()}"
    with pytest.raises(ClusterUnavailable, match=address):
        ClusterParallel(address, None).map(process_of, range(20), "asking")
