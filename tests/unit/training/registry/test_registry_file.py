"""MLflow's database of another version, in use, or no database: nothing is lost, and a way out."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from training.errors import RegistryUnavailable
from training.registry import registry_file
from training.registry.mlflow_tracking import MlflowTracking
from training.registry.registry_file import known_versions, reason_of, upgrade, version_of

READS = ()

# MLflow 3 declares its tables with a loader strategy that SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:DeprecationWarning")

OLDER = 3
"""How many versions older than this MLflow's the older database is."""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database that an older MLflow wrote, with an experiment in it."""
    file = tmp_path_factory.mktemp("older") / "mlflow.db"
    words = (
        "import sys, mlflow.store.db.utils as u, sqlalchemy\n"
        "from alembic import command\n"
        "from mlflow.store.tracking.dbmodels.initial_models import Base\n"
        "url, version = sys.argv[1:]\n"
        "engine = sqlalchemy.create_engine(url)\n"
        "Base.metadata.create_all(engine)\n"
        "config = u._get_alembic_config(url)\n"
        "with engine.begin() as connection:\n"
        "    config.attributes['connection'] = connection\n"
        "    command.upgrade(config, version)\n"
    )
    version = known_versions()[OLDER]
    subprocess.run([sys.executable, "-c", words, f"sqlite:///{file}", version], check=True)
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "INSERT INTO experiments (name, artifact_location, lifecycle_stage)"
            " VALUES ('of before', 'file:///x', 'active')"
        )
        database.commit()
    return file.read_bytes()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mlflow.db"


def refusal(place: Path) -> str:
    """Why the registry is not opened; its file is left as it was."""
    before = place.read_bytes()
    with pytest.raises(RegistryUnavailable) as caught:
        MlflowTracking(f"sqlite:///{place}", place.parent / "runs").aliases("architecture")
    assert place.read_bytes() == before
    return str(caught.value)


def test_a_database_of_an_older_mlflow_is_left_as_it_is_and_the_way_out_named(
    older: bytes, place: Path
) -> None:
    """MLflow alone upgrades it at sight, without a backup."""
    place.write_bytes(older)

    told = refusal(place)

    assert "an older MLflow wrote it" in told
    assert "bin/plinth training upgrade-registry" in told


def test_an_upgrade_keeps_a_backup_and_what_is_in_the_database(older: bytes, place: Path) -> None:
    place.write_bytes(older)

    backup = upgrade(f"sqlite:///{place}")

    assert backup is not None
    assert backup.read_bytes() == older
    assert version_of(f"sqlite:///{place}") == known_versions()[0]
    with closing(sqlite3.connect(place)) as database:
        assert database.execute("SELECT name FROM experiments").fetchall() == [("of before",)]
    assert MlflowTracking(f"sqlite:///{place}", place.parent / "runs").aliases("x") == ()
    assert upgrade(f"sqlite:///{place}") is None
    assert sorted(path.name for path in place.parent.iterdir()) == [place.name, backup.name]


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    older: bytes, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write_bytes(older)
    monkeypatch.setattr(registry_file.sys, "executable", "/bin/false")

    with pytest.raises(RegistryUnavailable, match="can't upgrade it, so it is as it was"):
        upgrade(f"sqlite:///{place}")

    assert place.read_bytes() == older
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_an_upgrade_overwrites_no_backup(older: bytes, place: Path) -> None:
    place.write_bytes(older)
    backup = place.with_name(f"mlflow.db.before-{known_versions()[0]}")
    backup.write_text("kept")

    with pytest.raises(RegistryUnavailable, match="is there already: move it away"):
        upgrade(f"sqlite:///{place}")

    assert (place.read_bytes(), backup.read_text()) == (older, "kept")


def test_a_database_of_a_newer_mlflow_is_left_as_it_is(older: bytes, place: Path) -> None:
    place.write_bytes(older)
    with closing(sqlite3.connect(place)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'f00d'")
        database.commit()

    told = refusal(place)

    assert "another MLflow wrote it, newer or not Plinth's (version f00d" in told
    assert "PLINTH_TRACKING_URI=sqlite:///" in told
    with pytest.raises(RegistryUnavailable, match="newer or not Plinth's"):
        upgrade(f"sqlite:///{place}")


def test_a_database_of_another_program_is_left_as_it_is(place: Path) -> None:
    with closing(sqlite3.connect(place)) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")

    assert "newer or not Plinth's (version none" in refusal(place)


def test_a_file_that_is_no_database_says_what_to_do(place: Path) -> None:
    place.write_text("no database " * 100)

    assert "put a backup in its place, or move it away" in refusal(place)


def test_a_database_that_another_process_holds_says_so(
    older: bytes, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_file, "_WAIT_SECONDS", 0.1)
    place.write_bytes(older)
    with closing(sqlite3.connect(place, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        told = refusal(place)

    assert "another process holds it" in told
    assert "SQL" not in told


def test_a_database_that_can_not_be_written_says_whose_it_must_be() -> None:
    told = reason_of(sqlite3.OperationalError("attempt to write a readonly database"))

    assert told.endswith("its file and its folder must be yours to write")


@pytest.mark.parametrize("text", ["", None])
def test_where_there_is_no_database_yet_there_is_nothing_to_upgrade(
    text: str | None, place: Path
) -> None:
    if text is not None:
        place.write_text(text)

    assert upgrade(f"sqlite:///{place}") is None


def test_a_servers_database_is_upgraded_by_who_runs_it() -> None:
    assert version_of("https://mlflow.example") == ""
    with pytest.raises(RegistryUnavailable, match="whoever runs it upgrades it"):
        upgrade("https://mlflow.example")
